"""Communes in which, for a time and on a stated ground, one person may appraise and sign."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Caller
from api.deps import anywhere, desk_of, needs, now_of
from api.error_kinds import MalformedRequest
from api.shapes import REFUSALS
from dossiers.authority import Permission
from dossiers.exemptions import end_exemption, exemptions, grant_exemption

router = APIRouter(prefix="/exemptions", tags=["people"], responses=REFUSALS)
Administrator = Annotated[Caller, needs(Permission.MANAGE_EXEMPTIONS, anywhere)]


class NewExemption(BaseModel):
    """An exemption with the legal ground that the office states for it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    commune: str = Field(pattern=r"^[0-9]{5}$")
    field: str = Field(default="", max_length=40, description="Empty: every field.")
    ground: str = Field(min_length=10, max_length=1000)
    first_on: date
    last_on: date | None = None


class End(BaseModel):
    """The last day; absent: it holds no more from now on."""

    model_config = ConfigDict(extra="forbid")

    last_on: date | None = None


@router.get("")
def list_exemptions(
    *,
    request: Request,
    caller: Annotated[Caller, needs(Permission.VIEW_COVERAGE, anywhere)],
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
) -> list[dict[str, Any]]:
    """The exemptions of your places, ended ones too, the newest first."""
    return exemptions(desk_of(request).office, actor=caller.actor, commune=commune)


@router.post("", status_code=201)
def exempt(request: Request, new: NewExemption, caller: Administrator) -> dict[str, Any]:
    """Grant one. What is signed under it says so in the dossier's ledger."""
    office = desk_of(request).office
    if new.field and new.field not in office.catalogue.fields():
        raise MalformedRequest(problems=[{"field": "field", "problem": "there is no such field"}])
    return grant_exemption(office, **new.model_dump(), actor=caller.actor, now=now_of(request))


@router.post("/{exemption}/end")
def end(
    request: Request, exemption: Annotated[int, Path(ge=1, lt=2**63)], given: End, caller: Administrator
) -> dict[str, Any]:
    """End one; what was signed under it stays."""
    office = desk_of(request).office
    return end_exemption(office, exemption, last_on=given.last_on, actor=caller.actor, now=now_of(request))
