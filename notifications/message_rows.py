"""Rows of the outbox: how one is made, and how they are added without doubling any."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from dossiers.store import is_postgresql
from notifications.notices import Notice
from notifications.preferences import Way
from notifications.recipients import APPLICANT, Recipient
from notifications.rules import RuleSet
from notifications.tables import MessageRow, MessageState


def message_row(
    *,
    identity: str,
    source: str,
    notice: Notice,
    recipient: Recipient,
    way: Way,
    rules: RuleSet,
    now: datetime,
    dossier_id: int | None = None,
    event_id: int | None = None,
    warnings: Sequence[int] = (),
) -> dict[str, Any]:
    """A message as it is stored. `identity` says what it is about, the same again after a restore."""
    return {
        "message_id": message_id(identity, notice.value, recipient.key, way.channel),
        "source": source,
        "event_id": event_id,
        "warnings": list(warnings),
        "dossier_id": dossier_id,
        "notice": notice.value,
        "recipient": recipient.key,
        "applicant_id": int(recipient.key.partition(":")[2]) if recipient.kind == APPLICANT else None,
        "channel": way.channel,
        "language": rules.language,
        "state": (MessageState.UNDELIVERABLE if way.hopeless else MessageState.WAITING).value,
        "attempts": 0,
        "next_try_at": rules.not_before(way.channel, now),
        "last_error": way.hopeless,
        "created_at": now,
        "settled_at": now if way.hopeless else None,
    }


def message_id(identity: str, notice: str, recipient: str, channel: str) -> str:
    """32 hexadecimal digits that follow from what the message is: the same again after a restore."""
    return hashlib.sha256("/".join((identity, notice, recipient, channel)).encode()).hexdigest()[:32]


def add_messages(session: Session, messages: list[dict[str, Any]]) -> int:
    """Add messages; gives how many are new. One that is already there stays as it is."""
    if not messages:
        return 0
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    added = insert(MessageRow).on_conflict_do_nothing().returning(col(MessageRow.id))
    return len(session.execute(added, messages).all())
