"""Many due dates at once with numpy, by the rules of `dossiers.clock_rules`: mixed units, at most one pause each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dossiers.clock_errors import BatchShapesDiffer, CutOffMissing, LimitNotPositive
from dossiers.clock_rules import DATE_UNITS, DAYS_IN_PART_OF_MONTH, OFFICE_UNITS
from dossiers.working_time import DAY, HOUR, MINUTE, UTC_OFFSET, office_time
from procedures.calendars import Calendar, day_from_number
from procedures.limits import CountFrom, Limit, Unit

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Instants = NDArray[np.datetime64]

UNITS = tuple(Unit)
"""The units in the order of their codes in a batch: code 0 is `UNITS[0]`."""
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits as columns of one length. `amount` is in thousandths of its unit, `cut_off` in minutes (-1: none)."""

    unit: Integers
    amount: Integers
    cut_off: Integers
    from_next_working_day: Booleans
    roll_hours: Booleans

    @classmethod
    def of(cls, limits: Sequence[Limit]) -> Limits:
        """The columns of a list of limits; amounts are cut to three decimals."""
        codes = {unit: code for code, unit in enumerate(UNITS)}
        next_day = CountFrom.NEXT_WORKING_DAY
        return cls(
            unit=np.array([codes[limit.unit] for limit in limits], dtype=np.int64),
            amount=np.array([int(limit.amount * THOUSAND) for limit in limits], dtype=np.int64),
            cut_off=np.array([t.hour * 60 + t.minute if (t := limit.cut_off) else -1 for limit in limits], np.int64),
            from_next_working_day=np.array([limit.count_from is next_day for limit in limits], dtype=np.bool_),
            roll_hours=np.array([limit.roll_hours for limit in limits], dtype=np.bool_),
        )

    def rows(self, chosen: Integers) -> Limits:
        """Some of the rows."""
        return Limits(
            unit=self.unit[chosen],
            amount=self.amount[chosen],
            cut_off=self.cut_off[chosen],
            from_next_working_day=self.from_next_working_day[chosen],
            roll_hours=self.roll_hours[chosen],
        )


@dataclass(frozen=True, slots=True)
class DueBatch:
    """`due_at` as datetime64[us] in UTC, `due_on` as datetime64[D] in Vietnam, row by row."""

    due_at: Instants
    due_on: Instants


def due_batch(
    limits: Limits,
    starts: Instants,
    calendar: Calendar,
    *,
    pause_starts: Instants | None = None,
    pause_ends: Instants | None = None,
) -> DueBatch:
    """Due times with one pause per row: what `read_clock` says for the same limit, start and pause.

    Args:
        limits: one row per due date.
        starts: datetime64 in UTC, the instant of complete receipt.
        calendar: one calendar for all rows.
        pause_starts: datetime64 in UTC; NaT where there is no pause.
        pause_ends: as `pause_starts`. For a pause that is still open give the moment up to which it counts.

    Raises:
        BatchShapesDiffer: the columns differ in length.
        LimitNotPositive: an amount is not above 0.
        CutOffMissing: a limit needs a cut-off hour and has none.
        NoCalendar: a day is not covered.
    """
    start = _local(starts)
    paused = resumed = start
    if pause_starts is not None and pause_ends is not None:
        none = np.isnat(pause_starts) | np.isnat(pause_ends)
        paused = np.where(none, start, np.maximum(_local(pause_starts), start))
        resumed = np.where(none, start, np.maximum(_local(pause_ends), start))
    _check(limits, start, paused, resumed)
    office = _office(calendar)
    due = np.empty(len(start), dtype=np.int64)
    due_day = np.empty(len(start), dtype=np.int64)
    for code, unit in enumerate(UNITS):
        chosen = np.flatnonzero(limits.unit == code)
        if len(chosen):
            rows = _Rows(
                limits.rows(chosen), start[chosen], paused[chosen], np.maximum(paused, resumed)[chosen], office
            )
            due_day[chosen], due[chosen] = rows.due(unit)
    return DueBatch((due - UTC_OFFSET).view("datetime64[us]"), due_day.view("datetime64[D]"))


def _local(instants: Instants) -> Integers:
    return instants.astype("datetime64[us]").view(np.int64) + UTC_OFFSET


def _check(limits: Limits, *columns: Integers) -> None:
    lengths = {len(limits.unit), len(limits.amount), *(len(column) for column in columns)}
    if len(lengths) > 1:
        raise BatchShapesDiffer(lengths=sorted(lengths))
    same_day = limits.unit == UNITS.index(Unit.SAME_DAY)
    empty = ~same_day & (limits.amount <= 0)
    if empty.any():
        raise LimitNotPositive(row=int(np.argmax(empty)))
    lacking = (same_day | limits.from_next_working_day) & (limits.cut_off < 0)
    if lacking.any():
        raise CutOffMissing(row=int(np.argmax(lacking)))


