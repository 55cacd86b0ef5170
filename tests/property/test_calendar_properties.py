"""What holds for any day and any two instants of the calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dossiers.working_time import LOCAL_ZONE, close_of_office, next_opening, office_minutes_between, office_time
from procedures.calendars import day_from_number, day_number, load_calendar

CALENDAR = load_calendar()
days = st.dates(date(2025, 1, 1), date(2027, 11, 30))
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 30), timezones=st.just(LOCAL_ZONE))  # noqa: DTZ001


@given(days, days)
def test_working_days_between_is_the_number_of_days_that_are_working(one: date, other: date) -> None:
    start, end = min(one, other), max(one, other)
    counted = sum(CALENDAR.is_working(start + timedelta(days=i)) for i in range((end - start).days))
    assert CALENDAR.working_days_between(start, end) == counted


@given(days)
def test_the_next_working_day_is_working_and_none_lies_between(day: date) -> None:
    found = day_from_number(office_time(CALENDAR).working_day_from(day_number(day)))
    assert found >= day
    assert CALENDAR.is_working(found)
    assert not any(CALENDAR.is_working(day + timedelta(days=i)) for i in range((found - day).days))


@given(instants, instants, instants)
def test_office_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    first, second, third = sorted((one, two, three))
    office = office_time(CALENDAR)
    parts = office_minutes_between(first, second, CALENDAR) + office_minutes_between(second, third, CALENDAR)
    whole = office_minutes_between(first, third, CALENDAR)
    assert whole - parts in (0, 1)
    assert 0 <= whole <= ((third.date() - first.date()).days + 1) * office.day_length // 60_000_000


@given(instants)
def test_there_is_no_office_time_before_the_next_opening_outside_office_hours(instant: datetime) -> None:
    opening = next_opening(instant, CALENDAR).astimezone(LOCAL_ZONE)
    assert (opening.hour, opening.minute) == (7, 0)
    assert CALENDAR.is_working(opening.date())
    assert office_minutes_between(instant, opening, CALENDAR) <= 480


@given(days)
def test_offices_close_at_five_on_a_working_day(day: date) -> None:
    closing = close_of_office(day, CALENDAR).astimezone(LOCAL_ZONE)
    assert (closing.hour, closing.minute) == (17, 0)
    assert CALENDAR.is_working(closing.date())


@given(days)
def test_a_working_day_has_480_office_minutes_and_any_other_none(day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=LOCAL_ZONE)
    minutes = office_minutes_between(midnight, midnight + timedelta(days=1), CALENDAR)
    assert minutes == (480 if CALENDAR.is_working(day) else 0)
