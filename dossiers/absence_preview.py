"""The preview of an absence, from the store: what it would make late and leave uncovered. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from dossiers.absence_effect import Late, WaitingStep, back_at, made_late, opened_gaps
from dossiers.absence_store import away_of, find_absence
from dossiers.absences import LONGEST, communes_worked_in, cover_of, cover_shown, supervises
from dossiers.authority import Actor, Permission
from dossiers.cover import away
from dossiers.coverage import Demand, demand
from dossiers.coverage_report import gap_shown
from dossiers.delegation import Member, members
from dossiers.errors import NoAuthority
from dossiers.exemptions import exempt_on, is_exempt
from dossiers.office import Office
from dossiers.people_errors import DatesWrong, UnknownColleague
from dossiers.session import reading
from dossiers.states import Status
from dossiers.substitution import WORKS, Away
from dossiers.tables import DossierRow, OpenStepRow
from procedures.calendars import Calendar
from procedures.communes import communes_of
from procedures.errors import UnknownProcedure


def preview(
    office: Office,
    *,
    staff: str,
    first_on: date,
    last_on: date,
    substitute: str | None = None,
    actor: Actor,
) -> dict[str, Any]:
    """What an absence would make late and leave without anybody, with the substitute named or the best there is.

    Raises:
        DatesWrong: the days are in the wrong order, or more than a year.
        UnknownColleague: no active account of that person.
        NoAuthority: somebody else's, and the actor does not supervise them.
        NoCalendar: the calendar does not reach that far.
    """
    if not first_on <= last_on < first_on + LONGEST:
        raise DatesWrong(first_on=first_on.isoformat(), last_on=last_on.isoformat())
    with reading(office.engine) as session:
        return _preview(office, session, Away(staff, first_on, last_on, substitute), actor)


def preview_of(office: Office, absence: int, *, actor: Actor) -> dict[str, Any]:
    """The preview of an absence that was asked for. Raises as `preview`, and UnknownAbsence."""
    with reading(office.engine) as session:
        return _preview(office, session, away_of(find_absence(session, absence)), actor)


def _preview(office: Office, session: Session, absence: Away, actor: Actor) -> dict[str, Any]:
    person = next(iter(members(session, ids=[absence.staff_id])), None)
    if person is None:
        raise UnknownColleague(staff=absence.staff_id)
    if person.id != actor.id and not supervises(actor, person):
        raise NoAuthority(action=Permission.PLAN_ABSENCE.value, actor=actor.id)
    cover = cover_of(office, session, person, absence)
    settled = Away(person.id, absence.first_on, absence.last_on, cover.substitute.id if cover.substitute else None)
    found = [
        _in(office, session, person, settled, province) for province in sorted({g.province for g in person.grants})
    ]
    return {
        "staff": person.id,
        "name": person.name,
        "first_on": absence.first_on.isoformat(),
        "last_on": absence.last_on.isoformat(),
        "substitute": settled.substitute,
        "substitute_name": cover.substitute.name if cover.substitute else None,
        **cover_shown(cover),
        "back_at": min((back for back, _, _ in found), default=None),
        "late": [one for _, late, _ in found for one in late],
        "without_anybody": [one for _, _, open_ in found for one in open_],
    }


def _in(
    office: Office, session: Session, person: Member, absence: Away, province: str
) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """The return, what would be late and what would have nobody, in one province."""
    communes = [c for c in communes_worked_in(person) if c in _codes(province)]
    calendar: Calendar = office.calendar(province, communes[0] if communes else None)
    staff = members(session, province=province)
    gone = [a for a in away(session, absence.first_on, absence.last_on) if a.staff_id != person.id]
    late = made_late(
        _waiting(office, session, person, absence, province),
        absence,
        province=province,
        members=staff,
        away=gone,
        calendar=calendar,
    )
    lifted = exempt_on(session, communes=communes, first_on=absence.first_on, last_on=absence.last_on)

    @cache
    def demand_on(day: date) -> Demand:
        return demand(office.catalogue, province, day)

    opened = opened_gaps(
        absence,
        communes,
        demand_on=demand_on,
        members=staff,
        away=gone,
        exempt=lambda commune, field: is_exempt(lifted, commune, field),
        calendar=calendar,
    )
    shown = sorted(late, key=lambda one: (one.moment, one.waiting.dossier, one.waiting.occurrence))
    return (
        _iso(back_at(absence, calendar)),
        [_late_shown(one) for one in shown],
        [gap_shown(one.gap) | {"days": [d.isoformat() for d in one.days]} for one in opened],
    )


def _codes(province: str) -> frozenset[str]:
    return frozenset(c.code for c in communes_of(province))


def _waiting(office: Office, session: Session, person: Member, absence: Away, province: str) -> Iterator[WaitingStep]:
    """Open steps of running dossiers that wait for the person, or for a role that they hold there."""
    pools = [
        and_(
            col(OpenStepRow.assignee).is_(None),
            col(OpenStepRow.role) == g.role.value,
            col(DossierRow.commune) == g.commune if g.commune else col(DossierRow.province) == g.province,
            col(DossierRow.field) == g.field if g.field else col(DossierRow.field).is_not(None),
        )
        for g in person.grants
        if g.role in WORKS and g.held_between(absence.first_on, absence.last_on)
    ]
    query = (
        select(OpenStepRow, DossierRow)
        .join(DossierRow, col(DossierRow.id) == col(OpenStepRow.dossier_id))
        .where(
            col(DossierRow.province) == province,
            col(DossierRow.status) == Status.IN_PROGRESS.value,
            or_(col(OpenStepRow.assignee) == person.id, *pools),
        )
        .order_by(col(DossierRow.id), col(OpenStepRow.occurrence))
    )
    for step, row in session.execute(query):
        yield WaitingStep(
            dossier=row.code,
            commune=row.commune,
            field=row.field,
            step=step.step,
            occurrence=step.occurrence,
            role=step.role or "",
            assignee=step.assignee,
            opened_at=step.opened_at,
            due_at=row.due_at,
            limit_hours=_limit_hours(office, row, step.step),
        )


def _limit_hours(office: Office, row: DossierRow, step: str) -> Any:
    try:
        definition = office.catalogue.version(row.procedure, row.version)
    except UnknownProcedure:  # a definition that is no longer installed: the dossier's own due time still counts
        return None
    return next((s.limit_hours for s in definition.steps if s.id == step), None)


def _late_shown(one: Late) -> dict[str, Any]:
    step = one.waiting
    return {
        "dossier": step.dossier,
        "commune": step.commune,
        "step": step.step,
        "occurrence": step.occurrence,
        "role": step.role,
        "assigned": step.assignee is not None,
        "reason": one.reason,
        "moment": _iso(one.moment),
        "covered": one.covered,
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
