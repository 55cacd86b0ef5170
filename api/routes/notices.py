"""Notices: your own, what could not be delivered, and how somebody wants to be told."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Caller
from api.deps import anywhere, at_dossier, desk_of, needs, now_of
from api.shapes import REFUSALS, Code
from dossiers.authority import Permission
from dossiers.errors import NoAuthority
from dossiers.session import reading, writing
from dossiers.store import find
from notifications.messages import Decision, How, resolve
from notifications.own_notices import own_notices
from notifications.preferences import preferences, set_preference
from notifications.recipients import APPLICANT, STAFF
from notifications.rules import Mode
from notifications.undelivered import ADVICE, check_may_decide, look_at, mend_address, undelivered

router = APIRouter(prefix="/notices", tags=["notices"], responses=REFUSALS)
SignedIn = Annotated[Caller, needs(None)]
Watcher = Annotated[Caller, needs(Permission.VIEW_DOSSIERS, anywhere)]
Reader = Annotated[Caller, needs(Permission.VIEW_PERSONAL_DATA, anywhere)]
Decider = Annotated[Caller, needs(Permission.DECIDE_NOTICES, anywhere)]
AtDossier = Annotated[Caller, needs(Permission.DECIDE_NOTICES, at_dossier)]
MessageId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Most = Annotated[int, Query(ge=1, le=100)]


class Wish(BaseModel):
    """How to be told through a channel (`*`: every one); without a mode the wish is taken back."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(max_length=20)
    mode: Mode | None = None


class WishShape(BaseModel):
    """A wish as it stands."""

    channel: str
    mode: Mode
    set_by: str
    set_at: datetime


class Address(BaseModel):
    """The right address of a message's recipient."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)


class MessageDecision(BaseModel):
    """What a person decides: send again (through another channel), take as accepted, or told otherwise."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["resend", "accept", "told"]
    how: Literal["phone", "counter", "post"] = "phone"
    channel: str | None = Field(default=None, max_length=20)


@router.get("/mine")
def mine(request: Request, caller: SignedIn, limit: Most = 30) -> list[dict[str, Any]]:
    """What you were told, newest first."""
    office = desk_of(request).office
    with reading(office.engine) as session:
        return own_notices(office, session, caller.actor.id, limit=limit)


@router.get("/preferences")
def my_preferences(request: Request, caller: SignedIn) -> list[WishShape]:
    """How you want to be told."""
    with reading(desk_of(request).office.engine) as session:
        found = preferences(session, f"{STAFF}:{caller.actor.id}")
    return [WishShape.model_validate(one, from_attributes=True) for one in found]


@router.put("/preferences")
def prefer(request: Request, wish: Wish, caller: SignedIn) -> list[WishShape]:
    """Say how you want to be told. What you answer for as a supervisor comes once a day at least."""
    scopes = caller.actor.scopes
    if scopes is not None and "act" not in scopes:
        raise NoAuthority(action="prefer", actor=caller.actor.id)
    return _prefer(request, f"{STAFF}:{caller.actor.id}", wish, caller)


@router.get("/preferences/dossiers/{code}")
def applicants_preferences(request: Request, code: Code, caller: AtDossier) -> list[WishShape]:
    """How the applicant of a dossier wants to be told."""
    with reading(desk_of(request).office.engine) as session:
        found = preferences(session, f"{APPLICANT}:{find(session, code).applicant_id}")
    return [WishShape.model_validate(one, from_attributes=True) for one in found]


@router.put("/preferences/dossiers/{code}")
def applicant_prefers(request: Request, code: Code, wish: Wish, caller: AtDossier) -> list[WishShape]:
    """Enter how the applicant of a dossier wants to be told; who wants nothing is told at the counter."""
    with reading(desk_of(request).office.engine) as session:
        applicant = find(session, code).applicant_id
    return _prefer(request, f"{APPLICANT}:{applicant}", wish, caller)


@router.get("/undelivered")
def not_delivered(request: Request, caller: Watcher, limit: Most = 100) -> list[dict[str, Any]]:
    """What could not be delivered, or may not have been, with what to do about it. No address, no wording."""
    with reading(desk_of(request).office.engine) as session:
        found = undelivered(session, actor=caller.actor, limit=limit)
    advice = {one: {"vi": words.vi, "en": words.en} for one, words in ADVICE.items()}
    return [asdict(one) | {"what_to_do": advice[one.advice]} for one in found]


@router.get("/{message_id}")
def look_at_message(request: Request, message_id: MessageId, caller: Reader) -> dict[str, Any]:
    """A message with its recipient's name and phone, its wording and its cost in segments. The look is recorded."""
    desk = desk_of(request)
    return look_at(desk.office, desk.settings, message_id, actor=caller.actor, now=now_of(request))


@router.put("/{message_id}/address", status_code=204)
def mend(request: Request, message_id: MessageId, address: Address, caller: Decider) -> None:
    """Put the recipient's address right; then decide to send again."""
    mend_address(
        desk_of(request).office,
        message_id,
        actor=caller.actor,
        now=now_of(request),
        email=address.email,
        phone=address.phone,
    )


@router.post("/{message_id}/decision")
def decide(request: Request, message_id: MessageId, given: MessageDecision, caller: Decider) -> dict[str, Any]:
    """Decide about a message of unknown outcome, or one that could not be delivered."""
    office = desk_of(request).office
    with reading(office.engine) as session:
        check_may_decide(session, message_id, caller.actor)
    decision: Decision = given.decision
    how: How = given.how
    found = resolve(
        office, message_id, decision, actor=caller.actor.id, now=now_of(request), how=how, channel=given.channel
    )
    return {
        "message_id": found.message_id,
        "state": found.state,
        "channel": found.channel,
        "reason": found.last_error,
        "resolved_by": found.resolved_by,
    }


def _prefer(request: Request, recipient: str, wish: Wish, caller: Caller) -> list[WishShape]:
    with writing(desk_of(request).office.engine) as session:
        found = set_preference(session, recipient, wish.channel, wish.mode, by=caller.actor.id, now=now_of(request))
    return [WishShape.model_validate(one, from_attributes=True) for one in found]
