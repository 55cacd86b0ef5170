"""What an absence would make late, and which procedures it would leave without anybody: pure, before it is approved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from dossiers.authority import StaffRole
from dossiers.coverage import Demand, Exempt, Gap, gaps
from dossiers.delegation import Member
from dossiers.substitution import Away
from dossiers.working_time import DAY, HOUR, OfficeTime, from_local, to_local
from procedures.calendars import Calendar, day_number

Reason = Literal["due_while_away", "step_limit_while_away", "too_little_time_left"]


@dataclass(frozen=True, slots=True)
class WaitingStep:
    """An open step that may wait for the person: assigned to them, or to everybody with its role."""

    dossier: str
    commune: str
    field: str
    step: str
    occurrence: int
    role: str
    assignee: str | None
    opened_at: datetime
    due_at: datetime | None
    """Of the dossier; None while its clock stands still."""
    limit_hours: Decimal | None
    """The step's internal limit in working hours."""


@dataclass(frozen=True, slots=True)
class Late:
    """A step that the absence would make late, and the moment that would pass."""

    waiting: WaitingStep
    reason: Reason
    moment: datetime
    covered: bool
    """Whether the substitute could do it."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A gap that the absence would open, with the days on which it is open."""

    gap: Gap
    days: tuple[date, ...]


def back_at(absence: Away, calendar: Calendar) -> datetime:
    """When offices open on the first working day after an absence.

    Raises:
        NoCalendar: the calendar does not reach that far.
    """
    office = OfficeTime(calendar)
    return from_local(office.opening(office.working_day_from(day_number(absence.last_on) + 1)))


def made_late(
    steps: Iterable[WaitingStep],
    absence: Away,
    *,
    province: str,
    members: Collection[Member],
    away: Collection[Away],
    calendar: Calendar,
) -> Iterator[Late]:
    """The steps that would be late.

    A step counts when it is assigned to the person, or when nobody else who holds its role is there on any day of the
    absence. It would be late when the dossier is due, or the step's own limit ends, between the beginning of the
    absence and the return; or when less office time is left on return than the step's own limit grants. What is late
    already before the absence begins is not the absence's doing.
    """
    begins, back = _beginning(absence), back_at(absence, calendar)
    substitute = next((m for m in members if m.id == absence.substitute), None)
    others = [m for m in members if m.id != absence.staff_id]
    for step in steps:
        if step.assignee is None and any(_fills(m, step, province, absence, away) for m in others):
            continue
        found = _lateness(step, begins, back, calendar)
        if found is not None:
            covered = substitute is not None and _fills(substitute, step, province, absence, away)
            yield Late(step, *found, covered)


def opened_gaps(
    absence: Away,
    communes: Collection[str],
    *,
    demand_on: Callable[[date], Demand],
    members: Collection[Member],
    away: Collection[Away],
    exempt: Exempt,
    calendar: Calendar,
) -> list[Uncovered]:
    """The gaps in coverage that are there on working days of the absence because of it, each with its days."""
    office = OfficeTime(calendar)
    days: dict[Gap, list[date]] = {}
    for day in _days(absence):
        if not office.is_working(day_number(day)):
            continue
        wanted = demand_on(day)
        without = gaps(wanted, communes, members=members, away=away, exempt=exempt, on=day)
        there = {(g.commune, g.field, g.role, g.why) for g in without}
        for gap in gaps(wanted, communes, members=members, away=[*away, absence], exempt=exempt, on=day):
            if (gap.commune, gap.field, gap.role, gap.why) not in there:
                days.setdefault(gap, []).append(day)
    return [Uncovered(gap, tuple(found)) for gap, found in days.items()]


def _beginning(absence: Away) -> datetime:
    return from_local(day_number(absence.first_on) * DAY)


def _days(absence: Away) -> Iterator[date]:
    day = absence.first_on
    while day <= absence.last_on:
        yield day
        day += timedelta(days=1)


def _fills(member: Member, step: WaitingStep, province: str, absence: Away, away: Collection[Away]) -> bool:
    for day in _days(absence):
        gone = any(a.staff_id == member.id and a.touches(day, day) for a in away)
        where = {"province": province, "commune": step.commune, "field": step.field}
        if not gone and member.holds(StaffRole(step.role), **where, first_on=day, last_on=day):
            return True
    return False


def _lateness(
    step: WaitingStep, begins: datetime, back: datetime, calendar: Calendar
) -> tuple[Reason, datetime] | None:
    due = step.due_at
    if due is not None and begins <= due <= back:
        return "due_while_away", due
    if step.limit_hours is None:
        return None
    office = OfficeTime(calendar)
    length = int(step.limit_hours * HOUR)
    ends = from_local(office.instant_at(office.position(to_local(step.opened_at)) + length))
    if begins <= ends <= back:
        return "step_limit_while_away", ends
    if due is not None and due > back and office.position(to_local(due)) - office.position(to_local(back)) < length:
        return "too_little_time_left", due
    return None
