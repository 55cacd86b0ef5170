"""The deadline clock: what is due when, how much time is used, and whether it stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import partial

from dossiers.clock_errors import ClockNotStarted
from dossiers.clock_rules import Count, count, instant, position, until
from dossiers.clock_types import (
    HOUR_UNITS,
    ClockHistory,
    ClockReading,
    ClockState,
    DayEntry,
    Extension,
    LedgerKind,
    Pause,
    Verdict,
)
from dossiers.day_ledger import Span
from dossiers.working_time import DAY, MINUTE, OfficeTime, from_local, local_date, office_time, to_local
from procedures.calendars import Calendar, day_from_number
from procedures.limits import Limit, Unit

__all__ = [
    "ClockHistory",
    "ClockReading",
    "ClockState",
    "DayEnd",
    "DayEntry",
    "Extension",
    "LedgerKind",
    "Pause",
    "Verdict",
    "add_limit",
    "day_ledger",
    "moment_at_fraction",
    "read_clock",
    "verdict",
]

FINISHED = {
    Verdict.EARLY: ClockState.FINISHED_EARLY,
    Verdict.ON_TIME: ClockState.FINISHED_ON_TIME,
    Verdict.LATE: ClockState.FINISHED_LATE,
}


class DayEnd(StrEnum):
    """When the last day of a day-unit limit is over."""

    MIDNIGHT = "midnight"
    """24:00, i.e. 00:00 of the date that follows. Source: Bộ luật Dân sự 2015 art. 148."""
    CLOSE_OF_OFFICE = "close_of_office"


@dataclass(frozen=True, slots=True)
class _Counts:
    """A history counted out. `started` and `base` (start or last restart) and `as_of` are local microseconds."""

    started: int
    base: int
    as_of: int
    original: Count
    legal: Count
    extended: Count | None

    @property
    def in_force(self) -> Count:
        return self.extended if self.extended and self.extended.due >= self.legal.due else self.legal


def read_clock(limit: Limit, history: ClockHistory, calendar: Calendar, *, now: datetime) -> ClockReading:
    """What the clock says at `now`: due times, time used and left, state, and on demand the day ledger.

    An open pause is counted as if it ended at `now` (or when the dossier finished or stopped). After a restart the
    whole limit counts again from it; extensions granted before it have lapsed with the count that they lengthened.

    Source: Bộ luật Dân sự 2015 art. 147 and 148; NĐ 61/2018/NĐ-CP art. 19.4 (restart); pauses and extensions by
    convention, unverified.

    Raises:
        ClockNotStarted: `starts_at` is None.
        NaiveInstant: an instant has no time zone.
        LimitNotPositive: the amount is not above 0.
        CutOffMissing: the limit needs a cut-off hour and has none.
        NoCalendar: a day is not covered by the calendar.
    """
    office = office_time(calendar)
    counts = _counts(limit, history, office, to_local(now))
    legal, extended, found = counts.legal, counts.extended, counts.in_force
    at = position(limit.unit, counts.as_of, office)
    used, whole = found.used_until(at), found.used_until(found.end)
    overdue_by = at - max(found.end, position(limit.unit, found.due, office))
    left = -(overdue_by // MINUTE) if overdue_by > 0 else -(min(used - whole, 0) // MINUTE)
    ended = history.finished_at is not None or history.stopped_at is not None
    paused = not ended and any(_is_paused(pause, counts.as_of) for pause in history.pauses)
    return ClockReading(
        due_at=from_local(found.due),
        due_on=day_from_number(found.due_day),
        original_due_at=from_local(counts.original.due),
        original_due_on=day_from_number(counts.original.due_day),
        legal_due_at=from_local(legal.due),
        legal_due_on=day_from_number(legal.due_day),
        extended_due_at=from_local(extended.due) if extended else None,
        extended_due_on=day_from_number(extended.due_day) if extended else None,
        used_minutes=used // MINUTE,
        left_minutes=left,
        used_fraction=Fraction(used, whole) if whole else Fraction(1),
        paused=paused,
        state=_state(limit, history, counts, paused=paused),
        ledger=partial(Span(found, office, counts.started, counts.base).entries, history.pauses, counts.as_of),
    )


def day_ledger(limit: Limit, history: ClockHistory, calendar: Calendar, *, now: datetime) -> tuple[DayEntry, ...]:
    """The day ledger from the start to the due date, both included: the `days` of a reading.

    Raises:
        ClockError: as `read_clock`.
        NoCalendar: a day is not covered by the calendar.
    """
    return read_clock(limit, history, calendar, now=now).days


def moment_at_fraction(
    limit: Limit, history: ClockHistory, calendar: Calendar, fraction: Fraction | float, *, now: datetime | None = None
) -> datetime:
    """The UTC instant at which a fraction of the time in force (extension included) is used, pauses left out.

    `now` matters only while a pause is open: the pause then counts as if it ended at `now`; without `now` it counts as
    if it had not begun. At 1 it is the instant at which the amount runs out, which for day units may come before
    `due_at`.

    Raises:
        ClockError: as `read_clock`.
        NoCalendar: a day is not covered by the calendar.
    """
    office = office_time(calendar)
    found = _counts(limit, history, office, to_local(now) if now else None).in_force
    share = fraction if isinstance(fraction, Fraction) else Fraction(str(fraction))
    wanted = int(found.used_until(found.end) * share)
    return from_local(instant(limit.unit, found.position_when_used(wanted), office))


def add_limit(
    start: datetime, amount: Decimal, unit: Unit, calendar: Calendar, *, day_ends: DayEnd = DayEnd.MIDNIGHT
) -> datetime:
    """The UTC instant at which a small limit that starts at `start` is over, by the same rules as any limit.

    A day-unit limit ends at 24:00 of its last day (returned as 00:00 of the next date), so that nobody loses the last
    evening; pass `DayEnd.CLOSE_OF_OFFICE` where only office hours count. Hour units end at their exact instant.

    Source: Bộ luật Dân sự 2015 art. 147 and 148.

    Raises:
        ClockError: as `read_clock`; `same_day` is no small limit.
        NoCalendar: a day is not covered by the calendar.
    """
    found = count(Limit(amount=amount, unit=unit), to_local(start), (), office_time(calendar))
    if unit in HOUR_UNITS or day_ends is DayEnd.CLOSE_OF_OFFICE:
        return from_local(found.due)
    return from_local((found.due_day + 1) * DAY)


def verdict(limit: Limit, reading: ClockReading, finished_at: datetime) -> Verdict:
    """Early, on time or late against the legal due time, extensions left out.

    Day units compare dates in Vietnam; hour units compare instants, so that only the very instant is "on time".

    Raises:
        NaiveInstant: `finished_at` has no time zone.
    """
    if limit.unit in HOUR_UNITS:
        return _compared(to_local(finished_at), to_local(reading.legal_due_at))
    return _compared(local_date(finished_at).toordinal(), reading.legal_due_on.toordinal())


def _compared(finished: int, due: int) -> Verdict:
    if finished == due:
        return Verdict.ON_TIME
    return Verdict.EARLY if finished < due else Verdict.LATE


def _counts(limit: Limit, history: ClockHistory, office: OfficeTime, now: int | None) -> _Counts:
    if history.starts_at is None:
        raise ClockNotStarted()
    started = to_local(history.starts_at)
    ends = [to_local(end) for end in (history.finished_at, history.stopped_at) if end is not None]
    as_of = min([*ends, *([now] if now is not None else [])], default=None)
    restarts = [local for local in map(to_local, history.restarts) if local > started]
    base = max([started, *restarts])
    pauses = _pauses(history, base, as_of)
    original = count(limit, started, (), office)
    legal = original if not pauses and base == started else count(limit, base, pauses, office)
    granted = [extension for extension in history.extensions if to_local(extension.at) >= base]
    ends_at = [until(legal, to_local(extension.until), office) for extension in granted if extension.until is not None]
    more = sum((extension.amount for extension in granted if extension.amount is not None), Decimal(0))
    if more:
        ends_at.append(count(limit, base, pauses, office, extra=more))
    extended = max(ends_at, key=lambda each: each.due, default=None)
    return _Counts(started, base, started if as_of is None else as_of, original, legal, extended)


def _pauses(history: ClockHistory, base: int, as_of: int | None) -> tuple[tuple[int, int], ...]:
    """Pauses in local microseconds, from where counting begins; an open one ends at `as_of`."""
    ends = [(to_local(p.start), as_of if p.end is None else to_local(p.end)) for p in history.pauses]
    return tuple((max(begin, base), end) for begin, end in ends if end is not None and end > max(begin, base))


def _is_paused(pause: Pause, at: int) -> bool:
    return to_local(pause.start) <= at and (pause.end is None or at < to_local(pause.end))


def _state(limit: Limit, history: ClockHistory, counts: _Counts, *, paused: bool) -> ClockState:
    hourly, at, found = limit.unit in HOUR_UNITS, counts.as_of, counts.in_force
    if history.finished_at is not None:
        finished = to_local(history.finished_at)
        legal = counts.legal
        compared = _compared(finished, legal.due) if hourly else _compared(finished // DAY, legal.due_day)
        return FINISHED[compared]
    if history.stopped_at is not None:
        return ClockState.STOPPED
    if at < counts.started:
        return ClockState.NOT_STARTED
    if at > found.due if hourly else at // DAY > found.due_day:
        return ClockState.OVERDUE
    if paused:
        return ClockState.PAUSED
    return ClockState.DUE_TODAY if at // DAY == found.due_day else ClockState.RUNNING
