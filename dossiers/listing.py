"""Pages of dossiers that somebody may see, the most pressing first; the cursor stays right while rows come in."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlmodel import Session, col

from dossiers.authority import Actor, Grant, Permission, StaffRole, grants_for
from dossiers.cover import stands_in_for
from dossiers.errors import MalformedCommand
from dossiers.office import Office
from dossiers.people import find_applicants
from dossiers.personal_tables import ApplicantRow
from dossiers.states import RUNNING, Status
from dossiers.tables import DossierRow, OpenStepRow
from dossiers.working_time import local_date
from procedures.communes import communes_of
from procedures.errors import UnknownProvince

MOST = 100
Due = Literal["overdue", "due_soon", "due_today", "open"]
_RUNNING = [s.value for s in RUNNING]
_ID_NUMBER_LENGTHS = (9, 12)
_LAST_ID = 2**63 - 1
"""The largest number that a database gives a row; a larger one it cannot even compare."""
_YEARS = range(1900, 9999)
"""Years of due instants; near the ends of the calendar a change of offset overflows."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to list. `role`: an open step waits for it; `mine`: open steps that wait for the actor."""

    commune: str | None = None
    status: tuple[str, ...] = ()
    field: str | None = None
    due: Due | None = None
    role: str | None = None
    mine: bool = False
    text: str = ""
    """A dossier code, a part of an applicant's name, or a whole identity number."""
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list. `person` is None where the reader may not see it.

    `stands_in_for`: who is absent and has a step here that the reader may do in their place.
    """

    row: DossierRow
    steps: tuple[OpenStepRow, ...]
    person: str | None
    standing: Literal["overdue", "due_soon", "in_time", "none"]
    stands_in_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next_cursor` None: the last one."""

    items: tuple[Listed, ...]
    next_cursor: str | None


def list_dossiers(office: Office, session: Session, query: ListQuery, *, actor: Actor, now: datetime) -> Page:
    """The dossiers that the actor may see, by due instant (those without one last), then oldest first.

    Raises:
        MalformedCommand: the cursor was not given out by this list.
    """
    limit = max(1, min(query.limit, MOST))
    statement = select(DossierRow).where(visible(actor), *_filters(office, session, query, actor, now))
    if query.cursor:
        statement = statement.where(_after(query.cursor))
    due = col(DossierRow.due_at)
    ordered = statement.order_by(due.is_(None), due, col(DossierRow.id)).limit(limit + 1)
    rows = list(session.execute(ordered).scalars())
    shown = rows[:limit]
    cursor = _cursor(shown[-1]) if len(rows) > limit else None
    return Page(tuple(_listed(session, shown, actor, now)), cursor)


def count_standing(
    session: Session, query: ListQuery, office: Office, *, actor: Actor, now: datetime
) -> dict[str, int]:
    """How many of the actor's dossiers are overdue, due soon, waiting for the actor, and open at all."""
    found = {}
    for name, due, mine in (("mine", None, True), ("overdue", "overdue", False), ("due_soon", "due_soon", False)):
        one = ListQuery(commune=query.commune, field=query.field, due=due, mine=mine)  # type: ignore[arg-type]
        found[name] = _count(session, visible(actor), *_filters(office, session, one, actor, now))
    return found


def _count(session: Session, *clauses: ColumnElement[bool]) -> int:
    return int(session.execute(select(func.count()).select_from(DossierRow).where(*clauses)).scalar_one())


def visible(actor: Actor, permission: Permission = Permission.VIEW_DOSSIERS) -> ColumnElement[bool]:
    """The condition that limits a query to the dossiers that the actor's grants reach."""
    if actor.is_system:
        return col(DossierRow.id).is_not(None)
    reached: list[ColumnElement[bool]] = []
    for grant in grants_for(actor, permission):
        place = _decided_or_taken_in(grant)
        reached.append(and_(place, col(DossierRow.field) == grant.field) if grant.field else place)
    return or_(*reached) if reached else col(DossierRow.id).is_(None)


def _decided_or_taken_in(grant: Grant) -> ColumnElement[bool]:
    # Says in SQL what `views.may_view` says of one row.
    try:
        within = [c.code for c in communes_of(grant.province)]
    except UnknownProvince:  # a province that is no more
        return col(DossierRow.id).is_(None)
    if not grant.commune:
        return or_(col(DossierRow.province) == grant.province, col(DossierRow.intake_commune).in_(within))
    if grant.commune not in within:
        return col(DossierRow.id).is_(None)
    return or_(col(DossierRow.commune) == grant.commune, col(DossierRow.intake_commune) == grant.commune)