class _Office:
    """Office time of a calendar over whole columns; the scalar twin is `working_time.OfficeTime`."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.scalar = office_time(calendar)
        self.day_length = self.scalar.day_length
        self.working_before = np.array(calendar.working_before, dtype=np.int64)
        self.working_numbers = np.array(calendar.working_numbers, dtype=np.int64)

    def before(self, day: Integers) -> Integers:
        index = day - self.calendar.first_number
        outside = (index < 0) | (index >= len(self.working_before))
        if outside.any():
            raise self.calendar.missing(day_from_number(int(day[np.argmax(outside)])))
        return self.working_before[index]

    def is_working(self, day: Integers) -> Booleans:
        return self.before(day + 1) > self.before(day)

    def nth(self, number: Integers) -> Integers:
        if number.size and int(number.max()) >= len(self.working_numbers):
            raise self.calendar.missing(day_from_number(self.calendar.first_number + len(self.working_before) - 1))
        return self.working_numbers[number]

    def working_day_from(self, day: Integers) -> Integers:
        return self.nth(self.before(day))

    def close(self, day: Integers) -> Integers:
        return day * DAY + self.scalar.closes_at

    def position(self, local: Integers) -> Integers:
        day, within = np.divmod(local, DAY)
        passed = sum(np.clip(within - opens, 0, closes - opens) for opens, closes in self.scalar.sessions)
        found: Integers = self.before(day) * self.day_length + np.where(self.is_working(day), passed, 0)
        return found

    def instant_at(self, position: Integers) -> Integers:
        nth, left = np.divmod(position - 1, self.day_length)
        left = left + 1
        # Of the sessions the last that has begun by then holds the instant.
        within, gone = np.zeros_like(left), 0
        for opens, closes in self.scalar.sessions:
            within = np.where(left > gone, opens + left - gone, within)
            gone += closes - opens
        found: Integers = self.nth(nth) * DAY + within
        return found

    def same_day_of(self, cut_off: Integers, at: Integers) -> Integers:
        day, within = np.divmod(at, DAY)
        in_time = self.is_working(day) & (within // MINUTE <= cut_off)
        return np.where(in_time, day, self.working_day_from(day + 1))


@lru_cache(maxsize=64)
def _office(calendar: Calendar) -> _Office:
    return _Office(calendar)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one unit, in local microseconds. Without a pause `paused` and `resumed` are the start."""

    limits: Limits
    start: Integers
    paused: Integers
    resumed: Integers
    office: _Office

    def due(self, unit: Unit) -> tuple[Integers, Integers]:
        """Due day (day number) and due instant (local microseconds)."""
        office, limits = self.office, self.limits
        if unit is Unit.SAME_DAY:
            day = self._same_day()
            return day, office.close(day)
        start, zero_day = self._start()
        if unit in OFFICE_UNITS:
            by_day = unit is Unit.WORKING_DAYS
            begin = office.before(zero_day + 1) * office.day_length if by_day else office.position(start)
            length = limits.amount * ((office.day_length if by_day else HOUR) // THOUSAND)
            at = office.instant_at(_run_out(begin, length, office.position(self.paused), office.position(self.resumed)))
            return at // DAY, office.close(at // DAY) if by_day else at
        if unit in DATE_UNITS:
            return self._date(unit, zero_day)
        length = limits.amount * (HOUR // THOUSAND)
        at = _run_out(start, length, self.paused, self.resumed)
        at = np.where(limits.roll_hours, self._rolled_hours(at, start + length), at)
        return at // DAY, at

    def _rolled_hours(self, run_out: Integers, first_run_out: Integers) -> Integers:
        office, day = self.office, run_out // DAY
        off = ~office.is_working(day)
        after_rest = ~office.is_working(np.maximum(day - 1, office.calendar.first_number))
        stays = (first_run_out < day * DAY) & after_rest
        rolled = office.close(office.working_day_from(day))
        return np.where(off, rolled, np.where(stays, np.maximum(run_out, office.close(day)), run_out))

    def _start(self) -> tuple[Integers, Integers]:
        received = self.start // DAY
        if not self.limits.from_next_working_day.any():
            return self.start, received
        moved = self.office.same_day_of(self.limits.cut_off, self.start)
        zero_day = np.where(self.limits.from_next_working_day, moved, received)
        opening = np.maximum(self.start, zero_day * DAY + self.office.scalar.opens_at)
        return np.where(self.limits.from_next_working_day, opening, self.start), zero_day

    def _same_day(self) -> Integers:
        office, cut_off = self.office, self.limits.cut_off
        day = office.same_day_of(cut_off, self.start)
        costs = (self.resumed > np.maximum(self.start, self.paused)) & (self.paused < office.close(day))
        return np.where(costs, np.maximum(day, office.same_day_of(cut_off, self.resumed)), day)

    def _date(self, unit: Unit, zero_day: Integers) -> tuple[Integers, Integers]:
        begin = zero_day + 1
        amount = self.limits.amount
        length = -(-amount // THOUSAND) if unit is Unit.CALENDAR_DAYS else _months_later(zero_day, amount) - zero_day
        paused, resumed = np.maximum(self.paused // DAY, begin), self.resumed // DAY
        day = self.office.working_day_from(_run_out(begin, length, paused, resumed) - 1)
        still_paused = (paused <= day) & (day < resumed)
        day = np.where(still_paused, self.office.working_day_from(np.where(still_paused, resumed, day)), day)
        return day, self.office.close(day)


def _run_out(begin: Integers, length: Integers, paused: Integers, resumed: Integers) -> Integers:
    end = begin + length
    since = np.maximum(paused, begin)
    costs = (resumed > since) & (since < end)
    return np.where(costs, end + resumed - since, end)


def _months_later(day: Integers, amount: Integers) -> Integers:
    whole, part = np.divmod(amount, THOUSAND)
    months: NDArray[Any] = day.view("datetime64[D]").astype("datetime64[M]")
    of_month = day - months.astype("datetime64[D]").view(np.int64)
    reached = (months.view(np.int64) + whole).view("datetime64[M]")
    first = reached.astype("datetime64[D]").view(np.int64)
    last = (reached.view(np.int64) + 1).view("datetime64[M]").astype("datetime64[D]").view(np.int64) - 1
    found: Integers = np.minimum(first + of_month, last) - (-part * DAYS_IN_PART_OF_MONTH // THOUSAND)
    return found
