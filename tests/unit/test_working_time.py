"""Office time between two instants, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dossiers.clock_errors import NaiveInstant, NotAnInstant
from dossiers.working_time import (
    LOCAL_ZONE,
    UTC_OFFSET,
    add_office_minutes,
    close_of_office,
    from_local,
    instant_from_text,
    local_date,
    next_opening,
    office_minutes_between,
    to_local,
)
from procedures.calendars import load_calendar
from procedures.errors import NoCalendar

CALENDAR = load_calendar()


def at(text: str) -> datetime:
    """An instant given as a time in Vietnam."""
    return instant_from_text(text)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-06-01T07:00", "2026-06-01T17:00", 480),
        ("2026-06-01T10:00", "2026-06-02T08:00", 360),
        ("2026-06-01T11:30", "2026-06-01T13:30", 0),
        ("2026-06-05T17:00", "2026-06-08T07:00", 0),
        ("2026-06-05T16:00", "2026-06-08T07:30", 90),
        # Tết: from Friday 13/02 16:00 to Monday 23/02 08:00.
        ("2026-02-13T16:00", "2026-02-23T08:00", 120),
        ("2026-06-01T10:00:30", "2026-06-01T10:01:00", 0),
        ("2026-06-02T08:00", "2026-06-01T10:00", -360),
        ("2026-01-01T00:00", "2026-12-31T23:59", 249 * 480),
    ],
)
def test_office_minutes_between(start: str, end: str, minutes: int) -> None:
    assert office_minutes_between(at(start), at(end), CALENDAR) == minutes


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-06-01T07:00", 480, "2026-06-01T17:00"),
        ("2026-06-01T07:00", 481, "2026-06-02T07:01"),
        ("2026-06-01T11:00", 60, "2026-06-01T14:00"),
        ("2026-06-05T18:00", 1, "2026-06-08T07:01"),
        ("2026-02-13T16:30", 31, "2026-02-23T07:01"),
    ],
)
def test_add_office_minutes(start: str, minutes: int, end: str) -> None:
    assert add_office_minutes(at(start), minutes, CALENDAR) == at(end)


@pytest.mark.parametrize(
    ("instant", "opening"),
    [
        ("2026-06-01T06:59", "2026-06-01T07:00"),
        ("2026-06-01T07:00", "2026-06-01T07:00"),
        ("2026-06-01T07:01", "2026-06-02T07:00"),
        ("2026-06-05T12:00", "2026-06-08T07:00"),
        ("2026-01-09T17:30", "2026-01-10T07:00"),
    ],
)
def test_next_opening(instant: str, opening: str) -> None:
    assert next_opening(at(instant), CALENDAR) == at(opening)


def test_close_of_office_is_in_utc_and_moves_off_a_day_of_rest() -> None:
    assert close_of_office(date(2026, 6, 5), CALENDAR) == datetime(2026, 6, 5, 10, 0, tzinfo=UTC)
    assert close_of_office(date(2026, 6, 6), CALENDAR) == datetime(2026, 6, 8, 10, 0, tzinfo=UTC)


def test_an_instant_without_time_zone_is_refused_by_the_rules() -> None:
    naive = datetime(2026, 6, 1, 9, 0)  # noqa: DTZ001
    with pytest.raises(NaiveInstant) as caught:
        to_local(naive)
    assert caught.value.facts == {"instant": "2026-06-01T09:00:00"}
    with pytest.raises(NaiveInstant):
        next_opening(naive, CALENDAR)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-02-13T09:00", datetime(2026, 2, 13, 2, 0, tzinfo=UTC)),
        (" 2026-02-13 09:00:30 ", datetime(2026, 2, 13, 2, 0, 30, tzinfo=UTC)),
        ("2026-02-13T09:00Z", datetime(2026, 2, 13, 9, 0, tzinfo=UTC)),
        ("2026-02-13T09:00+09:00", datetime(2026, 2, 13, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_text_without_time_zone_is_a_time_in_vietnam(text: str, utc: datetime) -> None:
    assert instant_from_text(text) == utc


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-13", "20260213", "13/02/2026 09:00"])
def test_a_text_that_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(NotAnInstant) as caught:
        instant_from_text(text)
    assert caught.value.facts == {"text": text}


def test_local_microseconds_go_there_and_back() -> None:
    instant = datetime(2026, 6, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert from_local(to_local(instant)) == instant
    assert local_date(datetime(2025, 12, 31, 17, 0, tzinfo=UTC)) == date(2026, 1, 1)


def test_vietnam_keeps_its_offset_in_every_month_that_calendars_cover() -> None:
    months = [datetime(year, month, 1, tzinfo=LOCAL_ZONE) for year in range(2025, 2031) for month in range(1, 13)]
    assert {month.utcoffset() for month in months} == {timedelta(hours=7)}
    assert UTC_OFFSET == 7 * 3600 * 1_000_000


def test_time_outside_the_calendar_is_refused() -> None:
    with pytest.raises(NoCalendar):
        office_minutes_between(at("2024-12-31T09:00"), at("2025-01-02T09:00"), CALENDAR)
    with pytest.raises(NoCalendar):
        add_office_minutes(at("2027-12-31T16:59"), 2, CALENDAR)
