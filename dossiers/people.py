"""Staff accounts and their roles; applicants as screens may show them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.authority import Actor, Grant
from dossiers.delegation import give, grant_of, held_on
from dossiers.errors import UnknownActor, UnknownDossier
from dossiers.office import Office
from dossiers.personal import masked
from dossiers.personal_tables import AccessRow, ApplicantRow, GrantRow, StaffRow
from dossiers.session import writing

_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class ApplicantView:
    """An applicant for a screen: the identity number masked unless it was asked for and logged."""

    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    representative: str | None
    personal_id: str | None
    erased: bool


def hash_password(password: str) -> str:
    """An argon2id hash of a password."""
    return _HASHER.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Whether a password is the one hashed."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def token_hash(token: str) -> str:
    """SHA-256 (hex) under which a session or API token is kept; tokens are 256-bit random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_staff(
    session: Session, *, login: str, name: str, password: str, grants: Iterable[Grant], email: str | None = None
) -> StaffRow:
    """A new account with its roles."""
    row = StaffRow(id=secrets.token_hex(8), login=login, name=name, email=email, password_hash=hash_password(password))
    session.add(row)
    session.flush()
    for grant in grants:
        give(session, row.id, grant)
    return row


def actor_for(session: Session, staff_id: str, *, on: date, scopes: frozenset[str] | None = None) -> Actor | None:
    """The actor of an active account with the roles that it holds on a date in Vietnam, or None."""
    row = session.get(StaffRow, staff_id)
    if row is None or not row.active:
        return None
    rows = session.execute(select(GrantRow).where(col(GrantRow.staff_id) == staff_id, held_on(on))).scalars()
    return Actor(id=row.id, name=row.name, grants=tuple(grant_of(g) for g in rows), scopes=scopes)


def actor_by_login(session: Session, login: str, *, on: date) -> Actor:
    """The actor of the active account with that login, with the roles that it holds on a date in Vietnam.

    Raises:
        UnknownActor: there is none.
    """
    staff_id = session.execute(select(col(StaffRow.id)).where(col(StaffRow.login) == login)).scalar_one_or_none()
    found = actor_for(session, staff_id, on=on) if staff_id else None
    if found is None:
        raise UnknownActor(login=login)
    return found


def applicant_view(office: Office, session: Session, applicant_id: int, *, show_id: bool) -> ApplicantView:
    """An applicant as a screen may show it."""
    row = session.get(ApplicantRow, applicant_id)
    if row is None:
        raise UnknownDossier(applicant=applicant_id)
    number = office.vault.unseal(row.personal_id_sealed) if row.personal_id_sealed else None
    if number and not show_id:
        number = masked(number)
    return ApplicantView(
        row.name, row.phone, row.email, row.address, row.representative, number, row.erased_at is not None
    )


def log_access(
    office: Office, *, actor: Actor, what: str, now: datetime, dossier_id: int | None, applicant_id: int | None = None
) -> None:
    """Record that somebody looked at personal data."""
    with writing(office.engine) as session:
        session.add(AccessRow(at=now, actor=actor.id, what=what, dossier_id=dossier_id, applicant_id=applicant_id))


def find_applicants(office: Office, session: Session, *, personal_id: str) -> list[int]:
    """Ids of applicants with exactly that identity number, by the blind index."""
    index = office.vault.blind_index(personal_id)
    query = select(ApplicantRow.id).where(col(ApplicantRow.personal_id_index) == index)  # type: ignore[call-overload]
    return list(session.execute(query).scalars())
