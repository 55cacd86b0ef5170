"""Notices at once that a wake-up may wait: PostgreSQL tells us, SQLite is asked every 20 ms whether it has changed."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable

import psycopg
from sqlalchemy import Engine

from dossiers.wakeups import NOTIFY_CHANNEL

SQLITE_LOOK_SECONDS = 0.02
RECONNECT_SECONDS = 2.0

log = logging.getLogger(__name__)


async def ring_on_change(engine: Engine, ring: Callable[[], None]) -> None:
    """Call `ring` whenever a wake-up may have been written; runs until it is cancelled.

    A signal may be missed while the database is away: look at the queue now and then in any case.
    """
    if engine.dialect.name == "sqlite":
        await _watch_sqlite(engine, ring)
    else:
        await _listen(engine, ring)


async def _watch_sqlite(engine: Engine, ring: Callable[[], None]) -> None:
    connection = sqlite3.connect(f"file:{engine.url.database}?mode=rw", uri=True)
    try:
        seen = None
        while True:
            version = connection.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                ring()
            await asyncio.sleep(SQLITE_LOOK_SECONDS)
    finally:
        connection.close()


async def _listen(engine: Engine, ring: Callable[[], None]) -> None:
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
                await connection.execute(f"LISTEN {NOTIFY_CHANNEL}")
                ring()
                async for _ in connection.notifies():
                    ring()
        except psycopg.Error as error:
            log.warning("listening for wake-ups was interrupted: %s", error)
        await asyncio.sleep(RECONNECT_SECONDS)
