"""What a commune owes beside its steps, and the register of consultations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import col

from api.auth import Caller
from api.deps import anywhere, at_place_in_all_fields, desk_of, needs, now_of
from api.shapes import REFUSALS
from dossiers.authority import Permission
from dossiers.consultations import Register, consultations
from dossiers.duty_board import Duty, duties, owed
from dossiers.listing import visible
from dossiers.session import reading
from dossiers.tables import DossierRow
from procedures.communes import communes_of

router = APIRouter(tags=["duties"], responses=REFUSALS)
InPlace = Annotated[Caller, needs(Permission.VIEW_DOSSIERS, at_place_in_all_fields)]
Commune = Annotated[str, Query(pattern=r"^[0-9]{5}$")]


@router.get("/duties")
def board(
    *,
    request: Request,
    caller: InPlace,
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
    province: Annotated[str | None, Query(pattern=r"^[0-9]{2}$")] = None,
) -> dict[str, Any]:
    """How much of each duty a commune has now, or each commune of a province that has any.

    The counts are of all fields together: a role in one field is not enough.
    """
    office, now = desk_of(request).office, now_of(request)
    places = [commune] if commune else [c.code for c in communes_of(province or "")]
    with reading(office.engine) as session:
        found = duties(office, session, places, now=now)
    shown = {code: counts for code, counts in found.items() if code == commune or any(counts.values())}
    return {"at": now, "communes": {code: {d.value: n for d, n in counts.items()} for code, counts in shown.items()}}


@router.get("/duties/{duty}")
def of_one_duty(
    *,
    request: Request,
    caller: InPlace,
    duty: Duty,
    commune: Commune,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """The dossiers of one duty of a commune, the most pressing first."""
    office, now = desk_of(request).office, now_of(request)
    with reading(office.engine) as session:
        found = owed(office, session, commune, duty, now=now, limit=limit)
    return {"duty": duty.value, "commune": commune, "items": [asdict(one) for one in found]}


@router.get("/consultations")
def register(
    *,
    request: Request,
    caller: Annotated[Caller, needs(Permission.VIEW_DOSSIERS, anywhere)],
    state: Annotated[Register | None, Query(description="open, late or deemed; absent: all")] = None,
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
    body: Annotated[str, Query(max_length=100, description="A part of the name of the consulted body.")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The register of consultations that you may see: who was asked, until when, and what silence meant.

    `left_minutes` is office time; negative where an answer is still awaited after its time.
    """
    office, now = desk_of(request).office, now_of(request)
    where = visible(caller.actor)
    if commune:
        where = where & (col(DossierRow.commune) == commune)
    with reading(office.engine) as session:
        found = consultations(office, session, where, now=now, part=state, body=body, limit=limit)
    return {
        "items": [
            one.row.model_dump(exclude={"dossier_id"})
            | {
                "dossier": one.dossier,
                "procedure": one.procedure,
                "commune": one.commune,
                "province": one.province,
                "left_minutes": one.left_minutes,
            }
            for one in found
        ]
    }
