"""What a reading says besides the due date: state, time used and left, the day ledger, refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from dossiers.clock import (
    ClockHistory,
    ClockReading,
    ClockState,
    DayEntry,
    Extension,
    LedgerKind,
    Pause,
    add_limit,
    day_ledger,
    moment_at_fraction,
    read_clock,
)
from dossiers.clock_batch import Limits, due_batch
from dossiers.clock_errors import (
    BatchShapesDiffer,
    ClockNotStarted,
    CutOffMissing,
    ExtensionWithoutLength,
    LimitNotPositive,
    NaiveInstant,
    PauseEndsBeforeItStarts,
)
from dossiers.working_time import instant_from_text as at
from procedures.base import Names
from procedures.calendars import load_calendar
from procedures.errors import NoCalendar
from procedures.limits import CountFrom, Limit, Unit

CALENDAR = load_calendar()
THREE = Limit(Decimal(3), Unit.WORKING_DAYS)
START = at("2026-03-02T09:00")
"""A Monday: three working days are due on Thursday 05/03/2026."""


def reading(now: str, *pauses: Pause, limit: Limit = THREE, **further: object) -> ClockReading:
    """The clock of a dossier received on Monday 02/03/2026 at 09:00."""
    return read_clock(limit, ClockHistory(START, pauses, **further), CALENDAR, now=at(now))  # type: ignore[arg-type]


OPEN = Pause(at("2026-03-04T09:00"), None, "supplement", "applicant")


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-03-02T08:59", ClockState.NOT_STARTED),
        ("2026-03-02T09:00", ClockState.RUNNING),
        ("2026-03-04T23:59", ClockState.RUNNING),
        ("2026-03-05T00:00", ClockState.DUE_TODAY),
        ("2026-03-05T23:59", ClockState.DUE_TODAY),
        ("2026-03-06T00:00", ClockState.OVERDUE),
    ],
)
def test_the_state_moves_with_time(now: str, state: ClockState) -> None:
    assert reading(now).state is state


@pytest.mark.parametrize(
    ("now", "state"),
    [("2026-06-06T15:59", ClockState.DUE_TODAY), ("2026-06-06T16:01", ClockState.OVERDUE)],
)
def test_an_hour_limit_is_overdue_at_the_instant(now: str, state: ClockState) -> None:
    history = ClockHistory(at("2026-06-05T16:00"))
    assert read_clock(Limit(Decimal(24), Unit.HOURS), history, CALENDAR, now=at(now)).state is state


@pytest.mark.parametrize(
    ("finished", "state"),
    [
        ("2026-03-04T16:00", ClockState.FINISHED_EARLY),
        ("2026-03-05T18:00", ClockState.FINISHED_ON_TIME),
        ("2026-03-06T07:00", ClockState.FINISHED_LATE),
    ],
)
def test_a_finished_dossier_keeps_its_verdict_and_its_time(finished: str, state: ClockState) -> None:
    first = reading("2026-03-10T09:00", finished_at=at(finished))
    assert first.state is state
    assert first.used_minutes == reading("2026-05-10T09:00", finished_at=at(finished)).used_minutes


def test_a_stopped_dossier_uses_no_more_time() -> None:
    found = reading("2026-03-10T09:00", OPEN, stopped_at=at("2026-03-05T09:00"))
    assert (found.state, found.paused, found.used_minutes) == (ClockState.STOPPED, False, 600)


@pytest.mark.parametrize(
    ("now", "used", "left", "fraction"),
    [
        ("2026-03-02T16:00", 0, 1440, Fraction(0)),
        ("2026-03-03T08:00", 60, 1380, Fraction(1, 24)),
        ("2026-03-04T12:00", 750, 690, Fraction(25, 48)),
        ("2026-03-05T17:00", 1440, 0, Fraction(1)),
        ("2026-03-05T20:00", 1440, 0, Fraction(1)),
        ("2026-03-06T08:00", 1500, -60, Fraction(25, 24)),
    ],
)
def test_used_and_left_are_office_minutes_for_working_days(now: str, used: int, left: int, fraction: Fraction) -> None:
    found = reading(now)
    assert (found.used_minutes, found.left_minutes, found.used_fraction) == (used, left, fraction)


@pytest.mark.parametrize(
    ("now", "used", "left"),
    [
        # Runs out on Saturday 7/3, moved to Monday 9/3: seven dates of 1440 minutes in all.
        ("2026-03-03T00:00", 0, 10_080),
        ("2026-03-04T12:00", 2160, 7920),
        ("2026-03-10T00:10", 10_090, -10),
    ],
)
def test_used_and_left_are_clock_minutes_for_calendar_days(now: str, used: int, left: int) -> None:
    found = reading(now, limit=Limit(Decimal(5), Unit.CALENDAR_DAYS))
    assert found.due_on == date(2026, 3, 9)
    assert (found.used_minutes, found.left_minutes) == (used, left)


def test_an_open_pause_counts_as_if_it_ended_now() -> None:
    before = reading("2026-03-04T09:00", OPEN)
    assert (before.state, before.paused, before.due_on) == (ClockState.PAUSED, True, date(2026, 3, 5))
    later = reading("2026-03-09T09:00", OPEN)
    assert (later.state, later.due_on, later.used_minutes) == (ClockState.PAUSED, date(2026, 3, 10), 600)
    # 600 of 1440 minutes were used; 840 are left from Monday 09:00: 360 that day, 480 on Tuesday.
    assert later.left_minutes == 840


def test_a_pause_after_the_end_leaves_the_dossier_overdue() -> None:
    found = reading("2026-03-09T09:00", Pause(at("2026-03-06T09:00"), None))
    assert (found.state, found.paused, found.due_on) == (ClockState.OVERDUE, True, date(2026, 3, 5))


def test_five_facts_stand_side_by_side() -> None:
    found = reading(
        "2026-03-04T09:00",
        Pause(at("2026-03-03T07:00"), at("2026-03-04T07:00")),
        extensions=(Extension(Decimal(2), None, at("2026-03-04T08:00")),),
    )
    assert found.original_due_on == date(2026, 3, 5)
    assert found.legal_due_on == date(2026, 3, 6)
    assert found.extended_due_on == date(2026, 3, 10)
    assert found.due_at == datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
    assert reading("2026-03-04T09:00").extended_due_at is None


def test_an_extension_before_a_restart_has_lapsed() -> None:
    found = reading(
        "2026-03-10T09:00",
        extensions=(Extension(Decimal(20), None, at("2026-03-03T08:00")),),
        restarts=(at("2026-03-09T09:00"),),
    )
    assert (found.due_on, found.extended_due_on) == (date(2026, 3, 12), None)


def test_an_extension_of_a_same_day_limit_counts_in_working_days() -> None:
    extension = Extension(Decimal(2), None, at("2026-03-02T10:00"))
    found = reading("2026-03-02T11:00", limit=Limit(Decimal(0), Unit.SAME_DAY, time(15)), extensions=(extension,))
    assert (found.legal_due_on, found.due_on) == (date(2026, 3, 2), date(2026, 3, 4))


@pytest.mark.parametrize(
    ("fraction", "moment"),
    [
        (Fraction(1, 2), "2026-03-04T11:00"),
        (0.75, "2026-03-05T09:00"),
        (Fraction(9, 10), "2026-03-05T14:36"),
        (1, "2026-03-05T17:00"),
    ],
)
def test_the_moment_at_which_a_fraction_is_used(fraction: Fraction | float, moment: str) -> None:
    assert moment_at_fraction(THREE, ClockHistory(START), CALENDAR, fraction) == at(moment)


def test_the_moment_of_a_fraction_leaves_pauses_out_and_counts_an_open_one_until_now() -> None:
    closed = ClockHistory(START, (Pause(at("2026-03-03T07:00"), at("2026-03-04T07:00")),))
    assert moment_at_fraction(THREE, closed, CALENDAR, 0.5) == at("2026-03-05T11:00")
    paused = ClockHistory(START, (OPEN,))
    assert moment_at_fraction(THREE, paused, CALENDAR, 0.5) == at("2026-03-04T11:00")
    assert moment_at_fraction(THREE, paused, CALENDAR, 0.5, now=at("2026-03-05T09:00")) == at("2026-03-05T11:00")


def kinds(days: tuple[DayEntry, ...]) -> list[tuple[int, str, bool, int]]:
    """Day of the month, kind, counted and minutes of each entry."""
    return [(entry.date.day, entry.kind.value, entry.counted, entry.counted_minutes) for entry in days]


def test_the_day_ledger_of_working_days() -> None:
    ground = Names(vi="Chờ bổ sung", en="Waiting for the supplement")
    pause = Pause(at("2026-02-25T08:00"), at("2026-02-27T10:00"), "supplement", "applicant", ground)
    history = ClockHistory(at("2026-02-13T09:00"), (pause,))
    days = day_ledger(THREE, history, CALENDAR, now=at("2026-02-27T11:00"))
    assert kinds(days) == [
        (13, "before_start", False, 0),
        (14, "weekend", False, 0),
        (15, "weekend", False, 0),
        (16, "public_holiday", False, 0),
        (17, "public_holiday", False, 0),
        (18, "public_holiday", False, 0),
        (19, "public_holiday", False, 0),
        (20, "public_holiday", False, 0),
        (21, "weekend", False, 0),
        (22, "weekend", False, 0),
        (23, "working", True, 480),
        (24, "working", True, 480),
        (25, "working", True, 60),
        (26, "paused", False, 0),
        (27, "working", True, 300),
        (28, "weekend", False, 0),
        (1, "weekend", False, 0),
        (2, "working", True, 120),
    ]
    assert days[0].note_en == "Day of receipt, not counted"
    assert days[3].note == "Tết Bính Ngọ (29 tháng Chạp)"
    assert days[12].note == "Tạm dừng một phần ngày: Chờ bổ sung"
    assert days[13].note_en == "Paused: Waiting for the supplement"


def test_the_day_ledger_of_calendar_days_counts_rest_days_and_shows_the_roll() -> None:
    pauses = (Pause(at("2026-03-04T09:00"), at("2026-03-05T09:00"), "survey"),)
    history = ClockHistory(START, pauses)
    days = day_ledger(Limit(Decimal(5), Unit.CALENDAR_DAYS), history, CALENDAR, now=START)
    assert kinds(days) == [
        (2, "before_start", False, 0),
        (3, "working", True, 1440),
        (4, "paused", False, 0),
        (5, "working", True, 1440),
        (6, "working", True, 1440),
        (7, "weekend", True, 1440),
        (8, "weekend", True, 1440),
        (9, "working", False, 0),
    ]
    assert days[-1].note_en == "The last day is a rest day: moved to the next working day"


def test_the_day_ledger_shows_swapped_make_up_and_restarted_days() -> None:
    days = day_ledger(THREE, ClockHistory(at("2025-12-31T09:00")), CALENDAR, now=START)
    assert [entry.kind for entry in days][:3] == [
        LedgerKind.BEFORE_START,
        LedgerKind.PUBLIC_HOLIDAY,
        LedgerKind.SWAPPED_DAY_OFF,
    ]
    worked = day_ledger(THREE, ClockHistory(at("2026-01-08T09:00")), CALENDAR, now=START)
    assert (worked[2].kind, worked[2].counted) == (LedgerKind.MAKE_UP_WORKING_DAY, True)
    again = day_ledger(THREE, ClockHistory(START, restarts=(at("2026-03-04T10:00"),)), CALENDAR, now=START)
    assert [entry.kind.value for entry in again] == [
        "before_restart",
        "before_restart",
        "before_start",
        "working",
        "working",
        "weekend",
        "weekend",
        "working",
    ]


def test_the_day_ledger_of_a_same_day_limit_after_the_cut_off() -> None:
    limit = Limit(Decimal(0), Unit.SAME_DAY, time(15))
    days = day_ledger(limit, ClockHistory(at("2026-04-29T15:01")), CALENDAR, now=START)
    assert kinds(days) == [
        (29, "before_start", False, 0),
        (30, "public_holiday", False, 0),
        (1, "public_holiday", False, 0),
        (2, "weekend", False, 0),
        (3, "weekend", False, 0),
        (4, "working", True, 480),
    ]


def test_what_the_clock_refuses() -> None:
    naive = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001
    with pytest.raises(ClockNotStarted):
        read_clock(THREE, ClockHistory(None), CALENDAR, now=START)
    with pytest.raises(NaiveInstant):
        read_clock(THREE, ClockHistory(START), CALENDAR, now=naive)
    with pytest.raises(NaiveInstant):
        read_clock(THREE, ClockHistory(naive), CALENDAR, now=START)
    with pytest.raises(LimitNotPositive):
        reading("2026-03-02T09:00", limit=Limit(Decimal(0), Unit.HOURS))
    with pytest.raises(CutOffMissing):
        reading("2026-03-02T09:00", limit=Limit(Decimal(0), Unit.SAME_DAY))
    with pytest.raises(CutOffMissing):
        reading("2026-03-02T09:00", limit=Limit(Decimal(1), Unit.HOURS, count_from=CountFrom.NEXT_WORKING_DAY))
    with pytest.raises(CutOffMissing):
        add_limit(START, Decimal(1), Unit.SAME_DAY, CALENDAR)
    with pytest.raises(PauseEndsBeforeItStarts):
        Pause(START, at("2026-03-01T09:00"))
    with pytest.raises(ExtensionWithoutLength):
        Extension(None, None, START)
    with pytest.raises(ExtensionWithoutLength):
        Extension(Decimal(1), START, START)
    with pytest.raises(ExtensionWithoutLength):
        Extension(Decimal(0), None, START)
    with pytest.raises(NoCalendar):
        reading("2026-03-02T09:00", limit=Limit(Decimal(999), Unit.WORKING_DAYS))


def test_the_batch_refuses_what_the_clock_refuses() -> None:
    starts = np.array(["2026-03-02T02:00"], "datetime64[us]")
    for limit, error in [
        (Limit(Decimal(0), Unit.HOURS), LimitNotPositive),
        (Limit(Decimal(0), Unit.SAME_DAY), CutOffMissing),
        (Limit(Decimal(1), Unit.HOURS, count_from=CountFrom.NEXT_WORKING_DAY), CutOffMissing),
        (Limit(Decimal(999), Unit.WORKING_DAYS), NoCalendar),
        (Limit(Decimal(999), Unit.CALENDAR_DAYS), NoCalendar),
    ]:
        with pytest.raises(error):
            due_batch(Limits.of([limit]), starts, CALENDAR)
    with pytest.raises(BatchShapesDiffer):
        due_batch(Limits.of([THREE, THREE]), starts, CALENDAR)


def test_the_batch_of_the_worked_example() -> None:
    starts = np.array(["2026-02-13T02:00", "2026-02-13T02:00"], "datetime64[s]")
    found = due_batch(
        Limits.of([THREE, THREE]),
        starts,
        CALENDAR,
        pause_starts=np.array(["NaT", "2026-02-25T01:00"], "datetime64[s]"),
        pause_ends=np.array(["NaT", "2026-02-27T03:00"], "datetime64[s]"),
    )
    assert found.due_on.astype(str).tolist() == ["2026-02-25", "2026-03-02"]
    assert found.due_at.astype("datetime64[m]").astype(str).tolist() == ["2026-02-25T10:00", "2026-03-02T10:00"]
