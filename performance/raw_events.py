"""Events as the database holds them, byte by byte: what is unreadable, or not in our spelling, shows.

The ordinary reader gives values, and equal values can be stored in many ways. Here a stored text counts only when it is
the one that the program writes, so that a changed blank in a payload is as visible as a changed word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session

from dossiers.events import canonical

_TEXTS = ("type", "occurred_at", "recorded_at", "actor", "payload", "previous_hash", "hash")
_NUMBERS = ("dossier_id", "id", "cut", "revision")
_STORED_TIME = "%Y-%m-%d %H:%M:%S.%f"


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event as stored. `spoiled`: a column that holds nothing readable, or not in our spelling."""

    dossier_id: int
    id: int
    cut: int
    revision: int
    type: str
    occurred_at: str
    recorded_at: str
    actor: str
    payload: Any
    previous_hash: str
    hash: str
    spoiled: str | None = None

    def sealed_text(self, dossier: str) -> str:
        """What the hash of the event is of, in a dossier with that code."""
        return canonical(
            {
                "dossier": dossier,
                "revision": self.revision,
                "type": self.type,
                "occurred_at": self.occurred_at,
                "recorded_at": self.recorded_at,
                "actor": self.actor,
                "payload": self.payload,
                "previous": self.previous_hash,
            }
        )

    def is_whole(self, dossier: str) -> bool:
        """Whether its hash is that of its columns."""
        if self.spoiled:
            return False
        try:
            return hashlib.sha256(self.sealed_text(dossier).encode()).hexdigest() == self.hash
        except (TypeError, ValueError):  # a payload with a float, or a text that has no bytes
            return False

    @property
    def recorded(self) -> datetime | None:
        """When it was recorded; None when that cannot be read."""
        try:
            return datetime.fromisoformat(self.recorded_at)
        except ValueError:
            return None


def raw_events(session: Session, where: str, parameters: Mapping[str, Any]) -> Iterator[RawEvent]:
    """Events by dossier and revision. `where` is SQL over the table `events`, written in this package only."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    shown = [f"CAST({c} AS BLOB) AS {c}" if sqlite else _plain(c) for c in _TEXTS]
    query = text(f"SELECT {', '.join((*_NUMBERS, *shown))} FROM events WHERE {where} ORDER BY dossier_id, revision")
    query = query.bindparams(*(bindparam(n, expanding=True) for n, v in parameters.items() if isinstance(v, list)))
    for row in session.execute(query, dict(parameters)).mappings():
        yield _event(row)


def _plain(column: str) -> str:
    if column in ("occurred_at", "recorded_at"):
        return f"CAST({column} AT TIME ZONE 'UTC' AS text) AS {column}"
    return f"CAST({column} AS text) AS {column}"


def _event(row: Mapping[Any, Any]) -> RawEvent:
    values: dict[str, Any] = {name: row[name] for name in _NUMBERS}
    spoiled = next((n for n in _NUMBERS if type(row[n]) is not int), None)
    for name in _TEXTS:
        stored = row[name]
        try:
            found = stored.decode() if isinstance(stored, bytes) else stored
            values[name] = _read(name, found)
        except (ValueError, TypeError, AttributeError):
            values[name], spoiled = "", name
    return RawEvent(**values, spoiled=spoiled)


def _read(name: str, stored: str) -> Any:
    if name == "payload":
        found = json.loads(stored)
        if json.dumps(found) != stored:
            raise ValueError(name)
        return found
    if name in ("occurred_at", "recorded_at"):
        at = datetime.fromisoformat(stored)
        if stored not in (at.strftime(_STORED_TIME), str(at), str(at).rstrip("0")):
            raise ValueError(name)
        return at.replace(tzinfo=UTC).isoformat(timespec="microseconds")
    if not isinstance(stored, str):
        raise TypeError(name)
    return stored


def in_parts(ids: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The ids in lists of at most that size."""
    part: list[Any] = []
    for one in ids:
        part.append(one)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
