"""How a limit is counted: where counting begins, what a pause costs, where the limit runs out, on which day it is due.

Every unit is counted on an axis: office time (`working_days`, `working_hours`, `same_day`) or clock time (the others).
On its axis a limit is a length, a pause is a span that is skipped, and the rest is addition.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_CEILING, Decimal

from dossiers.clock_errors import CutOffMissing, LimitNotPositive
from dossiers.clock_types import HOUR_UNITS
from dossiers.working_time import DAY, HOUR, MINUTE, OfficeTime
from procedures.calendars import day_from_number, day_number
from procedures.limits import CountFrom, Limit, Unit

OFFICE_UNITS = frozenset({Unit.WORKING_DAYS, Unit.WORKING_HOURS, Unit.SAME_DAY})
DATE_UNITS = frozenset({Unit.CALENDAR_DAYS, Unit.MONTHS})
DAYS_IN_PART_OF_MONTH = 30

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """One limit counted out. Positions are on the unit's axis, `due` is in local microseconds.

    `zero_day` is the day that is not counted (day units) or on which counting begins; `run_out` is where the amount is
    used up, `end` where the limit ends after rolling to a working day.
    """

    unit: Unit
    zero_day: int
    begin: int
    run_out: int
    end: int
    spans: Spans
    due_day: int
    due: int

    def used_until(self, position: int) -> int:
        """How much of the limit is used at a position, pauses left out."""
        if position <= self.begin:
            return 0
        paused = sum(max(0, min(b, position) - max(a, self.begin)) for a, b in self.spans)
        return position - self.begin - paused

    def position_when_used(self, amount: int) -> int:
        """Where so much of the limit is used."""
        return _run_out(self.begin, amount, self.spans)


def position(unit: Unit, local: int, office: OfficeTime) -> int:
    """Where an instant lies on the axis of a unit."""
    return office.position(local) if unit in OFFICE_UNITS else local


def instant(unit: Unit, at: int, office: OfficeTime) -> int:
    """The first instant (local microseconds) that lies at a position of a unit's axis."""
    return office.instant_at(at) if unit in OFFICE_UNITS else at


