"""Due dates worked out by hand on the calendars of 2025 and 2026, each with its source.

Weekdays to check against: 13/02/2026 is a Friday, 02/03/2026 and 01/06/2026 are Mondays, 29/04/2026 is a Wednesday.
"""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal

import pytest

from dossiers.clock import (
    ClockHistory,
    ClockReading,
    DayEnd,
    Extension,
    Pause,
    Verdict,
    add_limit,
    moment_at_fraction,
    read_clock,
    verdict,
)
from dossiers.working_time import LOCAL_ZONE, instant_from_text
from procedures.base import Names
from procedures.calendars import load_calendar
from procedures.limits import Amount, AreaClass, CountFrom, Limit, Phase, TimeLimit, Unit

CALENDAR = load_calendar(province="38")
CUT_OFF = time(15, 0)
FROM_NEXT_DAY = Limit(Decimal(24), Unit.HOURS, CUT_OFF, CountFrom.NEXT_WORKING_DAY)


def read(limit: Limit, start: str, *pauses: str, **further: object) -> ClockReading:
    """The clock of a dossier received at `start`, paused as "from/to" says, read when it is received."""
    paused = tuple(Pause(*map(instant_from_text, text.split("/"))) for text in pauses)  # type: ignore[arg-type]
    history = ClockHistory(instant_from_text(start), paused, **further)  # type: ignore[arg-type]
    return read_clock(limit, history, CALENDAR, now=instant_from_text(start))


def due_on(amount: str, unit: Unit, start: str, *pauses: str) -> str:
    """The due date, as text."""
    return read(Limit(Decimal(amount), unit, cut_off=CUT_OFF), start, *pauses).due_on.isoformat()


def due_at(limit: Limit, start: str, *pauses: str) -> str:
    """The due instant in Vietnam, as text to the minute."""
    return local(read(limit, start, *pauses).due_at)


def local(instant: datetime) -> str:
    """An instant in Vietnam, as text to the minute."""
    return instant.astimezone(LOCAL_ZONE).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Luật Hộ tịch 60/2014/QH13 art. 5.3: received after 15:00 and not solvable then, the result comes next day.
        ("2026-03-11T14:59", "2026-03-11"),
        ("2026-03-11T15:00", "2026-03-11"),
        ("2026-03-11T15:01", "2026-03-12"),
        # Wednesday before 30/4 and 1/5 (Bộ luật Lao động 45/2019 art. 112), then the weekend.
        ("2026-04-29T15:00", "2026-04-29"),
        ("2026-04-29T15:01", "2026-05-04"),
        # Make-up Saturdays: CV 12729/VPCP-KGVX (10/01/2026) and TB 9441/TB-BNV (22/8/2026).
        ("2026-01-10T10:00", "2026-01-10"),
        ("2026-01-10T15:01", "2026-01-12"),
        ("2026-01-09T16:00", "2026-01-10"),
        ("2026-08-21T16:00", "2026-08-22"),
        # An ordinary Saturday; Friday before the National Day holidays with 31/8 swapped off (TB 9441/TB-BNV).
        ("2026-03-14T09:00", "2026-03-16"),
        ("2026-08-28T16:00", "2026-09-03"),
        # Nghị quyết 28/2026/QH16 art. 2: 24/11 is a day off from 2026 on.
        ("2026-11-24T09:00", "2026-11-25"),
        ("2026-11-23T15:01", "2026-11-25"),
        # Half past eleven at night on 31 December: 1/1 holiday, 2/1 swapped off (CV 12729/VPCP-KGVX), weekend.
        ("2025-12-31T23:30", "2026-01-05"),
        # The same cut-off for an instant given in UTC: 08:00Z is 15:00 in Vietnam.
        ("2026-03-11T08:00+00:00", "2026-03-11"),
        ("2026-03-11T08:01+00:00", "2026-03-12"),
    ],
)
def test_same_day_until_fifteen_hours_else_the_next_working_day(received: str, due: str) -> None:
    assert due_on("0", Unit.SAME_DAY, received) == due


