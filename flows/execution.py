"""Runs Prefect flow runs in this process and its event loop. How a run ends never ends anything else."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import anyio
from prefect import Flow
from prefect._flow_run_suspension import FlowRunSuspensionRequest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterIdempotencyKey
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.flow_engine import AsyncFlowRunEngine
from prefect.states import Cancelled, Crashed

KEY_PREFIX = "key:"
"""Marks a reference to a flow run by its idempotency key instead of its id."""

MOST_FOUND = 10

log = logging.getLogger(__name__)


class FlowRunCancelled(Exception):
    """The flow run was cancelled in Prefect while it ran."""


class _Engine(AsyncFlowRunEngine[Any, Any]):
    """Prefect's engine without its heartbeats and its watch for suspension: two threads and 90 ms for each run.

    Our runs never wait for anything, so there is nothing to suspend.
    """

    @property
    def heartbeat_seconds(self) -> None:
        """No heartbeats: whether somebody works on a step is told by its lease."""

    @contextmanager
    def setup_flow_run_suspension_request(self) -> Generator[FlowRunSuspensionRequest, None, None]:
        yield self._get_flow_run_suspension_request()


async def _run(flow: Flow[..., Any], flow_run: FlowRun) -> None:
    engine = _Engine(flow=flow, parameters=flow_run.parameters, flow_run=flow_run)
    async with engine.start():
        while engine.is_running():
            async with engine.run_context():
                await engine.call_flow_fn()  # type: ignore[unused-coroutine]  # Prefect annotates what it awaits


class InProcessExecutor:
    """Executes flow runs of the flows that it knows, and knows which are in progress."""

    def __init__(self, flows: Mapping[str, Flow[..., Any]], client: PrefectClient) -> None:
        """Serve the given flows, by flow name."""
        self._flows = flows
        self._client = client
        self._names: dict[UUID, str] = {}
        self._in_progress: dict[UUID, anyio.CancelScope] = {}

    def is_running(self, flow_run_id: UUID) -> bool:
        """Whether that flow run is in progress in this process."""
        return flow_run_id in self._in_progress

    def cancel(self, flow_run_id: UUID) -> bool:
        """Break off a flow run; False when it is not in progress here."""
        scope = self._in_progress.get(flow_run_id)
        if scope is not None:
            scope.cancel()
        return scope is not None

    async def execute(self, flow_run: FlowRun) -> Exception | None:
        """Run a flow run to its end, at once.

        Returns what kept it from an end of its own (then nobody knows how far it came), or None. A failed flow has come
        to an end of its own.
        """
        with anyio.CancelScope() as scope:
            self._in_progress[flow_run.id] = scope
            try:
                await _run(await self._flow_of(flow_run), flow_run)
            except (Pause, Abort) as ended:  # Prefect's own signals, which are no ordinary exceptions
                log.info("flow run %s was ended by Prefect: %s", flow_run.name, ended)
                return RuntimeError(f"Prefect ended the flow run: {type(ended).__name__} {ended}")
            except Exception as error:  # the top of a flow run: recorded, and never the end of the worker
                log.exception("flow run %s broke off", flow_run.name)
                await self._set(flow_run.id, Crashed(message=f"{type(error).__name__}: {error}"[:2000]))
                return error
            finally:
                del self._in_progress[flow_run.id]
        if scope.cancelled_caught:
            await self._set(flow_run.id, Cancelled(message="Cancelled while it ran."), even_if_ended=True)
            return FlowRunCancelled(str(flow_run.id))
        return None

    async def show_as_crashed(self, reference: str, message: str) -> None:
        """Set a flow run that nobody works on any more to Crashed, unless it has ended or runs here.

        It is named by its id, or by `key:` and its idempotency key where its id was never learnt. Best effort.
        """
        try:
            for flow_run_id in await self._referred(reference):
                if not self.is_running(flow_run_id):
                    await self._set(flow_run_id, Crashed(message=message))
        except Exception as error:
            log.warning("could not show run %s as crashed: %s", reference, error)

    async def _referred(self, reference: str) -> list[UUID]:
        if not reference.startswith(KEY_PREFIX):
            return [UUID(reference)]
        key = FlowRunFilterIdempotencyKey(any_=[reference.removeprefix(KEY_PREFIX)])
        found = await self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(idempotency_key=key), sort=FlowRunSort.ID_DESC, limit=MOST_FOUND
        )
        return [one.id for one in found]

    async def _flow_of(self, flow_run: FlowRun) -> Flow[..., Any]:
        name = self._names.get(flow_run.flow_id)
        if name is None:
            name = self._names[flow_run.flow_id] = (await self._client.read_flow(flow_run.flow_id)).name
        return self._flows[name]

    async def _set(self, flow_run_id: UUID, state: State[Any], *, even_if_ended: bool = False) -> None:
        """Best effort: a run's state in Prefect is only for show, our own record goes on without it."""
        try:
            found = await self._client.read_flow_run(flow_run_id)
            if even_if_ended or found.state is None or not found.state.is_final():
                await self._client.set_flow_run_state(flow_run_id, state, force=True)
        except ObjectNotFound:
            return
        except Exception as error:
            log.warning("could not set flow run %s to %s: %s", flow_run_id, state.name, error)
