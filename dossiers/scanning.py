"""Going through many dossiers: each folded from its ledger, with elapsed legal timers applied in memory only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from dossiers.errors import DossierError
from dossiers.events import Event, EventType
from dossiers.gate import Work
from dossiers.history import fold
from dossiers.office import Office
from dossiers.states import RUNNING, DossierState
from dossiers.tables import DossierRow, EventRow
from procedures.errors import ProcedureError

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Scanned:
    """One dossier, or why it could not be read. `revision` is the recorded one: what a command must name."""

    row: DossierRow
    state: DossierState
    revision: int = 0
    problem: str = ""


def open_dossiers(
    office: Office,
    session: Session,
    *,
    now: datetime,
    province: str | None = None,
    commune: str | None = None,
    procedure: str | None = None,
) -> Iterator[Scanned]:
    """Every accepted dossier that has not ended, of a place and of a procedure where asked, in order of registration.

    One that cannot be read is given with its `problem`, so that it does not hide the others.
    """
    wanted: list[ColumnElement[bool]] = [col(DossierRow.status).in_([status.value for status in RUNNING])]
    for column, value in (
        (DossierRow.province, province),
        (DossierRow.commune, commune),
        (DossierRow.procedure, procedure),
    ):
        if value is not None:
            wanted.append(col(column) == value)
    return _each(office, session, wanted, now)


def finished_dossiers(
    office: Office, session: Session, *, procedure: str, start: datetime, end: datetime, province: str | None = None
) -> Iterator[Scanned]:
    """Every dossier of a procedure whose result was issued in [start, end), in order of registration."""
    wanted: list[ColumnElement[bool]] = [
        col(DossierRow.procedure) == procedure,
        col(DossierRow.finished_at) >= start,
        col(DossierRow.finished_at) < end,
    ]
    if province is not None:
        wanted.append(col(DossierRow.province) == province)
    return _each(office, session, wanted, None)


def _each(
    office: Office, session: Session, wanted: list[ColumnElement[bool]], now: datetime | None
) -> Iterator[Scanned]:
    last = 0
    while True:
        query = select(DossierRow).where(col(DossierRow.id) > last, *wanted).order_by(col(DossierRow.id)).limit(CHUNK)
        rows = list(session.execute(query).scalars())
        if not rows:
            return
        events = _ledgers(session, [row.id or 0 for row in rows])
        for row in rows:
            last = row.id or 0
            yield _one(office, session, row, events.get(last, []), now)


def _one(office: Office, session: Session, row: DossierRow, events: list[Event], now: datetime | None) -> Scanned:
    state = DossierState()
    try:
        state = fold(events)
        revision = state.revision
        if now is not None:
            Work(office, session, row, state, now).elapse(now)
    except (DossierError, ProcedureError, KeyError) as error:
        return Scanned(row, state, problem=f"{type(error).__name__}: {error}")
    return Scanned(row, state, revision)


def _ledgers(session: Session, ids: list[int]) -> dict[int, list[Event]]:
    columns = (
        EventRow.dossier_id,
        EventRow.revision,
        EventRow.type,
        EventRow.occurred_at,
        EventRow.recorded_at,
        EventRow.actor,
        EventRow.payload,
        EventRow.previous_hash,
        EventRow.hash,
    )
    query = (
        select(*columns)  # type: ignore[call-overload]
        .where(col(EventRow.dossier_id).in_(ids))
        .order_by(col(EventRow.dossier_id), col(EventRow.revision))
    )
    found: dict[int, list[Event]] = {}
    for r in session.execute(query):
        found.setdefault(r[0], []).append(Event(r[1], EventType(r[2]), *r[3:]))
    return found
