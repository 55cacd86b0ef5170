"""Turns waiting wake-ups into Prefect flow runs of this process, and goes on doing so whatever happens to Prefect."""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import SettingsContext, get_settings_context
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES
from prefect.states import Pending

from dossiers import wakeups
from dossiers.failpoints import failpoint
from dossiers.session import reading, writing
from dossiers.wakeups import Claim, WakeUpRef
from flows.desk import Desk
from flows.execution import KEY_PREFIX, InProcessExecutor
from flows.now import now
from flows.processing import parameters, run_name
from flows.registration import Registration, register

LONGEST_NAP = 1.0
"""Seconds after which the queue is looked at even if nobody rang: backoffs and leases end without a signal."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
"""Seconds between attempts to reach Prefect, or our own database."""
JOIN_SECONDS = 0.2
"""While a run of a field goes on, the next one starts so long after it, so that more wake-ups share it."""
DIGEST_LENGTH = 32

log = logging.getLogger(__name__)


class RunAlreadyUsed(Exception):
    """Prefect has a flow run for exactly these attempts that has already started or ended."""


@dataclass(frozen=True, slots=True)
class Run:
    """Attempts that share one flow run."""

    field: str
    refs: tuple[WakeUpRef, ...]

    @property
    def key(self) -> str:
        """`wake-up:attempt`; for a shared run a digest over all of them. The same only for the same attempts."""
        parts = sorted(f"{one.wake_up}:{one.attempt}" for one in self.refs)
        if len(parts) == 1:
            return parts[0]
        return f"{len(parts)}:{hashlib.sha256(','.join(parts).encode()).hexdigest()[:DIGEST_LENGTH]}"


def group(field: str, claims: Sequence[Claim]) -> list[Run]:
    """One shared run for those that may share, and a run for each that has to be alone."""
    sharing = tuple(c.ref for c in claims if not c.alone)
    runs = [Run(field, sharing)] if sharing else []
    return runs + [Run(field, (c.ref,)) for c in claims if c.alone]


def _shortly(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _context_without_retries() -> contextvars.Context:
    """A context in which Prefect's client says at once that Prefect is away, instead of trying again for a minute."""
    context = contextvars.copy_context()
    present = get_settings_context()
    impatient = present.settings.copy_with_update(updates={PREFECT_CLIENT_MAX_RETRIES: 0})
    context.run(SettingsContext(profile=present.profile, settings=impatient).__enter__)
    return context


