"""Absences in their table: found, locked, compared, shown with names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.delegation import Member, grant_of
from dossiers.desk_tables import AbsenceRow
from dossiers.people_errors import UnknownAbsence, UnknownColleague
from dossiers.personal_tables import GrantRow, StaffRow
from dossiers.substitution import Away
from dossiers.views import staff_names


def lock_member(session: Session, staff_id: str, *, active: bool = True) -> Member:
    """A member of staff, locked, so that two absences of one person are decided one after the other.

    Raises:
        UnknownColleague: there is no (active) account.
    """
    row = session.get(StaffRow, staff_id, with_for_update=True)
    if row is None or (active and not row.active):
        raise UnknownColleague(staff=staff_id)
    grants = session.execute(select(GrantRow).where(col(GrantRow.staff_id) == staff_id)).scalars()
    return Member(row.id, row.name, tuple(grant_of(g) for g in grants))


def find_absence(session: Session, absence: int, *, lock: bool = False) -> AbsenceRow:
    """The absence of that number.

    Raises:
        UnknownAbsence: there is none.
    """
    row = session.get(AbsenceRow, absence, with_for_update=lock or None)
    if row is None:
        raise UnknownAbsence(absence=absence)
    return row


def overlapping(
    session: Session, staff_id: str, first_on: date, last_on: date, states: Collection[str]
) -> AbsenceRow | None:
    """An absence of somebody in one of those states that has a day between the two, both inclusive, or None."""
    query = select(AbsenceRow).where(
        col(AbsenceRow.staff_id) == staff_id,
        col(AbsenceRow.state).in_(states),
        col(AbsenceRow.first_on) <= last_on,
        col(AbsenceRow.last_on) >= first_on,
    )
    return session.execute(query.order_by(col(AbsenceRow.id)).limit(1)).scalar_one_or_none()


def away_of(row: AbsenceRow) -> Away:
    """A row as the rules see it, whatever its state."""
    return Away(row.staff_id, row.first_on, row.last_on, row.substitute)


def absence_shown(session: Session, rows: Sequence[AbsenceRow]) -> list[dict[str, Any]]:
    """Absences as JSON values, with the names of the people."""
    ids = {i for row in rows for i in (row.staff_id, row.substitute, row.decided_by, row.asked_by) if i}
    names = staff_names(session, ids)
    return [
        row.model_dump(mode="json")
        | {"name": names.get(row.staff_id), "substitute_name": names.get(row.substitute or "")}
        | {"self_approved": row.state == "approved" and row.decided_by == row.staff_id}
        for row in rows
    ]
