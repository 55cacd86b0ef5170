"""Where consulted bodies can be reached."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Caller
from api.deps import anywhere, desk_of, needs
from api.shapes import REFUSALS
from dossiers.authority import Permission
from notifications.contacts import contacts, remove_contact, set_contact, webhook_key

router = APIRouter(prefix="/contacts", tags=["notices"], responses=REFUSALS)
Keeper = Annotated[Caller, needs(Permission.MANAGE_CONTACTS, anywhere)]
ContactId = Annotated[int, Path(ge=1, lt=2**31)]


class NewContact(BaseModel):
    """A body by its name as questions spell it. What is left out is emptied."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    province: str = Field(pattern=r"^[0-9]{2}$")
    name: str = Field(min_length=3, max_length=200)
    email: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    webhook: str | None = Field(default=None, max_length=500, description="https address that takes signed JSON.")


class ContactShape(BaseModel):
    """A body with its addresses."""

    id: int
    province: str
    name: str
    email: str | None
    phone: str | None
    webhook: str | None


@router.get("")
def list_contacts(request: Request, caller: Keeper) -> list[ContactShape]:
    """The bodies of your provinces."""
    found = contacts(desk_of(request).office, actor=caller.actor)
    return [ContactShape.model_validate(one, from_attributes=True) for one in found]


@router.put("")
def enter(request: Request, new: NewContact, caller: Keeper) -> ContactShape:
    """Enter a body, or put its addresses right. One named like the province is told what the province is told."""
    desk = desk_of(request)
    found = set_contact(desk.office, desk.settings, actor=caller.actor, **new.model_dump())
    return ContactShape.model_validate(found, from_attributes=True)


@router.delete("/{contact_id}", status_code=204)
def take_out(request: Request, contact_id: ContactId, caller: Keeper) -> None:
    """Take a body out."""
    remove_contact(desk_of(request).office, contact_id, actor=caller.actor)


@router.get("/{contact_id}/webhook-key")
def show_key(request: Request, contact_id: ContactId, caller: Keeper) -> dict[str, str]:
    """The key by which the body checks our signatures: hand it over on a safe way."""
    desk = desk_of(request)
    return {"key": webhook_key(desk.office, desk.settings, contact_id, actor=caller.actor)}
