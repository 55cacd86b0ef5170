"""Warnings as they are kept: the plan on a dossier's row, the rungs reached, and the queue of those to tell of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.dialects import sqlite
from sqlmodel import Session, col

from dossiers.columns import table_of
from dossiers.planned_rungs import PlannedRung
from dossiers.store import is_postgresql
from dossiers.tables import UndecidedWarningRow, WarningRow

_WARNINGS = table_of(WarningRow)
_RECORD = sqlite.insert(_WARNINGS).on_conflict_do_nothing().returning(_WARNINGS.c.id, _WARNINGS.c.dossier_id)
_QUEUE = insert(table_of(UndecidedWarningRow))
_RECORD_AND_QUEUE = text("""
    WITH new AS (
        INSERT INTO warnings (dossier_id, rung, number, clock_period, legal_moment, recorded_at, announced)
        SELECT * FROM unnest(
            CAST(:dossier_id AS bigint[]), CAST(:rung AS text[]), CAST(:number AS int[]), CAST(:clock_period AS int[]),
            CAST(:legal_moment AS timestamptz[]), CAST(:recorded_at AS timestamptz[]), CAST(:announced AS boolean[])
        )
        ON CONFLICT DO NOTHING RETURNING id, dossier_id
    ), queued AS (
        INSERT INTO undecided_warnings (warning_id, dossier_id)
        SELECT id, dossier_id FROM new WHERE dossier_id <> ALL(CAST(:silent AS bigint[]))
    )
    SELECT count(*) FROM new
""")
"""On PostgreSQL columns go over as arrays: a statement with a parameter for each value takes five times as long."""


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
    connection = session.connection()
    if is_postgresql(session):
        columns = {name: [w[name] for w in warnings] for name in warnings[0]}
        return int(connection.execute(_RECORD_AND_QUEUE, {**columns, "silent": list(silent)}).scalar_one())
    new = connection.execute(_RECORD, warnings).all()
    queued = [{"warning_id": i, "dossier_id": d} for i, d in new if d not in silent]
    if queued:
        connection.execute(_QUEUE, queued)
    return len(new)


def recorded_warnings(session: Session, dossier_id: int) -> list[WarningRow]:
    """The rungs that a dossier has reached, by their legal moment."""
    query = (
        select(WarningRow)
        .where(col(WarningRow.dossier_id) == dossier_id)
        .order_by(col(WarningRow.legal_moment), col(WarningRow.id))
    )
    return list(session.scalars(query))
