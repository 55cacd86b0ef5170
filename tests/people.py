"""Staff in the store for tests: accounts with roles, dated or not, and approved absences."""

from __future__ import annotations

from datetime import date, datetime

from dossiers.authority import Actor, Grant, StaffRole
from dossiers.delegation import Member, give
from dossiers.desk_tables import AbsenceRow
from dossiers.office import Office
from dossiers.people import actor_for
from dossiers.personal_tables import StaffRow
from dossiers.session import reading, writing
from dossiers.working_time import local_date
from tests.desk import MONDAY
from tests.samples import COMMUNE


def grant(role: str, *, commune: str = COMMUNE, field: str = "", first: str = "", last: str = "") -> Grant:
    """A role in Thanh Hoá, dated where days are given."""
    days = [date.fromisoformat(d) if d else None for d in (first, last)]
    return Grant(StaffRole(role), "38", commune, field, *days)


def member(name: str, *grants: Grant | str) -> Member:
    """Somebody with roles, for the pure rules; the id is the name."""
    return Member(name, name.capitalize(), tuple(grant(g) if isinstance(g, str) else g for g in grants))


def hire(office: Office, name: str, *grants: Grant | str, now: datetime = MONDAY) -> Actor:
    """An account with roles; its id and log-in are the name."""
    with writing(office.engine) as session:
        session.add(StaffRow(id=name, login=name, name=name.capitalize(), password_hash="x"))
        session.flush()
        for one in grants:
            give(session, name, grant(one) if isinstance(one, str) else one)
    return as_of(office, name, now)


def as_of(office: Office, name: str, now: datetime) -> Actor:
    """The actor with the roles that it holds at an instant."""
    with reading(office.engine) as session:
        found = actor_for(session, name, on=local_date(now))
    assert found is not None
    return found


def send_away(office: Office, name: str, first: str, last: str, substitute: str | None = None) -> None:
    """An approved absence."""
    with writing(office.engine) as session:
        session.add(
            AbsenceRow(
                staff_id=name,
                first_on=date.fromisoformat(first),
                last_on=date.fromisoformat(last),
                substitute=substitute,
                state="approved",
                asked_by=name,
                asked_at=MONDAY,
            )
        )
