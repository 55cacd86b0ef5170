"""A real Prefect server and real workers for the tests, and what the tests ask of them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlmodel import col, select

from dossiers.gate import act
from dossiers.office import Office
from dossiers.registration import register
from dossiers.session import reading, writing
from dossiers.settings import Settings
from dossiers.store import find, ledger
from dossiers.tables import WakeUpRow
from flows.children import Child, stop_all
from flows.server import api_url, auth_string, client_environment, server_command, server_environment, wait_until_ready
from tests.samples import officer

DEFINITIONS = Path(__file__).parent / "definitions"
PATIENCE = 60.0
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(question: Callable[[], T], *, seconds: float = PATIENCE) -> T:
    """The first answer that is true; fails with the last one when the time is over."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"still {answer!r}"
        time.sleep(0.05)
    return answer


@dataclass
class PrefectServer:
    """The embedded Prefect server, on SQLite."""

    settings: Settings
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        environment = {**os.environ, **server_environment(self.settings)}
        self.child = Child("prefect", server_command(self.settings), environment, self.settings.home / "prefect.log")

    def start(self) -> None:
        self.child.start()
        assert wait_until_ready(self.settings, seconds=90, given_up=lambda: not self.child.is_alive), self.child.tail()

    def stop(self) -> None:
        stop_all([self.child])

    def wipe(self) -> None:
        """Delete everything that Prefect knows. Only while it is stopped."""
        shutil.rmtree(self.settings.home / "prefect")

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        user, _, password = auth_string(self.settings).partition(":")
        reply = httpx.post(f"{api_url(self.settings)}/{path}", json=body or {}, auth=(user, password), timeout=20)
        assert reply.is_success, reply.text
        return reply.json()

    def runs(self, name: str) -> list[dict[str, Any]]:
        """The flow runs of that name (or whose name contains it), in the order in which they were created."""
        body = {"flow_runs": {"name": {"like_": name}}, "sort": "EXPECTED_START_TIME_ASC"}
        return list(self.ask("flow_runs/filter", body))

    def tasks(self, flow_run_id: str) -> list[tuple[str, str]]:
        """Names and states of the task runs of a flow run, in the order in which they started."""
        body = {"flow_runs": {"id": {"any_": [flow_run_id]}}}
        found = sorted(self.ask("task_runs/filter", body), key=lambda t: t["start_time"] or "")
        return [(t["name"], t["state_name"]) for t in found]

    def shown(self, name: str) -> list[tuple[str, str]]:
        """Names and states of flow runs."""
        return [(r["name"], r["state_name"]) for r in self.runs(name)]


@dataclass
class Installation:
    """An office on a database of its own, with a worker process."""

    settings: Settings
    office: Office
    prefect: PrefectServer
    commune: str
    """One of its own, so that dossier codes differ between installations that share a Prefect server."""
    worker: Child = field(init=False)

    def __post_init__(self) -> None:
        self.worker = self.new_worker()

    def new_worker(self, **changes: str) -> Child:
        environment = {**self.environment, **changes}
        command = [sys.executable, "-P", "-m", "cli", "worker"]
        return Child("worker", command, environment, self.settings.home / "worker.log")

    @property
    def environment(self) -> dict[str, str]:
        given = self.settings
        return {
            **os.environ,
            **client_environment(given),
            "MOTCUA_HOME": str(given.home),
            "MOTCUA_DATABASE_URL": given.database_url,
            "MOTCUA_PREFECT_PORT": str(given.prefect_port),
            "MOTCUA_PREFECT_AUTH": given.prefect_auth.get_secret_value(),
            "MOTCUA_DEFINITIONS": str(DEFINITIONS),
            "MOTCUA_LEASE_SECONDS": str(given.lease_seconds),
        }

    def motcua(self, *words: str) -> Any:
        """What a command of the shell says as JSON."""
        command = [sys.executable, "-P", "-m", "cli", *words, "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, check=True, timeout=120)
        return json.loads(done.stdout)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The worker stands still meanwhile: what is done here, it sees at once afterwards."""
        assert self.worker.process is not None
        self.worker.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.worker.process.send_signal(signal.SIGCONT)

    def accepted(self) -> str:
        """The code of a new dossier that was just accepted: its receipt is to be issued."""
        receiver = officer("receiving_officer", commune=self.commune)
        command = {"procedure": "9.000003", "commune": self.commune, "applicant": {"name": "Lò Thị B"}}
        code = str(register(self.office, command, actor=receiver, now=datetime.now(UTC))["dossier"])
        act(self.office, code, "accept", {}, actor=receiver, now=datetime.now(UTC))
        return code

    def issue(self, code: str) -> list[str]:
        """Issue the result; the steps that are open for the next desk then."""
        command = {"result": "paper", "number": "1"}
        clerk = officer("clerk", commune=self.commune)
        answer = act(self.office, code, "issue_result", command, actor=clerk, now=datetime.now(UTC))
        return [step["step"] for step in answer["open_steps"]]

    def types(self, code: str) -> list[str]:
        with reading(self.office.engine) as session:
            return [e.type.value for e in ledger(session, find(session, code).id or 0)]

    def wake_ups(self, code: str) -> list[WakeUpRow]:
        with reading(self.office.engine) as session:
            query = select(WakeUpRow).where(col(WakeUpRow.dossier_code) == code).order_by(col(WakeUpRow.id))
            return list(session.scalars(query))

    def states(self, code: str) -> list[tuple[str, str, int]]:
        """Step, state and attempt of every wake-up of a dossier."""
        return [(w.step, w.state, w.attempt) for w in self.wake_ups(code)]

    def all_done(self, *codes: str) -> bool:
        return all(w.state == "done" for code in codes for w in self.wake_ups(code))

    def wake_up_without_dossier(self, code: str) -> None:
        """A wake-up that always fails."""
        with writing(self.office.engine) as session:
            session.add(
                WakeUpRow(
                    dossier_id=-1,
                    dossier_code=code,
                    occurrence=1,
                    step="issue_receipt",
                    field="ho-tich",
                    created_at=datetime.now(UTC),
                )
            )

    def forget(self, code: str) -> None:
        with writing(self.office.engine) as session:
            for row in session.scalars(select(WakeUpRow).where(col(WakeUpRow.dossier_code) == code)):
                session.delete(row)
