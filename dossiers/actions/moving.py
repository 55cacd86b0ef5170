"""Explicit acts by which a later decision or a later law reaches an open dossier. The promised date stays as it is."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from dossiers.actions.base import Command, Context, action
from dossiers.clock import ClockReading, read_clock
from dossiers.errors import (
    CalendarAlreadyApplied,
    CalendarChangedMeanwhile,
    NoTransitionRule,
    StepNotOpen,
    VersionDoesNotFit,
    VersionNotLater,
)
from dossiers.events import EventType, FreeText, NewEvent, instant
from dossiers.permitted import Action
from dossiers.reading import clock_history
from dossiers.states import DossierState
from procedures.calendar_records import completed
from procedures.calendars import Calendar
from procedures.errors import ProcedureError
from procedures.limits import AreaClass, Limit
from procedures.schema import Definition


class ApplyCalendar(Command):
    """Count an open dossier by the newest calendar from now on. The promised date is not touched."""

    reason: str = Field(min_length=3, max_length=4000)
    calendar: str | None = Field(
        default=None, max_length=12, description="Version that the dry run showed; refused if another is in force."
    )


class MoveToVersion(Command):
    """Move an open dossier to a later version of its procedure, where that version has a transition rule."""

    version: int = Field(ge=1)
    reason: str = Field(min_length=3, max_length=4000)


@action(Action.APPLY_CALENDAR, ApplyCalendar)
def apply_calendar(ctx: Context, command: ApplyCalendar) -> list[NewEvent]:
    """Bind the dossier to the newest calendar.

    Raises:
        CalendarAlreadyApplied: it is bound to that one.
        CalendarChangedMeanwhile: the newest is not the one that the command names.
    """
    newest = ctx.newest
    if command.calendar is not None and command.calendar != newest.version:
        raise CalendarChangedMeanwhile(seen=command.calendar, newest=newest.version)
    if newest.version == ctx.state.calendar_version:
        raise CalendarAlreadyApplied(dossier=ctx.state.code, calendar=newest.version)
    before, after = ctx.reading(), _reading(ctx, ctx.state.limit, newest)
    payload = {
        "calendar_before": ctx.state.calendar_version,
        "calendar_after": newest.version,
        **_dates(before, after),
        "reason": FreeText(command.reason),
    }
    return [NewEvent(EventType.CALENDAR_APPLIED, payload)]


@action(Action.MOVE_TO_VERSION, MoveToVersion)
def move_to_version(ctx: Context, command: MoveToVersion) -> list[NewEvent]:
    """Bind the dossier to a later version and its limit; open steps go on under the new one.

    Raises:
        VersionNotLater: the version is not a later one.
        NoTransitionRule: the version says nothing about dossiers accepted before it.
        VersionDoesNotFit: it is not for the province, or lacks the case, an addition or an open step.
    """
    target: Definition = ctx.facts["target"]
    if target.version <= ctx.state.version:
        raise VersionNotLater(dossier=ctx.state.code, version=ctx.state.version, asked=target.version)
    if not target.transition:
        raise NoTransitionRule(procedure=target.code, version=target.version)
    lacking = lacks(ctx.state, target)
    if lacking:
        raise VersionDoesNotFit(dossier=ctx.state.code, version=target.version, lacking=lacking)
    limit = limit_under(ctx.state, target)
    before, after = ctx.reading(), _reading(ctx, limit, ctx.calendar)
    payload = {
        "version_before": ctx.state.version,
        "version_after": target.version,
        "limit": limit.as_payload(),
        **_dates(before, after),
        "reason": FreeText(command.reason),
    }
    return [NewEvent(EventType.VERSION_CHANGED, payload)]


def limit_under(state: DossierState, target: Definition) -> Limit:
    """The limit that a version gives an accepted dossier: of its case, in its area, with the additions granted.

    Raises:
        UnknownCase, UnknownAddition, AreaClassNeeded: the version does not know or needs them.
    """
    area = AreaClass(state.area or AreaClass.UNKNOWN.value)
    return target.case(state.case_id).time_limit.resolve(area, state.additions)


def lacks(state: DossierState, target: Definition) -> list[str]:
    """What a version lacks so that the dossier could go on under it; empty when it can."""
    missing = [] if target.scope.covers(state.province) else [f"province {state.province}"]
    try:
        limit_under(state, target)
    except ProcedureError as error:
        missing.append(str(error))
    known = {step.id: (step.kind.value, step.role.value if step.role else None) for step in target.steps}
    missing += [f"step {o.step}" for o in state.open_steps.values() if known.get(o.step) != (o.kind, o.role)]
    reasons = {pause.id for pause in target.pauses} | {"supplement", "closed"}
    missing += [f"pause {p.reason}" for p in state.open_pauses if p.reason not in reasons]
    return missing


def can_move(ctx: Context, target: Definition) -> bool:
    """Whether the dossier could be moved to that version now."""
    return target.version > ctx.state.version and bool(target.transition) and not lacks(ctx.state, target)


def moves_by_calendar(ctx: Context) -> bool:
    """Whether the newest calendar would give the dossier another due time."""
    if ctx.state.limit is None or ctx.newest.version == ctx.state.calendar_version:
        return False
    return _reading(ctx, ctx.state.limit, ctx.newest).due_at != ctx.reading().due_at


def _reading(ctx: Context, limit: Limit | None, calendar: Calendar) -> ClockReading:
    if limit is None:
        raise StepNotOpen(dossier=ctx.state.code)
    return read_clock(limit, clock_history(ctx.state), completed(calendar, ctx.newest), now=ctx.at)


def _dates(before: ClockReading, after: ClockReading) -> dict[str, Any]:
    return {"due_before": instant(before.due_at), "due_after": instant(after.due_at)}
