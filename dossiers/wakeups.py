"""The queue of automatic steps: who works on which, under which lease, and what comes back after a failure.

A row is written by the gate in the transaction that opens the step and is marked done in the transaction that does it.
Everything here only decides who may try next; whether a step still needs doing is for the gate alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Update, and_, func, or_, select, update
from sqlmodel import Session, col

from dossiers.tables import WakeUpRow

WAITING = "waiting"
LEASED = "leased"
DONE = "done"
STUCK = "stuck"

NOTIFY_CHANNEL = "motcua_wake"
"""The PostgreSQL channel on which the gate announces a new wake-up."""

MOST_ATTEMPTS = 20
"""After so many attempts (about two hours) a step is stuck: no longer tried by itself, shown, released by recovery."""

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
    broken_run: str | None = None
    """The flow run (see `remember_run`) of an earlier attempt that did not come to its own end."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A wake-up that is not done, for people to look at."""

    ref: WakeUpRef
    state: str
    not_before: datetime | None
    """Waiting: when the next attempt may start. Leased: when the lease runs out."""
    owner: str | None
    last_error: str | None
    created_at: datetime


def backoff(attempt: int) -> timedelta:
    """How long to wait after the given attempt (from 1) failed: 2 s, 4 s, 8 s … up to 10 minutes."""
    doublings: int = 2 ** max(0, min(attempt, 20) - 1)
    return min(FIRST_BACKOFF * doublings, LONGEST_BACKOFF)


def claimable_fields(session: Session, *, now: datetime) -> list[str]:
    """The fields in which some wake-up may be claimed now, sorted. Reads only."""
    return sorted(session.scalars(select(col(WakeUpRow.field)).where(_claimable(now)).distinct()))


def claim(
    session: Session,
    *,
    now: datetime,
    lease: timedelta,
    owner: str,
    limit: int,
    field: str | None = None,
) -> list[Claim]:
    """Up to `limit` wake-ups, oldest first, leased to `owner` until `now + lease` with their next attempt number.

    Takes waiting rows whose backoff is over and rows whose lease ran out. On PostgreSQL rows that another worker is
    just taking are skipped; on SQLite the write transaction of the session keeps others out.
    """
    query = select(WakeUpRow).where(_claimable(now))
    if field is not None:
        query = query.where(col(WakeUpRow.field) == field)
    query = query.order_by(col(WakeUpRow.id)).limit(limit).with_for_update(skip_locked=True)
    claims = [_take(session, row, now=now, lease=lease, owner=owner) for row in session.scalars(query)]
    session.flush()
    return [c for c in claims if c is not None]


def _claimable(now: datetime) -> ColumnElement[bool]:
    passed = or_(col(WakeUpRow.lease_until).is_(None), col(WakeUpRow.lease_until) <= now)
    return and_(col(WakeUpRow.state).in_((WAITING, LEASED)), passed)


def _take(session: Session, row: WakeUpRow, *, now: datetime, lease: timedelta, owner: str) -> Claim | None:
    if row.state == LEASED:
        row.alone = True
        row.last_error = f"attempt {row.attempt} did not report within its lease"
        if _is_last(row.attempt):
            row.state = STUCK
            return None
    broken_run = row.flow_run_id or (_run_before(session, row) if row.state == LEASED else None)
    row.flow_run_id = None
    row.state = LEASED
    row.attempt += 1
    row.lease_until = now + lease
    row.lease_owner = owner
    return Claim(ref(row), alone=row.alone, broken_run=broken_run)


def _run_before(session: Session, row: WakeUpRow) -> str | None:
    """The run that opened this step and went on with it: it noted itself only at the step that it began with."""
    query = (
        select(col(WakeUpRow.flow_run_id))
        .where(col(WakeUpRow.dossier_id) == row.dossier_id, col(WakeUpRow.occurrence) < row.occurrence)
        .where(col(WakeUpRow.flow_run_id).is_not(None))
        .order_by(col(WakeUpRow.occurrence).desc())
        .limit(1)
    )
    return session.scalar(query)


def ref(row: WakeUpRow) -> WakeUpRef:
    """The reference of a stored row at its present attempt."""
    assert row.id is not None
    return WakeUpRef(row.id, row.dossier_code, row.occurrence, row.step, row.field, row.attempt)


