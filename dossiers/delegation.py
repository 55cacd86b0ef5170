"""Roles for a time: which grants are held on a date, and giving them. A dated delegation is a grant with an end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from dossiers.authority import Grant, StaffRole
from dossiers.people_errors import DatesWrong
from dossiers.personal_tables import GrantRow, StaffRow


@dataclass(frozen=True, slots=True)
class Member:
    """An active member of staff with every role, also those for another time (their grants carry the dates)."""

    id: str
    name: str
    grants: tuple[Grant, ...]

    def holds(self, role: str, *, province: str, commune: str, field: str, first_on: date, last_on: date) -> bool:
        """Whether the role is held there on every day from the first to the last. `commune` "": in all communes."""
        return any(
            g.role == role and g.reaches(province, commune, field) and g.held_on(first_on) and g.held_on(last_on)
            for g in self.grants
        )


def held_on(on: date) -> ColumnElement[bool]:
    """The condition that a grant is held on a date in Vietnam."""
    first, last = col(GrantRow.first_on), col(GrantRow.last_on)
    return and_(or_(first.is_(None), first <= on), or_(last.is_(None), last >= on))


def grant_of(row: GrantRow) -> Grant:
    """The grant of a row, with its dates."""
    return Grant(StaffRole(row.role), row.province, row.commune, row.field, row.first_on, row.last_on)


def give(session: Session, staff_id: str, grant: Grant) -> GrantRow:
    """Write a role of an account. One that is held already takes the new dates; with the same dates nothing changes.

    Raises:
        DatesWrong: the last day lies before the first.
    """
    if grant.first_on and grant.last_on and grant.last_on < grant.first_on:
        raise DatesWrong(first_on=grant.first_on.isoformat(), last_on=grant.last_on.isoformat())
    place: dict[str, Any] = {
        "staff_id": staff_id,
        "role": grant.role.value,
        "province": grant.province,
        "commune": grant.commune,
        "field": grant.field,
    }
    row = session.execute(select(GrantRow).filter_by(**place)).scalar_one_or_none() or GrantRow(**place)
    row.first_on, row.last_on = grant.first_on, grant.last_on
    session.add(row)
    session.flush()
    return row


def members(session: Session, *, province: str | None = None, ids: Iterable[str] | None = None) -> tuple[Member, ...]:
    """Active members of staff with a role in a province (or those named), by name; each with all its grants there."""
    query = (
        select(StaffRow.id, StaffRow.name, GrantRow)  # type: ignore[call-overload]
        .join(GrantRow, col(GrantRow.staff_id) == col(StaffRow.id))
        .where(col(StaffRow.active))
        .order_by(col(StaffRow.name), col(StaffRow.id), col(GrantRow.id))
    )
    if province is not None:
        query = query.where(col(GrantRow.province) == province)
    if ids is not None:
        query = query.where(col(StaffRow.id).in_(list(ids)))
    found: dict[str, tuple[str, list[Grant]]] = {}
    for staff_id, name, row in session.execute(query):
        found.setdefault(staff_id, (name, []))[1].append(grant_of(row))
    return tuple(Member(i, name, tuple(grants)) for i, (name, grants) in found.items())


def staff_with(
    session: Session, role: str, *, province: str, commune: str, field: str, on: date
) -> list[tuple[str, str]]:
    """Ids and names of the active staff who hold a role in a commune and field on a date, by name."""
    query = (
        select(StaffRow.id, StaffRow.name)  # type: ignore[call-overload]
        .join(GrantRow, col(GrantRow.staff_id) == col(StaffRow.id))
        .where(
            col(StaffRow.active),
            col(GrantRow.role) == role,
            col(GrantRow.province) == province,
            col(GrantRow.commune).in_(["", commune]),
            col(GrantRow.field).in_(["", field]),
            held_on(on),
        )
        .distinct()
        .order_by(col(StaffRow.name))
    )
    return [(i, n) for i, n in session.execute(query)]
