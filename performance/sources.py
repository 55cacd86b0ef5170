"""Where the facts of a dossier come from: its ledger with cuts, and the law that it is read by."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.events import Event, EventType
from dossiers.office import Office
from dossiers.states import DossierState
from dossiers.tables import DossierRow, EventRow
from performance.fact_types import Law
from procedures.calendars import Calendar
from procedures.schema import Definition


def law_of(office: Office, session: Session, row: DossierRow) -> Law:
    """What the ledger of a dossier is read by.

    Raises:
        CalendarNotKept: later, when a state is bound to a calendar that is neither installed nor kept.
        UnknownProcedure: later, when a state is bound to a version that is not installed.
    """

    def calendar_of(state: DossierState) -> Calendar:
        return office.calendar_of(state, session)

    def definition_of(state: DossierState) -> Definition | None:
        return office.catalogue.version(state.procedure, state.version) if state.version else None

    return Law(row.field, calendar_of, definition_of)


def ledgers_with_cuts(session: Session, dossier_ids: Iterable[int]) -> dict[int, list[tuple[int, Event]]]:
    """The ledgers of some dossiers by id: (cut, event) in revision order."""
    columns = (
        EventRow.dossier_id,
        EventRow.cut,
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
        .where(col(EventRow.dossier_id).in_(list(dossier_ids)))
        .order_by(col(EventRow.dossier_id), col(EventRow.revision))
    )
    found: dict[int, list[tuple[int, Event]]] = {}
    for r in session.execute(query):
        found.setdefault(r[0], []).append((r[1], Event(r[2], EventType(r[3]), *r[4:])))
    return found
