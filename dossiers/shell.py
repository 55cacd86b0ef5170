"""What every command of the shell shares: the time, JSON output, and errors with exit codes instead of tracebacks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from dossiers.errors import MalformedCommand
from dossiers.office import Office
from dossiers.settings import settings

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

OK = 0
DIFFERENT = 1
"""The command ran and found something that does not fit."""
REFUSED = 2
"""The command could not be done."""


def now() -> datetime:
    """The wall clock, for commands of the shell only."""
    return datetime.now(UTC)


def local_instant(text: str) -> datetime:
    """An instant as somebody types it; without a zone it means Asia/Ho_Chi_Minh.

    Raises:
        MalformedCommand: it is no instant.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedCommand(problem=f"{text!r}: write 2026-02-13T09:00") from None
    return found.replace(tzinfo=VIETNAM) if found.tzinfo is None else found


def shown_local(at: datetime | None) -> str | None:
    """An instant in local time with its offset, to the second."""
    return at.astimezone(VIETNAM).isoformat(timespec="seconds") if at else None


def say(value: Any, *, as_json: bool, text: str) -> None:
    """Print a value as JSON, or its text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str) if as_json else text)


def office() -> Office:
    """The office of this installation.

    Raises:
        DatabaseTooOld, DatabaseTooNew: its database has not the schema of this version.
    """
    from dossiers.migrate import require_current

    found = Office.open(settings())
    require_current(found.engine)
    return found
