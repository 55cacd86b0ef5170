"""The rows of a rehearsal that the bulk writer has gathered, and how they are written: many at a time, in one order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text, update
from sqlmodel import Session, SQLModel, col

from dossiers.consultations import register_of
from dossiers.desk_tables import ConsultationRow
from dossiers.events import Event
from dossiers.personal_tables import ApplicantRow, FreeTextRow
from dossiers.read_model import columns
from dossiers.states import OpenStep
from dossiers.store import is_postgresql
from dossiers.tables import (
    CodeCounterRow,
    CutRow,
    DossierRow,
    EventRow,
    OpenStepRow,
    WakeUpRow,
    WarningRow,
)
from dossiers.wakeups import WAITING

if TYPE_CHECKING:
    from flows.rehearsal.bulk_hands import InHand

ROWS_AT_ONCE = 500
_NUMBERED: tuple[type[SQLModel], ...] = (ApplicantRow, DossierRow, EventRow, WakeUpRow, WarningRow)


@dataclass
class Book:
    """What is to be written, in the order in which the gate would have committed it."""

    events: list[tuple[int, Event]] = field(default_factory=list)
    texts: list[FreeTextRow] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    applicants: list[ApplicantRow] = field(default_factory=list)
    wake_ups: list[dict[str, Any]] = field(default_factory=list)
    _dossiers: int = 0

    def add(self, row: ApplicantRow | DossierRow) -> None:
        """Give a new row the id that the database would have given it."""
        if isinstance(row, ApplicantRow):
            self.applicants.append(row)
            row.id = len(self.applicants)
        else:
            self._dossiers += 1
            row.id = self._dossiers

    def record(self, dossier_id: int, events: Iterable[Event], texts: Iterable[FreeTextRow]) -> None:
        """Add decided events to the ledger of all dossiers."""
        self.events += [(dossier_id, event) for event in events]
        self.texts += texts

    def ledger(self, dossier_id: int) -> list[Event]:
        """The events of one dossier."""
        return [event for found, event in self.events if found == dossier_id]

    def wake_up(self, row: DossierRow, found: OpenStep, now: datetime) -> dict[str, Any]:
        """The wake-up of an automatic step that has opened; the one that does the step completes it."""
        wake_up = {
            "dossier_id": row.id,
            "dossier_code": row.code,
            "occurrence": found.occurrence,
            "step": found.step,
            "field": row.field,
            "state": WAITING,
            "attempt": 0,
            "lease_owner": None,
            "created_at": now,
            "done_at": None,
        }
        self.wake_ups.append(wake_up)
        return wake_up

    def write(self, session: Session, works: Iterable[InHand], codes: Mapping[tuple[str, str], int]) -> None:
        """Insert every row into a database that has none of them."""
        held = list(works)
        _insert(session, ApplicantRow, [row.model_dump() for row in self.applicants])
        _insert(session, DossierRow, [_dossier(work) for work in held])
        _insert(session, FreeTextRow, [row.model_dump() for row in self.texts])
        _insert(session, OpenStepRow, [_step(w, o) for w in held for o in w.state.open_steps.values()])
        _insert(session, WakeUpRow, self.wake_ups)
        lines = [{"dossier_id": w.row.id, **line} for w in held for line in register_of(w.state)]
        _insert(session, ConsultationRow, lines)
        counters = [{"commune": c, "day": d, "last": last} for (c, d), last in codes.items()]
        _insert(session, CodeCounterRow, counters)
        _insert(session, WarningRow, [{"id": i, **w} for i, w in enumerate(self.warnings, start=1)])
        _insert(session, EventRow, [_event(n, d, e) for n, (d, e) in enumerate(self.events, start=1)])
        session.execute(update(CutRow).where(col(CutRow.id) == 1).values(last=len(self.events)))
        if is_postgresql(session):
            _go_on_counting(session)


def _insert(session: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), ROWS_AT_ONCE):
        session.connection().execute(insert(table), rows[first : first + ROWS_AT_ONCE])


def _dossier(work: InHand) -> dict[str, Any]:
    state, row = work.state, work.row
    office, now = work.written_with or work.office, work.written_at or work.now
    found = columns(state, office.calendar_of(state, work.session), office.desk_rules(state, row.field), now=now)
    ahead = [p.moment for p in work.ahead or ()]
    kept = {"id": row.id, "code": row.code, "field": row.field, "silent": row.silent}
    return {**found, **kept, "next_warning_at": min(ahead, default=None)}


def _step(work: InHand, found: OpenStep) -> dict[str, Any]:
    return {
        "dossier_id": work.row.id,
        "occurrence": found.occurrence,
        "step": found.step,
        "kind": found.kind,
        "role": found.role,
        "assignee": found.assignee,
        "opened_at": found.opened_at,
    }


def _event(number: int, dossier_id: int, event: Event) -> dict[str, Any]:
    return {
        "id": number,
        "dossier_id": dossier_id,
        "revision": event.revision,
        "type": event.type.value,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "payload": event.payload,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
        "cut": number,
    }


def _go_on_counting(session: Session) -> None:
    """Let PostgreSQL's own counters go on after the ids that were given here."""
    for table in _NUMBERED:
        name = str(table.__tablename__)
        last = session.execute(select(func.max(table.id))).scalar_one()  # type: ignore[attr-defined]
        if last:
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), {"name": name, "last": last}
            )