@pytest.mark.parametrize(
    ("amount", "received", "due"),
    [
        # Bộ luật Dân sự 2015 art. 147: the day of receipt is not counted. Tết 16-20/02/2026 by TB 9441/TB-BNV.
        ("3", "2026-02-13T09:00", "2026-02-25"),
        ("1", "2026-02-13T16:59", "2026-02-23"),
        ("1", "2026-04-29T07:00", "2026-05-04"),
        # 26/4/2026 (Giỗ Tổ) is a Sunday: 27/4 is off in lieu (Bộ luật Lao động art. 111.3, CV 3383/BNV-CVL).
        ("1", "2026-04-24T09:00", "2026-04-28"),
        # Make-up Saturdays count: Friday 9/1, Saturday 10/1, Monday 12/1; Friday 21/8, Saturday 22/8.
        ("3", "2026-01-08T09:00", "2026-01-12"),
        ("2", "2026-08-20T09:00", "2026-08-22"),
        # Received on a day of rest: Monday is the first day counted.
        ("1", "2026-03-14T09:00", "2026-03-16"),
        ("1", "2025-12-31T23:30", "2026-01-05"),
        # 00:30 on 1 January in Vietnam is still 31 December in UTC.
        ("1", "2025-12-31T17:30+00:00", "2026-01-05"),
        ("1", "2026-11-23T09:00", "2026-11-25"),
        # TB 6150/TB-BLĐTBXH: Tết 25/1-2/2/2025; Saturday 26/4/2025 worked, 2/5/2025 off.
        ("1", "2025-01-24T09:00", "2025-02-03"),
        ("1", "2025-04-25T09:00", "2025-04-26"),
        ("1", "2025-04-29T09:00", "2025-05-05"),
        # Fractions of a day are office hours of the last day (17.5 in Gia Lai; convention, unverified).
        ("17.5", "2026-06-01T09:00", "2026-06-25"),
        ("0.5", "2026-06-01T09:00", "2026-06-02"),
    ],
)
def test_working_days(amount: str, received: str, due: str) -> None:
    assert due_on(amount, Unit.WORKING_DAYS, received) == due


def test_a_working_day_limit_ends_at_the_close_of_office_of_its_last_day() -> None:
    assert due_at(Limit(Decimal("17.5"), Unit.WORKING_DAYS), "2026-06-01T09:00") == "2026-06-25T17:00"


@pytest.mark.parametrize(("amount", "runs_out"), [("17.5", "2026-06-25T11:00"), ("0.5", "2026-06-02T11:00")])
def test_half_a_day_is_four_office_hours_of_the_last_day(amount: str, runs_out: str) -> None:
    history = ClockHistory(instant_from_text("2026-06-01T09:00"))
    moment = moment_at_fraction(Limit(Decimal(amount), Unit.WORKING_DAYS), history, CALENDAR, 1)
    assert local(moment) == runs_out


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        # 17 office hours gone by 25/02 08:00, 7 left from 27/02 10:00: 5 that Friday, 2 on Monday.
        (["2026-02-25T08:00/2026-02-27T10:00"], "2026-03-02"),
        # Through Tết only: offices are closed, nothing is lost.
        (["2026-02-14T00:00/2026-02-23T00:00"], "2026-02-25"),
        # One office hour on the last day is made good the next morning.
        (["2026-02-25T09:00/2026-02-25T10:00"], "2026-02-26"),
        # In the midday break: nothing.
        (["2026-02-25T11:30/2026-02-25T13:30"], "2026-02-25"),
        # Overlapping pauses cost 23/02 and 24/02 once.
        (["2026-02-23T07:00/2026-02-24T17:00", "2026-02-23T09:00/2026-02-24T12:00"], "2026-02-27"),
        # The limit has run out on 25/02 at 17:00: a later pause changes nothing.
        (["2026-02-26T07:00/2026-02-28T07:00"], "2026-02-25"),
    ],
)
def test_a_pause_costs_the_office_time_that_it_covers(pauses: list[str], due: str) -> None:
    # Convention, unverified.
    assert due_on("3", Unit.WORKING_DAYS, "2026-02-13T09:00", *pauses) == due