def _is_last(attempt: int) -> bool:
    return attempt > 0 and attempt % MOST_ATTEMPTS == 0


def renew(session: Session, refs: Sequence[WakeUpRef], *, now: datetime, lease: timedelta) -> list[WakeUpRef]:
    """Those of the attempts that still hold their lease, now until `now + lease`."""
    return [r for r in refs if _update(session, r, lease_until=now + lease)]


def remember_run(session: Session, refs: Sequence[WakeUpRef], flow_run_id: str) -> None:
    """Note which flow run tries these attempts: its id, or before there is one `key:` and its key."""
    for attempt in {one.attempt for one in refs}:
        held = and_(
            col(WakeUpRow.id).in_([one.wake_up for one in refs if one.attempt == attempt]),
            col(WakeUpRow.attempt) == attempt,
            col(WakeUpRow.state) == LEASED,
        )
        _changed(session, update(WakeUpRow).where(held).values(flow_run_id=flow_run_id))


def release(
    session: Session,
    refs: Sequence[WakeUpRef],
    *,
    now: datetime,
    error: str,
    alone: bool = True,
    wait: timedelta | None = None,
    run_broken: bool = False,
) -> int:
    """How many of the attempts were still held and now wait again for `wait` (by default the backoff of the attempt).

    Stale and done ones are left as they are. After the last attempt a step is stuck instead. `alone` gives the next
    attempt a flow run to itself; `run_broken` keeps the run's id so that the next claim shows it as crashed.
    """
    count = 0
    for one in refs:
        values: dict[str, Any] = {
            "state": STUCK if _is_last(one.attempt) else WAITING,
            "lease_until": now + (backoff(one.attempt) if wait is None else wait),
            "lease_owner": None,
            "last_error": error[:500],
        }
        if alone:
            values["alone"] = True
        if not run_broken:
            values["flow_run_id"] = None
        count += _update(session, one, **values)
    return count


def _update(session: Session, one: WakeUpRef, **values: Any) -> int:
    held = and_(
        col(WakeUpRow.id) == one.wake_up,
        col(WakeUpRow.attempt) == one.attempt,
        col(WakeUpRow.state) == LEASED,
    )
    return _changed(session, update(WakeUpRow).where(held).values(**values))


def _changed(session: Session, statement: Update) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def release_owners(session: Session, *, now: datetime, owners: Sequence[str]) -> int:
    """How many leases of these (dead) owners end now, so that nobody waits for them to run out."""
    held = and_(col(WakeUpRow.state) == LEASED, col(WakeUpRow.lease_owner).in_(owners))
    return _changed(session, update(WakeUpRow).where(held).values(lease_until=now))


def release_all(session: Session, *, now: datetime) -> int:
    """How many wake-ups that are not done wait again, for at once: leased, waiting for a backoff, and stuck ones."""
    values: dict[str, Any] = {
        "state": WAITING,
        "lease_until": now,
        "lease_owner": None,
        "flow_run_id": None,
    }
    return _changed(session, update(WakeUpRow).where(col(WakeUpRow.state) != DONE).values(**values))


def owners(session: Session) -> list[str]:
    """Everybody who holds a lease, whether or not it ran out."""
    query = select(col(WakeUpRow.lease_owner)).where(col(WakeUpRow.state) == LEASED).distinct()
    return sorted(owner for owner in session.scalars(query) if owner)


def pending(session: Session, *, limit: int = 1000) -> list[Pending]:
    """The wake-ups that are not done, oldest first."""
    query = select(WakeUpRow).where(col(WakeUpRow.state) != DONE).order_by(col(WakeUpRow.id)).limit(limit)
    return [
        Pending(
            ref(row),
            row.state,
            row.lease_until,
            row.lease_owner,
            row.last_error,
            row.created_at,
        )
        for row in session.scalars(query)
    ]


def counts(session: Session) -> dict[str, int]:
    """How many wake-ups there are in each state; states without any are left out."""
    query = select(col(WakeUpRow.state), func.count()).group_by(col(WakeUpRow.state))
    return {state: int(count) for state, count in session.execute(query)}