class Dispatcher:
    """Claims wake-ups and runs them, field by field, with at most `runs_per_field` runs of each at once."""

    def __init__(
        self, desk: Desk, executor: InProcessExecutor, client: PrefectClient, *, batch: int, runs_per_field: int
    ) -> None:
        """Dispatch for one worker process; `batch` is the most wake-ups of one shared run."""
        self._desk = desk
        self._executor = executor
        self._client = client
        self._batch = batch
        self._runs_per_field = runs_per_field
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(runs_per_field))
        self._busy: Counter[str] = Counter()
        self._last_start: defaultdict[str, float] = defaultdict(float)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._registration: Registration | None = None
        self._registering = asyncio.Lock()
        self._attention = asyncio.Event()
        self._impatient = _context_without_retries()

    def ring(self) -> None:
        """Have the queue looked at without delay."""
        self._attention.set()

    async def register(self) -> None:
        """Register work pool and deployments, asking for as long as Prefect is away."""
        pause = FIRST_PAUSE
        while self._registration is None:
            try:
                await asyncio.create_task(self._register_once(), context=self._impatient)
            except Exception as error:  # Prefect is away or not ready: it is asked again
                starting = isinstance(error, httpx.TransportError)
                log.log(
                    logging.INFO if starting else logging.WARNING, "Prefect does not register us: %s", _shortly(error)
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def run(self) -> None:
        """Dispatch until cancelled. Nothing that happens to Prefect or to the store ends it."""
        pause = FIRST_PAUSE
        while True:
            self._attention.clear()
            try:
                started = await self._turn()
            except Exception as error:  # the top of the dispatcher: shown, and tried again
                log.warning("dispatching pauses for %.2g s: %s", pause, _shortly(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            if not started:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._attention.wait(), LONGEST_NAP)

    async def drain(self, seconds: float) -> None:
        """Let the runs in progress end for at most that long, then give back what they hold."""
        if not self._tasks:
            return
        _, unfinished = await asyncio.wait(self._tasks, timeout=seconds)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    async def _turn(self) -> bool:
        """Claim and start what can be started now; True when there may be more at once."""
        started = False
        for field in await asyncio.to_thread(self._claimable):
            if not self._may_start(field):
                continue
            runs, broken = await asyncio.to_thread(self._claim, field)
            for run in runs:
                self._busy[field] += 1
                self._last_start[field] = asyncio.get_running_loop().time()
                self._spawn(self._process(run))
                started = True
            for one in broken:
                self._spawn(self._executor.show_as_crashed(one, "It did not report in time."))
        return started

    def _may_start(self, field: str) -> bool:
        """Whether a run may start now: the first at once, a further one after it let others join it for a moment."""
        if self._busy[field] == 0:
            return True
        if self._busy[field] >= self._runs_per_field:
            return False
        loop = asyncio.get_running_loop()
        waited = loop.time() - self._last_start[field]
        if waited >= JOIN_SECONDS:
            return True
        loop.call_later(JOIN_SECONDS - waited, self.ring)
        return False

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _process(self, run: Run) -> None:
        """See one run through. Whatever goes wrong here, its wake-ups are released or their leases run out."""
        try:
            async with self._slots[run.field]:
                await self._create_and_execute(run)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.to_thread(self._release, run, "the worker was stopped", timedelta()))
            raise
        except Exception as error:  # the top of a run: shown; the leases of its wake-ups run out
            log.exception("run %s broke off: %s", run.key, error)
        finally:
            self._busy[run.field] -= 1
            self.ring()

    async def _create_and_execute(self, run: Run) -> None:
        held, flow_run = await self._create(run)
        if flow_run is None:
            return
        broken_by = await self._executor.execute(flow_run)
        if broken_by is not None:
            await asyncio.to_thread(self._release, held, _shortly(broken_by), timedelta(seconds=1))

    async def _create(self, run: Run) -> tuple[Run, FlowRun | None]:
        """The flow run of these attempts; waits for Prefect as long as it takes and holds the leases meanwhile."""
        pause = FIRST_PAUSE
        while True:
            try:
                return run, await self._create_once(run)
            except RunAlreadyUsed as used:
                await asyncio.to_thread(self._release, run, str(used), timedelta())
                return run, None
            except Exception as error:  # Prefect is away or not ready: nothing is lost, it is asked again
                log.warning("Prefect does not take run %s: %s", run_name(run.refs), _shortly(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            run = Run(run.field, await asyncio.to_thread(self._renew, run))
            if not run.refs:
                return run, None

    async def _create_once(self, run: Run) -> FlowRun:
        failpoint("dispatch.before_create_run")
        flow_run = await asyncio.create_task(self._ask_prefect(run), context=self._impatient)
        failpoint("dispatch.after_create_run")
        if flow_run.state is not None and not flow_run.state.is_pending():
            raise RunAlreadyUsed(f"flow run {flow_run.id} is already {flow_run.state.name}")
        await asyncio.to_thread(self._remember, run, flow_run)
        failpoint("dispatch.after_remember_run")
        return flow_run

    async def _register_once(self) -> Registration:
        async with self._registering:
            if self._registration is None:
                self._registration = await register(self._client)
            return self._registration

    async def _ask_prefect(self, run: Run) -> FlowRun:
        registration = await self._register_once()
        try:
            return await self._client.create_flow_run_from_deployment(
                registration.deployment_of(run.field),
                parameters=parameters(run.refs),
                name=run_name(run.refs),
                idempotency_key=run.key,
                state=Pending(),
            )
        except PrefectHTTPStatusError as error:
            if error.response.status_code == httpx.codes.NOT_FOUND:
                self._registration = None  # Prefect's database is another one than before: register again
            raise

    def _claimable(self) -> list[str]:
        with reading(self._desk.engine) as session:
            return wakeups.claimable_fields(session, now=now())

    def _claim(self, field: str) -> tuple[list[Run], set[str]]:
        """The runs to start, and references of earlier runs that broke off."""
        desk = self._desk
        with writing(desk.engine) as session:
            claims = wakeups.claim(
                session, now=now(), lease=desk.lease, owner=desk.owner, limit=self._batch, field=field
            )
            runs = group(field, claims)
            for run in runs:  # found again by its key if we die before we learn its id
                wakeups.remember_run(session, run.refs, f"{KEY_PREFIX}{run.key}")
        return runs, {claim.broken_run for claim in claims if claim.broken_run}

    def _renew(self, run: Run) -> tuple[WakeUpRef, ...]:
        with writing(self._desk.engine) as session:
            return tuple(wakeups.renew(session, run.refs, now=now(), lease=self._desk.lease))

    def _remember(self, run: Run, flow_run: FlowRun) -> None:
        with writing(self._desk.engine) as session:
            wakeups.remember_run(session, run.refs, str(flow_run.id))

    def _release(self, run: Run, error: str, wait: timedelta) -> None:
        with writing(self._desk.engine) as session:
            wakeups.release(session, run.refs, now=now(), error=error, alone=False, wait=wait, run_broken=True)
