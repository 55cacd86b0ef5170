"""The coverage of a commune, or of every commune of a province that has staff, as somebody may see it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session

from dossiers.authority import Actor, Permission, may
from dossiers.cover import away
from dossiers.coverage import Gap, demand, gaps
from dossiers.delegation import members
from dossiers.exemptions import exempt_on, is_exempt
from dossiers.office import Office
from dossiers.substitution import WORKS
from procedures.communes import commune as commune_of
from procedures.communes import communes_of


def coverage(
    office: Office,
    session: Session,
    *,
    province: str | None = None,
    commune: str | None = None,
    on: date,
    actor: Actor | None = None,
) -> dict[str, Any]:
    """What a commune (or each commune of a province) lacks on a day.

    Communes of a province without any account of their own are named once, not gap by gap. With an actor, only fields
    that this actor may see.

    Raises:
        UnknownCommune, UnknownProvince: there is none of that code.
    """
    code = commune_of(commune).province_code if commune else province or ""
    asked = [commune] if commune else [c.code for c in communes_of(code)]
    staff = members(session, province=code)
    peopled = {g.commune for m in staff for g in m.grants if g.province == code}
    counted = [c for c in asked if c in peopled or commune]
    exempt = exempt_on(session, communes=counted, first_on=on, last_on=on)
    found = gaps(
        demand(office.catalogue, code, on),
        counted,
        members=staff,
        away=away(session, on),
        exempt=lambda where, field: is_exempt(exempt, where, field),
        on=on,
    )
    if actor is not None:
        found = [g for g in found if _may_see(actor, code, g)]
    return {
        "on": on.isoformat(),
        "province": code,
        "communes": len(counted),
        "without_staff": [c for c in asked if c not in counted],
        "gaps": [gap_shown(g) for g in found],
    }


def gap_shown(gap: Gap) -> dict[str, Any]:
    """A gap as JSON values."""
    return {
        "commune": gap.commune,
        "field": gap.field,
        "role": gap.role,
        "why": gap.why,
        "absent_until": gap.absent_until.isoformat() if gap.absent_until else None,
        "procedures": list(gap.procedures),
    }


def _may_see(actor: Actor, province: str, gap: Gap) -> bool:
    return may(actor, Permission.VIEW_COVERAGE, province=province, commune=gap.commune, field=gap.field)


def colleagues(session: Session, *, commune: str, on: date) -> list[dict[str, Any]]:
    """Who works in a commune on a day, by name: account id, roles held that day, and until when they are absent."""
    province = commune_of(commune).province_code
    back = {a.staff_id: a.last_on.isoformat() for a in away(session, on)}
    found = []
    for member in members(session, province=province):
        held = [g for g in member.grants if g.reaches(province, commune, None) and g.held_on(on) and g.role in WORKS]
        roles = [{"role": r, "field": f} for r, f in sorted({(g.role.value, g.field) for g in held})]
        if roles:
            found.append({"id": member.id, "name": member.name, "roles": roles, "absent_until": back.get(member.id)})
    return found
