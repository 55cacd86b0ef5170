"""Absences of staff: planned, decided by a supervisor, with somebody who stands in. Only an approved one counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import Session, col

from dossiers.absence_store import absence_shown, find_absence, lock_member, overlapping
from dossiers.authority import Actor, Permission, grants_for, may
from dossiers.cover import APPROVED, away
from dossiers.delegation import Member, members
from dossiers.desk_tables import AbsenceRow
from dossiers.errors import NoAuthority
from dossiers.exemptions import exempt_on, is_exempt
from dossiers.office import Office
from dossiers.people_errors import AbsenceDecided, AbsenceOverlaps, DatesWrong, OwnAbsence, SubstituteNotAble
from dossiers.session import reading, writing
from dossiers.substitution import WORKS, Away, Cover, choose, cover_by, needs_of
from dossiers.tables import OpenStepRow
from dossiers.working_time import local_date
from procedures.communes import communes_of

Decision = Literal["approve", "decline", "cancel"]
LONGEST = timedelta(days=366)
PLANNED, DECLINED, CANCELLED = "planned", "declined", "cancelled"


def plan_absence(
    office: Office,
    *,
    staff: str,
    first_on: date,
    last_on: date,
    reason: str | None = None,
    substitute: str | None = None,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Ask for an absence, one's own or (a supervisor) somebody else's; both days are inclusive, dates in Vietnam.

    Raises:
        DatesWrong: the days are over, in the wrong order, or more than a year.
        UnknownColleague: no active account of that person (or of the substitute).
        NoAuthority: somebody else's, and the actor does not supervise them.
        AbsenceOverlaps: there is one already, planned or approved, on one of those days.
        SubstituteNotAble: the substitute named is the person.
    """
    if not first_on <= last_on < first_on + LONGEST or last_on < local_date(now):
        raise DatesWrong(first_on=first_on.isoformat(), last_on=last_on.isoformat())
    with writing(office.engine) as session:
        people = {one: lock_member(session, one) for one in sorted({staff, *([substitute] if substitute else [])})}
        _authorise_planning(actor, people[staff])
        if substitute == staff:
            raise SubstituteNotAble(substitute=substitute, why="same_person")
        if (other := overlapping(session, staff, first_on, last_on, (PLANNED, APPROVED))) is not None:
            raise AbsenceOverlaps(absence=other.id, first_on=other.first_on, last_on=other.last_on)
        row = AbsenceRow(
            staff_id=staff,
            first_on=first_on,
            last_on=last_on,
            reason=reason,
            substitute=substitute,
            asked_by=actor.id,
            asked_at=now,
        )
        session.add(row)
        session.flush()
        return absence_shown(session, [row])[0]


