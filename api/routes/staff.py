"""Accounts of staff, for administrators: within the places that the administrator holds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from api.auth import Caller, revoke_tokens_of
from api.deps import ALL_FIELDS, anywhere, desk_of, needs, now_of
from api.error_kinds import LoginTaken, MalformedRequest, UnknownStaff
from api.shapes import REFUSALS
from dossiers.authority import Actor, Grant, Permission, StaffRole, authorise, may
from dossiers.delegation import give
from dossiers.people import add_staff, hash_password
from dossiers.personal_tables import GrantRow, SessionRow, StaffRow
from dossiers.session import reading, writing
from procedures.communes import commune as commune_of
from procedures.communes import province as province_of
from procedures.errors import UnknownCommune

router = APIRouter(prefix="/staff", tags=["staff"], responses=REFUSALS)
Administrator = Annotated[Caller, needs(Permission.MANAGE_STAFF, anywhere)]
StaffId = Annotated[str, Path(max_length=32)]


class GrantShape(BaseModel):
    """A role in a commune, or in a whole province; in one field, or in all."""

    model_config = ConfigDict(extra="forbid")

    role: StaffRole
    province: str = Field(pattern=r"^[0-9]{2}$")
    commune: str = Field(default="", pattern=r"^([0-9]{5})?$")
    field: str = Field(default="", max_length=40)
    first_on: date | None = Field(default=None, description="First day of a dated delegation, in Vietnam.")
    last_on: date | None = Field(default=None, description="Its last day, inclusive.")


class NewStaff(BaseModel):
    """A new account."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    login: str = Field(min_length=3, max_length=80, pattern=r"^[a-z0-9][a-z0-9._@-]*$")
    name: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=10, max_length=200)
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    grants: list[GrantShape] = Field(min_length=1, max_length=50)


class NewContact(BaseModel):
    """Where a member of staff is told; what is left out or null is no longer used."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    phone: str | None = Field(default=None, max_length=40, pattern=r"^[0-9+ .()-]{6,40}$")


class NewPassword(BaseModel):
    """A password set by the administrator."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=10, max_length=200)


@router.get("")
def list_staff(request: Request, caller: Administrator) -> list[dict[str, Any]]:
    """The accounts with a role in your places."""
    with reading(desk_of(request).office.engine) as session:
        rows = session.execute(select(StaffRow).order_by(col(StaffRow.login))).scalars()
        shown = [_shape(session, row) for row in rows]
    return [one for one in shown if any(_reaches(caller.actor, g) for g in one["grants"])]


@router.post("", status_code=201)
def make_staff(request: Request, new: NewStaff, caller: Administrator) -> dict[str, Any]:
    """Make an account with its roles."""
    grants = [_checked(request, caller.actor, g) for g in new.grants]
    try:
        with writing(desk_of(request).office.engine) as session:
            row = add_staff(
                session, login=new.login, name=new.name, password=new.password, email=new.email, grants=grants
            )
            return _shape(session, row)
    except IntegrityError:
        raise LoginTaken(login=new.login) from None


@router.post("/{staff_id}/grants", status_code=201)
def grant(request: Request, staff_id: StaffId, new: GrantShape, caller: Administrator) -> dict[str, Any]:
    """Give a role, for good or from a day to a day; one that is held already takes the days given now."""
    given = _checked(request, caller.actor, new)
    with writing(desk_of(request).office.engine) as session:
        row = _staff(session, staff_id)
        give(session, row.id, given)
        return _shape(session, row)


@router.post("/{staff_id}/deactivate")
def deactivate(request: Request, staff_id: StaffId, caller: Administrator) -> dict[str, Any]:
    """Close an account: its sessions and tokens end at once; what it did stays in the ledger."""
    with writing(desk_of(request).office.engine) as session:
        row = _within_reach(session, staff_id, caller.actor)
        row.active = False
        session.execute(delete(SessionRow).where(col(SessionRow.staff_id) == row.id))
        revoke_tokens_of(session, staff_id=row.id, now=now_of(request))
        session.flush()
        return _shape(session, row)


@router.put("/{staff_id}/contact")
def set_contact(request: Request, staff_id: StaffId, new: NewContact, caller: Administrator) -> dict[str, Any]:
    """Set the e-mail address and the telephone number of an account: notices go there from now on."""
    with writing(desk_of(request).office.engine) as session:
        row = _within_reach(session, staff_id, caller.actor)
        row.email, row.phone = new.email, new.phone
        session.flush()
        return _shape(session, row)


@router.post("/{staff_id}/password", status_code=204)
def set_password(request: Request, staff_id: StaffId, new: NewPassword, caller: Administrator) -> None:
    """Set a new password and unlock; open sessions and API tokens end."""
    hashed = hash_password(new.password)
    with writing(desk_of(request).office.engine) as session:
        row = _within_reach(session, staff_id, caller.actor)
        row.password_hash, row.failed_logins, row.locked_until = hashed, 0, None
        session.execute(delete(SessionRow).where(col(SessionRow.staff_id) == row.id))
        revoke_tokens_of(session, staff_id=row.id, now=now_of(request))


def _checked(request: Request, actor: Actor, given: GrantShape) -> Grant:
    province_of(given.province)
    if given.commune and commune_of(given.commune).province_code != given.province:
        raise UnknownCommune(code=given.commune, province=given.province)
    if given.field and given.field not in desk_of(request).office.catalogue.fields():
        raise MalformedRequest(problems=[{"field": "field", "problem": "there is no such field"}])
    _authorise(actor, given.province, given.commune, given.field)
    return Grant(given.role, given.province, given.commune, given.field, given.first_on, given.last_on)


def _staff(session: Session, staff_id: str) -> StaffRow:
    row = session.get(StaffRow, staff_id)
    if row is None:
        raise UnknownStaff(staff=staff_id)
    return row


def _within_reach(session: Session, staff_id: str, actor: Actor) -> StaffRow:
    # Every role must lie within reach: else somebody could close an account of another province by granting it a role.
    row = _staff(session, staff_id)
    for g in session.execute(select(GrantRow).where(col(GrantRow.staff_id) == row.id)).scalars():
        _authorise(actor, g.province, g.commune, g.field)
    return row


def _reaches(actor: Actor, given: dict[str, str]) -> bool:
    where = {name: given[name] for name in ("province", "commune", "field")}
    return may(actor, Permission.MANAGE_STAFF, **where)


def _authorise(actor: Actor, province: str, commune: str, field: str) -> None:
    # An empty commune or field is "all of them" here: only a grant of the caller that is as wide covers that.
    authorise(actor, Permission.MANAGE_STAFF, province=province, commune=commune, field=field or ALL_FIELDS)


def _shape(session: Session, row: StaffRow) -> dict[str, Any]:
    query = select(GrantRow).where(col(GrantRow.staff_id) == row.id).order_by(col(GrantRow.id))
    return {
        "id": row.id,
        "login": row.login,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "active": row.active,
        "grants": [
            {"role": g.role, "province": g.province, "commune": g.commune, "field": g.field}
            | {name: day.isoformat() for name in ("first_on", "last_on") if (day := getattr(g, name))}
            for g in session.execute(query).scalars()
        ],
    }
