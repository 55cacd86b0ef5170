"""Proving the ledger: every chain verifies, and the read model is what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from dossiers.consultations import register_of, stored_register, write_consultations
from dossiers.events import GENESIS, Event, chain_hash
from dossiers.history import fold
from dossiers.office import Office
from dossiers.personal import salted_hmac
from dossiers.personal_tables import FreeTextRow
from dossiers.read_model import columns
from dossiers.session import reading, writing
from dossiers.store import find, ledger, write_open_steps
from dossiers.tables import DossierRow, OpenStepRow

MOVED_BY_SWEEP = frozenset({"next_warning_at"})
"""Columns that the sweep advances; the ledger alone does not say how far it got."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not fit: which dossier, what, and both values."""

    dossier: str
    what: str
    ledger: str
    stored: str


@dataclass(slots=True)
class CheckReport:
    """What was checked and what did not fit."""

    dossiers: int = 0
    events: int = 0
    differences: list[Difference] = field(default_factory=list)
    rewritten: int = 0

    @property
    def sound(self) -> bool:
        """Whether everything fits."""
        return not self.differences


def chain_problem(code: str, events: list[Event]) -> str | None:
    """What is wrong with a chain, or None: a missing revision, a wrong link, or a changed event."""
    previous = GENESIS
    for number, event in enumerate(events, start=1):
        if event.revision != number:
            return f"revision {number} is missing"
        if event.previous_hash != previous:
            return f"revision {number} is not chained to the one before"
        digest = chain_hash(
            dossier_code=code,
            revision=event.revision,
            type=event.type.value,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            actor=event.actor,
            payload=event.payload,
            previous_hash=event.previous_hash,
        )
        if digest != event.hash:
            return f"revision {number} was changed"
        previous = event.hash
    return None if events else "the ledger is empty"


def check(office: Office, *, now: datetime) -> CheckReport:
    """Verify every chain and compare every read-model column with a fresh fold. Changes nothing."""
    report = CheckReport()
    with reading(office.engine) as session:
        for row, events in _ledgers(session):
            report.dossiers += 1
            report.events += len(events)
            problem = chain_problem(row.code, events)
            if problem:
                report.differences.append(Difference(row.code, "chain", problem, ""))
                continue
            report.differences += _differences(office, session, row, events, now)
    return report


def rebuild(office: Office, *, now: datetime) -> CheckReport:
    """Write every read-model column and open step again from the ledger; a broken chain is reported and left alone."""
    report = CheckReport()
    with reading(office.engine) as session:
        codes = list(session.execute(select(DossierRow.code).order_by(col(DossierRow.id))).scalars())  # type: ignore[call-overload]
    for code in codes:
        with writing(office.engine) as session:
            row = find(session, code, lock=True)
            events = ledger(session, row.id or 0)
            report.dossiers += 1
            report.events += len(events)
            problem = chain_problem(row.code, events)
            if problem:
                report.differences.append(Difference(row.code, "chain", problem, ""))
                continue
            state = fold(events)
            found = columns(state, office.calendar_of(state, session), office.desk_rules(state, row.field), now=now)
            session.execute(update(DossierRow).where(col(DossierRow.id) == row.id).values(**found))
            steps = session.execute(select(OpenStepRow).where(col(OpenStepRow.dossier_id) == row.id)).scalars()
            write_open_steps(session, row.id or 0, {s.occurrence: s.assignee for s in steps}, state)
            write_consultations(session, row.id or 0, state)
            report.rewritten += 1
    return report


def _ledgers(session: Session) -> Iterator[tuple[DossierRow, list[Event]]]:
    for row in session.execute(select(DossierRow).order_by(col(DossierRow.id))).scalars():
        yield row, ledger(session, row.id or 0)


def _differences(
    office: Office, session: Session, row: DossierRow, events: list[Event], now: datetime
) -> list[Difference]:
    state = fold(events)
    expected: dict[str, Any] = columns(
        state, office.calendar_of(state, session), office.desk_rules(state, row.field), now=now
    )
    found = [
        Difference(row.code, name, str(value), str(getattr(row, name)))
        for name, value in expected.items()
        if name not in MOVED_BY_SWEEP and getattr(row, name) != value
    ]
    steps = session.execute(
        select(OpenStepRow.occurrence).where(col(OpenStepRow.dossier_id) == row.id)  # type: ignore[call-overload]
    ).scalars()
    stored = set(steps)
    if stored != set(state.open_steps):
        found.append(Difference(row.code, "open_steps", str(sorted(state.open_steps)), str(sorted(stored))))
    register, lines = register_of(state), stored_register(session, row.id or 0)
    if register != lines:
        found.append(Difference(row.code, "consultations", str(register), str(lines)))
    found += _changed_texts(session, row, events)
    return found


def _changed_texts(session: Session, row: DossierRow, events: list[Event]) -> list[Difference]:
    """Free texts that are no longer the ones that the ledger bound; erased ones cannot be compared and are fine."""
    bound = dict(pair for event in events for pair in _references(event.payload))
    stored = {
        t.id: t for t in session.execute(select(FreeTextRow).where(col(FreeTextRow.dossier_id) == row.id)).scalars()
    }
    found = []
    for text_id, digest in bound.items():
        text = stored.get(text_id)
        if text is None:
            found.append(Difference(row.code, "free_text", text_id, "missing"))
        elif text.erased_at is None and salted_hmac(text.salt or b"", text.text or "") != digest:
            found.append(Difference(row.code, "free_text", text_id, "changed"))
    return found


def _references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if set(value) == {"text", "hmac"}:
            yield value["text"], value["hmac"]
        else:
            for inner in value.values():
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
