"""Publishing figures: numbered, immutable, on a seal; a restatement is a new one that says what differs and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from dossiers.events import canonical
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.working_time import local_date
from performance.asof import difference
from performance.counting import Where
from performance.periods import Period
from performance.reports import STANDARD, report
from performance.seal_errors import AlreadyPublished, NoSealToStandOn, NothingRestated, UnknownPublication
from performance.seal_keys import SealKey
from performance.seal_store import seal_covering
from performance.seal_tables import PublicationRow, SealRow
from performance.seal_tree import hash_of
from performance.seals import take_seals

_MOVING = frozenset({"as_of", "cut"})
"""Facts of a report that change without any figure changing."""


def publish(
    office: Office,
    *,
    province: str,
    period: str,
    key: SealKey,
    actor: str,
    now: datetime,
    formulas: tuple[str, ...] = STANDARD,
    restates: int | None = None,
    reason: str | None = None,
    folder: Path | None = None,
) -> PublicationRow:
    """Publish the figures of a province for a period as known now; where no seal covers them yet, one is taken first.

    `restates` is the id of the publication that this one takes the place of; then a reason is needed.

    Raises:
        WrongPeriod, UnknownFormula: there is none of that name.
        DoesNotReconcile: the report does not add up.
        AlreadyPublished: the period was published, and this is no restatement, or two did it at once.
        UnknownPublication, NothingRestated: what would be restated is not there, or would be the same again.
    """
    span = Period.named(period)
    _refuse_second(office, province, period, formulas, restates, reason)
    found = report(office, span, where=Where(province), formulas=formulas, details=True, now=now)
    content = found.as_dict() | {"province": province}
    seal = _seal_for(office, found.cut, key, now, folder)
    itemised = None
    if restates is not None:
        itemised = canonical(_difference(office, restates, content, span, now=now, cut=found.cut))
    text = canonical(content)
    row = PublicationRow(
        province=province,
        year=local_date(now).year,
        number=0,
        period=period,
        cut=found.cut,
        content=text,
        sha256=hash_of(text),
        seal=seal.number,
        restates=restates,
        reason=reason if restates is not None else None,
        difference=itemised,
        published_by=actor,
        published_at=now,
    )
    try:
        with writing(office.engine) as session:
            row.number = _next_number(session, province, row.year)
            session.add(row)
    except IntegrityError:
        raise AlreadyPublished(province=province, period=period) from None
    return row


def publications(session: Session, *, province: str | None = None) -> list[PublicationRow]:
    """Everything published, the newest first."""
    query = select(PublicationRow).order_by(col(PublicationRow.id).desc())
    if province:
        query = query.where(col(PublicationRow.province) == province)
    return list(session.execute(query).scalars())


def publication(session: Session, id: int) -> PublicationRow:
    """A publication by its id.

    Raises:
        UnknownPublication: there is none.
    """
    found = session.get(PublicationRow, id)
    if found is None:
        raise UnknownPublication(publication=id)
    return found


def shown(row: PublicationRow, seal: SealRow | None = None) -> dict[str, Any]:
    """A publication for JSON: what anybody needs to check it, without the figures themselves."""
    return {
        "id": row.id,
        "number": f"{row.number}/{row.year}",
        "province": row.province,
        "period": row.period,
        "cut": row.cut,
        "sha256": row.sha256,
        "seal": row.seal,
        "seal_hash": seal.hash if seal else None,
        "restates": row.restates,
        "reason": row.reason,
        "difference": json.loads(row.difference) if row.difference else None,
        "published_by": row.published_by,
        "published_at": row.published_at.isoformat(),
    }


def _refuse_second(
    office: Office, province: str, period: str, formulas: tuple[str, ...], restates: int | None, reason: str | None
) -> None:
    with reading(office.engine) as session:
        before = [p for p in publications(session, province=province) if p.period == period]
        before = [p for p in before if tuple(f["id"] for f in json.loads(p.content)["formulas"]) == formulas]
        if restates is None:
            if before:
                raise AlreadyPublished(province=province, period=period, publication=before[0].id)
            return
        old = publication(session, restates)
        if (old.province, old.period) != (province, period) or not (reason or "").strip():
            raise NothingRestated(publication=restates, period=period, reason=reason)
        newer = next((p.id for p in before if p.restates == restates), None)
        if newer is not None:
            raise AlreadyPublished(province=province, period=period, publication=newer)


def _seal_for(office: Office, cut: int, key: SealKey, now: datetime, folder: Path | None) -> SealRow:
    with reading(office.engine) as session:
        found = seal_covering(session, cut)
    if found is None:
        take_seals(office.engine, key, now=now, folder=folder)
        with reading(office.engine) as session:
            found = seal_covering(session, cut)
    if found is None:
        raise NoSealToStandOn(cut=cut)
    return found


def _difference(
    office: Office, restates: int, content: dict[str, Any], period: Period, *, now: datetime, cut: int
) -> dict[str, Any]:
    """Every figure that is another one now, and the dossiers and events that made it so."""
    with reading(office.engine) as session:
        old = publication(session, restates)
    before = json.loads(old.content)
    changed = sorted(_changes(_by_place(before), _by_place(content)))
    if not changed:
        raise NothingRestated(publication=restates, period=old.period)
    moved = difference(office, period, old.cut, until=cut, where=Where(old.province), now=now).as_dict()
    return {"figures": [list(one) for one in changed], "dossiers": moved["dossiers"]}


def _by_place(content: dict[str, Any]) -> dict[str, Any]:
    rows = {f"rows.{row['commune']}": row for row in content["rows"]}
    return {**{k: v for k, v in content.items() if k not in _MOVING | {"rows"}}, **rows}


def _changes(before: Any, after: Any, at: str = "") -> Iterator[tuple[str, str, str]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() | after.keys():
            yield from _changes(before.get(name), after.get(name), f"{at}.{name}" if at else name)
    elif before != after:
        yield at, canonical(before), canonical(after)


def _next_number(session: Session, province: str, year: int) -> int:
    query = select(func.max(col(PublicationRow.number))).where(
        col(PublicationRow.province) == province, col(PublicationRow.year) == year
    )
    return int(session.execute(query).scalar_one() or 0) + 1
