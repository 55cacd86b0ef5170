"""Whole dossiers (2 automatic, 3 human steps) per second through the gate and Prefect, beside the gate alone."""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from bench.databases import throw_away
from bench.processes import children, installation
from dossiers.actions.automatic import do_automatic_step
from dossiers.authority import Actor, Grant, StaffRole
from dossiers.errors import DossierError
from dossiers.gate import act
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.registration import register
from dossiers.session import reading, writing
from dossiers.settings import settings as cached_settings
from dossiers.tables import DossierRow, OpenStepRow
from dossiers.wakeups import claim
from flows.server import wait_until_ready

DOSSIERS = 600
AT_ONCE = 6
COMMUNE = "14845"
LEASE = timedelta(seconds=60)
STEPS = {"appraise": "case", "sign": "signer", "issue": "clerk"}


def _actor(role: str) -> Actor:
    return Actor(id=f"bench-{role}", name=role, grants=(Grant(StaffRole(role), "38", COMMUNE),))


ACTORS = {
    "receiver": _actor("receiving_officer"),
    "case": _actor("case_officer"),
    "signer": _actor("signatory"),
    "clerk": _actor("clerk"),
}


def run(dossiers: int = DOSSIERS) -> dict[str, Any]:
    """Dossiers per second with the real Prefect server and worker, and with the gate alone in the same run."""
    with throw_away() as url, throw_away() as prefect_url, tempfile.TemporaryDirectory() as folder:
        changes = {
            "database_url": url,
            "prefect_database_url": prefect_url.replace("+psycopg", "+asyncpg"),
            "definitions": str(Path(__file__).parent / "definitions"),
        }
        with installation(Path(folder), **changes) as (given, environment):
            cached_settings.cache_clear()
            office = Office.open(given)
            upgrade(office.engine)
            floor = _gate_alone(office, dossiers // 2)
            processes = {name: child for name, child in children(given, environment).items() if name != "web"}
            for child in processes.values():
                child.start()
            try:
                wait_until_ready(given, seconds=60)
                _through(office, 20)  # warm
                rate = _through(office, dossiers)
            finally:
                for child in processes.values():
                    child.stop()
    return {"whole_per_s": round(rate, 1), "gate_alone_per_s": round(floor, 1), "share_of_gate": round(rate / floor, 2)}


def _take_in(office: Office) -> str:
    now = datetime.now(UTC)
    command = {"procedure": "9.000002", "commune": COMMUNE, "applicant": {"name": "Đo lường"}}
    code = str(register(office, command, actor=ACTORS["receiver"], now=now)["dossier"])
    act(office, code, "accept", {}, actor=ACTORS["receiver"], now=now)
    return code


def _human(office: Office, code: str, step: str, occurrence: int) -> None:
    actor = ACTORS[STEPS[step]]
    command: dict[str, Any] = {"result": "paper"} if step == "issue" else {"occurrence": occurrence, "outcome": "ok"}
    action = "issue_result" if step == "issue" else "complete_step"
    act(office, code, action, command, actor=actor, now=datetime.now(UTC))


def _gate_alone(office: Office, dossiers: int) -> float:
    def one(_: int) -> None:
        code = _take_in(office)
        _machine(office)
        for occurrence, step in enumerate(STEPS, start=2):
            _human(office, code, step, occurrence)
        _machine(office)

    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(dossiers)))
    return dossiers / (time.perf_counter() - start)


def _machine(office: Office) -> None:
    now = datetime.now(UTC)
    with writing(office.engine) as session:
        claims = claim(session, now=now, lease=LEASE, owner="bench", limit=1)
    for one in claims:
        do_automatic_step(office, wake_up=one.ref.wake_up, attempt=one.ref.attempt, owner="bench", now=now, lease=LEASE)


def _through(office: Office, dossiers: int) -> float:
    before = _finished(office)
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        taking = [pool.submit(_take_in, office) for _ in range(dossiers)]
        while _finished(office) - before < dossiers:
            for future in [f for f in taking if f.done()]:
                future.result()
                taking.remove(future)
            list(pool.map(lambda row: _try(office, *row), _waiting(office)))
            if time.perf_counter() - start > 300:
                raise TimeoutError("the worker did not keep up")
    return dossiers / (time.perf_counter() - start)


def _try(office: Office, code: str, step: str, occurrence: int) -> None:
    try:
        _human(office, code, step, occurrence)
    except DossierError:
        return  # seen twice between two looks


def _waiting(office: Office) -> list[tuple[str, str, int]]:
    with reading(office.engine) as session:
        query = (
            select(DossierRow.code, OpenStepRow.step, OpenStepRow.occurrence)  # type: ignore[call-overload]
            .join(DossierRow, col(DossierRow.id) == col(OpenStepRow.dossier_id))
            .where(col(OpenStepRow.kind) == "human", col(OpenStepRow.step).in_(STEPS))
            .limit(60)
        )
        return [tuple(row) for row in session.execute(query)]


def _finished(office: Office) -> int:
    """Dossiers whose last automatic step is done."""
    with reading(office.engine) as session:
        query = select(func.count()).select_from(DossierRow).where(col(DossierRow.status) == "finished")
        done = session.execute(query.where(col(DossierRow.current_step) == "return_result")).scalar_one()
    return int(done)