def _filters(
    office: Office, session: Session, query: ListQuery, actor: Actor, now: datetime
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.commune:
        found.append(or_(col(DossierRow.commune) == query.commune, col(DossierRow.intake_commune) == query.commune))
    if query.status:
        found.append(col(DossierRow.status).in_(query.status))
    if query.field:
        found.append(col(DossierRow.field) == query.field)
    if query.due:
        found.append(_due(query.due, now))
    if query.role:
        found.append(_waits_for([query.role]))
    if query.mine:
        found.append(_mine(actor, stands_in_for(session, actor.id, local_date(now))))
    if query.text:
        found.append(_matches(office, session, query.text, actor))
    return found


def _due(due: Due, now: datetime) -> ColumnElement[bool]:
    running = col(DossierRow.status).in_(_RUNNING)
    if due == "open":
        return col(DossierRow.closed_at).is_(None)
    if due == "overdue":
        return and_(running, col(DossierRow.due_at) <= now)
    if due == "due_today":
        local = now.astimezone(_vietnam()).date()
        return and_(running, col(DossierRow.due_on) == local)
    return and_(running, col(DossierRow.due_at) > now, col(DossierRow.due_soon_at) <= now)


def _vietnam() -> Any:
    from dossiers.gate import VIETNAM

    return VIETNAM


def _waits_for(roles: list[str], holders: Collection[str] = ()) -> ColumnElement[bool]:
    of_dossier = and_(col(OpenStepRow.dossier_id) == col(DossierRow.id), col(OpenStepRow.role).in_(roles))
    if holders:
        free = or_(col(OpenStepRow.assignee).is_(None), col(OpenStepRow.assignee).in_(holders))
        of_dossier = and_(of_dossier, free)
    return exists().where(of_dossier)


def _mine(actor: Actor, absent: frozenset[str]) -> ColumnElement[bool]:
    """Steps that wait for the actor, for a role of theirs, or for somebody absent for whom they stand in."""
    waiting = []
    holders = [actor.id, *sorted(absent)]
    for grant in grants_for(actor, Permission.VIEW_DOSSIERS):
        whole = not grant.commune
        place = col(DossierRow.province) == grant.province if whole else col(DossierRow.commune) == grant.commune
        of_field = col(DossierRow.field) == grant.field if grant.field else col(DossierRow.id).is_not(None)
        waiting.append(and_(place, of_field, _waits_for([grant.role.value], holders)))
        if grant.role is StaffRole.RECEIVING_OFFICER:
            arriving = col(DossierRow.status).in_(["submitted", "forwarded"])
            waiting.append(and_(_decided_or_taken_in(grant), of_field, arriving))
    if not waiting:
        return col(DossierRow.id).is_(None)
    applicants_turn = col(DossierRow.status) == Status.AWAITING_SUPPLEMENT.value
    return and_(or_(*waiting), not_(applicants_turn))


def _matches(office: Office, session: Session, text: str, actor: Actor) -> ColumnElement[bool]:
    wanted = text.strip()
    seen = visible(actor, Permission.VIEW_PERSONAL_DATA)  # else a search would tell what a list does not show
    if wanted.isdigit() and len(wanted) in _ID_NUMBER_LENGTHS:
        return and_(seen, col(DossierRow.applicant_id).in_(find_applicants(office, session, personal_id=wanted)))
    named = select(ApplicantRow.id).where(col(ApplicantRow.name).icontains(wanted, autoescape=True))  # type: ignore[call-overload]
    return or_(
        col(DossierRow.code).icontains(wanted, autoescape=True),
        col(DossierRow.official_code).icontains(wanted, autoescape=True),
        and_(seen, col(DossierRow.applicant_id).in_(named)),
    )


def _cursor(row: DossierRow) -> str:
    value = json.dumps([row.due_at.isoformat() if row.due_at else None, row.id])
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def _after(cursor: str) -> ColumnElement[bool]:
    try:
        due, last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        at = None if due is None else datetime.fromisoformat(due).astimezone(UTC)
        if type(last) is not int or not 0 <= last <= _LAST_ID or (at and at.year not in _YEARS):
            raise ValueError("not of this list")
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise MalformedCommand(field="cursor", problem="use next_cursor of the page before") from None
    ahead = and_(col(DossierRow.due_at).is_(None), col(DossierRow.id) > last)
    if at is None:
        return ahead
    same = and_(col(DossierRow.due_at) == at, col(DossierRow.id) > last)
    return or_(col(DossierRow.due_at) > at, same, col(DossierRow.due_at).is_(None))


def _listed(session: Session, rows: list[DossierRow], actor: Actor, now: datetime) -> list[Listed]:
    ids = [row.id for row in rows]
    steps: dict[int, list[OpenStepRow]] = {}
    for step in session.execute(_steps_of(ids)).scalars():
        steps.setdefault(step.dossier_id, []).append(step)
    seen = set(_ids(session, ids, visible(actor, Permission.VIEW_PERSONAL_DATA)))
    people = [row.applicant_id for row in rows if row.id in seen and row.applicant_id]
    named = select(ApplicantRow.id, ApplicantRow.name).where(col(ApplicantRow.id).in_(people))  # type: ignore[call-overload]
    names = dict(session.execute(named).all())
    warned = set(_ids(session, ids, _due("due_soon", now)))
    absent = stands_in_for(session, actor.id, local_date(now))
    return [
        Listed(
            row=row,
            steps=tuple(steps.get(row.id or 0, ())),
            person=names.get(row.applicant_id) if row.id in seen else None,
            standing=_standing(row, now, row.id in warned),
            stands_in_for=_absent_holders(row, steps.get(row.id or 0, ()), actor, absent),
        )
        for row in rows
    ]


def _absent_holders(
    row: DossierRow, steps: Collection[OpenStepRow], actor: Actor, absent: frozenset[str]
) -> tuple[str, ...]:
    held = actor.roles_in(row.province, row.commune, row.field) if absent else frozenset()
    return tuple(s.assignee for s in steps if s.assignee in absent and s.role in held)


def _steps_of(ids: list[int | None]) -> Select[Any]:
    return select(OpenStepRow).where(col(OpenStepRow.dossier_id).in_(ids)).order_by(col(OpenStepRow.occurrence))


def _ids(session: Session, ids: list[int | None], condition: ColumnElement[bool]) -> list[int]:
    query = select(DossierRow.id).where(col(DossierRow.id).in_(ids), condition)  # type: ignore[call-overload]
    return list(session.execute(query).scalars())


def _standing(row: DossierRow, now: datetime, warned: bool) -> Literal["overdue", "due_soon", "in_time", "none"]:
    if row.status not in _RUNNING or row.due_at is None:
        return "none"
    if row.due_at <= now:
        return "overdue"
    return "due_soon" if warned else "in_time"
