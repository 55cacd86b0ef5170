"""Counting a formula: for any period, as known now or at a cut, by any breakdown, of any part of the country.

Communes (one field, or all) as known now are counted from the sums kept for whole months; a period that begins or ends
within a month is corrected by the dossiers that have a moment between its edge and the nearest month's. As known at
an earlier cut, the versions that have come and gone since are taken off and put back. Everything else, and whatever
would be more work that way, is counted over the facts themselves. All ways give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlmodel import Session

from performance.condition_sql import count_columns, fact_columns
from performance.conditions import Span
from performance.counters import ALL_FIELDS, kept_counts
from performance.errors import WrongBreakdown
from performance.formulas import compiled
from performance.periods import month_of, month_start
from performance.tables import FigureFactRow

F = FigureFactRow.__table__.c  # type: ignore[attr-defined]
BREAKDOWNS = {
    "commune": "commune",
    "field": "field",
    "procedure": "procedure",
    "officer": "case_officer",
    "channel": "channel",
    "department": "unit",
}
Numbers = dict[str, dict[str, int]]
"""The classes of a formula by value of the breakdown; what counts nothing is not there."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which dossiers: of a province, some communes, a field; empty means all."""

    province: str | None = None
    communes: tuple[str, ...] = ()
    field: str | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for a query over the facts."""
        found: list[ColumnElement[bool]] = []
        if self.province:
            found.append(F.province == self.province)
        if self.communes:
            found.append(F.commune.in_(self.communes))
        if self.field:
            found.append(F.field == self.field)
        return found


EVERYWHERE = Where()


def known_at(cut: int | None) -> ColumnElement[bool]:
    """The version of a dossier that was known at a cut; None: that is known now."""
    if cut is None:
        now: ColumnElement[bool] = F.to_cut.is_(None)
        return now
    return and_(F.from_cut <= cut, or_(F.to_cut.is_(None), F.to_cut > cut))


def concerned(span: Span) -> ColumnElement[bool]:
    """The dossiers that a formula can count in a period: they have moments in it, or were open in it."""
    found: ColumnElement[bool] = and_(F.first_at < span.end, or_(F.ended_at.is_(None), F.last_at >= span.start))
    return found


def breakdown(by: str) -> ColumnElement[Any]:
    """The column of a breakdown.

    Raises:
        WrongBreakdown: there is none of that name.
    """
    if by not in BREAKDOWNS:
        raise WrongBreakdown(by=by, known=sorted(BREAKDOWNS))
    found: ColumnElement[Any] = F[BREAKDOWNS[by]]
    return found


def count_by(
    session: Session,
    name: str,
    span: Span,
    *,
    by: str = "commune",
    where: Where = EVERYWHERE,
    cut: int | None = None,
    newest: int = 0,
    now: datetime,
) -> Numbers:
    """The classes and marks of a formula.

    `cut` None: as known now; `newest` is the cut that the figures have reached.

    Raises:
        UnknownFormula, WrongBreakdown: there is none of that name.
    """
    column = breakdown(by)
    recent = cut is None or newest - cut <= newest // 4
    if by != "commune" or not recent:
        return scanned(session, name, span, column, where, known_at(cut))
    months, edges = _nearest_months(span, now)
    found = kept_counts(
        session,
        name,
        [months],
        province=where.province,
        communes=where.communes,
        field=where.field or ALL_FIELDS,
    )[0]
    whole = Span(month_start(months[0]), month_start(months[1]))
    if edges:
        near = or_(false(), *(and_(F.first_at <= last, F.last_at >= first) for first, last in edges))
        _add(found, scanned(session, name, span, column, where, F.to_cut.is_(None), near, everything=True), 1)
        _add(found, scanned(session, name, whole, column, where, F.to_cut.is_(None), near, everything=True), -1)
    if cut is not None:
        gone = and_(F.to_cut > cut, F.from_cut <= cut)
        came = and_(F.to_cut.is_(None), F.from_cut > cut)
        _add(found, scanned(session, name, span, column, where, gone), 1)
        _add(found, scanned(session, name, span, column, where, came), -1)
    kept = {key: {name: n for name, n in counts.items() if n} for key, counts in found.items()}
    return {key: counts for key, counts in sorted(kept.items()) if counts}


def months_by_commune(session: Session, name: str, first: int, after: int, where: Where = EVERYWHERE) -> list[Numbers]:
    """A formula for each whole month from `first` until before `after`, per commune, as known now."""
    months = [(m, m + 1) for m in range(first, after)]
    return kept_counts(
        session,
        name,
        months,
        province=where.province,
        communes=where.communes,
        field=where.field or ALL_FIELDS,
    )


def scanned(
    session: Session,
    name: str,
    span: Span,
    column: ColumnElement[Any],
    where: Where,
    *conditions: ColumnElement[bool],
    everything: bool = False,
) -> Numbers:
    """The classes counted over the facts; `everything`: without leaving out whom the period cannot concern."""
    columns = count_columns(compiled(name), fact_columns(), span)
    wide = [*where.conditions, *conditions]
    if not everything:
        wide.append(concerned(span))
    query = select(column, *(c.label(n) for n, c in columns.items())).where(*wide).group_by(column).order_by(column)
    found: Numbers = {}
    for row in session.execute(query):
        counts = {n: int(value) for n, value in zip(columns, row[1:], strict=True) if value}
        if counts:
            found[row[0] or ""] = counts
    return found


def _nearest_months(span: Span, now: datetime) -> tuple[tuple[int, int], list[tuple[datetime, datetime]]]:
    """The whole months nearest to a period, and the stretches between their edges and those of the period."""
    first, after = _nearest(span.start, now), _nearest(span.end, now)
    if first >= after:
        after = first + 1
    edges = []
    for edge, at in ((span.start, month_start(first)), (span.end, month_start(after))):
        if edge != at:
            edges.append((min(edge, at), max(edge, at)))
    return (first, after), edges


def _nearest(edge: datetime, now: datetime) -> int:
    """The month whose start is nearest; where the next one lies in the future, that one: little happens until then."""
    month = month_of(edge)
    before, after = month_start(month), month_start(month + 1)
    if edge == before:
        return month
    return month + 1 if after > now or after - edge < edge - before else month


def _add(into: Numbers, numbers: Mapping[str, Mapping[str, int]], sign: int) -> None:
    for key, counts in numbers.items():
        kept = into.setdefault(key, {})
        for name, number in counts.items():
            kept[name] = kept.get(name, 0) + sign * number


def summed(numbers: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of some rows, class by class."""
    found: dict[str, int] = {}
    for counts in numbers:
        for name, number in counts.items():
            found[name] = found.get(name, 0) + number
    return found
