"""Form II.06a per commune and month, counted from the read model in one pass, with its reconciliation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, and_, case, func, or_, select
from sqlmodel import Session, col

from dossiers.session import reading
from dossiers.tables import CutRow, DossierRow
from performance.errors import DoesNotReconcile, WrongPeriod
from performance.formulas import COLUMNS, formula, percent

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class Period:
    """A month of local time: `start` inclusive, `end` exclusive, both as instants."""

    name: str
    start: datetime
    end: datetime

    @classmethod
    def month(cls, name: str) -> Period:
        """The month written as 2026-07.

        Raises:
            WrongPeriod: it is no month.
        """
        found = re.fullmatch(r"(2[01][0-9]{2})-([0-9]{2})", name)
        if not found or not 1 <= int(found[2]) <= 12:  # noqa: PLR2004 - months of our age
            raise WrongPeriod(period=name)
        year, month = int(found[1]), int(found[2])
        after = date(year + month // 12, month % 12 + 1, 1)
        return cls(name, _midnight(date(year, month, 1)), _midnight(after))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One commune's counts. Received + carried over = resolved + ended otherwise + open."""

    commune: str
    counted: dict[str, int]
    accepted: int
    """Dossiers that the period concerns, counted apart: what the columns must add up to."""

    @property
    def received(self) -> int:
        """All dossiers of the period: received in it, and carried over."""
        return sum(self.counted[c] for c in ("received_online", "received_direct_or_post", "carried_over"))

    @property
    def resolved(self) -> int:
        """Dossiers whose result was issued in the period."""
        return sum(self.counted[c] for c in ("early", "on_time", "late"))

    @property
    def open(self) -> int:
        """Dossiers still open at the end of the period."""
        return self.counted["open_in_time"] + self.counted["open_late"]

    @property
    def reconciles(self) -> bool:
        """Whether both sides agree with each other and with the separate count."""
        handled = self.resolved + self.open + self.counted["ended_otherwise"]
        return self.received == handled == self.accepted

    @property
    def on_time_rate(self) -> Fraction | None:
        """(Early + on time) ÷ resolved, exact; None when nothing was resolved."""
        return formula("on_time_of_resolved").rate_of(self.counted)

    def as_dict(self) -> dict[str, Any]:
        """The row for JSON: counts, sums and the rate as exact fraction and per cent."""
        rate = self.on_time_rate
        return {
            "commune": self.commune,
            **self.counted,
            "received_total": self.received,
            "resolved_total": self.resolved,
            "open_total": self.open,
            "on_time_rate": f"{rate.numerator}/{rate.denominator}" if rate is not None else None,
            "on_time_percent": percent(rate),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A reconciled report with everything that is needed to read it rightly."""

    period: Period
    as_of: datetime
    cut: int
    rows: tuple[Row, ...]
    total: Row
    formulas: tuple[str, ...] = field(default=("ii06a", "on_time_of_resolved"))

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON, formulas, cut and period included."""
        shown = [formula(f) for f in self.formulas]
        return {
            "period": self.period.name,
            "from": self.period.start.isoformat(),
            "until": self.period.end.isoformat(),
            "as_of": self.as_of.isoformat(),
            "cut": self.cut,
            "formulas": [
                {"id": f.id, "names": f.names.model_dump(), "source": f.source, "review": f.review} for f in shown
            ],
            "rows": [r.as_dict() for r in self.rows],
            "total": self.total.as_dict(),
        }


def monthly(engine: Engine, *, province: str | None, month: str, commune: str | None = None, now: datetime) -> Report:
    """Form II.06a for a month, a row per commune with dossiers, and the sum.

    A dossier belongs to a period when it was accepted before its end and was not finished or closed before its start.
    A month that is not over is counted up to `now`.

    Raises:
        WrongPeriod: `month` is no month.
        DoesNotReconcile: the table does not add up; the rows that do not are named.
    """
    period = Period.month(month)
    until = min(period.end, now)
    with reading(engine) as session:
        cut = session.execute(select(CutRow.last)).scalar_one()  # type: ignore[call-overload]
        rows = _count(session, period.start, until, province, commune)
    total = Row("", {c: sum(r.counted[c] for r in rows) for c in COLUMNS}, sum(r.accepted for r in rows))
    wrong = [r.commune for r in (*rows, total) if not r.reconciles]
    if wrong:
        raise DoesNotReconcile(period=month, rows=wrong)
    return Report(period, until, cut, tuple(rows), total)


def _count(
    session: Session, start: datetime, until: datetime, province: str | None, commune: str | None
) -> Sequence[Row]:
    d = DossierRow
    wide = [col(d.accepted_at) < until, or_(_ends(d).is_(None), _ends(d) >= start)]
    if province:
        wide.append(col(d.province) == province)
    if commune:
        wide.append(col(d.commune) == commune)
    conditions = _conditions(start, until)
    counted = [func.sum(case((condition, 1), else_=0)) for condition in conditions.values()]
    query = (
        select(col(d.commune), func.count(), *counted).where(*wide).group_by(col(d.commune)).order_by(col(d.commune))
    )
    return [
        Row(found[0], {name: int(n) for name, n in zip(conditions, found[2:], strict=True)}, int(found[1]))
        for found in session.execute(query)
    ]


def _ends(d: type[DossierRow]) -> ColumnElement[datetime]:
    return func.coalesce(col(d.finished_at), col(d.closed_at))


def _conditions(start: datetime, until: datetime) -> dict[str, ColumnElement[bool]]:
    d = DossierRow
    in_period = col(d.accepted_at) >= start
    finished = and_(col(d.finished_at).is_not(None), col(d.finished_at) < until)
    otherwise = and_(col(d.finished_at).is_(None), col(d.closed_at).is_not(None), col(d.closed_at) < until)
    still_open = or_(_ends(d).is_(None), _ends(d) >= until)
    midnight = _midnight(until.astimezone(VIETNAM).date())
    over = or_(
        and_(col(d.by_instant), col(d.legal_due_at) < until), and_(~col(d.by_instant), col(d.legal_due_at) < midnight)
    )
    late = and_(col(d.legal_due_at).is_not(None), over)
    return {
        "received_online": and_(in_period, col(d.channel) == "online"),
        "received_direct_or_post": and_(in_period, col(d.channel) != "online"),
        "carried_over": col(d.accepted_at) < start,
        "early": and_(finished, col(d.verdict) == "early"),
        "on_time": and_(finished, col(d.verdict) == "on_time"),
        "late": and_(finished, col(d.verdict) == "late"),
        "open_in_time": and_(still_open, ~late),
        "open_late": and_(still_open, late),
        "ended_otherwise": otherwise,
    }
