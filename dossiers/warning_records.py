"""Warnings as they are kept: the plan on a dossier's row, the rungs reached, and the queue of those to tell of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from dossiers.planned_rungs import PlannedRung
from dossiers.tables import UndecidedWarningRow, WarningRow


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
