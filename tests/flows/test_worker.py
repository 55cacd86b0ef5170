"""The executor inside the worker, registration, and schedules, against the real Prefect server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow, flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.sorting import DeploymentSort
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)
from prefect.states import Failed, Pending
from sqlmodel import select

from dossiers.session import reading, writing
from dossiers.tables import IdempotencyRow
from flows import registration
from flows.execution import FlowRunCancelled, InProcessExecutor
from flows.housekeeping import close_abandoned_runs, delete_ended_runs, delete_idempotency_keys
from flows.registration import DECLARATION, register
from flows.results import NO_RESULTS
from flows.server import api_url, auth_string
from tests.flows.running import Installation, PrefectServer, eventually

pytestmark = pytest.mark.slow

entered: list[str] = []


@flow(result_storage=NO_RESULTS, persist_result=False)
async def succeeds() -> str:
    return "done"


@flow(result_storage=NO_RESULTS, persist_result=False)
async def fails() -> State[Any]:
    return Failed(message="not today")


@flow(result_storage=NO_RESULTS, persist_result=False)
async def breaks() -> None:
    raise ValueError("broken")


@flow(result_storage=NO_RESULTS, persist_result=False)
async def is_aborted() -> None:
    raise Abort("the server says no")


@flow(result_storage=NO_RESULTS, persist_result=False)
async def is_paused() -> None:
    raise Pause("later")


@flow(result_storage=NO_RESULTS, persist_result=False)
async def lasts_forever() -> None:
    entered.append("in")
    await asyncio.Event().wait()


FLOWS: dict[str, Flow[..., Any]] = {f.name: f for f in (succeeds, fails, breaks, is_aborted, is_paused, lasts_forever)}


@pytest.fixture
async def client(prefect: PrefectServer) -> AsyncIterator[PrefectClient]:
    changes = {
        PREFECT_API_URL: api_url(prefect.settings),
        PREFECT_API_AUTH_STRING: auth_string(prefect.settings),
        PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    with temporary_settings(changes), SyncClientContext():
        async with AsyncClientContext() as context:
            yield context.client


async def created(client: PrefectClient, name: str) -> FlowRun:
    return await client.create_flow_run(FLOWS[name], name=name)


async def state_of(client: PrefectClient, run: FlowRun) -> str:
    state = (await client.read_flow_run(run.id)).state
    return f"{state.name}: {state.message}" if state else ""


@pytest.mark.parametrize(
    ("name", "kept_from_its_end", "shown"),
    [
        ("succeeds", None, "Completed: None"),
        ("fails", None, "Failed: not today"),
        ("breaks", None, "Failed: Flow run encountered an exception: ValueError: broken"),
        ("is-aborted", "Prefect ended the flow run: Abort the server says no", "Running: None"),
        ("is-paused", "Prefect ended the flow run: Pause later", "Running: None"),
    ],
)
async def test_however_a_run_ends_the_executor_goes_on(
    client: PrefectClient, name: str, kept_from_its_end: str | None, shown: str
) -> None:
    executor = InProcessExecutor(FLOWS, client)
    run = await created(client, name)
    error = await executor.execute(run)
    assert (str(error) if error else None) == kept_from_its_end
    assert await state_of(client, run) == shown
    assert executor.is_running(run.id) is False


async def test_a_run_of_an_unknown_flow_is_shown_as_crashed(client: PrefectClient) -> None:
    run = await created(client, "succeeds")
    error = await InProcessExecutor({}, client).execute(run)
    assert isinstance(error, KeyError)
    assert await state_of(client, run) == "Crashed: KeyError: 'succeeds'"


async def test_a_run_can_be_cancelled_while_it_runs(client: PrefectClient) -> None:
    executor = InProcessExecutor(FLOWS, client)
    run = await created(client, "lasts-forever")
    running = asyncio.create_task(executor.execute(run))
    while not entered:
        await asyncio.sleep(0.01)
    assert executor.cancel(run.id) is True
    assert isinstance(await running, FlowRunCancelled)
    assert await state_of(client, run) == "Cancelled: Cancelled while it ran."
    assert executor.cancel(run.id) is False


async def test_a_run_that_has_ended_is_not_shown_as_crashed(client: PrefectClient) -> None:
    executor = InProcessExecutor(FLOWS, client)
    run = await created(client, "succeeds")
    await executor.execute(run)
    await executor.show_as_crashed(str(run.id), "It did not report in time.")
    assert await state_of(client, run) == "Completed: None"


async def test_prefect_is_written_to_only_when_the_declaration_has_changed(
    client: PrefectClient, sqlite_place: Installation, tmp_path: Path
) -> None:
    first = await register(client)
    again = await register(client)
    assert again.changed is False
    assert again.deployments == first.deployments
    assert sorted(again.deployments) == [
        "dat-dai",
        "deliver-notices",
        "ho-tich",
        "housekeeping",
        "keep-figures",
        "khac",
        "seal-ledger",
        "sweep-deadlines",
        "xay-dung",
    ]
    assert again.deployment_of("dat-dai") == again.deployments["dat-dai"]
    assert again.deployment_of("nuoi-con-nuoi") == again.deployments["khac"]

    changed = tmp_path / "prefect.yaml"
    changed.write_text(DECLARATION.read_text("utf-8").replace("- name: xay-dung", "- name: nha-o"), "utf-8")
    other = await register(client, changed)
    assert other.changed is True
    assert "nha-o" in other.deployments
    assert "xay-dung" not in {d.name for d in await client.read_deployments(limit=50, sort=DeploymentSort.NAME_ASC)}
    assert (await register(client)).changed is True
    registration.declaration.cache_clear()


def test_schedules_make_runs_and_the_worker_takes_what_is_due(place: Installation) -> None:
    ours = {"deployments": {"name": {"any_": ["sweep-deadlines"]}}}

    def runs(state: str) -> list[dict[str, Any]]:
        return [r for r in place.prefect.ask("flow_runs/filter", ours) if r["state_name"] == state]

    assert len(eventually(lambda: runs("Scheduled"))) >= 2
    [sweeping] = place.prefect.ask("deployments/filter", ours)
    due = place.prefect.ask(f"deployments/{sweeping['id']}/create_flow_run")["id"]
    [done] = eventually(lambda: [r for r in runs("Completed") if r["id"] == due])
    assert done["name"].startswith("sweep-deadlines 20")
    assert done["state"]["message"] == "0 dossiers with elapsed timers, 0 events, 0 new warnings"


async def test_housekeeping_deletes_what_has_ended_and_closes_what_was_abandoned(client: PrefectClient) -> None:
    ended = await created(client, "succeeds")
    await InProcessExecutor(FLOWS, client).execute(ended)
    abandoned = await client.create_flow_run(FLOWS["succeeds"], name="abandoned", state=Pending())
    soon = datetime.now(UTC) + timedelta(seconds=1)
    assert await close_abandoned_runs(client, before=soon) >= 1
    assert await state_of(client, abandoned) == "Crashed: Nobody took this run up."
    assert await delete_ended_runs(client, before=soon) >= 2
    for run in (ended, abandoned):
        with pytest.raises(ObjectNotFound):
            await client.read_flow_run(run.id)


def test_old_idempotency_keys_are_deleted(sqlite_place: Installation) -> None:
    engine = sqlite_place.office.engine
    with writing(engine) as session:
        for day in (1, 2):
            moment = datetime(2026, 3, day, tzinfo=UTC)
            row = IdempotencyRow(actor="a", route="r", key=str(day), body_hash="h", answer={}, created_at=moment)
            session.add(row)
    assert delete_idempotency_keys(engine, before=datetime(2026, 3, 2, tzinfo=UTC)) == 1
    with reading(engine) as session:
        assert [row.key for row in session.scalars(select(IdempotencyRow))] == ["2"]
