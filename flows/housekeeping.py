"""The nightly flow that deletes what is only ballast: old run history and keys, documents whose time is over."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, cast

from prefect import flow, get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Completed, Crashed
from sqlalchemy import CursorResult, Engine, delete
from sqlmodel import col

from dossiers.document_upkeep import tidy
from dossiers.retention import load_retention
from dossiers.session import writing
from dossiers.settings import settings
from dossiers.tables import IdempotencyRow
from flows.desk import desk
from flows.naming import name_with_time
from flows.now import now
from flows.results import NO_RESULTS

IDEMPOTENCY_KEYS_FOR = timedelta(days=30)
ABANDONED_AFTER = timedelta(hours=1)
"""A run that has been pending for so long was created for an attempt whose process died before it noted the run."""
PAGE = 200
ENDED = (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED)


@flow(name="housekeeping", flow_run_name=name_with_time, persist_result=False, result_storage=NO_RESULTS, retries=0)
async def housekeeping() -> State[Any]:
    """Delete old run history, idempotency keys and documents out of their time; show abandoned runs as crashed."""
    moment = now()
    async with get_client() as client:
        abandoned = await close_abandoned_runs(client, before=moment - ABANDONED_AFTER)
        runs = await delete_ended_runs(client, before=moment - timedelta(days=settings().prefect_retention_days))
    keys = await asyncio.to_thread(delete_idempotency_keys, desk().engine, before=moment - IDEMPOTENCY_KEYS_FOR)
    rules = load_retention(settings().retention)
    documents = await asyncio.to_thread(tidy, desk().office, rules, now=moment)
    return Completed(
        message=f"{runs} old flow runs and {keys} idempotency keys deleted, {abandoned} abandoned runs closed; "
        f"{documents.retention_over} documents removed after their time, "
        f"{documents.orphans + documents.parts} contents without a document"
    )


def delete_idempotency_keys(engine: Engine, *, before: datetime) -> int:
    """How many idempotency keys from before that instant were deleted."""
    with writing(engine) as session:
        statement = delete(IdempotencyRow).where(col(IdempotencyRow.created_at) < before)
        return cast("CursorResult[Any]", session.execute(statement)).rowcount


async def delete_ended_runs(client: PrefectClient, *, before: datetime) -> int:
    """How many flow runs that were due before that instant, and have ended, were deleted from Prefect's history."""
    count = 0
    while runs := await client.read_flow_runs(
        flow_run_filter=_due_before(before, ENDED), sort=FlowRunSort.ID_DESC, limit=PAGE
    ):
        for run in runs:
            await client.delete_flow_run(run.id)
        count += len(runs)
    return count


async def close_abandoned_runs(client: PrefectClient, *, before: datetime) -> int:
    """How many flow runs were still pending that should have started before that instant; they are Crashed now."""
    runs = await client.read_flow_runs(
        flow_run_filter=_due_before(before, (StateType.PENDING,)), sort=FlowRunSort.ID_DESC, limit=PAGE
    )
    for run in runs:
        await client.set_flow_run_state(run.id, Crashed(message="Nobody took this run up."), force=True)
    return len(runs)


def _due_before(before: datetime, states: tuple[StateType, ...]) -> FlowRunFilter:
    return FlowRunFilter(
        expected_start_time=FlowRunFilterExpectedStartTime(before_=before),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
    )
