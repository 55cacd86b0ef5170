"""A longer period month by month: one report each, all as known at the same cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dossiers.office import Office
from performance.counting import EVERYWHERE, Where
from performance.periods import Period, month_of
from performance.reports import STANDARD, Report, report


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a period, each reconciled by itself; they do not add up, for a dossier can be open in several."""

    period: Period
    reports: tuple[Report, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the total of each month, with all that is needed to read it rightly."""
        first = self.reports[0].as_dict()
        kept = {name: value for name, value in first.items() if name not in ("rows", "total")}
        rows = [one.total.as_dict("commune", one.formulas) for one in self.reports]
        named = [{"month": r.period.name, **row} for r, row in zip(self.reports, rows, strict=True)]
        for row in named:
            row.pop("commune", None)
        last = {"period": self.period.name, "from": self.period.start.isoformat(), "until": self.period.end.isoformat()}
        return {**kept, **last, "by": "month", "rows": named, "as_of": self.reports[-1].as_of.isoformat()}


def by_month(
    office: Office,
    period: Period,
    *,
    now: datetime,
    where: Where = EVERYWHERE,
    formulas: Sequence[str] = STANDARD,
    as_of: int | datetime | None = None,
    details: bool = False,
) -> Months:
    """The reports of every month that the period has a day of; whole months, also at its edges.

    Raises:
        UnknownFormula, WrongCut, DoesNotReconcile, FiguresNotKept: as `report` does.
    """
    found: list[Report] = []
    for month in _months(period):
        cut = as_of if as_of is not None or not found else found[0].newest
        one = report(office, month, now=now, where=where, formulas=formulas, as_of=cut, details=details)
        found.append(one)
    return Months(period, tuple(found))


def _months(period: Period) -> Iterator[Period]:
    last = month_of(period.end - timedelta(microseconds=1))
    for number in range(month_of(period.start), last + 1):
        yield Period.month(f"{number // 12}-{number % 12 + 1:02d}")
