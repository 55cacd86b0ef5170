"""The scheduled flow that applies elapsed legal timers and writes warnings."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dossiers.sweep import sweep
from flows.desk import THREADS_ON_POSTGRESQL, desk
from flows.naming import name_with_time
from flows.now import now
from flows.results import NO_RESULTS

_one_at_a_time = asyncio.Lock()


@flow(name="sweep-deadlines", flow_run_name=name_with_time, persist_result=False, result_storage=NO_RESULTS, retries=0)
async def sweep_deadlines() -> State[Any]:
    """Sweep until nothing is left to do. A sweep that is still going on makes another one needless."""
    if _one_at_a_time.locked():
        return Completed(name="Skipped", message="Another sweep was still going on.")
    async with _one_at_a_time:
        return await _sweep_all()


async def _sweep_all() -> State[Any]:
    office = desk().office
    threads = 1 if office.engine.dialect.name == "sqlite" else THREADS_ON_POSTGRESQL
    dossiers = events = warnings = 0
    failed: dict[str, str] = {}
    more = True
    while more:
        report = await asyncio.to_thread(sweep, office, now=now(), threads=threads)
        dossiers, events, warnings = dossiers + report.dossiers, events + report.events, warnings + report.warnings
        failed |= report.failed
        more = report.more and not report.failed
    message = f"{dossiers} dossiers with elapsed timers, {events} events, {warnings} new warnings"
    if failed:
        return Failed(message=f"{message}; failed: {failed}"[:2000])
    return Completed(message=message)
