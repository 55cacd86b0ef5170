"""Figures per commune and month: form II.06a, with the on-time rate beside it."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api.auth import Caller
from api.deps import at_place_in_all_fields, desk_of, needs, now_of
from api.shapes import REFUSALS
from dossiers.authority import Permission
from performance.reports import monthly
from procedures.communes import commune as commune_of

router = APIRouter(prefix="/figures", tags=["figures"], responses=REFUSALS)
Month = Annotated[str, Path(max_length=7, description="A month as 2026-07.")]
NOT_CHANGED = 304


@router.get("/{month}", response_model=None)
def month_figures(
    *,
    request: Request,
    response: Response,
    month: Month,
    caller: Annotated[Caller, needs(Permission.VIEW_FIGURES, at_place_in_all_fields)],
    province: Annotated[str | None, Query(pattern=r"^[0-9]{2}$")] = None,
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
    if_none_match: Annotated[str | None, Header(max_length=80)] = None,
) -> dict[str, Any] | Response:
    """The month of a commune, or of every commune of a province. `ETag` stays while nothing has changed.

    The figures are of all fields together: a role in one field is not enough.
    """
    where = commune_of(commune).province_code if commune else province
    report = monthly(
        desk_of(request).office.engine, province=where, month=month, commune=commune, now=now_of(request)
    ).as_dict()
    # `as_of` moves with every request; what matters to a reader are the counts and what they rest on.
    lasting = {name: value for name, value in report.items() if name not in ("as_of", "cut")}
    digest = hashlib.sha256(json.dumps(lasting, sort_keys=True, default=str).encode()).hexdigest()[:32]
    etag = f'"{digest}"'
    if if_none_match == etag:
        return Response(status_code=NOT_CHANGED, headers={"etag": etag})
    response.headers["etag"] = etag
    return report