@pytest.mark.parametrize(
    ("amount", "received", "pauses", "due"),
    [
        ("30", "2026-01-05T09:00", [], "2026-02-04"),
        # Bộ luật Dân sự 2015 art. 148: the last day on a day of rest or holiday moves to the next working day.
        ("30", "2026-01-17T09:00", [], "2026-02-23"),
        ("10", "2026-04-20T09:00", [], "2026-05-04"),
        ("5", "2026-06-01T09:00", [], "2026-06-08"),
        # The last day on a make-up Saturday stays there.
        ("10", "2025-12-31T09:00", [], "2026-01-10"),
        # A pause costs the dates from its start to the day before it ends: 5, 6, 7, 8 March. Convention, unverified.
        ("10", "2026-03-02T09:00", ["2026-03-05T10:00/2026-03-09T08:00"], "2026-03-16"),
        ("10", "2026-03-02T09:00", ["2026-03-05T08:00/2026-03-05T16:00"], "2026-03-12"),
        # The day of receipt is not counted anyway: only 3 and 4 March are lost.
        ("10", "2026-03-02T09:00", ["2026-03-02T10:00/2026-03-05T08:00"], "2026-03-16"),
        # Rolled once and last: 12 + 2 = Saturday 14 March, then Monday.
        ("10", "2026-03-02T09:00", ["2026-03-05T08:00/2026-03-07T08:00"], "2026-03-16"),
        # Run out on Saturday 6/6, moved to Monday 8/6, but the clock stands still until Thursday.
        ("5", "2026-06-01T09:00", ["2026-06-08T09:00/2026-06-11T08:00"], "2026-06-11"),
    ],
)
def test_calendar_days(amount: str, received: str, pauses: list[str], due: str) -> None:
    assert due_on(amount, Unit.CALENDAR_DAYS, received, *pauses) == due


@pytest.mark.parametrize(
    ("amount", "received", "due"),
    [
        # A missing day of the month is its last: 28 February 2026, a Saturday, then Monday (convention; art. 148).
        ("1", "2026-01-31T09:00", "2026-03-02"),
        ("2", "2025-12-31T09:00", "2026-03-02"),
        ("1", "2026-05-31T09:00", "2026-06-30"),
        ("1", "2026-03-15T09:00", "2026-04-15"),
        ("12", "2025-11-10T09:00", "2026-11-10"),
        # Half a month is 15 days (convention, unverified).
        ("0.5", "2026-03-02T09:00", "2026-03-17"),
    ],
)
def test_months(amount: str, received: str, due: str) -> None:
    assert due_on(amount, Unit.MONTHS, received) == due


@pytest.mark.parametrize(
    ("limit", "received", "pauses", "due"),
    [
        # NĐ 301/2026/NĐ-CP: birth in the linked group within 24 hours; hours run from the moment (art. 147.1).
        (Limit(Decimal(24), Unit.HOURS), "2026-06-05T16:00", [], "2026-06-06T16:00"),
        (Limit(Decimal(24), Unit.HOURS, roll_hours=True), "2026-06-05T16:00", [], "2026-06-08T17:00"),
        (Limit(Decimal(24), Unit.HOURS, roll_hours=True), "2026-06-03T16:00", [], "2026-06-04T16:00"),
        (Limit(Decimal(24), Unit.HOURS), "2026-06-05T16:00", ["2026-06-05T18:00/2026-06-05T20:30"], "2026-06-06T18:30"),
        # Rolled from Sunday 14:00 to Monday's close; a pause that moves the end to Monday 02:00 brings it no nearer.
        (Limit(Decimal(24), Unit.HOURS, roll_hours=True), "2026-06-06T14:00", [], "2026-06-08T17:00"),
        (
            Limit(Decimal(24), Unit.HOURS, roll_hours=True),
            "2026-06-06T14:00",
            ["2026-06-06T15:00/2026-06-07T03:00"],
            "2026-06-08T17:00",
        ),
        (
            Limit(Decimal(24), Unit.HOURS, roll_hours=True),
            "2026-06-06T14:00",
            ["2026-06-06T15:00/2026-06-08T11:00"],
            "2026-06-09T10:00",
        ),
        (Limit(Decimal(24), Unit.HOURS, roll_hours=True), "2026-06-07T02:00", [], "2026-06-08T02:00"),
        # Counted from the next working day: from its opening.
        (
            Limit(Decimal(24), Unit.HOURS, CUT_OFF, CountFrom.NEXT_WORKING_DAY),
            "2026-06-01T15:01",
            [],
            "2026-06-03T07:00",
        ),
        (
            Limit(Decimal(24), Unit.HOURS, CUT_OFF, CountFrom.NEXT_WORKING_DAY),
            "2026-06-01T06:00",
            [],
            "2026-06-02T07:00",
        ),
        # 5 office hours on Monday, 3 on Tuesday.
        (Limit(Decimal(8), Unit.WORKING_HOURS), "2026-06-01T10:00", [], "2026-06-02T10:00"),
        (Limit(Decimal(2), Unit.WORKING_HOURS), "2026-06-05T16:30", [], "2026-06-08T08:30"),
        (Limit(Decimal(1), Unit.WORKING_HOURS), "2026-06-01T12:00", [], "2026-06-01T14:30"),
        (Limit(Decimal("4.5"), Unit.WORKING_HOURS), "2026-06-01T05:00", [], "2026-06-01T11:30"),
        # 3 hours gone by 15:00; 5 left from 08:00 on Tuesday: 3.5 until 11:30, 1.5 from 13:30.
        (
            Limit(Decimal(8), Unit.WORKING_HOURS),
            "2026-06-01T10:00",
            ["2026-06-01T15:00/2026-06-02T08:00"],
            "2026-06-02T15:00",
        ),
    ],
)
def test_hour_units_end_at_an_instant(limit: Limit, received: str, pauses: list[str], due: str) -> None:
    assert due_at(limit, received, *pauses) == due


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # NĐ 301/2026/NĐ-CP, new art. 7.2: received after 15:00, time starts from the next working day, as day zero.
        ("2026-09-07T15:00", "2026-09-10"),
        ("2026-09-07T15:01", "2026-09-11"),
        ("2026-09-12T09:00", "2026-09-17"),
    ],
)
def test_the_next_working_day_is_day_zero_after_the_cut_off(received: str, due: str) -> None:
    limit = Limit(Decimal(3), Unit.WORKING_DAYS, CUT_OFF, CountFrom.NEXT_WORKING_DAY)
    assert read(limit, received).due_on.isoformat() == due