def count(
    limit: Limit, start: int, pauses: Iterable[tuple[int, int]], office: OfficeTime, *, extra: Decimal = Decimal(0)
) -> Count:
    """A limit counted from an instant, lengthened by `extra` in its own unit, past its pauses.

    First day: not counted for day units; counting starts at the opening of the next working day (working days) or at
    00:00 of the next date. Source: Bộ luật Dân sự 2015 art. 147.

    A pause costs the office time that it covers (working units), the dates in [start date, resume date) (calendar
    days, months), or its clock time (hours); overlapping pauses cost once. Source: convention, unverified.

    Raises:
        LimitNotPositive: the amount is not above 0.
        CutOffMissing: the limit needs a cut-off hour and has none.
        NoCalendar: a day is not covered.
    """
    if limit.unit is Unit.SAME_DAY:
        return _same_day(limit, start, tuple(pauses), office, extra)
    if limit.amount <= 0:
        raise LimitNotPositive(amount=limit.amount, unit=limit.unit.value)
    start, zero_day = _start(limit, start, office)
    begin = _begin(limit.unit, start, zero_day, office)
    spans = _spans(limit.unit, pauses, begin, office)
    run_out = _run_out(begin, _length(limit.unit, limit.amount + extra, zero_day, office), spans)
    if limit.unit in OFFICE_UNITS:
        due = office.instant_at(run_out)
        due_day = due // DAY
        if limit.unit is Unit.WORKING_DAYS:
            due = office.close(due_day)
        return Count(limit.unit, zero_day, begin, run_out, run_out, spans, due_day, due)
    if limit.unit is Unit.HOURS:
        first_run_out = begin + _length(limit.unit, limit.amount, zero_day, office)
        due = _rolled_hours(run_out, first_run_out, office) if limit.roll_hours else run_out
        return Count(limit.unit, zero_day, begin, run_out, due, spans, due // DAY, due)
    due_day = _rolled((run_out - 1) // DAY, spans, office)
    return Count(limit.unit, zero_day, begin, run_out, (due_day + 1) * DAY, spans, due_day, office.close(due_day))


def until(counted: Count, at: int, office: OfficeTime) -> Count:
    """The same count ended at an instant instead: an extension to an absolute date, which pauses do not move.

    On a day off it rolls to the close of the next working day (not for `hours`). Source: convention, unverified.
    """
    unit, day = counted.unit, office.working_day_from(at // DAY)
    due = at if unit in HOUR_UNITS and (unit is Unit.HOURS or day == at // DAY) else office.close(day)
    end = (day + 1) * DAY if unit in DATE_UNITS else position(unit, due, office)
    return Count(unit, counted.zero_day, counted.begin, end, end, counted.spans, due // DAY, due)


def same_day_of(cut_off: time, at: int, office: OfficeTime) -> int:
    """The day that a same-day limit means: that day up to and including the cut-off minute, else the next working day.

    Source: Luật Hộ tịch 60/2014/QH13 art. 5.3.
    """
    day, within = divmod(at, DAY)
    # The slip shows hours and minutes: 15:00:30 is received "at 15:00".
    if office.is_working(day) and within // MINUTE <= cut_off.hour * 60 + cut_off.minute:
        return day
    return office.working_day_from(day + 1)


def _same_day(limit: Limit, start: int, pauses: Spans, office: OfficeTime, extra: Decimal) -> Count:
    """Resuming after a pause is like receiving anew; an extension counts in working days (conventions, unverified)."""
    if limit.cut_off is None:
        raise CutOffMissing(unit=limit.unit.value)
    due_day = zero_day = same_day_of(limit.cut_off, start, office)
    begin = office.position(max(start, office.opening(due_day)))
    for paused, resumed in sorted(pauses):
        if resumed > max(start, paused) and paused < office.close(due_day):
            due_day = max(due_day, same_day_of(limit.cut_off, resumed, office))
    if extra:
        begin_more = office.position(office.close(due_day))
        more = _length(Unit.WORKING_DAYS, extra, due_day, office)
        due_day = office.instant_at(_run_out(begin_more, more, _spans(limit.unit, pauses, begin_more, office))) // DAY
    due = office.close(due_day)
    end = max(begin, office.position(due))
    return Count(limit.unit, zero_day, begin, end, end, _spans(limit.unit, pauses, begin, office), due_day, due)


def _start(limit: Limit, start: int, office: OfficeTime) -> tuple[int, int]:
    """When the limit starts, and its day zero: "counted from the next working day" after the cut-off."""
    if limit.count_from is CountFrom.RECEIPT:
        return start, start // DAY
    if limit.cut_off is None:
        raise CutOffMissing(unit=limit.unit.value)
    zero_day = same_day_of(limit.cut_off, start, office)
    return max(start, office.opening(zero_day)), zero_day


def _begin(unit: Unit, start: int, zero_day: int, office: OfficeTime) -> int:
    if unit in HOUR_UNITS:
        return position(unit, start, office)
    if unit is Unit.WORKING_DAYS:
        return office.calendar.working_days_before(zero_day + 1) * office.day_length
    return (zero_day + 1) * DAY


def _length(unit: Unit, amount: Decimal, zero_day: int, office: OfficeTime) -> int:
    match unit:
        case Unit.WORKING_DAYS:
            return int(amount * office.day_length)
        case Unit.WORKING_HOURS | Unit.HOURS:
            return int(amount * HOUR)
        case Unit.CALENDAR_DAYS:
            return int(amount.to_integral_value(ROUND_CEILING)) * DAY
        case _:
            return (_months_later(zero_day, amount) - zero_day) * DAY


def _months_later(day: int, months: Decimal) -> int:
    """A missing day of the month is its last (convention); a part of a month is that part of 30 days, rounded up."""
    whole, part = divmod(months, 1)
    begin = day_from_number(day)
    year, month = divmod(begin.year * 12 + begin.month - 1 + int(whole), 12)
    reached = day_number(date(year, month + 1, min(begin.day, monthrange(year, month + 1)[1])))
    return reached + int((part * DAYS_IN_PART_OF_MONTH).to_integral_value(ROUND_CEILING))


def _spans(unit: Unit, pauses: Iterable[tuple[int, int]], begin: int, office: OfficeTime) -> Spans:
    """Pauses as merged spans on the axis, in order, from where counting begins."""
    if unit in DATE_UNITS:
        placed = [(a // DAY * DAY, b // DAY * DAY) for a, b in pauses]
    else:
        placed = [(position(unit, a, office), position(unit, b, office)) for a, b in pauses]
    merged: list[tuple[int, int]] = []
    for a, b in sorted((max(a, begin), b) for a, b in placed if b > max(a, begin)):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return tuple(merged)


def _run_out(begin: int, length: int, spans: Spans) -> int:
    """Where a length is used up. A span that begins when nothing is left costs nothing."""
    end = begin + length
    for a, b in spans:
        if a >= end:
            break
        end += b - a
    return end


def _rolled(day: int, spans: Spans, office: OfficeTime) -> int:
    """The day, or the next working day on which the clock runs: once, as the very last operation.

    Source: Bộ luật Dân sự 2015 art. 148. That a paused day is no last day either is a convention, unverified.
    """
    day = office.working_day_from(day)
    for a, b in spans:
        if a <= day * DAY < b:
            day = office.working_day_from(b // DAY)
    return day


def _rolled_hours(run_out: int, first_run_out: int, office: OfficeTime) -> int:
    """The instant, or on a day of rest the close of the next working day; `first_run_out` is without pauses and more.

    A pause or an extension that carries the end past the day of rest must not take back what the roll had given: until
    the close of that working day it stays there. Source: Bộ luật Dân sự 2015 art. 148; the latter a convention.
    """
    day = run_out // DAY
    if not office.is_working(day):
        return office.close(office.working_day_from(day))
    had_rolled_here = first_run_out < day * DAY and not office.is_working(day - 1)
    return max(run_out, office.close(day)) if had_rolled_here else run_out
