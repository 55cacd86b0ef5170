"""The worker process: the in-process Prefect worker and the dispatcher beside it, in one event loop."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading

from prefect.client.orchestration import PrefectClient
from prefect.context import AsyncClientContext, SyncClientContext

from dossiers import wakeups
from dossiers.session import writing
from dossiers.settings import Settings
from flows.announcing import announce_forever
from flows.desk import Desk, desk, is_dead
from flows.dispatch import Dispatcher
from flows.execution import InProcessExecutor
from flows.now import now
from flows.registration import declaration, declared_flows
from flows.server import worker_ready_file
from flows.waking import ring_on_change
from flows.worker import InProcessWorker

DRAIN_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 3.0
"""How long to wait before a worker that could not start tries again, e.g. because Prefect refused the password."""

log = logging.getLogger(__name__)


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT.

    The event loop runs beside the main thread: there Prefect installs no signal handler of its own, which would raise
    in the middle of whatever the loop just does.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    failed: list[BaseException] = []
    thread = threading.Thread(target=_in_thread, args=(settings, stop, failed), name="worker")
    thread.start()
    while thread.is_alive():
        thread.join(0.5 if not stop.is_set() else DRAIN_SECONDS + 5)
    if failed:
        raise failed[0]


def _in_thread(settings: Settings, stop: threading.Event, failed: list[BaseException]) -> None:
    try:
        asyncio.run(serve(settings, stop))
    except BaseException as error:
        failed.append(error)


async def serve(settings: Settings, stop: threading.Event) -> None:
    """Dispatch and work until `stop` is set; then finish what is in progress, or give it back."""
    here = desk()
    await asyncio.to_thread(release_dead_owners, here)
    # both clients once for the whole process: each new one would read all certificates of the machine
    with SyncClientContext.get_or_create():
        async with AsyncClientContext.get_or_create() as prefect:
            await _serve(settings, stop, here, prefect.client)


async def _serve(settings: Settings, stop: threading.Event, here: Desk, client: PrefectClient) -> None:
    executor = InProcessExecutor(declared_flows(), client)
    dispatcher = Dispatcher(
        here,
        executor,
        client,
        batch=settings.dispatch_batch,
        runs_per_field=settings.runs_per_field,
    )
    tasks = [
        asyncio.create_task(dispatcher.run()),
        asyncio.create_task(ring_on_change(here.engine, dispatcher.ring)),
        asyncio.create_task(announce_forever(here, client)),
        asyncio.create_task(_register_and_poll(dispatcher, executor, settings, here.owner.replace("/", "-"))),
    ]
    waiting = asyncio.create_task(asyncio.to_thread(stop.wait))
    await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await _end(tasks[:3])
    await dispatcher.drain(DRAIN_SECONDS)
    await _end(tasks[3:])


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Stop endless tasks; an error that ended one of them before is raised."""
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


async def _register_and_poll(
    dispatcher: Dispatcher, executor: InProcessExecutor, settings: Settings, name: str
) -> None:
    """Poll for scheduled runs, with a fresh Prefect worker whenever one has given up (Prefect was away for long)."""
    await dispatcher.register()
    worker_ready_file(settings).write_text(name)
    pool = declaration()["work_pool"]["name"]
    while True:
        try:
            await InProcessWorker(pool, executor=executor, name=name).start(printer=log.info)
        except Exception as error:  # the top of the worker: shown, and started again
            log.warning("polling for scheduled runs pauses: %s: %s", type(error).__name__, error)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def release_dead_owners(here: Desk) -> int:
    """How many wake-ups were held by processes of this machine that no longer run: nobody waits for those leases."""
    with writing(here.engine) as session:
        dead = [owner for owner in wakeups.owners(session) if is_dead(owner)]
        return wakeups.release_owners(session, now=now(), owners=dead) if dead else 0
