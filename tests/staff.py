"""Members of staff and contacts as rows, so that notices find them."""

from __future__ import annotations

from datetime import date

from dossiers.desk_tables import AbsenceRow, ConsultedBodyRow
from dossiers.office import Office
from dossiers.personal_tables import GrantRow, StaffRow
from dossiers.session import writing
from tests.samples import COMMUNE, at

_MIDNIGHT = at("2026-03-01T00:00")


def member(
    office: Office, staff_id: str, *roles: str, commune: str = COMMUNE, field: str = "", email: str | None = ""
) -> str:
    """A member of staff with these roles; an e-mail address of their own unless it is None. Gives the recipient key."""
    with writing(office.engine) as session:
        address = f"{staff_id}@example.vn" if email == "" else email
        session.add(StaffRow(id=staff_id, login=staff_id, name=f"Cán bộ {staff_id}", email=address, password_hash="x"))
        for role in roles:
            session.add(GrantRow(staff_id=staff_id, role=role, province="38", commune=commune, field=field))
    return f"staff:{staff_id}"


def absent(office: Office, staff_id: str, first_on: date, last_on: date, substitute: str | None = None) -> None:
    """An approved absence."""
    with writing(office.engine) as session:
        session.add(
            AbsenceRow(
                staff_id=staff_id,
                first_on=first_on,
                last_on=last_on,
                substitute=substitute,
                state="approved",
                asked_by=staff_id,
                asked_at=_MIDNIGHT,
            )
        )


def body(office: Office, name: str, **contact: str) -> str:
    """A consulted body with its contact. Gives the recipient key."""
    with writing(office.engine) as session:
        row = ConsultedBodyRow(province="38", name=name, **contact)
        session.add(row)
        session.flush()
        return f"body:{row.id}"
