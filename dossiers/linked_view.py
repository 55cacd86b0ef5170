"""The other dossiers of a linked group: each with its own body, its own clock, and whether that body is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.office import Office
from dossiers.states import RUNNING
from dossiers.tables import DossierRow
from dossiers.working_time import local_date
from procedures.base import Names

_RUNNING = frozenset(s.value for s in RUNNING)


@dataclass(frozen=True, slots=True)
class GroupPart:
    """One other dossier of the group. `body` None: the commune that holds the group; it is who is late where `late`."""

    code: str
    relation: Literal["parent", "sibling", "child"]
    procedure: str
    names: Names
    body: str | None
    status: str
    due_at: datetime | None
    due_on: date | None
    finished_at: datetime | None
    late: bool


def group_of(office: Office, session: Session, row: DossierRow, *, now: datetime) -> tuple[GroupPart, ...]:
    """The parent and the siblings of a dossier, then what it opened itself, each by code. Nothing where it is alone."""
    group = col(DossierRow.parent) == row.code
    if row.parent:
        group = group | (col(DossierRow.code) == row.parent) | (col(DossierRow.parent) == row.parent)
    query = select(DossierRow).where(group, col(DossierRow.code) != row.code).order_by(col(DossierRow.code))
    found = [_part(office, row, other, now) for other in session.execute(query).scalars()]
    return tuple(sorted(found, key=lambda part: _ORDER.index(part.relation)))


_ORDER = ("parent", "sibling", "child")


def is_late(row: DossierRow, now: datetime) -> bool:
    """Whether a dossier was finished late, or runs and is overdue now; hours by the instant, days by the date."""
    if row.finished_at is not None:
        return row.verdict == "late"
    if row.status not in _RUNNING or row.due_at is None or row.due_on is None:
        return False
    return row.due_at < now if row.by_instant else row.due_on < local_date(now)


def _names(office: Office, row: DossierRow) -> Names:
    """By the version that binds the dossier; before it is accepted by the one under which it came in."""
    known = office.catalogue.versions(row.procedure)
    came_in = local_date(row.registered_at)
    bound = [d for d in known if d.version == row.version] or [d for d in known if d.effective.covers(came_in)]
    return (bound or known)[-1].names


def _part(office: Office, of: DossierRow, row: DossierRow, now: datetime) -> GroupPart:
    relation: Literal["parent", "sibling", "child"] = "sibling"
    if row.code == of.parent:
        relation = "parent"
    elif row.parent == of.code:
        relation = "child"
    return GroupPart(
        code=row.code,
        relation=relation,
        procedure=row.procedure,
        names=_names(office, row),
        body=row.body,
        status=row.status,
        due_at=row.due_at,
        due_on=row.due_on,
        finished_at=row.finished_at,
        late=is_late(row, now),
    )
