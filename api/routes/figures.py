"""Figures per commune and month: form II.06a, with the on-time rate beside it."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api.auth import Caller
from api.deps import at_place_or_own, desk_of, needs, now_of
from api.shapes import REFUSALS
from dossiers.authority import Permission, grants_for
from performance.counting import Where
from performance.periods import Period
from performance.reports import report
from procedures.communes import commune as commune_of
from procedures.communes import communes_of

router = APIRouter(prefix="/figures", tags=["figures"], responses=REFUSALS)
Month = Annotated[str, Path(max_length=7, description="A month as 2026-07, a quarter as 2026-Q3 or a year.")]
NOT_CHANGED = 304


@router.get("/{month}", response_model=None)
def month_figures(
    *,
    request: Request,
    response: Response,
    month: Month,
    caller: Annotated[Caller, needs(Permission.VIEW_FIGURES, at_place_or_own)],
    province: Annotated[str | None, Query(pattern=r"^[0-9]{2}$")] = None,
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
    if_none_match: Annotated[str | None, Header(max_length=80)] = None,
) -> dict[str, Any] | Response:
    """The month of a commune, of a province, or of where the caller's roles are. `ETag` stays while nothing changes.

    The figures are of all fields together: a role in one field is not enough.
    """
    where = _where(caller, province, commune)
    office, now = desk_of(request).office, now_of(request)
    found = report(office, Period.named(month), where=where, now=now).as_dict()
    # `as_of` moves with every request; what matters to a reader are the counts and what they rest on.
    lasting = {name: value for name, value in found.items() if name not in ("as_of", "cut")}
    digest = hashlib.sha256(json.dumps(lasting, sort_keys=True, default=str).encode()).hexdigest()[:32]
    etag = f'"{digest}"'
    if if_none_match == etag:
        return Response(status_code=NOT_CHANGED, headers={"etag": etag})
    response.headers["etag"] = etag
    return found


def _where(caller: Caller, province: str | None, commune: str | None) -> Where:
    """The place asked for; without one, every commune that a role in all fields covers."""
    if commune:
        return Where(commune_of(commune).province_code, (commune,))
    if province:
        return Where(province)
    grants = [g for g in grants_for(caller.actor, Permission.VIEW_FIGURES) if not g.field]
    provinces = {g.province for g in grants}
    if len(provinces) == 1 and any(not g.commune for g in grants):
        return Where(provinces.pop())
    own = {g.commune for g in grants if g.commune}
    own |= {c.code for g in grants if not g.commune for c in communes_of(g.province)}
    return Where(None, tuple(sorted(own)))
