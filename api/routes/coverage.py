"""Which procedures in force a commune has nobody for, and who works there."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.auth import Caller
from api.deps import at_place, desk_of, needs, now_of
from api.shapes import REFUSALS
from dossiers.authority import Permission
from dossiers.coverage_report import colleagues, coverage
from dossiers.session import reading
from dossiers.working_time import local_date

router = APIRouter(tags=["people"], responses=REFUSALS)
Province = Annotated[str | None, Query(pattern=r"^[0-9]{2}$")]
Commune = Annotated[str | None, Query(pattern=r"^[0-9]{5}$")]
On = Annotated[date | None, Query(description="A day in Vietnam; absent: today.")]


@router.get("/coverage")
def look_at_coverage(
    *,
    request: Request,
    caller: Annotated[Caller, needs(Permission.VIEW_COVERAGE, at_place)],
    province: Province = None,
    commune: Commune = None,
    on: On = None,
) -> dict[str, Any]:
    """The gaps of a commune, or of every commune of a province that has staff, by field and role, with their reason."""
    office = desk_of(request).office
    with reading(office.engine) as session:
        day = on or local_date(now_of(request))
        return coverage(office, session, province=province, commune=commune, on=day, actor=caller.actor)


@router.get("/colleagues")
def look_at_colleagues(
    *,
    request: Request,
    caller: Annotated[Caller, needs(Permission.VIEW_DOSSIERS, at_place)],
    commune: Annotated[str, Query(pattern=r"^[0-9]{5}$")],
    on: On = None,
) -> list[dict[str, Any]]:
    """Who works in a commune on a day: account id, name, roles, and until when they are absent."""
    with reading(desk_of(request).office.engine) as session:
        return colleagues(session, commune=commune, on=on or local_date(now_of(request)))
