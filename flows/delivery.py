"""The scheduled flow that decides whom to tell of what happened, sends what waits in the outbox, and makes slips."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dossiers.settings import settings
from flows.desk import desk
from flows.naming import name_with_time
from flows.now import now
from flows.results import NO_RESULTS

_one_at_a_time = asyncio.Lock()
log = logging.getLogger(__name__)
MOST_PASSES = 5
"""Each sends for a minute at most; what is left then is for the next run."""


@flow(name="deliver-notices", flow_run_name=name_with_time, persist_result=False, result_storage=NO_RESULTS, retries=0)
async def deliver_notices() -> State[Any]:
    """Deliver what is due. A delivery that is still going on makes another one needless."""
    if _one_at_a_time.locked():
        return Completed(name="Skipped", message="Another delivery was still going on.")
    async with _one_at_a_time:
        from notifications.outbox import deliver
        from notifications.slips.pending import make_slips
        from notifications.telling import decide_all

        here = desk()
        failed: list[str] = []
        decided: Any = None
        try:
            decided = await here.call(lambda: decide_all(here.office, settings(), now=now()))
        except Exception as error:  # what was decided before still goes out, and slips are made; the run shows it
            log.exception("deciding whom to tell failed")
            failed.append(f"{type(error).__name__}: {error}")
        report = await deliver(here.office, settings(), now=now())
        passes = 1
        while report.more and passes < MOST_PASSES:
            report, passes = await deliver(here.office, settings(), now=now()), passes + 1
        slips = await here.call(lambda: make_slips(here.office, settings(), now=now()))
        message = f"{decided} {report} {slips}"
        if failed:
            return Failed(message=f"{'; '.join(failed)}; {message}"[:2000])
        return Completed(message=message[:2000])
