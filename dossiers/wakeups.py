"""The queue of automatic steps: who works on which, under which lease, and what comes back after a failure.

A row is written by the gate in the transaction that opens the step and is marked done in the transaction that does it.
Everything here only decides who may try next; whether a step still needs doing is for the gate alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlmodel import Session, col

from dossiers.tables import WakeUpRow

WAITING = "waiting"
LEASED = "leased"
DONE = "done"

NOTIFY_CHANNEL = "motcua_wake"
"""The PostgreSQL channel on which the gate announces a new wake-up."""

MOST_ATTEMPTS = 8
"""After so many attempts a step is no longer tried by itself: it is shown, and `motcua recover` releases it again."""

FIRST_BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class WakeUpRef:
    """One attempt at one automatic step: enough to do it and to recognise a stale attempt."""

    wake_up: int
    dossier_code: str
    occurrence: int
    step: str
    field: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A wake-up that this owner now holds, and what is known of the attempt before."""

    ref: WakeUpRef
    alone: bool
    """Whether it gets a flow run to itself."""
    expired_run: str | None
    """The flow run of the attempt whose lease ran out, to be shown as crashed."""
    taken_over: bool
    """Whether the lease of another attempt ran out."""


def ref(row: WakeUpRow) -> WakeUpRef:
    """The reference of a row at its present attempt."""
    assert row.id is not None
    return WakeUpRef(row.id, row.dossier_code, row.occurrence, row.step, row.field, row.attempt)


def backoff(attempt: int) -> timedelta:
    """How long to wait after the given attempt (from 1) failed: 2 s, 4 s, 8 s … up to 10 minutes."""
    return min(FIRST_BACKOFF * 2 ** max(0, min(attempt, 20) - 1), LONGEST_BACKOFF)


def claim(
    session: Session,
    *,
    now: datetime,
    lease: timedelta,
    owner: str,
    limit: int,
    field: str | None = None,
) -> list[Claim]:
    """Up to `limit` wake-ups, oldest first, now leased to `owner` until `now + lease` with their next attempt number.

    Takes waiting rows whose backoff is over and rows whose lease ran out. On PostgreSQL rows that another worker is just
    taking are skipped; on SQLite the write transaction of the session keeps others out.
    """
    due = or_(
        and_(col(WakeUpRow.state) == WAITING, or_(col(WakeUpRow.lease_until).is_(None), _passed(now))),
        and_(col(WakeUpRow.state) == LEASED, _passed(now)),
    )
    query = select(WakeUpRow).where(due, col(WakeUpRow.attempt) < MOST_ATTEMPTS)
    if field is not None:
        query = query.where(col(WakeUpRow.field) == field)
    query = query.order_by(col(WakeUpRow.id)).limit(limit).with_for_update(skip_locked=True)
    return [_take(row, now=now, lease=lease, owner=owner) for row in session.scalars(query)]


def _passed(now: datetime):  # type: ignore[no-untyped-def]  # an SQL expression
    return col(WakeUpRow.lease_until) <= now


def _take(row: WakeUpRow, *, now: datetime, lease: timedelta, owner: str) -> Claim:
    was_leased = row.state == LEASED
    expired_run = row.flow_run_id if was_leased else None
    row.state = LEASED
    row.attempt += 1
    row.lease_until = now + lease
    row.lease_owner = owner
    row.flow_run_id = None
    if was_leased:
        row.alone = True
        row.last_error = f"attempt {row.attempt - 1} did not report within its lease"
    return Claim(ref(row), alone=row.alone, expired_run=expired_run, taken_over=was_leased)