@pytest.mark.parametrize(("area", "due"), [(AreaClass.NORMAL, "2026-03-19"), (AreaClass.DIFFICULT, "2026-04-02")])
def test_phases_add_up_from_the_start(area: AreaClass, due: str) -> None:
    # First registration of land in Thanh Hoá, 1.115520: 10 + 3 working days, 20 + 3 in difficult areas.
    names = Names(vi="Giai đoạn", en="Phase")
    phases = (
        Phase(id="a", names=names, amount=Amount(normal=Decimal(10), difficult=Decimal(20)), source=("x",)),
        Phase(id="b", names=names, amount=Amount(normal=Decimal(3)), source=("x",)),
    )
    limit = TimeLimit(unit=Unit.WORKING_DAYS, phases=phases, source=("x",)).resolve(area)
    assert read(limit, "2026-03-02T09:00").due_on.isoformat() == due


THREE = Limit(Decimal(3), Unit.WORKING_DAYS)
"""From Monday 02/03/2026: due Thursday 05/03/2026."""


def extended(amount: str | None, until: str | None) -> tuple[Extension, ...]:
    """One extension, granted on 04/03/2026."""
    at = instant_from_text("2026-03-04T09:00")
    return (Extension(Decimal(amount) if amount else None, instant_from_text(until) if until else None, at),)


@pytest.mark.parametrize(
    ("amount", "until", "pauses", "legal", "due"),
    [
        # An amount in the limit's own unit: Friday 6, Monday 9 March. Convention, unverified.
        ("2", None, [], "2026-03-05", "2026-03-09T17:00"),
        # A pause within the extension moves the extended due time only.
        ("2", None, ["2026-03-06T07:00/2026-03-09T07:00"], "2026-03-05", "2026-03-10T17:00"),
        ("2", None, ["2026-03-03T07:00/2026-03-04T07:00"], "2026-03-06", "2026-03-10T17:00"),
        # To an absolute date: later pauses do not move it.
        (None, "2026-03-10T17:00", ["2026-03-09T07:00/2026-03-12T07:00"], "2026-03-05", "2026-03-10T17:00"),
        # A Saturday: the next working day.
        (None, "2026-03-14T10:00", [], "2026-03-05", "2026-03-16T17:00"),
    ],
)
def test_extensions(amount: str | None, until: str | None, pauses: list[str], legal: str, due: str) -> None:
    reading = read(THREE, "2026-03-02T09:00", *pauses, extensions=extended(amount, until))
    assert reading.original_due_on.isoformat() == "2026-03-05"
    assert reading.legal_due_on.isoformat() == legal
    assert local(reading.due_at) == due
    assert reading.extended_due_at == reading.due_at


