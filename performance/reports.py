"""Reports: what each commune, field, procedure, officer or channel received and resolved, and rates side by side.

A report that does not add up is not published: within each formula, and form II.06a against a separate count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from dossiers.office import Office
from dossiers.session import reading
from dossiers.tables import DossierRow
from performance.beside import NOTHING, Beside, beside, together
from performance.conditions import Span
from performance.counting import EVERYWHERE, F, Numbers, Where, breakdown, count_by, known_at, summed
from performance.cuts import resolved_cut
from performance.errors import DoesNotReconcile
from performance.formulas import formula, percent
from performance.keeping import catch_up, newest_cut, up_to_date
from performance.periods import VIETNAM, Period
from performance.sums import reconciled

__all__ = ["VIETNAM", "Period", "Report", "Row", "monthly", "report"]

FORM = "ii06a"
STANDARD = (FORM, "on_time_of_resolved")
RECEIVED = ("received_online", "received_direct_or_post", "carried_over")
RESOLVED = ("early", "on_time", "late", "unjudged")
OPEN = ("open_in_time", "open_late")
ENDED_OTHERWISE = ("refused", "withdrawn", "stopped")
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one commune (field, …). Received + carried over = resolved + ended otherwise + open."""

    of: str
    counted: dict[str, int]
    """The classes of form II.06a."""
    accepted: int
    """Dossiers that the period concerns, counted apart: what the columns must add up to."""
    others: dict[str, dict[str, int]] = field(default_factory=dict)
    """The classes of the other formulas by formula."""
    beside: Beside | None = None

    def _sum(self, names: Sequence[str]) -> int:
        return sum(self.counted.get(name, 0) for name in names)

    @property
    def commune(self) -> str:
        """The commune, in a report by communes."""
        return self.of

    @property
    def received(self) -> int:
        """All dossiers of the period: received in it, and carried over."""
        return self._sum(RECEIVED)

    @property
    def resolved(self) -> int:
        """Dossiers whose result was issued in the period."""
        return self._sum(RESOLVED)

    @property
    def open(self) -> int:
        """Dossiers still open at the end of the period."""
        return self._sum(OPEN)

    @property
    def reconciles(self) -> bool:
        """Whether both sides agree with each other and with the separate count."""
        return self.received == self.resolved + self.open + self._sum(ENDED_OTHERWISE) == self.accepted

    @property
    def on_time_rate(self) -> Fraction | None:
        """(Early + on time) ÷ resolved, exact; None when nothing was resolved."""
        return self.rate("on_time_of_resolved")

    def rate(self, name: str) -> Fraction | None:
        """The exact rate of a formula; None is "no data"."""
        one = formula(name)
        known = self.others.get(name) or self.counted
        return one.rate_of({c: known.get(c, 0) for c in (*one.columns, *one.marks)})

    def as_dict(self, by: str = "commune", formulas: Sequence[str] = STANDARD) -> dict[str, Any]:
        """The row for JSON: counts, sums, and each rate as exact fraction and per cent."""
        rate = self.on_time_rate
        counted = {c: self.counted.get(c, 0) for c in formula(FORM).columns}
        return {
            by: self.of,
            **counted,
            "ended_otherwise": self._sum(ENDED_OTHERWISE),
            "waiting_for_supplement": self.counted.get("waiting_for_supplement", 0),
            "received_total": self.received,
            "resolved_total": self.resolved,
            "open_total": self.open,
            "on_time_rate": f"{rate.numerator}/{rate.denominator}" if rate is not None else None,
            "on_time_percent": percent(rate),
            "rates": {name: self._rate_as_dict(name) for name in formulas if formula(name).rate},
            **(self.beside.as_dict() if self.beside else {}),
        }

    def _rate_as_dict(self, name: str) -> dict[str, Any]:
        one, rate = formula(name), self.rate(name)
        known = self.others.get(name) or self.counted
        counted = {c: known.get(c, 0) for c in (*one.columns, *one.marks)}
        above, below = one.parts(counted) or (0, 0)
        return {
            "classes": counted,
            "numerator": above,
            "denominator": below,
            "percent": one.percent_of(rate),
            "score": one.score_of(rate),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A reconciled report with everything that is needed to read it rightly."""

    period: Period
    as_of: datetime
    """The moment up to which the period was counted."""
    cut: int
    """The last cut whose events it knows."""
    rows: tuple[Row, ...]
    total: Row
    formulas: tuple[str, ...] = STANDARD
    by: str = "commune"
    newest: int = 0
    """The cut that the figures had reached."""

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON, formulas, yardsticks, cut and period included."""
        shown = [formula(f) for f in self.formulas]
        return {
            "period": self.period.name,
            "from": self.period.start.isoformat(),
            "until": self.period.end.isoformat(),
            "as_of": self.as_of.isoformat(),
            "cut": self.cut,
            "by": self.by,
            "formulas": [
                {
                    "id": f.id,
                    "names": f.names.model_dump(),
                    "source": f.source,
                    "review": f.review,
                    "yardstick": list(f.yardstick),
                    "comparison": f.comparison,
                    "rounding": f.rounding.model_dump(),
                    "note": f.note.model_dump() if f.note else None,
                }
                for f in shown
            ],
            "rows": [r.as_dict(self.by, self.formulas) for r in self.rows],
            "total": self.total.as_dict(self.by, self.formulas),
        }


def monthly(office: Office, *, province: str | None, month: str, commune: str | None = None, now: datetime) -> Report:
    """Form II.06a for a month, a row per commune with dossiers, and the sum.

    Raises:
        WrongPeriod: `month` is no month.
        DoesNotReconcile: the table does not add up; the rows that do not are named.
    """
    where = Where(province, (commune,) if commune else ())
    return report(office, Period.month(month), where=where, now=now)


def report(
    office: Office,
    period: Period,
    *,
    now: datetime,
    where: Where = EVERYWHERE,
    by: str = "commune",
    formulas: Sequence[str] = STANDARD,
    as_of: int | datetime | None = None,
    details: bool = False,
) -> Report:
    """Form II.06a and the rates of some formulas over the same dossiers, after the figures have caught up.

    A period that is not over is counted up to `now`, or up to the moment of the cut. `as_of`: as known at a cut, or at
    a moment. `details`: with working time and what else stands beside the rates.

    Raises:
        UnknownFormula, WrongBreakdown, WrongCut: there is none of that name.
        DoesNotReconcile: the report does not add up; the rows that do not are named.
        FiguresNotKept: somebody is making them anew.
    """
    for name in formulas:
        formula(name)
    wanted = tuple(dict.fromkeys((FORM, *formulas)))
    for left in reversed(range(_TRIES)):
        catch_up(office, now=now)
        with reading(office.engine) as session:
            newest = up_to_date(office, session)
            same = newest == newest_cut(session)
            if not same and left:
                continue
            cut, moment = resolved_cut(session, as_of, newest)
            span = period.span(min(now, moment) if moment else now)
            counted = {
                f: count_by(session, f, span, by=by, where=where, cut=cut, newest=newest, now=now) for f in wanted
            }
            apart = _apart(session, span, by, where, cut=cut, read_model=same and cut is None)
            more = beside(session, span, breakdown(by), where, known_at(cut)) if details else {}
            break
    rows = _rows(counted, apart, more if details else None)
    total = _total(rows, details=details)
    _require_sums(period, rows, total, formulas)
    shown = tuple(dict.fromkeys(formulas))
    return Report(period, span.end, newest if cut is None else cut, rows, total, shown, by, newest)


def _rows(counted: dict[str, Numbers], apart: dict[str, int], more: dict[str, Beside] | None) -> tuple[Row, ...]:
    keys = sorted({*apart, *(more or {}), *(key for numbers in counted.values() for key in numbers)})
    return tuple(
        Row(
            key,
            counted[FORM].get(key, {}),
            apart.get(key, 0),
            {name: numbers.get(key, {}) for name, numbers in counted.items() if name != FORM},
            None if more is None else more.get(key, NOTHING),
        )
        for key in keys
    )


def _total(rows: tuple[Row, ...], *, details: bool) -> Row:
    others = {name: summed(r.others[name] for r in rows) for name in (rows[0].others if rows else ())}
    whole = together([r.beside for r in rows if r.beside]) if details else None
    return Row("", summed(r.counted for r in rows), sum(r.accepted for r in rows), others, whole)


def _require_sums(period: Period, rows: tuple[Row, ...], total: Row, formulas: Sequence[str]) -> None:
    wrong = [r.of for r in (*rows, total) if not r.reconciles]
    if wrong:
        raise DoesNotReconcile(period=period.name, rows=wrong)
    for row in (*rows, total):
        for name in formulas:
            reconciled(formula(name), row.counted if name == FORM else row.others.get(name, {}), where=row.of)


def _apart(session: Session, span: Span, by: str, where: Where, *, cut: int | None, read_model: bool) -> dict[str, int]:
    """How many dossiers the period concerns, by another way than the classes: the read model, where it can tell."""
    if by in ("officer", "department") or not read_model:
        ended = or_(F.ended_at.is_(None), F.ended_at >= span.start)
        own = and_(F.parent.is_(None), F.accepted_at < span.end, ended)
        column = breakdown(by)
        query = select(column, func.count()).where(known_at(cut), own, *where.conditions).group_by(column)
        return {key or "": int(n) for key, n in session.execute(query)}
    d = DossierRow
    ends = func.coalesce(col(d.finished_at), col(d.closed_at))
    wide = [col(d.parent).is_(None), col(d.accepted_at) < span.end, or_(ends.is_(None), ends >= span.start)]
    if where.province:
        wide.append(col(d.province) == where.province)
    if where.communes:
        wide.append(col(d.desk).in_(where.communes))
    if where.field:
        wide.append(col(d.field) == where.field)
    own_column = {"commune": d.desk, "field": d.field, "procedure": d.procedure, "channel": d.channel}[by]
    rows = session.execute(select(col(own_column), func.count()).where(*wide).group_by(col(own_column)))
    return {key: int(n) for key, n in rows}
