"""Officer actions over HTTP at a steady rate: how long each takes, from the moment at which it was due to be sent."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bench.databases import throw_away
from bench.processes import free_port
from dossiers.actions.automatic import do_automatic_step
from dossiers.authority import Actor
from dossiers.demo_accounts import create
from dossiers.gate import act
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.people import actor_for
from dossiers.registration import register
from dossiers.session import engine_for, reading, writing
from dossiers.settings import Settings
from dossiers.wakeups import claim
from flows.demonstration.forms import documents_for, form_for

COMMUNE = "14845"
PROCEDURE = "1.013227"
"""Extension of a construction permit: receipt by the machine, then the case officer appraises."""
SECONDS = 15
WARM_UP = 30
SENDERS = 12
LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Sent:
    """One action to send: who sends it, where, and what."""

    token: str
    path: str
    body: dict[str, Any]


def run(url: str | None = None) -> dict[str, Any]:
    """Latencies on the database given, or on SQLite at 10/s and on PostgreSQL at 50/s."""
    if url is not None:
        return _measure(url, rate=50 if url.startswith("postgresql") else 10)
    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": _measure(f"sqlite:///{folder}/bench.db", rate=10)}
    with throw_away() as postgres:
        found["PostgreSQL"] = _measure(postgres, rate=50)
    return found


def _measure(url: str, *, rate: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        own = Settings(home=Path(folder), database_url=url, mode="demo")
        office = Office.open(own)
        upgrade(office.engine)
        prepared = _Prepared(office, SECONDS * rate + WARM_UP)
        engine_for(url).dispose()
        port = free_port()
        names = ("home", "database_url", "mode")
        environment = os.environ | {f"MOTCUA_{n.upper()}": str(getattr(own, n)) for n in names}
        with subprocess.Popen([sys.executable, "-m", "cli", "web", "--port", str(port)], env=environment) as server:
            try:
                _wait_until_ready(port)
                tokens = _tokens(port)
                actions = list(prepared.actions(tokens))
                _send(port, actions[:WARM_UP], rate)
                started = time.perf_counter()
                took = _send(port, actions[WARM_UP:], rate)
                elapsed = time.perf_counter() - started
            finally:
                server.terminate()
    took.sort()
    return {
        "actions": len(took),
        "target rate per s": rate,
        "achieved rate per s": round(len(took) / elapsed, 1),
        "p50 ms": round(1000 * took[len(took) // 2], 1),
        "p95 ms": round(1000 * took[len(took) * 95 // 100], 1),
        "max ms": round(1000 * took[-1], 1),
        "budget p95 ms": 30 if url.startswith("postgresql") else 50,
    }


class _Prepared:
    """Dossiers at the desk and dossiers with the case officer, so that one third of the actions finds each."""

    def __init__(self, office: Office, actions: int) -> None:
        self.each = actions // 3 + 1
        now = datetime.now(UTC)
        definition = office.catalogue.in_force(PROCEDURE, now.date(), "38")
        self.submission = {
            "procedure": PROCEDURE,
            "commune": COMMUNE,
            "applicant": {"name": "Người nộp đo lường"},
            "form": form_for(definition, 1),
            "documents": documents_for(definition, None),
        }
        self.outcome = next(iter(definition.step("appraise").outcomes))
        staff = {one.login: one for one in create(office, now=now)}
        with reading(office.engine) as session:
            found = [actor_for(session, staff[f"muonglat-{post}"].id, on=now.date()) for post in ("tiepnhan", "thuly")]
        receiver, _case = (actor for actor in found if actor is not None)
        self.at_desk = [self._register(office, receiver, now) for _ in range(self.each)]
        self.with_officer = [self._register(office, receiver, now) for _ in range(self.each)]
        for code in self.with_officer:
            act(office, code, "accept", {}, actor=receiver, now=now)
        self._machine(office, now)

    def _register(self, office: Office, actor: Actor, now: datetime) -> str:
        return str(register(office, self.submission, actor=actor, now=now)["dossier"])

    @staticmethod
    def _machine(office: Office, now: datetime) -> None:
        while True:
            with writing(office.engine) as session:
                claims = claim(session, now=now, lease=LEASE, owner="bench", limit=200)
            if not claims:
                return
            for one in claims:
                ref = one.ref
                do_automatic_step(office, wake_up=ref.wake_up, attempt=ref.attempt, owner="bench", now=now, lease=LEASE)

    def actions(self, tokens: dict[str, str]) -> Iterator[Sent]:
        """Register, accept and finish a step, in turn."""
        rest = "/api/v1/dossiers"
        for desk, officer in zip(self.at_desk, self.with_officer, strict=True):
            yield Sent(tokens["tiepnhan"], rest, self.submission)
            yield Sent(tokens["tiepnhan"], f"{rest}/{desk}/actions/accept", {})
            done = {"occurrence": 2, "outcome": self.outcome}
            yield Sent(tokens["thuly"], f"{rest}/{officer}/actions/complete_step", done)


def _send(port: int, actions: list[Sent], rate: int) -> list[float]:
    """Send each action at its time, whatever the ones before it do; gives how long each took, in seconds."""
    took: list[float] = []
    wrong: list[str] = []
    number = count()
    start = time.perf_counter() + 0.05

    def sender() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while (mine := next(number)) < len(actions):
            due = start + mine / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            status, text = _post(connection, actions[mine], f"bench-{port}-{mine}")
            took.append(time.perf_counter() - due)
            if status >= 300:
                wrong.append(f"{actions[mine].path}: {status} {text}")
        connection.close()

    senders = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    if wrong:
        raise RuntimeError(f"{len(wrong)} actions were refused, e.g. {wrong[0]}")
    return took


def _post(connection: http.client.HTTPConnection, sent: Sent, key: str) -> tuple[int, str]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, "Authorization": f"Bearer {sent.token}"}
    connection.request("POST", sent.path, json.dumps(sent.body), headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def _tokens(port: int) -> dict[str, str]:
    found = {}
    for post in ("tiepnhan", "thuly"):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        body = json.dumps({"login": f"muonglat-{post}", "password": "motcua-demo"})
        connection.request("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        cookie = answer.headers["set-cookie"].split(";")[0]
        headers = {
            "Content-Type": "application/json",
            "Cookie": cookie,
            "X-CSRF-Token": json.loads(answer.read())["csrf"],
        }
        connection.request("POST", "/api/v1/tokens", json.dumps({"name": "bench", "scopes": ["act"]}), headers)
        found[post] = json.loads(connection.getresponse().read())["token"]
        connection.close()
    return found


def _wait_until_ready(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise TimeoutError("the server did not get ready")
