"""The scheduled flow that keeps the figures up with the ledgers."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.desk import desk
from flows.naming import name_with_time
from flows.now import now
from flows.results import NO_RESULTS
from performance.keeping import catch_up

_one_at_a_time = asyncio.Lock()


@flow(name="keep-figures", flow_run_name=name_with_time, persist_result=False, result_storage=NO_RESULTS, retries=0)
async def keep_figures() -> State[Any]:
    """Bring facts and counts up to the newest cut. A run that is still going on makes another one needless."""
    if _one_at_a_time.locked():
        return Completed(name="Skipped", message="Another run was still going on.")
    async with _one_at_a_time:
        done = await asyncio.to_thread(catch_up, desk().office, now=now())
    message = f"{done.dossiers} dossiers, up to cut {done.cut}"
    if done.failed:
        return Failed(message=f"{message}; without facts: {dict(list(done.failed.items())[:5])}")
    return Completed(message=message)
