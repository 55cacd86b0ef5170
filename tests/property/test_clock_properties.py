"""What holds for any limit, start, pauses and extensions."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.clock import ClockHistory, Extension, Pause, moment_at_fraction, read_clock
from dossiers.clock_batch import Limits, due_batch
from dossiers.working_time import LOCAL_ZONE, add_office_minutes, office_minutes_between
from procedures.calendars import load_calendar
from procedures.limits import CountFrom, Limit, Unit

CALENDAR = load_calendar()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL_ZONE)
FIRST = datetime(2025, 1, 2, tzinfo=LOCAL_ZONE)
MINUTES = int(timedelta(days=550) / timedelta(minutes=1))

instants = st.integers(0, MINUTES).map(lambda minutes: FIRST + timedelta(minutes=minutes))
amounts = st.integers(1, 120).map(lambda quarters: Decimal(quarters) / 4)


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    """Any limit that a definition could hold."""
    unit = draw(st.sampled_from(list(Unit)))
    if unit is Unit.SAME_DAY:
        return Limit(Decimal(0), unit, cut_off=time(15))
    amount = draw(st.integers(1, 3)) if unit is Unit.MONTHS else draw(amounts)
    count_from = draw(st.sampled_from(list(CountFrom)))
    return Limit(Decimal(amount), unit, time(15), count_from, roll_hours=draw(st.booleans()))


@st.composite
def pauses(draw: st.DrawFn, around: datetime | None = None) -> Pause:
    """A closed pause of up to six weeks, from shortly before its dossier on."""
    start = draw(instants) if around is None else around + timedelta(minutes=draw(st.integers(-3000, 60_000)))
    return Pause(start, start + timedelta(minutes=draw(st.integers(0, 60_000))))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Limit, ClockHistory]:
    """A limit with a history of pauses and amount-extensions."""
    start = draw(instants)
    return draw(limits()), ClockHistory(
        starts_at=start,
        pauses=tuple(draw(st.lists(pauses(start), max_size=3))),
        extensions=tuple(
            Extension(Decimal(amount), None, start + timedelta(days=1))
            for amount in draw(st.lists(st.integers(1, 5), max_size=2))
        ),
    )


@given(cases(), st.data())
def test_a_further_pause_never_brings_the_due_time_nearer(
    case: tuple[Limit, ClockHistory], data: st.DataObject
) -> None:
    limit, history = case
    assert history.starts_at is not None
    further = data.draw(pauses(history.starts_at))
    longer = ClockHistory(history.starts_at, (*history.pauses, further), history.extensions)
    before = read_clock(limit, history, CALENDAR, now=NOW)
    after = read_clock(limit, longer, CALENDAR, now=NOW)
    assert after.due_at >= before.due_at
    assert after.legal_due_at >= before.legal_due_at
    assert after.original_due_at == before.original_due_at


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_pauses_and_amount_extensions_does_not_matter(case: tuple[Limit, ClockHistory], shuffle) -> None:
    limit, history = case
    paused, extended = list(history.pauses), list(history.extensions)
    shuffle.shuffle(paused)
    shuffle.shuffle(extended)
    mixed = ClockHistory(history.starts_at, tuple(paused), tuple(extended))
    assert read_clock(limit, mixed, CALENDAR, now=NOW) == read_clock(limit, history, CALENDAR, now=NOW)


@given(cases())
def test_due_times_never_fall_on_a_day_off_except_clock_hours_that_do_not_roll(
    case: tuple[Limit, ClockHistory],
) -> None:
    limit, history = case
    reading = read_clock(limit, history, CALENDAR, now=NOW)
    assert reading.due_at.astimezone(LOCAL_ZONE).date() == reading.due_on
    if limit.unit is not Unit.HOURS or limit.roll_hours:
        assert CALENDAR.is_working(reading.due_on)
        assert CALENDAR.is_working(reading.legal_due_on)
        assert CALENDAR.is_working(reading.original_due_on)


@given(cases())
def test_an_extension_never_brings_the_due_time_nearer(case: tuple[Limit, ClockHistory]) -> None:
    limit, history = case
    reading = read_clock(limit, history, CALENDAR, now=NOW)
    assert reading.due_at >= reading.legal_due_at >= reading.original_due_at
    assert (reading.extended_due_at is None) == (not history.extensions)


@given(cases(), st.data())
def test_a_restart_never_brings_the_legal_due_time_nearer(
    case: tuple[Limit, ClockHistory], data: st.DataObject
) -> None:
    limit, history = case
    assert history.starts_at is not None
    at = history.starts_at + timedelta(minutes=data.draw(st.integers(1, 20_000)))
    again = ClockHistory(history.starts_at, history.pauses, restarts=(at,))
    fresh = ClockHistory(at, history.pauses)
    assert (
        read_clock(limit, again, CALENDAR, now=NOW).legal_due_at == read_clock(limit, fresh, CALENDAR, now=NOW).due_at
    )
    # Hours that roll: an end on Sunday 23:59 moves to Monday's close, one on Monday 00:01 stays.
    if not history.pauses and not limit.roll_hours:
        before = read_clock(limit, ClockHistory(history.starts_at), CALENDAR, now=NOW)
        assert read_clock(limit, again, CALENDAR, now=NOW).legal_due_at >= before.due_at


@given(cases())
def test_the_day_ledger_is_gapless_ends_on_the_due_date_and_adds_up_to_the_limit(
    case: tuple[Limit, ClockHistory],
) -> None:
    limit, history = case
    reading = read_clock(limit, history, CALENDAR, now=NOW)
    days = [entry.date for entry in reading.days]
    assert days == [days[0] + timedelta(days=i) for i in range(len(days))]
    assert history.starts_at is not None
    assert days[0] == history.starts_at.date()
    assert days[-1] == reading.due_on
    minutes = {Unit.WORKING_DAYS: 480, Unit.WORKING_HOURS: 60, Unit.HOURS: 60}.get(limit.unit)
    if minutes and history.starts_at.date() >= days[0]:
        amount = limit.amount + sum((e.amount or Decimal(0) for e in history.extensions), Decimal(0))
        assert sum(entry.counted_minutes for entry in reading.days) == amount * minutes


@given(cases(), instants)
def test_used_and_left_add_up_while_time_is_left(case: tuple[Limit, ClockHistory], now: datetime) -> None:
    limit, history = case
    reading = read_clock(limit, history, CALENDAR, now=now)
    whole = read_clock(limit, history, CALENDAR, now=FIRST)
    assert reading.used_minutes >= 0
    if reading.left_minutes > 0:
        assert reading.used_minutes + reading.left_minutes == whole.left_minutes
        assert now <= reading.due_at or reading.due_on == now.date()
        assert reading.used_fraction < 1


@given(cases(), st.fractions(Fraction(1, 100), Fraction(99, 100)))
def test_the_moment_of_a_fraction_lies_between_start_and_due_and_reads_as_that_fraction(
    case: tuple[Limit, ClockHistory], fraction: Fraction
) -> None:
    limit, history = case
    moment = moment_at_fraction(limit, history, CALENDAR, fraction)
    reading = read_clock(limit, history, CALENDAR, now=moment)
    assert history.starts_at is not None
    assert history.starts_at <= moment
    assert abs(reading.used_fraction - fraction) < Fraction(1, 10_000)


@given(instants, st.integers(1, 20_000))
def test_adding_office_minutes_and_measuring_them_are_inverse(start: datetime, minutes: int) -> None:
    assert office_minutes_between(start, add_office_minutes(start, minutes, CALENDAR), CALENDAR) == minutes


@settings(max_examples=30)
@given(st.lists(st.tuples(limits(), instants, st.none() | pauses()), min_size=1, max_size=60))
def test_the_batch_says_what_the_clock_says(rows: list[tuple[Limit, datetime, Pause | None]]) -> None:
    batch = due_batch(
        Limits.of([limit for limit, _, _ in rows]),
        _column([start for _, start, _ in rows]),
        CALENDAR,
        pause_starts=_column([pause.start if pause else None for _, _, pause in rows]),
        pause_ends=_column([pause.end if pause else None for _, _, pause in rows]),
    )
    read = [
        read_clock(limit, ClockHistory(start, (pause,) if pause else ()), CALENDAR, now=NOW)
        for limit, start, pause in rows
    ]
    assert batch.due_on.astype(object).tolist() == [reading.due_on for reading in read]
    assert [at.replace(tzinfo=UTC) for at in batch.due_at.astype(object)] == [reading.due_at for reading in read]


def _column(instants_or_none: list[datetime | None]) -> np.ndarray:
    return np.array(
        [None if at is None else at.astimezone(UTC).replace(tzinfo=None) for at in instants_or_none], "datetime64[us]"
    )
