"""Warnings as they are kept: the plan on a dossier's row, the rungs reached, and the queue of those to tell of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from dossiers.events import instant
from dossiers.tables import UndecidedWarningRow, WarningRow
from dossiers.warning_rungs import PlannedRung

Stored = Sequence[Sequence[Any]]


def to_store(planned: Iterable[PlannedRung]) -> list[list[Any]]:
    """A plan as the row keeps it."""
    return [[p.rung, p.number, p.clock_period, instant(p.moment)] for p in planned]


def from_store(plan: Stored) -> list[PlannedRung]:
    """A plan back from the row."""
    return [PlannedRung(datetime.fromisoformat(at), rung, number, period) for rung, number, period, at in plan]


def unrecorded(plan: Stored, next_warning_at: datetime | None) -> list[PlannedRung]:
    """The rungs of a stored plan that nobody has recorded yet: those from the next warning's moment on."""
    if next_warning_at is None:
        return []
    return [p for p in from_store(plan) if p.moment >= next_warning_at]


def warning_of(dossier_id: int, planned: PlannedRung, now: datetime) -> dict[str, Any]:
    """The row of a rung that was reached."""
    return {
        "dossier_id": dossier_id,
        "rung": planned.rung,
        "number": planned.number,
        "clock_period": planned.clock_period,
        "legal_moment": planned.moment,
        "recorded_at": now,
        "announced": False,
    }


def insert_warnings(session: Session, warnings: list[dict[str, Any]], *, silent: frozenset[int] = frozenset()) -> int:
    """Record rungs; gives how many were not there before. The new ones are queued, but for silent dossiers."""
    if not warnings:
        return 0
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(WarningRow).on_conflict_do_nothing().returning(col(WarningRow.id), col(WarningRow.dossier_id))
    )
    new = session.execute(statement, warnings).all()
    queued = [{"warning_id": i, "dossier_id": d} for i, d in new if d not in silent]
    if queued:
        session.execute(insert(UndecidedWarningRow), queued)
    return len(new)


def recorded_warnings(session: Session, dossier_id: int) -> list[WarningRow]:
    """The rungs that a dossier has reached, by their legal moment."""
    query = (
        select(WarningRow)
        .where(col(WarningRow.dossier_id) == dossier_id)
        .order_by(col(WarningRow.legal_moment), col(WarningRow.id))
    )
    return list(session.scalars(query))
