"""Cover at the gate: for whom the actor stands in, whether the signer rule is lifted, and what of it is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.actions.base import Context
from dossiers.authority import Actor
from dossiers.desk_tables import AbsenceRow
from dossiers.events import EventType, NewEvent
from dossiers.exemptions import exemption_on
from dossiers.states import DossierState, OpenStep
from dossiers.substitution import Away

APPROVED = "approved"
_BY_HOLDER = frozenset(
    {
        EventType.STEP_COMPLETED,
        EventType.CONSULTATION_REQUESTED,
        EventType.RESULT_ISSUED,
        EventType.RESULT_HANDED_OVER,
    }
)
"""Events by which the holder of a step works on it."""


def stands_in_for(session: Session, person: str, on: date) -> frozenset[str]:
    """For whom somebody stands in on a date in Vietnam: one further link at most, where the substitute is away too."""
    first = _away_with(session, [person], on) - {person}
    second = _away_with(session, first, on) if first else frozenset()
    return (first | second) - {person}


def _away_with(session: Session, substitutes: Iterable[str], on: date) -> frozenset[str]:
    query = select(col(AbsenceRow.staff_id)).where(
        col(AbsenceRow.substitute).in_(list(substitutes)),
        col(AbsenceRow.state) == APPROVED,
        col(AbsenceRow.first_on) <= on,
        col(AbsenceRow.last_on) >= on,
    )
    return frozenset(session.execute(query).scalars())


def away(
    session: Session, first_on: date, last_on: date | None = None, *, staff: Iterable[str] | None = None
) -> list[Away]:
    """The approved absences with a day between two dates (or on one), of those people or of everybody."""
    query = select(AbsenceRow).where(
        col(AbsenceRow.state) == APPROVED,
        col(AbsenceRow.first_on) <= (last_on or first_on),
        col(AbsenceRow.last_on) >= first_on,
    )
    if staff is not None:
        query = query.where(col(AbsenceRow.staff_id).in_(list(staff)))
    rows = session.execute(query.order_by(col(AbsenceRow.first_on), col(AbsenceRow.id))).scalars()
    return [Away(row.staff_id, row.first_on, row.last_on, row.substitute) for row in rows]


def absent_until(session: Session, person: str, on: date) -> date | None:
    """The last day of the absence in which somebody is on a date, or None who is there."""
    return next((one.last_on for one in away(session, on, staff=[person])), None)


def cover_facts(
    session: Session, state: DossierState, actor: Actor, *, commune: str, field: str, on: date
) -> dict[str, Any]:
    """What the rules must know about cover; asks the store only where it can matter."""
    facts: dict[str, Any] = {}
    if actor.is_system:
        return facts
    if any(o.assignee and o.assignee != actor.id for o in state.open_steps.values()):
        facts["stands_in_for"] = stands_in_for(session, actor.id, on)
    if actor.id in state.case_officers() and any(o.role == "signatory" for o in state.open_steps.values()):
        facts["signer_exemption"] = exemption_on(session, commune=commune, field=field, on=on)
    return facts


def record_cover(ctx: Context, decided: list[NewEvent]) -> None:
    """Say in the events on whose behalf a step was worked on, and by which exemption the case officer signed."""
    for event in decided:
        if event.type not in _BY_HOLDER:
            continue
        touched = list(_touched(ctx.state, event))
        standing_in = ctx.facts.get("stands_in_for", ())
        absent = next((o.assignee for o in touched if o.assignee in standing_in), None)
        if absent:
            event.payload["on_behalf_of"] = absent
        signs = any(o.role == "signatory" for o in touched)
        rule = ctx.definition.signer_differs_from_case_officer
        if signs and rule and ctx.actor.id in ctx.state.case_officers() and ctx.facts.get("signer_exemption"):
            event.payload["signer_was_case_officer"] = {"exemption": ctx.facts["signer_exemption"]}


def _touched(state: DossierState, event: NewEvent) -> Iterable[OpenStep]:
    closed = [occurrence for occurrence, outcome in event.payload.get("closes", ()) if outcome != "left_over"]
    named = event.payload.get("occurrence")
    for occurrence in dict.fromkeys([*closed, *([named] if named else [])]):
        if occurrence in state.open_steps:
            yield state.open_steps[occurrence]
