"""What stands behind a cell of a report: its dossiers, page by page, each with its due time, end and delay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from dossiers.tables import DossierRow
from performance.condition_sql import class_sql, condition_sql, fact_columns
from performance.conditions import Span
from performance.counting import EVERYWHERE, F, Where, breakdown, concerned, known_at
from performance.errors import UnknownClass
from performance.fact_types import Yardstick
from performance.formulas import compiled
from performance.tables import FigureFactRow, facts_from

PAGE = 50
Cursor = tuple[datetime, int]
"""Registration and id of the last dossier of a page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a report: a class of a formula, of one row of a breakdown."""

    formula: str
    name: str
    span: Span
    where: Where = EVERYWHERE
    by: str = "commune"
    of: str | None = None
    """The row: a commune, field, …; None: the total."""
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One dossier of a cell."""

    dossier: str
    values: dict[str, Any]


def dossiers_of(
    session: Session, cell: Cell, *, after: Cursor | None = None, limit: int = PAGE
) -> tuple[list[Standing], Cursor | None]:
    """A page of the dossiers that a cell counts, in order of registration, and the cursor of the next one.

    Raises:
        UnknownFormula, WrongBreakdown, UnknownClass: there is none of that name.
    """
    one, table = compiled(cell.formula), fact_columns()
    wide = [known_at(cell.cut), concerned(cell.span), *cell.where.conditions, F.registered_at < cell.span.end]
    group = next((g for g in one.groups.values() if cell.name in dict(g.classes)), None)
    if group is not None:
        wide.append(class_sql(group, table, cell.span) == cell.name)
    elif cell.name in one.marks:
        wide.append(condition_sql(one.marks[cell.name], table, cell.span))
    else:
        raise UnknownClass(formula=cell.formula, column=cell.name, known=[*one.formula.columns, *one.formula.marks])
    if cell.of is not None:
        column = breakdown(cell.by)
        wide.append(column == cell.of if cell.of else column.is_(None))
    if after is not None:
        later = and_(F.registered_at == after[0], F.dossier_id > after[1])
        wide.append(and_(F.registered_at >= after[0], or_(F.registered_at > after[0], later)))
    query = (
        select(col(DossierRow.code), FigureFactRow)
        .join(DossierRow, col(DossierRow.id) == F.dossier_id)
        .where(*wide)
        .order_by(F.registered_at, F.dossier_id)
        .limit(limit + 1)
    )
    rows = [(code, fact) for code, fact in session.execute(query)]
    page = rows[:limit]
    more = (page[-1][1].registered_at, page[-1][1].dossier_id) if len(rows) > limit else None
    return [_standing(code, fact) for code, fact in page], more


def _standing(code: str, row: FigureFactRow) -> Standing:
    facts = facts_from(row)
    verdict = facts.verdict(Yardstick.LEGAL_DUE)
    shown = {
        "commune": facts.commune,
        "procedure": facts.procedure,
        "channel": facts.channel,
        "accepted_at": facts.accepted_at,
        "due_at": facts.legal_due_at,
        "ended_at": facts.ended_at,
        "end_kind": facts.end_kind,
        "verdict": verdict.value if verdict else None,
        "late_minutes": facts.late_minutes,
        "late_minutes_commune": facts.late_minutes_commune,
        "late_minutes_other_agency": facts.late_minutes_other_agency,
        "late_minutes_applicant": facts.late_minutes_applicant,
        "case_officer": facts.case_officer,
    }
    return Standing(code, shown)
