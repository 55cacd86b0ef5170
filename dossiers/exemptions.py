"""Communes in which, for a time, the signatory may have been the case officer. The ground is the office's to state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from dossiers.authority import Actor, Permission, authorise, may
from dossiers.desk_tables import SignerExemptionRow
from dossiers.office import Office
from dossiers.people_errors import DatesWrong, UnknownExemption
from dossiers.session import reading, writing
from dossiers.working_time import local_date
from procedures.communes import commune as commune_of
from procedures.errors import UnknownCommune

Row = SignerExemptionRow


def exemption_on(session: Session, *, commune: str, field: str, on: date) -> int | None:
    """The id of an exemption that holds in a commune and field on a date in Vietnam, or None."""
    found = exempt_on(session, communes=[commune], first_on=on, last_on=on)
    return next((row.id for row in found if row.field in ("", field)), None)


def exempt_on(session: Session, *, communes: Collection[str], first_on: date, last_on: date) -> list[Row]:
    """The exemptions of communes that hold on every day from the first to the last, the oldest first."""
    query = (
        select(Row)
        .where(
            col(Row.commune).in_(communes),
            col(Row.first_on) <= first_on,
            or_(col(Row.last_on).is_(None), col(Row.last_on) >= last_on),
        )
        .order_by(col(Row.id))
    )
    return list(session.execute(query).scalars())


def is_exempt(rows: Iterable[Row], commune: str, field: str) -> bool:
    """Whether one of those exemptions is good for a commune and field."""
    return any(row.commune == commune and row.field in ("", field) for row in rows)


def grant_exemption(
    office: Office,
    *,
    commune: str,
    ground: str,
    first_on: date,
    last_on: date | None = None,
    field: str = "",
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Let one person appraise and sign in a commune, in one field or in all, from a day that is not over yet.

    Raises:
        NoAuthority: the actor does not administer that commune and field.
        DatesWrong: it would begin in the past or end before it begins.
    """
    _authorise(actor, commune, field)
    if first_on < local_date(now) or (last_on is not None and last_on < first_on):
        raise DatesWrong(first_on=first_on.isoformat(), last_on=last_on.isoformat() if last_on else None)
    with writing(office.engine) as session:
        row = Row(
            commune=commune,
            field=field,
            ground=ground,
            first_on=first_on,
            last_on=last_on,
            granted_by=actor.id,
            granted_at=now,
        )
        session.add(row)
        session.flush()
        return exemption_shown(row)


def end_exemption(
    office: Office, exemption: int, *, last_on: date | None = None, actor: Actor, now: datetime
) -> dict[str, Any]:
    """End an exemption with a day (None: yesterday, so that it holds no more). What was signed under it stays.

    Raises:
        UnknownExemption: there is none such.
        NoAuthority: the actor does not administer that commune and field.
        DatesWrong: it would have ended earlier than yesterday, or it ends before that day anyway.
    """
    yesterday = local_date(now) - timedelta(days=1)
    ends = last_on or yesterday
    with writing(office.engine) as session:
        row = session.get(Row, exemption, with_for_update=True)
        if row is None:
            raise UnknownExemption(exemption=exemption)
        _authorise(actor, row.commune, row.field)
        if ends < yesterday or (row.last_on is not None and row.last_on < ends):
            raise DatesWrong(last_on=ends.isoformat())
        row.last_on = ends
        session.add(row)
        session.flush()
        return exemption_shown(row)


def exemptions(office: Office, *, actor: Actor, commune: str | None = None) -> list[dict[str, Any]]:
    """Every exemption in the places whose cover the actor may see, the newest first."""
    query = select(Row).order_by(col(Row.id).desc())
    if commune:
        query = query.where(col(Row.commune) == commune)
    with reading(office.engine) as session:
        return [exemption_shown(row) for row in session.execute(query).scalars() if _may_see(actor, row)]


def exemption_shown(row: Row) -> dict[str, Any]:
    """An exemption as JSON values."""
    return row.model_dump(mode="json")


def _may_see(actor: Actor, row: Row) -> bool:
    try:
        province = commune_of(row.commune).province_code
    except UnknownCommune:
        return False
    return may(actor, Permission.VIEW_COVERAGE, province=province, commune=row.commune, field=row.field or None)


def _authorise(actor: Actor, commune: str, field: str) -> None:
    # An empty field is "all of them": only a grant as wide covers that.
    place = commune_of(commune)
    authorise(actor, Permission.MANAGE_EXEMPTIONS, province=place.province_code, commune=commune, field=field)
