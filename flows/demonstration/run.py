"""Runs the whole demonstration and prints what happened, per commune, with its proof."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import func, select
from sqlmodel import col

from dossiers.office import Office
from dossiers.session import reading
from dossiers.tables import DossierRow, WakeUpRow
from flows.demonstration.driver import DemonstrationFailed, Journey
from flows.demonstration.office_staff import staff
from flows.demonstration.plans import PROCEDURES, DossierPlan, plan
from flows.demonstration.proof import Proof, prove_acknowledged, prove_ledger, prove_prefect
from procedures.communes import commune as commune_of

AT_ONCE = 6
SETTLE_SECONDS = 180.0

Progress = Callable[[int, int], None]


@dataclass
class Outcome:
    """What the demonstration did."""

    journeys: list[Journey]
    failures: list[str] = field(default_factory=list)
    proof: Proof = field(default_factory=Proof)

    def by_commune(self, office: Office) -> list[dict[str, Any]]:
        """Per commune: how many dossiers took which path, how they stand, early / on time / late."""
        codes = {j.code: j.plan for j in self.journeys if j.code}
        with reading(office.engine) as session:
            rows = session.execute(select(DossierRow).where(col(DossierRow.code).in_(codes))).scalars().all()
        found = []
        for commune in sorted({r.commune for r in rows}):
            here = [r for r in rows if r.commune == commune]
            found.append(
                {
                    "commune": commune,
                    "name": commune_of(commune).name,
                    "dossiers": len(here),
                    "paths": dict(sorted(Counter(codes[r.code].path.value for r in here).items())),
                    "status": dict(sorted(Counter(r.status for r in here).items())),
                    "verdict": dict(sorted(Counter(r.verdict for r in here if r.verdict).items())),
                }
            )
        return found


def demonstrate(
    office: Office,
    *,
    url: str,
    dossiers: int,
    seed: int,
    now: Callable[[], datetime],
    progress: Progress = lambda _done, _all: None,
    with_prefect: bool = True,
) -> Outcome:
    """Take dossiers through the API at `url` and the worker behind it, then prove that everything agrees."""
    people = staff(office, now=now())
    catalogue = office.catalogue
    today = now().date()
    definitions = [d for code in PROCEDURES for d in catalogue.versions(code) if d.effective.covers(today)]
    plans = plan(definitions, people.communes, dossiers=dossiers, seed=seed, now=now())
    by_code = {d.code: d for d in definitions}
    outcome = Outcome([])
    with httpx.Client(base_url=url, timeout=30) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        for one in plans:
            outcome.journeys.append(Journey(one, by_code[one.procedure], people, client, now, one.starts_at))
        running = {pool.submit(journey.run): journey for journey in outcome.journeys}
        for done, finished in enumerate(as_completed(running), start=1):
            error = finished.exception()
            if error is not None:
                outcome.failures.append(_failure(running[finished].plan, error))
            progress(done, len(plans))
    _prove(office, outcome, now=now, with_prefect=with_prefect)
    return outcome


def _failure(planned: DossierPlan, error: BaseException) -> str:
    known = str(error) if isinstance(error, DemonstrationFailed) else repr(error)
    return f"{planned.number} {planned.procedure} {planned.path.value}: {known}"


def _prove(office: Office, outcome: Outcome, *, now: Callable[[], datetime], with_prefect: bool) -> None:
    codes = [j.code for j in outcome.journeys if j.code]
    settle(office, codes)
    prove_ledger(office, codes, outcome.proof, now=now())
    prove_acknowledged(office, {j.code: j.acknowledged for j in outcome.journeys if j.code}, outcome.proof)
    if with_prefect:
        asyncio.run(_prove_prefect_when_stored(office, codes, outcome.proof))


async def _prove_prefect_when_stored(office: Office, codes: list[str], proof: Proof) -> None:
    """Prefect stores task runs a moment after they ended: ask again until it agrees, or for as long as is fair."""
    deadline = time.monotonic() + 60
    while True:
        attempt = Proof()
        await prove_prefect(office, codes, attempt)
        if not attempt.problems or time.monotonic() > deadline:
            break
        await asyncio.sleep(2)
    proof.prefect_runs, proof.prefect_tasks = attempt.prefect_runs, attempt.prefect_tasks
    proof.repeated_tasks = attempt.repeated_tasks
    proof.problems += attempt.problems


def settle(office: Office, codes: list[str], *, seconds: float = SETTLE_SECONDS) -> None:
    """Wait until the worker has done every wake-up of these dossiers, or so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with reading(office.engine) as session:
            query = select(func.count()).select_from(WakeUpRow).where(col(WakeUpRow.state) != "done")
            if session.execute(query.where(col(WakeUpRow.dossier_code).in_(codes))).scalar_one() == 0:
                return
        time.sleep(0.3)


def prefect_environment(environment: dict[str, str]) -> None:
    """Set what Prefect's client reads when it is first imported."""
    os.environ.update(environment)
