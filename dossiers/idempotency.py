"""Idempotency keys: the same command under the same key gives the first answer, another command under it is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from dossiers.errors import KeyReusedForAnotherCommand
from dossiers.events import canonical
from dossiers.tables import IdempotencyRow


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key in the scope of its actor and route, with the hash of the body it came with."""

    actor: str
    route: str
    key: str
    body_hash: str

    @classmethod
    def of(cls, *, actor: str, route: str, key: str, body: Any) -> IdempotencyKey:
        """The key with the SHA-256 of the body's canonical JSON (or of raw bytes)."""
        raw = body if isinstance(body, bytes) else canonical(body).encode()
        return cls(actor, route, key, hashlib.sha256(raw).hexdigest())


def first_answer(session: Session, key: IdempotencyKey) -> dict[str, Any] | None:
    """The answer that was given first, or None when the key is new.

    Raises:
        KeyReusedForAnotherCommand: the key came with another body before.
    """
    if session.get_bind().dialect.name == "postgresql":  # the same command twice at once: the second waits here
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"
        session.execute(text(lock), {"name": f"{key.actor} {key.route} {key.key}"})
    row = session.get(IdempotencyRow, (key.actor, key.route, key.key))
    if row is None:
        return None
    if row.body_hash != key.body_hash:
        raise KeyReusedForAnotherCommand(key=key.key, route=key.route)
    return row.answer


def remember(session: Session, key: IdempotencyKey, answer: dict[str, Any], now: datetime) -> None:
    """Keep the answer in the transaction of the action."""
    session.add(
        IdempotencyRow(
            actor=key.actor, route=key.route, key=key.key, body_hash=key.body_hash, answer=answer, created_at=now
        )
    )
    session.flush()
