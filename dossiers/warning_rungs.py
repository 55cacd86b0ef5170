"""The rungs ahead of one dossier, each with its legal moment, as far as they follow from its state. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from dossiers.clock import ClockReading, moment_at_fraction
from dossiers.clock_rules import instant as instant_at
from dossiers.clock_rules import position
from dossiers.clock_types import ClockHistory, Pause
from dossiers.duties import acceptance_due, acceptance_since, apology_by, supplement_window_ends
from dossiers.ladder import Kind, Ladder
from dossiers.planned_rungs import PlannedRung
from dossiers.reading import clock_history
from dossiers.states import MACHINE_KINDS, RUNNING, DossierState, OpenStep
from dossiers.working_time import DAY, from_local, local_date, office_time, to_local
from procedures.calendars import Calendar, day_from_number, day_number
from procedures.errors import NoCalendar
from procedures.limits import Limit, Unit
from procedures.schema import Definition

_INSTANT = timedelta(microseconds=1)
WHOLE = 100
"""Percent of all of a time."""


@dataclass(frozen=True, slots=True)
class _Planning:
    state: DossierState
    definition: Definition | None
    reading: ClockReading | None
    calendar: Calendar
    ladder: Ladder

    def all(self) -> Iterator[PlannedRung]:
        if self.state.status in RUNNING and self.reading is not None:
            if not is_moving(self.state, self.reading):
                yield from self._by_the_clock(self.reading)
            yield from self._steps()
            yield from self._supplement_window()
        yield from self._acceptance()
        yield from self._answers()
        yield from self._consultations()

    def _by_the_clock(self, reading: ClockReading) -> Iterator[PlannedRung]:
        state, limit, begun = self.state, self.state.limit, self.state.period_started_at
        if limit is None or state.clock_starts_at is None:
            return
        history, period = clock_history(state), state.clock_period
        for rung in self.ladder.of_kind(Kind.TIME_USED):
            moment = moment_at_fraction(limit, history, self.calendar, Fraction(rung.number, WHOLE))
            yield from _after(begun, PlannedRung(min(moment, reading.due_at), rung.id, 0, period))
        office, due = office_time(self.calendar), to_local(reading.due_at)
        for rung in self.ladder.of_kind(Kind.DUE_DAY):
            opening = max(from_local(office.opening(due // DAY)), state.clock_starts_at)
            yield from _after(begun, PlannedRung(min(opening, reading.due_at), rung.id, 0, period))
        for rung in self.ladder.of_kind(Kind.OVERDUE):
            yield from _after(begun, PlannedRung(reading.due_at, rung.id, 0, period))
        for rung in self.ladder.of_kind(Kind.OVERDUE_DAYS):
            following = self.calendar.working_days_before(due // DAY + 1) + rung.number - 1
            with suppress(NoCalendar):  # the years covered end before it: planned again once there is a later calendar
                opening = from_local(office.opening(self.calendar.nth_working_day(following)))
                yield from _after(begun, PlannedRung(opening, rung.id, 0, period))
        by = apology_by(state, reading, self.calendar, self.definition.extension if self.definition else None)
        for rung in self.ladder.of_kind(Kind.APOLOGY_LAST_DAY) if by else ():
            opening = max(self._opening(local_date(by or reading.due_at)), state.clock_starts_at)
            yield from _after(begun, PlannedRung(opening, rung.id, 0, period))

    def _steps(self) -> Iterator[PlannedRung]:
        rungs = self.ladder.of_kind(Kind.STEP_TIME_USED)
        if self.definition is None or self.state.open_pauses:
            return
        for found in self.state.open_steps.values():
            step = self.definition.step(found.step)
            if found.kind in MACHINE_KINDS or step.limit_hours is None:
                continue
            limit = Limit(amount=step.limit_hours, unit=Unit.WORKING_HOURS)
            for rung in rungs:
                moment = moment_at_fraction(limit, self._since(found), self.calendar, Fraction(rung.number, WHOLE))
                yield PlannedRung(moment, rung.id, found.occurrence, 0)

    def _since(self, found: OpenStep) -> ClockHistory:
        pauses = tuple(Pause(p.started_at, p.ended_at, p.reason, p.whose) for p in self.state.pauses)
        return ClockHistory(starts_at=found.opened_at, pauses=pauses)

    def _supplement_window(self) -> Iterator[PlannedRung]:
        ends = supplement_window_ends(self.state, self.calendar)
        appraised = any(o.role == "case_officer" for o in self.state.open_steps.values())
        if ends is None or not appraised or self.definition is None or self.definition.supplement is None:
            return
        for rung in self.ladder.of_kind(Kind.SUPPLEMENT_WINDOW_LAST_DAY):
            opening = self._opening(local_date(ends - _INSTANT))
            yield PlannedRung(max(opening, self.state.accepted_at or opening), rung.id, 0, 0)

    def _acceptance(self) -> Iterator[PlannedRung]:
        since, due = acceptance_since(self.state), acceptance_due(self.state, self.calendar)
        if since is None or due is None:
            return
        number = sum(s.stage == "intake" for s in self.state.supplements) + self.state.reopened
        for rung in self.ladder.of_kind(Kind.ACCEPTANCE_TIME_USED):
            yield PlannedRung(self._share(since, due, rung.number), rung.id, number, 0)

    def _answers(self) -> Iterator[PlannedRung]:
        request = self.state.open_supplement
        if request is None or request.answer_by is None or self.state.closed_at is not None:
            return
        for rung in self.ladder.of_kind(Kind.ANSWER_LAST_DAY):
            opening = self._opening(local_date(request.answer_by - _INSTANT))
            yield PlannedRung(max(opening, request.requested_at), rung.id, request.number, 0)

    def _consultations(self) -> Iterator[PlannedRung]:
        for asked in self.state.open_consultations:
            for rung in self.ladder.of_kind(Kind.CONSULTATION_TIME_USED):
                if rung.number == WHOLE and asked.on_silence:
                    continue  # its silence becomes an answer at that very moment
                moment = self._share(asked.asked_at, asked.answer_by, rung.number)
                yield PlannedRung(moment, rung.id, asked.number, 0)

    def _opening(self, day: date) -> datetime:
        """When the office opens on the last working day up to a date."""
        last = self.calendar.nth_working_day(self.calendar.working_days_before(day_number(day) + 1) - 1)
        return from_local(office_time(self.calendar).opening(day_number(day_from_number(last))))

    def _share(self, start: datetime, end: datetime, percent: int) -> datetime:
        """When so much of the office time between two instants is over; the end itself for all of it."""
        if percent == WHOLE:
            return end
        office = office_time(self.calendar)
        first, last = (position(Unit.WORKING_HOURS, to_local(at), office) for at in (start, end))
        at = from_local(instant_at(Unit.WORKING_HOURS, first + (last - first) * percent // WHOLE, office))
        return min(max(at, start), end)


def plan(
    state: DossierState,
    definition: Definition | None,
    reading: ClockReading | None,
    calendar: Calendar,
    ladder: Ladder,
) -> list[PlannedRung]:
    """Every rung of the dossier that stands, the earliest first, those already reached included.

    While the clock stands still the rungs that it moves are left out; what was reached before is recorded by then.
    A rung of a later clock period counts only from the event that began the period. `definition` and `reading` are None
    before the acceptance.

    Raises:
        NoCalendar: a day is not covered by the calendar.
    """
    return sorted(_Planning(state, definition, reading, calendar, ladder).all())


def is_moving(state: DossierState, reading: ClockReading) -> bool:
    """Whether the due time moves with every minute, because a pause before it is open."""
    return reading.paused and bool(state.open_pauses) and reading.due_at >= min(p.started_at for p in state.open_pauses)


def _after(begun: datetime | None, rung: PlannedRung) -> Iterator[PlannedRung]:
    if begun is None or rung.moment > begun:
        yield rung
