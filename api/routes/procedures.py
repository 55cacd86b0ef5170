"""Procedures and communes: public, as the law is."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.deps import desk_of, now_of
from dossiers.gate import VIETNAM
from procedures.communes import search_communes
from procedures.errors import ProcedureError
from procedures.schema import Definition

router = APIRouter(tags=["procedures"])
Province = Annotated[str | None, Query(pattern=r"^[0-9]{2}$", description="Two digits; leaves out what is not for it.")]
OnDay = Annotated[date | None, Query(description="In force on that day; today, if left out.")]


@router.get("/procedures")
def list_procedures(
    request: Request,
    q: Annotated[str, Query(max_length=100, description="Words of the name; accents do not matter.")] = "",
    field: Annotated[str | None, Query(max_length=40)] = None,
    province: Province = None,
    on: OnDay = None,
) -> list[dict[str, Any]]:
    """The procedures in force, one line each."""
    catalogue, day = desk_of(request).office.catalogue, _day(request, on)
    found = []
    for definition in catalogue.search(q):
        try:
            in_force = catalogue.in_force(definition.code, day, province)
        except ProcedureError:
            continue
        if field is None or in_force.field == field:
            found.append(_line(in_force))
    return found


@router.get("/procedures/{code}")
def look_at_procedure(request: Request, code: str, province: Province = None, on: OnDay = None) -> dict[str, Any]:
    """The version in force, complete."""
    definition = desk_of(request).office.catalogue.in_force(code, _day(request, on), province)
    return definition.model_dump(mode="json", by_alias=True)


@router.get("/procedures/{code}/versions")
def list_versions(request: Request, code: str) -> list[dict[str, Any]]:
    """Every version of a procedure with its validity."""
    return [_line(d) for d in desk_of(request).office.catalogue.versions(code)]


@router.get("/procedures/{code}/versions/{version}")
def look_at_version(request: Request, code: str, version: int) -> dict[str, Any]:
    """One version, complete."""
    definition = desk_of(request).office.catalogue.version(code, version)
    return definition.model_dump(mode="json", by_alias=True)


@router.get("/communes")
def find_communes(
    q: Annotated[str, Query(min_length=1, max_length=60, description="Name or code; accents do not matter.")],
    province: Province = None,
) -> list[dict[str, str]]:
    """Up to 20 communes by name or code."""
    return [
        {"code": c.code, "name": c.name, "kind": c.kind, "province": c.province_code, "area_class": c.area_class.value}
        for c in search_communes(q, province_code=province)
    ]


def _day(request: Request, on: date | None) -> date:
    return on or now_of(request).astimezone(VIETNAM).date()


def _line(definition: Definition) -> dict[str, Any]:
    until = definition.effective.until
    return {
        "code": definition.code,
        "version": definition.version,
        "field": definition.field,
        "names": definition.names.model_dump(),
        "effective": {
            "from": definition.effective.from_.isoformat(),
            "until": until.isoformat() if until else None,
        },
        "provinces": definition.scope.provinces,
        "review": definition.review.status,
    }
