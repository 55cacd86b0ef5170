"""The scheduled flow that decides whom to tell of what happened, and sends what waits in the outbox."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import flow
from prefect.states import Completed, State

from flows.desk import desk
from flows.now import now

_one_at_a_time = asyncio.Lock()


@flow(name="deliver-notices", persist_result=False, retries=0)
async def deliver_notices() -> State[Any]:
    """Deliver what is due. A delivery that is still going on makes another one needless."""
    if _one_at_a_time.locked():
        return Completed(name="Skipped", message="Another delivery was still going on.")
    async with _one_at_a_time:
        from notifications.outbox import deliver  # noqa: PLC0415 - only this flow needs mail and templates

        report = await asyncio.to_thread(deliver, desk().office, now=now())
        return Completed(message=str(report)[:2000])