def decide_absence(
    office: Office, absence: int, decision: Decision, *, substitute: str | None = None, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Approve, decline or cancel. On approval the substitute is settled: the one named, else the best there is.

    A planned one may be cancelled by whom it is about; one that has begun ends yesterday instead of being undone. The
    answer of an approval says what stays uncovered, and `self_approved` where the only supervisor approved their own.

    Raises:
        UnknownAbsence: there is none such.
        NoAuthority: the actor does not supervise the person.
        OwnAbsence: another supervisor is there to approve it.
        AbsenceDecided: it was decided already, or is over.
        AbsenceOverlaps: another one of the same person was approved for one of those days.
        SubstituteNotAble: the substitute named is away too, lacks every role, or is barred from each.
    """
    with writing(office.engine) as session:
        row = find_absence(session, absence, lock=True)
        person = lock_member(session, row.staff_id, active=decision == "approve")
        own = row.staff_id == actor.id
        may_cancel_own = own and decision == "cancel" and row.state == PLANNED
        if not may_cancel_own and not supervises(actor, person):
            raise NoAuthority(action=Permission.DECIDE_ABSENCE.value, actor=actor.id)
        if row.state not in ((PLANNED, APPROVED) if decision == "cancel" else (PLANNED,)):
            raise AbsenceDecided(absence=row.id, state=row.state)
        extra: dict[str, Any] = {}
        if decision == "approve":
            extra = _approve(office, session, row, person, substitute, actor=actor, now=now)
        elif decision == "cancel":
            _cancel(row, local_date(now))
        else:
            row.state = DECLINED
        row.decided_by, row.decided_at = actor.id, now
        session.add(row)
        session.flush()
        return absence_shown(session, [row])[0] | extra


def absences(
    office: Office, *, actor: Actor, commune: str | None = None, staff: str | None = None, since: date | None = None
) -> list[dict[str, Any]]:
    """The absences that end on or after a day and that the actor may see: their own, and of those they supervise."""
    query = select(AbsenceRow).order_by(col(AbsenceRow.first_on), col(AbsenceRow.id))
    if staff:
        query = query.where(col(AbsenceRow.staff_id) == staff)
    if since:
        query = query.where(col(AbsenceRow.last_on) >= since)
    with reading(office.engine) as session:
        rows = list(session.execute(query).scalars())
        people = {m.id: m for m in members(session, ids={row.staff_id for row in rows})}
        seen = [
            row
            for row in rows
            if row.staff_id == actor.id or (row.staff_id in people and supervises(actor, people[row.staff_id]))
        ]
        if commune:
            seen = [
                r for r in seen if r.staff_id in people and commune in {g.commune for g in people[r.staff_id].grants}
            ]
        return absence_shown(session, seen)


def supervises(actor: Actor, person: Member) -> bool:
    """Whether somebody decides about another's absence: a supervisor of a commune and field in which they work."""
    return any(
        may(actor, Permission.DECIDE_ABSENCE, province=g.province, commune=g.commune, field=g.field)
        for g in person.grants
        if g.role in WORKS
    )


def cover_of(office: Office, session: Session, person: Member, absence: Away) -> Cover:
    """Who covers an absence, and what stays uncovered: the substitute named in it, or the best there is."""
    provinces = sorted({g.province for g in person.grants})
    staff = [m for p in provinces for m in members(session, province=p)]
    needs = needs_of(
        person, fields=tuple(office.catalogue.fields()), first_on=absence.first_on, last_on=absence.last_on
    )
    gone = away(session, absence.first_on, absence.last_on)
    lifted = exempt_on(session, communes={n.commune for n in needs}, first_on=absence.first_on, last_on=absence.last_on)

    def exempt(commune: str, field: str) -> bool:
        return is_exempt(lifted, commune, field)

    if absence.substitute is not None:
        candidate = next((m for m in staff if m.id == absence.substitute), Member(absence.substitute, "", ()))
        return cover_by(candidate, absence, needs, members=staff, away=gone, exempt=exempt)
    return choose(absence, needs, members=staff, away=gone, loads=_loads(session), exempt=exempt)


def cover_shown(cover: Cover) -> dict[str, Any]:
    """What stays uncovered, as JSON values: one entry per role, commune and reason, with its fields."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for lack in cover.uncovered:
        grouped.setdefault((lack.need.role.value, lack.need.commune, lack.why), []).append(lack.need.field)
    return {
        "covers": sorted({n.role.value for n in cover.covered}),
        "uncovered": [{"role": r, "commune": c, "why": w, "fields": fields} for (r, c, w), fields in grouped.items()],
    }


def _approve(
    office: Office,
    session: Session,
    row: AbsenceRow,
    person: Member,
    substitute: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    if row.last_on < local_date(now):
        raise AbsenceDecided(absence=row.id, state="over")
    extra: dict[str, Any] = {}
    if row.staff_id == actor.id:
        if others := _other_supervisors(session, person, on=local_date(now)):
            raise OwnAbsence(supervisors=[m.name for m in others])
        extra = {"self_approved": True, "why": "only_supervisor"}
    if (other := overlapping(session, row.staff_id, row.first_on, row.last_on, (APPROVED,))) is not None:
        raise AbsenceOverlaps(absence=other.id, first_on=other.first_on, last_on=other.last_on)
    named = substitute or row.substitute
    cover = cover_of(office, session, person, Away(row.staff_id, row.first_on, row.last_on, named))
    if named is not None and not cover.covered:
        raise SubstituteNotAble(substitute=named, why=sorted({lack.why for lack in cover.uncovered}))
    row.substitute = cover.substitute.id if cover.substitute else None
    row.state = APPROVED
    return extra | cover_shown(cover)


def _cancel(row: AbsenceRow, today: date) -> None:
    if row.state == PLANNED or row.first_on >= today:
        row.state = CANCELLED
    elif row.last_on < today:
        raise AbsenceDecided(absence=row.id, state="over")
    else:
        row.last_on = today - timedelta(days=1)


def _other_supervisors(session: Session, person: Member, *, on: date) -> list[Member]:
    gone = {a.staff_id for a in away(session, on)}
    found = [m for p in sorted({g.province for g in person.grants}) for m in members(session, province=p)]
    return [
        m
        for m in found
        if m.id != person.id
        and m.id not in gone
        and supervises(Actor(m.id, m.name, tuple(g for g in m.grants if g.held_on(on))), person)
    ]


def _authorise_planning(actor: Actor, person: Member) -> None:
    if actor.id == person.id and grants_for(actor, Permission.PLAN_ABSENCE):
        return
    if not supervises(actor, person):
        raise NoAuthority(action=Permission.PLAN_ABSENCE.value, actor=actor.id)


def _loads(session: Session) -> dict[str, int]:
    query = select(OpenStepRow.assignee, func.count()).where(col(OpenStepRow.assignee).is_not(None))  # type: ignore[call-overload]
    return {assignee: int(n) for assignee, n in session.execute(query.group_by(col(OpenStepRow.assignee)))}


def communes_worked_in(person: Member) -> Iterable[str]:
    """The communes in which somebody works; a role in a whole province stands for each of its communes."""
    found: dict[str, None] = {}
    for g in person.grants:
        if g.role in WORKS:
            found |= dict.fromkeys([g.commune] if g.commune else [c.code for c in communes_of(g.province)])
    return found
