"""Office time: how much of it lies between two instants, and when an amount of it has passed.

Inside, an instant is a whole number of microseconds since 1 January 1970, 00:00 in Vietnam ("local microseconds"), and
office time is the number of microseconds for which offices have been open since the calendar's first day ("position").
Whole days are skipped by the calendar's running count of working days, never walked through.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dossiers.clock_errors import NaiveInstant, NotAnInstant
from procedures.calendars import Calendar, day_from_number, day_number

LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UTC_OFFSET = 7 * HOUR
"""Vietnam has kept UTC+7 without daylight saving time since June 1975, before the first year of any calendar."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_local(instant: datetime) -> int:
    """Local microseconds of an aware instant.

    Raises:
        NaiveInstant: it has no time zone.
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise NaiveInstant(instant=instant.isoformat())
    passed = instant - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds + UTC_OFFSET


def from_local(local: int) -> datetime:
    """The aware UTC instant of local microseconds."""
    return EPOCH + timedelta(microseconds=local - UTC_OFFSET)


def local_date(instant: datetime) -> date:
    """The date in Vietnam at an instant.

    Raises:
        NaiveInstant: it has no time zone.
    """
    return day_from_number(to_local(instant) // DAY)


def instant_from_text(text: str) -> datetime:
    """The aware instant that an ISO 8601 text means; without a time zone it is a time in Vietnam.

    Raises:
        NotAnInstant: the text is no date with a time of day.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotAnInstant(text=text) from None
    if len(text.strip()) <= len("2026-02-13"):
        raise NotAnInstant(text=text)
    return found if found.tzinfo else found.replace(tzinfo=LOCAL_ZONE)


class OfficeTime:
    """Office time of one calendar. All instants are local microseconds, all days are day numbers."""

    def __init__(self, calendar: Calendar) -> None:
        """Lay out the sessions of a day."""
        self.calendar = calendar
        minutes = [((a.hour * 60 + a.minute) * MINUTE, (b.hour * 60 + b.minute) * MINUTE) for a, b in calendar.sessions]
        self.sessions = tuple(minutes)
        self.day_length = sum(closes - opens for opens, closes in minutes)
        self.opens_at = minutes[0][0]
        self.closes_at = minutes[-1][1]

    def is_working(self, day: int) -> bool:
        """Whether offices are open on a day.

        Raises:
            NoCalendar: the day is not covered.
        """
        before = self.calendar.working_days_before
        return before(day + 1) > before(day)

    def working_day_from(self, day: int) -> int:
        """The day itself if it is a working day, else the next one that is.

        Raises:
            NoCalendar: not covered.
        """
        return self.calendar.nth_working_day(self.calendar.working_days_before(day))

    def opening(self, day: int) -> int:
        """When offices open on a working day."""
        return day * DAY + self.opens_at

    def close(self, day: int) -> int:
        """When offices close on a working day."""
        return day * DAY + self.closes_at

    def position(self, local: int) -> int:
        """Office time that has passed at an instant since the calendar's first day.

        Raises:
            NoCalendar: the day is not covered.
        """
        day, within = divmod(local, DAY)
        whole = self.calendar.working_days_before(day) * self.day_length
        if not self.is_working(day):
            return whole
        return whole + sum(min(max(within - opens, 0), closes - opens) for opens, closes in self.sessions)

    def instant_at(self, position: int) -> int:
        """The first instant at which so much office time has passed: a full day ends at its close, not next morning.

        Raises:
            NoCalendar: it lies after the years covered.
        """
        nth, rest = divmod(max(position, 1) - 1, self.day_length)
        left = min(rest + 1, position)
        day = self.calendar.nth_working_day(nth)
        for opens, closes in self.sessions:
            if left <= closes - opens:
                return day * DAY + opens + left
            left -= closes - opens
        return self.close(day)


@lru_cache(maxsize=4096)
def office_time(calendar: Calendar) -> OfficeTime:
    """The office time of a calendar. Cached."""
    return OfficeTime(calendar)


def office_minutes_between(start: datetime, end: datetime, calendar: Calendar) -> int:
    """Whole office minutes in [start, end); negative when `end` comes first.

    Raises:
        NaiveInstant: an instant has no time zone.
        NoCalendar: a day is not covered.
    """
    office = office_time(calendar)
    passed = office.position(to_local(end)) - office.position(to_local(start))
    return passed // MINUTE if passed >= 0 else -(-passed // MINUTE)


def add_office_minutes(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The first instant at which so many office minutes (at least 1) have passed since `start`, in UTC.

    Raises:
        NaiveInstant: `start` has no time zone.
        NoCalendar: a day is not covered.
    """
    office = office_time(calendar)
    return from_local(office.instant_at(office.position(to_local(start)) + minutes * MINUTE))


def next_opening(instant: datetime, calendar: Calendar) -> datetime:
    """When offices open next, at or after an instant, in UTC: the first session of a working day.

    Raises:
        NaiveInstant: the instant has no time zone.
        NoCalendar: a day is not covered.
    """
    office, local = office_time(calendar), to_local(instant)
    day = office.working_day_from(local // DAY)
    if office.opening(day) < local:
        day = office.working_day_from(day + 1)
    return from_local(office.opening(day))


def close_of_office(day: date, calendar: Calendar) -> datetime:
    """When offices close on a date (or on the next working day after it), in UTC.

    Raises:
        NoCalendar: a day is not covered.
    """
    office = office_time(calendar)
    return from_local(office.close(office.working_day_from(day_number(day))))
