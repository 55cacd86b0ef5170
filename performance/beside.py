"""What stands beside a rate: working time, requests to supplement, apologies owed and sent, share without paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session

from performance.conditions import Span
from performance.counting import F, Where, concerned
from performance.formula_types import percent


@dataclass(frozen=True, slots=True)
class Beside:
    """Numbers of one row. Rates are exact; None is "no data"."""

    minutes: Mapping[int, int]
    """How many of the resolved took so many office minutes, standstills left out."""
    resolved: int
    electronic: int
    """Of the resolved: online from end to end."""
    received: int
    supplemented: int
    """Of those accepted in the period: with a request to supplement."""
    owed: int
    """Late by the legal due time, whether resolved or open: an apology is owed."""
    sent: int
    """Of those: an apology was sent before the end of the period."""

    def minutes_at(self, share: Fraction) -> int | None:
        """The working minutes that so large a share of the resolved did not exceed (nearest rank)."""
        wanted, seen = share * sum(self.minutes.values()), 0
        for minutes in sorted(self.minutes):
            seen += self.minutes[minutes]
            if seen >= wanted:
                return minutes
        return None

    def as_dict(self) -> dict[str, Any]:
        """The numbers for JSON."""
        return {
            "working_minutes_median": self.minutes_at(Fraction(1, 2)),
            "working_minutes_p90": self.minutes_at(Fraction(9, 10)),
            "supplemented": self.supplemented,
            "supplement_rate": _shown(self.supplemented, self.received),
            "apologies_owed": self.owed,
            "apologies_sent": self.sent,
            "fully_electronic": self.electronic,
            "fully_electronic_rate": _shown(self.electronic, self.resolved),
        }


def _shown(above: int, below: int) -> str | None:
    return percent(Fraction(above, below)) if below else None


def together(rows: list[Beside]) -> Beside:
    """The sum of some rows."""
    minutes = Counter[int]()
    for row in rows:
        minutes.update(row.minutes)
    names = ("resolved", "electronic", "received", "supplemented", "owed", "sent")
    return Beside(minutes, *(sum(getattr(row, name) for row in rows) for name in names))


NOTHING = Beside({}, 0, 0, 0, 0, 0, 0)


def beside(
    session: Session, span: Span, column: ColumnElement[Any], where: Where, known: ColumnElement[bool]
) -> dict[str, Beside]:
    """The numbers by value of a breakdown, each linked group once."""
    wide = [*where.conditions, known, concerned(span), F.parent.is_(None), F.accepted_at < span.end]
    resolved = and_(F.finished_at >= span.start, F.finished_at < span.end)
    received = F.accepted_at >= span.start
    handled = or_(F.ended_at.is_(None), F.ended_at >= span.start)
    until = case((F.ended_at < span.end, F.ended_at), else_=span.end)
    closed_late = and_(F.ended_at < span.end, F.legal_due_late_from <= until)
    open_late = and_(or_(F.ended_at.is_(None), F.ended_at >= span.end), F.legal_due_late_from < span.end)
    late = and_(handled, or_(closed_late, open_late))
    counted = [resolved, and_(resolved, F.fully_electronic), received, and_(received, F.supplement_count > 0)]
    counted += [late, and_(late, F.apology_at < span.end)]
    sums = [func.sum(case((condition, 1), else_=0)) for condition in counted]
    found = {
        row[0] or "": tuple(int(n) for n in row[1:])
        for row in session.execute(select(column, *sums).where(*wide).group_by(column))
    }
    times: dict[str, Counter[int]] = {}
    query = select(column, F.working_minutes, func.count()).where(*wide, resolved, F.working_minutes.is_not(None))
    for key, minutes, number in session.execute(query.group_by(column, F.working_minutes)):
        times.setdefault(key or "", Counter())[minutes] = number
    return {key: Beside(times.get(key, {}), *numbers) for key, numbers in found.items()}
