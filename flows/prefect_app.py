"""The embedded Prefect server's application, with what Prefect 3.8 still lacks for SQLAlchemy 2.1."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

import uvicorn
from prefect.server.api.server import create_app as create_prefect_app
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.orm_models import FlowRun
from prefect.server.events.schemas.events import ReceivedEvent
from prefect.server.events.services import event_persister
from prefect.server.services import task_run_recorder
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.ext.hybrid import hybrid_property

from dossiers.failpoints import failpoint
from dossiers.settings import settings

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


def create_app() -> Handler:
    """Prefect's own application; with fail-points around it where a crash test has armed some."""
    allow_computed_attributes(FlowRun)
    lock_at_begin(AioSqliteConfiguration)
    record_what_can_be_recorded()
    store_task_runs_once()
    app = without_nulls(cast("Handler", create_prefect_app()))
    return with_failpoints(app) if settings().failpoints else app


def without_nulls(app: Handler) -> Handler:
    """The application, taking `null` in a query for "not given", as its own client means it and older FastAPI did.

    Otherwise Prefect's worker cannot ask for runs that are to be cancelled: FastAPI 0.152 refuses its query.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["type"] == "http" and scope["path"].endswith(("/filter", "/count"))
        await app(scope, _dropping_nulls(receive) if query else receive, send)

    return handle


def _dropping_nulls(receive: Receive) -> Receive:
    async def received() -> dict[str, Any]:
        message = await receive()
        body = message.get("body") or b""
        while message.get("more_body"):
            message = await receive()
            body += message.get("body") or b""
        if message["type"] != "http.request" or not body:
            return message
        with contextlib.suppress(ValueError):
            content = json.loads(body)
            if isinstance(content, dict):
                body = json.dumps({name: value for name, value in content.items() if value is not None}).encode()
        return {**message, "body": body}

    return received


def with_failpoints(app: Handler) -> Handler:
    """The application with fail-points before and after it creates a run or changes the state of one."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        name = str(scope.get("path", "")).rpartition("/")[2]
        watched = {"create_flow_run": "create_run", "set_state": "set_state"}.get(name)
        if watched:
            failpoint(f"prefect.before_{watched}")
        await app(scope, receive, send)
        if watched:
            failpoint(f"prefect.after_{watched}")

    return handle


def serve(port: int) -> None:
    """Serve on localhost until SIGTERM."""
    uvicorn.run(
        create_app,
        factory=True,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
    )


def allow_computed_attributes(model: type[Any]) -> None:
    """Let bulk inserts of a model name its computed attributes, ignored as they were before SQLAlchemy 2.1.

    Prefect's scheduler inserts flow runs with computed attributes among the values; SQLAlchemy 2.1 refuses those, so
    that no scheduled run would ever be created.
    """
    for attribute in inspect(model).all_orm_descriptors.values():
        if isinstance(attribute, hybrid_property) and attribute.bulk_dml_setter is None:
            attribute.bulk_dml_setter = _ignore  # type: ignore[assignment]


def lock_at_begin(configuration: type[AioSqliteConfiguration]) -> None:
    """Let every transaction of Prefect on SQLite take its write lock at BEGIN, as its own state changes do already.

    The others read first and lock later; if somebody has written in between, SQLite refuses at once, without waiting,
    and Prefect answers 503 "database is locked": with four clients that is every third request.
    """
    begin = configuration.begin_transaction

    def begin_locked(
        self: AioSqliteConfiguration, session: AsyncSession, with_for_update: bool = False
    ) -> AbstractAsyncContextManager[AsyncSessionTransaction]:
        return begin(self, session, with_for_update=True)

    configuration.begin_transaction = begin_locked  # type: ignore[method-assign,assignment]


def record_what_can_be_recorded() -> None:
    """Let one task run that cannot be stored (its flow run was deleted, or was in another database) spoil no others.

    They are stored in batches; Prefect would give up the whole batch.
    """
    record_all = task_run_recorder.record_bulk_task_run_events

    async def record(events: list[ReceivedEvent], *args: Any, **options: Any) -> None:
        try:
            await record_all(events, *args, **options)
        except IntegrityError:
            if len(events) == 1:
                log.warning("task run %s belongs to no known flow run", events[0].resource.id)
                return
            for event in events:
                await record([event], *args, **options)

    task_run_recorder.record_bulk_task_run_events = record


def store_task_runs_once() -> None:
    """Let the event feed leave out what became of task runs: their states are stored as task runs already.

    It is a fifth of what a task costs the server. Flow runs, work pools and our own events stay in the feed.
    """
    write_all = event_persister.write_events  # type: ignore[attr-defined]

    async def write(session: AsyncSession, events: list[ReceivedEvent]) -> None:
        kept = [event for event in events if not event.event.startswith("prefect.task-run.")]
        if kept:
            await write_all(session=session, events=kept)

    event_persister.write_events = write  # type: ignore[attr-defined]


def _ignore(_model: type[Any], _values: MutableMapping[str, Any], _value: Any) -> None:
    """Write nothing for the attribute: the database computes it."""


if __name__ == "__main__":
    serve(int(sys.argv[1]))