def test_an_extension_to_a_date_before_the_legal_due_date_does_not_bring_it_nearer() -> None:
    pauses = ["2026-03-05T07:00/2026-03-16T07:00"]
    reading = read(THREE, "2026-03-02T09:00", *pauses, extensions=extended(None, "2026-03-10T17:00"))
    assert local(reading.legal_due_at) == "2026-03-16T17:00"
    assert local(reading.due_at) == "2026-03-16T17:00"
    assert reading.extended_due_on is not None
    assert reading.extended_due_on.isoformat() == "2026-03-10"


def test_a_restart_counts_the_whole_limit_again() -> None:
    # NĐ 61/2018/NĐ-CP art. 19.4: recalculated from the beginning once the complete dossier is in.
    restarts = (instant_from_text("2026-03-10T10:00"),)
    reading = read(THREE, "2026-03-02T09:00", "2026-03-04T09:00/2026-03-10T10:00", restarts=restarts)
    assert reading.original_due_on.isoformat() == "2026-03-05"
    assert reading.legal_due_on.isoformat() == "2026-03-13"


@pytest.mark.parametrize(
    ("received", "pause", "due"),
    [
        # Resuming a same-day dossier is like receiving it anew. Convention, unverified.
        ("2026-03-11T09:00", "2026-03-11T10:00/2026-03-11T14:00", "2026-03-11"),
        ("2026-03-11T09:00", "2026-03-11T10:00/2026-03-11T15:30", "2026-03-12"),
        ("2026-03-11T09:00", "2026-03-11T10:00/2026-03-14T09:00", "2026-03-16"),
        ("2026-03-11T09:00", "2026-03-12T10:00/2026-03-14T09:00", "2026-03-11"),
    ],
)
def test_same_day_with_a_pause(received: str, pause: str, due: str) -> None:
    assert due_on("0", Unit.SAME_DAY, received, pause) == due


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        ("2026-03-04T23:59", Verdict.EARLY),
        ("2026-03-05T00:00", Verdict.ON_TIME),
        ("2026-03-05T18:30", Verdict.ON_TIME),
        ("2026-03-06T00:30", Verdict.LATE),
        ("2026-03-05T17:00+00:00", Verdict.LATE),
    ],
)
def test_the_verdict_on_a_day_unit_compares_dates_without_the_extension(finished: str, expected: Verdict) -> None:
    reading = read(THREE, "2026-03-02T09:00", extensions=extended("2", None))
    assert verdict(THREE, reading, instant_from_text(finished)) is expected


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        ("2026-06-06T15:59", Verdict.EARLY),
        ("2026-06-06T16:00", Verdict.ON_TIME),
        ("2026-06-06T16:01", Verdict.LATE),
    ],
)
def test_the_verdict_on_an_hour_unit_compares_instants(finished: str, expected: Verdict) -> None:
    limit = Limit(Decimal(24), Unit.HOURS)
    assert verdict(limit, read(limit, "2026-06-05T16:00"), instant_from_text(finished)) is expected


@pytest.mark.parametrize(
    ("start", "amount", "unit", "day_ends", "over"),
    [
        # NĐ 217/2026/NĐ-CP: consulted bodies and applicants have 2 working days. Bộ luật Dân sự art. 148: 24:00.
        ("2026-07-02T10:00", "2", Unit.WORKING_DAYS, DayEnd.MIDNIGHT, "2026-07-07T00:00"),
        ("2026-07-02T10:00", "2", Unit.WORKING_DAYS, DayEnd.CLOSE_OF_OFFICE, "2026-07-06T17:00"),
        # Public posting of 15 working days from Monday 2 March: the last is Monday 23 March.
        ("2026-03-02T09:00", "15", Unit.WORKING_DAYS, DayEnd.MIDNIGHT, "2026-03-24T00:00"),
        ("2026-03-02T09:00", "7", Unit.CALENDAR_DAYS, DayEnd.MIDNIGHT, "2026-03-10T00:00"),
        ("2026-06-05T16:00", "24", Unit.HOURS, DayEnd.MIDNIGHT, "2026-06-06T16:00"),
        ("2026-06-05T16:00", "2", Unit.WORKING_HOURS, DayEnd.MIDNIGHT, "2026-06-08T08:00"),
    ],
)
def test_small_limits_follow_the_same_rules(start: str, amount: str, unit: Unit, day_ends: DayEnd, over: str) -> None:
    assert local(add_limit(instant_from_text(start), Decimal(amount), unit, CALENDAR, day_ends=day_ends)) == over
