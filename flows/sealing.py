"""The nightly flow that seals the ledger."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from dossiers.settings import settings
from flows.desk import desk
from flows.naming import name_with_time
from flows.now import now
from flows.results import NO_RESULTS
from performance.seal_errors import SealedMeanwhile
from performance.seal_keys import SealKey
from performance.seals import take_seals


@flow(name="seal-ledger", flow_run_name=name_with_time, persist_result=False, result_storage=NO_RESULTS, retries=0)
async def seal_ledger() -> State[Any]:
    """Seal everything recorded so far. A seal that another worker has just taken makes this one needless."""
    given = settings()
    key = SealKey.from_file(given.seal_key)
    try:
        taken = await asyncio.to_thread(take_seals, desk().engine, key, now=now(), folder=given.seals_folder)
    except SealedMeanwhile:
        return Completed(name="Skipped", message="Another process has just sealed the ledger.")
    return Completed(message=f"seal {taken[-1].number}, up to cut {taken[-1].cut}")
