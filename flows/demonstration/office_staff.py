"""The demonstration's own keys: a short-lived API token for each member of its staff, by commune and role."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from dossiers.delegation import held_on
from dossiers.errors import NoAuthority
from dossiers.office import Office
from dossiers.people import token_hash
from dossiers.personal_tables import ApiTokenRow, GrantRow, StaffRow
from dossiers.session import writing
from dossiers.tables import InstallationRow
from dossiers.working_time import local_date

LIFETIME = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who can act in the demonstration: tokens by commune and role, and who stands behind a token."""

    tokens: dict[str, dict[str, list[str]]]
    communes: dict[str, str]
    """Commune code → province code."""
    people: dict[str, str]
    """Token → account id."""

    def token(self, commune: str, role: str, *, not_by: set[str] | None = None) -> str:
        """A token of somebody with that role there, preferably of somebody not in `not_by`.

        Raises:
            NoAuthority: nobody there holds the role.
        """
        able = self.tokens.get(commune, {}).get(role, [])
        others = [t for t in able if self.people[t] not in (not_by or set())]
        if not able:
            raise NoAuthority(role=role, commune=commune)
        return (others or able)[0]


def staff(office: Office, *, now: datetime) -> Staff:
    """Fresh tokens for everybody who works in a commune of a demonstration installation.

    Raises:
        NoAuthority: the installation is no demonstration, so nobody's keys are made.
    """
    tokens: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    communes: dict[str, str] = {}
    people: dict[str, str] = {}
    with writing(office.engine) as session:
        if session.get(InstallationRow, "demo") is None:
            raise NoAuthority(action="demo", mend="motcua up --demo")
        given: dict[str, str] = {}
        query = select(GrantRow).join(StaffRow, col(StaffRow.id) == col(GrantRow.staff_id)).where(col(StaffRow.active))
        query = query.where(held_on(local_date(now)))
        for grant in session.execute(query.order_by(col(GrantRow.id))).scalars():
            if not grant.commune:
                continue
            token = given.get(grant.staff_id)
            if token is None:
                token = given[grant.staff_id] = secrets.token_urlsafe(32)
                session.add(_token_row(token, grant.staff_id, now))
                people[token] = grant.staff_id
            tokens[grant.commune][grant.role].append(token)
            communes[grant.commune] = grant.province
    return Staff({c: dict(r) for c, r in tokens.items()}, communes, people)


def _token_row(token: str, staff_id: str, now: datetime) -> ApiTokenRow:
    return ApiTokenRow(
        id=secrets.token_hex(8),
        token_hash=token_hash(token),
        staff_id=staff_id,
        name="demo",
        scopes="read act figures",
        created_at=now,
        expires_at=now + LIFETIME,
    )
