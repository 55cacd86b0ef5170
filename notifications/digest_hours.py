"""When digests go out: at one hour in Vietnam, on working days. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from notifications.rendering import VIETNAM
from procedures.calendars import Calendar

SATURDAY = 5
MOST_DAYS_BACK = 30


def last_digest_hour(now: datetime, calendar: Calendar, *, hour: int) -> datetime:
    """The last digest hour that has come, `now` included."""
    local = now.astimezone(VIETNAM)
    day = local.date() if local.time() >= time(hour) else local.date() - timedelta(days=1)
    for _ in range(MOST_DAYS_BACK):
        if is_worked(day, calendar):
            break
        day -= timedelta(days=1)
    return datetime.combine(day, time(hour), VIETNAM).astimezone(now.tzinfo)


def is_worked(day: date, calendar: Calendar) -> bool:
    """Whether a day is worked; outside the calendar, whether it is no weekend."""
    return calendar.is_working(day) if calendar.covers(day) else day.weekday() < SATURDAY
