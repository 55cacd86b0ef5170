"""What every flow of this process works with: the office, its name as lease holder, a bounded way into the gate."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from dossiers.office import Office
from dossiers.settings import Settings, settings

T = TypeVar("T")

THREADS_ON_SQLITE = 2
"""SQLite writes one after the other: more threads would only wait for its lock."""
THREADS_ON_POSTGRESQL = 8


@dataclass(frozen=True, slots=True)
class Desk:
    """One process's access to the gate. At most `threads` calls run at once, each in a thread."""

    office: Office
    owner: str
    lease: timedelta
    threads: asyncio.Semaphore = field(repr=False)

    @property
    def engine(self) -> Engine:
        """The database of the installation."""
        return self.office.engine

    async def call(self, work: Callable[[], T]) -> T:
        """What `work` returns, run in a thread so that the event loop stays free."""
        async with self.threads:
            return await asyncio.to_thread(work)


@cache
def desk() -> Desk:
    """The desk of this process, by its settings."""
    return desk_for(settings())


def desk_for(given: Settings) -> Desk:
    """A desk by these settings."""
    office = Office.open(given)
    on_sqlite = office.engine.dialect.name == "sqlite"
    threads = THREADS_ON_SQLITE if on_sqlite else THREADS_ON_POSTGRESQL
    return Desk(office, owner_name(), timedelta(seconds=given.lease_seconds), asyncio.Semaphore(threads))


def owner_name() -> str:
    """`host/process id/start time`: says who holds a lease, and whether that process still lives."""
    pid = os.getpid()
    return f"{socket.gethostname()[:40]}/{pid}/{_started(pid)}"


def is_dead(owner: str) -> bool:
    """Whether that lease holder was a process of this machine that no longer runs. Unknown ones count as living."""
    host, _, rest = owner.partition("/")
    pid, _, started = rest.partition("/")
    if host != socket.gethostname()[:40] or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When that process started, in clock ticks since the machine did; `gone` when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "gone"
    state, *numbers = text.rpartition(")")[2].split()
    return "gone" if state == "Z" else numbers[18]
