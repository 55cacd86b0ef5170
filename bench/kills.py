"""`make kills`: kill -9 of worker, Prefect server and web application at fail-points, while the demonstration goes on.

After at least `--kills` deaths of each process and the end of the demonstration it proves: every acknowledged action is
in the ledger, none is doubled, every automatic step was done exactly once, and a mail left twice at most once per kill.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import select

from bench.processes import Child, children, free_port, installation, wait_ready
from dossiers.demo_accounts import create as create_demo
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.session import reading
from dossiers.settings import Settings
from dossiers.settings import settings as cached_settings
from flows.demonstration.run import Outcome, demonstrate
from notifications.outbox import deliver
from notifications.routing import route
from notifications.tables import MessageRow

POINTS = {
    "web": ["register.before_commit", "register.after_commit", "gate.before_commit", "gate.after_commit"],
    "worker": [
        "dispatch.before_create_run",
        "dispatch.after_create_run",
        "dispatch.after_remember_run",
        "flow.before_step",
        "flow.after_step",
        "automatic.before_commit",
        "automatic.after_commit",
        "outbox.before_send",
        "outbox.after_send_before_record",
        "routing.before_commit",
        "sweep.before_commit",
    ],
    "prefect": [
        "prefect.before_create_run",
        "prefect.after_create_run",
        "prefect.before_set_state",
        "prefect.after_set_state",
    ],
}
PATIENCE = 30.0
"""Seconds after which a life that has not passed its point is ended, so that quiet points do not hold the run up."""
PASSINGS = {"web": (4, 15), "worker": (1, 3), "prefect": (2, 8)}
"""How often a point is passed before it kills, from and to."""


class Mailbox:
    """A real SMTP server that counts how often each message arrived."""

    def __init__(self) -> None:
        """Nothing has arrived yet."""
        self.arrived: Counter[str] = Counter()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Count a message by its Message-ID."""
        for line in envelope.content.decode("utf-8", "replace").splitlines():
            if line.lower().startswith("message-id:"):
                self.arrived[line.split(":", 1)[1].strip()] += 1
        return "250 OK"


def arm(child: Child, dice: random.Random, kills: int) -> None:
    """Arm each life with another fail-point until it has died often enough."""

    def choose() -> str:
        if child.killed >= kills:
            return ""
        point = POINTS[child.name][len(child.lives) % len(POINTS[child.name])]
        return f"{point}:{dice.randint(*PASSINGS[child.name])}"

    child.next_failpoint = choose


def impatient(child: Child, kills: int, dice: random.Random, patience: float) -> None:
    """Kill a process that has not passed its point for so many seconds, so that quiet points do not hold the run up."""
    lives, since = len(child.lives), time.monotonic()
    while child.killed < kills and not child.stopping:
        time.sleep(0.2)
        if len(child.lives) != lives:
            lives, since = len(child.lives), time.monotonic()
        elif time.monotonic() - since > patience + dice.random() * 2:
            child.kill()
            since = time.monotonic()


def run(*, kills: int, dossiers: int, seed: int, database_url: str = "") -> dict[str, Any]:
    """The crash run; gives what was counted and every problem in words."""
    dice = random.Random(seed)
    mailbox, port = Mailbox(), free_port()
    mail = Controller(mailbox, hostname="127.0.0.1", port=port)
    mail.start()
    with tempfile.TemporaryDirectory(prefix="motcua-kills-") as folder:
        changes = {"lease_seconds": "3", "smtp_host": "127.0.0.1", "smtp_port": str(port), "database_url": database_url}
        with installation(Path(folder), **changes) as (given, environment):
            cached_settings.cache_clear()
            office = Office.open(given)
            upgrade(office.engine)
            create_demo(office, now=datetime.now(UTC))
            processes = children(given, environment)
            for child in processes.values():
                child.start()
            try:
                wait_ready(given)
                for child in processes.values():
                    arm(child, dice, kills)
                    child.kill()  # the first life was unarmed: the next one is armed
                    Thread(target=impatient, args=(child, kills, dice, PATIENCE), daemon=True).start()
                outcome = demonstrate(
                    office,
                    url=f"http://{given.host}:{given.port}",
                    dossiers=dossiers,
                    seed=seed,
                    now=lambda: datetime.now(UTC),
                    progress=lambda done, all_: print(f"\r{done}/{all_} {_deaths(processes)}", end="", file=sys.stderr),
                    with_prefect=False,
                )
                _until_enough(processes, kills)
            finally:
                for child in processes.values():
                    child.stop()
                print(file=sys.stderr)
            asyncio.run(_flush(office, given))
            mail.stop()
            return _report(office, outcome, processes, mailbox, kills)


def _until_enough(processes: dict[str, Child], kills: int) -> None:
    """Wait for the last deaths, not for ever: what is missing then is a problem of the report."""
    deadline = time.monotonic() + 120
    while min(c.killed for c in processes.values()) < kills and time.monotonic() < deadline:
        time.sleep(0.3)


async def _flush(office: Office, given: Settings) -> None:
    """Send what still waits, with nobody killing any more; leases of dead senders are over by then."""
    later = datetime.now(UTC) + timedelta(minutes=10)
    while route(office, now=later).more:
        pass
    while (await deliver(office, given, now=later)).more:
        pass


def _deaths(processes: dict[str, Child]) -> str:
    return " ".join(f"{name} {child.killed}†" for name, child in processes.items())


def _report(
    office: Office, outcome: Outcome, processes: dict[str, Child], mailbox: Mailbox, kills: int
) -> dict[str, Any]:
    problems = [*outcome.failures, *outcome.proof.problems]
    deaths = {name: child.killed for name, child in processes.items()}
    problems += [f"{name} died only {count} times" for name, count in deaths.items() if count < kills]
    doubled = sum(count - 1 for count in mailbox.arrived.values() if count > 1)
    with reading(office.engine) as session:
        states = Counter(session.execute(select(MessageRow.state)).scalars())  # type: ignore[call-overload]
    left = {s: n for s, n in states.items() if s not in ("accepted", "unknown")}
    if left or not states:
        problems.append(f"messages neither accepted nor shown as unknown: {left or 'there are none at all'}")
    if mailbox.arrived.total() - doubled < states["accepted"]:
        problems.append(f"{states['accepted']} mails count as accepted, {mailbox.arrived.total() - doubled} arrived")
    if states["unknown"] > deaths["worker"]:
        problems.append(f"{states['unknown']} mails of unknown outcome in {deaths['worker']} kills")
    if doubled > deaths["worker"]:
        problems.append(f"{doubled} mails left twice in {deaths['worker']} kills")
    return {
        "deaths": deaths,
        "dossiers": len(outcome.journeys),
        "acknowledged": sum(len(j.acknowledged) for j in outcome.journeys),
        "events": outcome.proof.events,
        "automatic_steps": outcome.proof.automatic_steps,
        "mails": mailbox.arrived.total(),
        "mails_doubled": doubled,
        "messages": dict(states),
        "problems": problems,
    }


def main() -> None:
    """Run it from the shell; exit code 1 when anything does not fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="at least so many deaths of each process")
    parser.add_argument("--dossiers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", default="", help="empty: SQLite")
    given = parser.parse_args()
    found = run(kills=given.kills, dossiers=given.dossiers, seed=given.seed, database_url=given.database_url)
    for name, value in found.items():
        print(f"{name:<16} {value}")
    if found["problems"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
