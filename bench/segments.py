"""Automatic steps through Prefect: opened → done on an idle system, and how many a second one worker sustains."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import col

from bench.databases import throw_away
from bench.processes import Child, children, installation
from bench.whole import ACTORS, COMMUNE
from dossiers.gate import act
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.registration import register
from dossiers.session import reading, writing
from dossiers.settings import settings as cached_settings
from dossiers.tables import WakeUpRow
from flows.server import wait_until_ready

IDLE_STEPS = 40
ALONE_STEPS = 60
LOAD_STEPS = 600
WAITING_DOSSIERS = 100_000
PATIENCE = 120.0


@dataclass
class Running:
    """An installation with a running Prefect server and worker."""

    office: Office
    worker: Child

    def open_step(self) -> str:
        """The code of a new dossier whose receipt is to be issued from now on."""
        now = datetime.now(UTC)
        command = {"procedure": "9.000002", "commune": COMMUNE, "applicant": {"name": "Đo lường"}}
        code = str(register(self.office, command, actor=ACTORS["receiver"], now=now)["dossier"])
        act(self.office, code, "accept", {}, actor=ACTORS["receiver"], now=datetime.now(UTC))
        return code

    def not_done(self) -> int:
        """How many automatic steps are not done."""
        with reading(self.office.engine) as session:
            query = select(func.count()).select_from(WakeUpRow).where(col(WakeUpRow.state) != "done")
            return int(session.execute(query).scalar_one())

    def settle(self) -> None:
        """Wait until every automatic step is done."""
        end = time.monotonic() + PATIENCE
        while self.not_done():
            if time.monotonic() > end:
                raise TimeoutError(f"{self.not_done()} steps are not done")
            time.sleep(0.02)

    def latencies(self, codes: list[str]) -> list[float]:
        """Seconds from the opening of each step to its end, by the rows' own instants."""
        with reading(self.office.engine) as session:
            rows = session.scalars(select(WakeUpRow).where(col(WakeUpRow.dossier_code).in_(codes))).all()
        return [(r.done_at - r.created_at).total_seconds() for r in rows if r.done_at]

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The worker stands still meanwhile."""
        process = self.worker.process
        if process is None:
            raise RuntimeError("the worker does not run")
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)


@contextmanager
def running(kind: str, *, batch: int) -> Iterator[Running]:
    """An installation with both databases on SQLite, or both on PostgreSQL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        changes = {"definitions": str(Path(__file__).parent / "definitions"), "dispatch_batch": str(batch)}
        if kind == "postgresql":
            changes["database_url"] = stack.enter_context(throw_away())
            changes["prefect_database_url"] = stack.enter_context(throw_away()).replace("+psycopg", "+asyncpg")
        given, environment = stack.enter_context(installation(folder, **changes))
        cached_settings.cache_clear()
        office = Office.open(given)
        upgrade(office.engine)
        processes = {name: child for name, child in children(given, environment).items() if name != "web"}
        try:
            for child in processes.values():
                child.start()
            wait_until_ready(given, seconds=90)
            found = Running(office, processes["worker"])
            found.open_step()
            found.settle()
            yield found
        finally:
            for child in processes.values():
                child.stop()


def idle(place: Running, steps: int) -> dict[str, float]:
    """Opened → done, one step at a time, in milliseconds."""
    codes = []
    for _ in range(steps):
        codes.append(place.open_step())
        place.settle()
        time.sleep(0.1)
    cuts = quantiles(place.latencies(codes), n=20)
    return {"idle_p50_ms": round(cuts[9] * 1000), "idle_p95_ms": round(cuts[18] * 1000)}


def sustained(place: Running, steps: int) -> float:
    """Steps a second, when that many wait at once."""
    with place.frozen():
        for _ in range(steps):
            place.open_step()
        start = time.perf_counter()
    place.settle()
    return round(steps / (time.perf_counter() - start), 1)


def fill(place: Running, dossiers: int) -> None:
    """So many dossiers that wait for people, made in SQL: each has a done wake-up and an open human step."""
    on_postgresql = place.office.engine.dialect.name == "postgresql"
    numbers = (
        f"SELECT n FROM generate_series(1, {dossiers}) AS g(n)"
        if on_postgresql
        else f"WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {dossiers}) SELECT n FROM g"
    )
    now = "'2026-03-02 02:00:00'"
    no = "false" if on_postgresql else "0"
    wake_ups = (
        "INSERT INTO wake_ups"
        " (dossier_id, dossier_code, occurrence, step, field, state, attempt, alone, created_at)"
        f" SELECT -n, 'X-' || n, 1, 'issue_receipt', 'ho-tich', 'done', 1, {no}, {now} FROM ({numbers}) AS s"
    )
    open_steps = (
        "INSERT INTO open_steps (dossier_id, occurrence, step, kind, role, opened_at)"
        f" SELECT -n, 2, 'appraise', 'human', 'case_officer', {now} FROM ({numbers}) AS s"
    )
    with writing(place.office.engine) as session:
        session.execute(text(wake_ups))
        session.execute(text(open_steps))


def run() -> dict[str, Any]:
    """Latency and rates on each kind of database. Budgets: p95 ≤ 2 s; ≥ 5 /s one run each; ≥ 40 /s under load."""
    found: dict[str, Any] = {}
    for kind in ("sqlite", "postgresql"):
        with running(kind, batch=1) as place:
            alone = sustained(place, ALONE_STEPS)
        with running(kind, batch=40) as place:
            part: dict[str, Any] = idle(place, IDLE_STEPS)
            part["one_run_each_per_s"] = alone
            part["under_load_per_s"] = sustained(place, LOAD_STEPS)
            fill(place, WAITING_DOSSIERS)
            part |= {f"{name}_with_100000_waiting": value for name, value in idle(place, IDLE_STEPS // 2).items()}
            part["under_load_per_s_with_100000_waiting"] = sustained(place, LOAD_STEPS)
        found[kind] = part
    return found
