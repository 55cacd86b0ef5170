"""Absences: ask for one, see what it would make late, decide it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Caller
from api.deps import anywhere, desk_of, needs, now_of
from api.shapes import REFUSALS
from dossiers.absence_preview import preview, preview_of
from dossiers.absences import absences, decide_absence, plan_absence
from dossiers.authority import Permission

router = APIRouter(prefix="/absences", tags=["people"], responses=REFUSALS)
Planner = Annotated[Caller, needs(Permission.PLAN_ABSENCE, anywhere)]
Reader = Annotated[Caller, needs(Permission.VIEW_DOSSIERS, anywhere)]
Id = Annotated[int, Path(ge=1, lt=2**63)]
StaffId = Annotated[str, Query(max_length=32, description="Account id.")]


class NewAbsence(BaseModel):
    """An absence asked for; both days are inclusive, dates in Vietnam."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    staff: str | None = Field(default=None, max_length=32, description="Account id; absent: yourself.")
    first_on: date
    last_on: date
    reason: str | None = Field(default=None, max_length=500)
    substitute: str | None = Field(default=None, max_length=32, description="Account id; absent: chosen on approval.")


class AbsenceDecision(BaseModel):
    """What a supervisor decides. A planned one may be cancelled by whom it is about."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "decline", "cancel"]
    substitute: str | None = Field(default=None, max_length=32)


@router.get("")
def list_absences(
    *,
    request: Request,
    caller: Reader,
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
    staff: Annotated[str | None, Query(max_length=32)] = None,
    since: Annotated[date | None, Query(description="Only those that end on this day or later.")] = None,
) -> list[dict[str, Any]]:
    """Your own absences, and those of the people that you supervise."""
    return absences(desk_of(request).office, actor=caller.actor, commune=commune, staff=staff, since=since)


@router.post("", status_code=201)
def ask(request: Request, new: NewAbsence, caller: Planner) -> dict[str, Any]:
    """Ask for an absence: your own, or as a supervisor somebody else's. Nothing counts before it is approved."""
    return plan_absence(
        desk_of(request).office,
        staff=new.staff or caller.actor.id,
        first_on=new.first_on,
        last_on=new.last_on,
        reason=new.reason,
        substitute=new.substitute,
        actor=caller.actor,
        now=now_of(request),
    )


@router.get("/preview")
def look_ahead(
    *,
    request: Request,
    caller: Reader,
    first_on: date,
    last_on: date,
    staff: StaffId = "",
    substitute: Annotated[str | None, Query(max_length=32)] = None,
) -> dict[str, Any]:
    """What an absence would make late and which procedures it would leave without anybody. Nothing is written."""
    return preview(
        desk_of(request).office,
        staff=staff or caller.actor.id,
        first_on=first_on,
        last_on=last_on,
        substitute=substitute,
        actor=caller.actor,
    )


@router.get("/{absence}/preview")
def look_ahead_of(request: Request, absence: Id, caller: Reader) -> dict[str, Any]:
    """The same of an absence that was asked for."""
    return preview_of(desk_of(request).office, absence, actor=caller.actor)


@router.post("/{absence}/decision")
def decide(request: Request, absence: Id, given: AbsenceDecision, caller: Planner) -> dict[str, Any]:
    """Approve, decline or cancel. The answer to an approval says who stands in and what stays uncovered."""
    return decide_absence(
        desk_of(request).office,
        absence,
        given.decision,
        substitute=given.substitute,
        actor=caller.actor,
        now=now_of(request),
    )
