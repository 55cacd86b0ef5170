"""Periods of figures in Vietnamese time: a month, quarter, year or any range of days; months by number. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from performance.conditions import Span
from performance.errors import WrongPeriod

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
BEFORE_ALL = 0
"""The month number that stands for "before everything"."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of local time: `start` inclusive, `end` exclusive, both as instants."""

    name: str
    start: datetime
    end: datetime

    @classmethod
    def named(cls, name: str) -> Period:
        """A month (2026-07), a quarter (2026-Q3) or a year (2026).

        Raises:
            WrongPeriod: it is none of them.
        """
        if re.fullmatch(r"2[01][0-9]{2}", name):
            return cls(name, midnight(date(int(name), 1, 1)), midnight(date(int(name) + 1, 1, 1)))
        if found := re.fullmatch(r"(2[01][0-9]{2})-Q([1-4])", name):
            first = 12 * int(found[1]) + 3 * (int(found[2]) - 1)
            return cls(name, month_start(first), month_start(first + 3))
        return cls.month(name)

    @classmethod
    def month(cls, name: str) -> Period:
        """The month written as 2026-07.

        Raises:
            WrongPeriod: it is no month.
        """
        found = re.fullmatch(r"(2[01][0-9]{2})-(0[1-9]|1[0-2])", name)
        if not found:
            raise WrongPeriod(period=name)
        number = 12 * int(found[1]) + int(found[2]) - 1
        return cls(name, month_start(number), month_start(number + 1))

    @classmethod
    def days(cls, first: date, after: date) -> Period:
        """From the first day, inclusive, to `after`, exclusive.

        Raises:
            WrongPeriod: there is no day between them.
        """
        if after <= first:
            raise WrongPeriod(period=f"{first}..{after}")
        return cls(f"{first}..{after}", midnight(first), midnight(after))

    def span(self, now: datetime) -> Span:
        """What is counted: a period that is not over ends at the moment of asking."""
        return Span(self.start, max(self.start, min(self.end, now)))


def midnight(day: date) -> datetime:
    """The first instant of a day in Vietnam."""
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


def month_of(at: datetime) -> int:
    """The number of the month in Vietnam that an instant is in: 12 × year + month − 1."""
    local = at.astimezone(VIETNAM)
    return 12 * local.year + local.month - 1


@cache
def month_start(number: int) -> datetime:
    """The first instant of a month by its number."""
    return midnight(date(number // 12, number % 12 + 1, 1))
