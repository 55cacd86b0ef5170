"""What time alone brings about: elapsed legal timers, and warnings. Safe to repeat, and to run days late."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, text, update
from sqlmodel import Session, col

from dossiers.columns import table_of
from dossiers.failpoints import failpoint
from dossiers.gate import apply_timers
from dossiers.office import Office
from dossiers.planned_rungs import reached_by
from dossiers.session import reading, writing
from dossiers.store import is_postgresql
from dossiers.tables import DossierRow
from dossiers.warning_records import insert_warnings, warning_of

WARNINGS_PER_TRANSACTION = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep did. `more`: it stopped at its limit, so another one has to follow at once."""

    dossiers: int = 0
    """Dossiers of which some legal timer had elapsed."""
    events: int = 0
    """Events that were written for them, each dated at its legal moment."""
    warnings: int = 0
    """Warnings that were not there before."""
    failed: dict[str, str] = field(default_factory=dict)
    """Dossiers whose timers could not be applied, with the reason; they are tried again by the next sweep."""
    more: bool = False


def sweep(office: Office, *, now: datetime, limit: int = 10_000, threads: int = 1) -> SweepReport:
    """Apply elapsed timers of at most `limit` dossiers, then write at most `limit` dossiers' warnings that are due.

    Timers come first, because they may end or move a clock. `threads` go through the gate side by side (1 on SQLite).
    """
    codes = elapsed_dossiers(office, now=now, limit=limit)
    failed: dict[str, str] = {}

    def apply(code: str) -> int:
        try:
            return apply_timers(office, code, now=now)
        except Exception as error:  # one broken dossier must not keep the law from all others: recorded and shown
            log.exception("the legal timers of %s could not be applied", code)
            failed[code] = f"{type(error).__name__}: {error}"
            return 0

    with ThreadPoolExecutor(max_workers=threads) as pool:
        events = sum(pool.map(apply, codes))
    seen, warnings = write_warnings(office, now=now, limit=limit)
    return SweepReport(len(codes) - len(failed), events, warnings, failed, more=limit in (len(codes), seen))


def elapsed_dossiers(office: Office, *, now: datetime, limit: int) -> list[str]:
    """The codes of dossiers with an elapsed timer, the one whose legal moment came first at the head."""
    query = (
        select(col(DossierRow.code))
        .where(col(DossierRow.next_timer_at) <= now)
        .order_by(col(DossierRow.next_timer_at))
        .limit(limit)
    )
    with reading(office.engine) as session:
        return list(session.scalars(query))


def write_warnings(office: Office, *, now: datetime, limit: int) -> tuple[int, int]:
    """How many dossiers were looked at, and how many warnings are new. Each carries its legal moment, however late."""
    seen = new = 0
    while seen < limit:
        size = min(WARNINGS_PER_TRANSACTION, limit - seen)
        with writing(office.engine) as session:
            due = _due(session, now, size)
            new += _write(session, due, now)
            failpoint("sweep.before_commit")
        seen += len(due)
        if len(due) < size:
            break
    return seen, new


def _due(session: Session, now: datetime, size: int) -> Sequence[Row[Any]]:
    """Dossiers that have reached a rung; not those with an elapsed timer, which comes first and may move the rung."""
    query = (
        select(
            col(DossierRow.id), col(DossierRow.next_warning_at), col(DossierRow.warning_plan), col(DossierRow.silent)
        )
        .where(
            col(DossierRow.next_warning_at) <= now,
            or_(col(DossierRow.held_until).is_(None), col(DossierRow.held_until) <= now),
            or_(col(DossierRow.next_timer_at).is_(None), col(DossierRow.next_timer_at) > now),
        )
        .order_by(col(DossierRow.next_warning_at))
        .limit(size)
        .with_for_update(skip_locked=True)
    )
    return session.execute(query).all()


def _write(session: Session, due: Sequence[Row[Any]], now: datetime) -> int:
    """Record every rung that has been reached, and point each dossier at its next one."""
    reached: list[dict[str, Any]] = []
    following: list[tuple[int, datetime | None]] = []
    for row in due:
        planned, next_at = reached_by(row.warning_plan, row.next_warning_at, now)
        reached += [warning_of(row.id, rung, now) for rung in planned]
        following.append((row.id, next_at))
    new = insert_warnings(session, reached, silent=frozenset(row.id for row in due if row.silent))
    _advance(session, following)
    return new


def _advance(session: Session, following: list[tuple[int, datetime | None]]) -> None:
    if not following:
        return
    if is_postgresql(session):
        dossiers, moments = zip(*following, strict=True)
        session.connection().execute(_ADVANCE_AT_ONCE, {"dossiers": list(dossiers), "moments": list(moments)})
    else:
        session.connection().execute(_ADVANCE, [{"dossier": d, "next_at": at} for d, at in following])


_DOSSIERS = table_of(DossierRow)
_ADVANCE_AT_ONCE = text(
    "UPDATE dossiers SET next_warning_at = found.moment"
    " FROM unnest(CAST(:dossiers AS bigint[]), CAST(:moments AS timestamptz[])) AS found (id, moment)"
    " WHERE dossiers.id = found.id"
)
_ADVANCE = update(_DOSSIERS).where(_DOSSIERS.c.id == bindparam("dossier")).values(next_warning_at=bindparam("next_at"))
