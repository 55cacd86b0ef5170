"""Reading and writing ledgers: lock, load, append with the next cut, and keep the read model beside it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlmodel import Session, col

from dossiers.columns import table_of
from dossiers.desk_tables import PendingSlipRow
from dossiers.errors import UnknownDossier
from dossiers.events import Event, EventType, FreeText, NewEvent, chain_hash
from dossiers.personal import salted_hmac
from dossiers.personal_tables import FreeTextRow
from dossiers.slip_calls import FORM_CALLED_BY
from dossiers.states import MACHINE_KINDS, DossierState
from dossiers.tables import (
    CodeCounterRow,
    CutRow,
    DossierRow,
    EventRow,
    OpenStepRow,
    UndecidedEventRow,
    WakeUpRow,
)
from dossiers.wakeups import LEASED, NOTIFY_CHANNEL, WAITING

AS_IT_STANDS = {"synchronize_session": False}
"""For statements whose rows no object of the session shows afterwards: nothing has to be kept in step."""
_CUTS, _EVENTS, _STEPS = table_of(CutRow), table_of(EventRow), table_of(OpenStepRow)
_NEXT_CUTS = update(_CUTS).where(_CUTS.c.id == 1).values(last=_CUTS.c.last + bindparam("more")).returning(_CUTS.c.last)
_ADD_EVENTS = insert(_EVENTS).returning(_EVENTS.c.id, sort_by_parameter_order=True)
_ADD_UNDECIDED = insert(table_of(UndecidedEventRow))
_OPEN_STEPS = insert(_STEPS)
_CLOSE_STEPS = delete(_STEPS).where(
    _STEPS.c.dossier_id == bindparam("dossier"), _STEPS.c.occurrence.in_(bindparam("gone", expanding=True))
)
_EVENTS_OF = (
    select(*(_EVENTS.c[n] for n in ("revision", "type", "occurred_at", "recorded_at", "actor", "payload")))
    .add_columns(_EVENTS.c.previous_hash, _EVENTS.c.hash)
    .where(_EVENTS.c.dossier_id == bindparam("dossier"))
    .order_by(_EVENTS.c.revision)
)


def is_postgresql(session: Session) -> bool:
    """Whether the session talks to PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def find(session: Session, code: str, *, lock: bool = False) -> DossierRow:
    """The row of a dossier by its own or its official code; locked until the commit where asked.

    Raises:
        UnknownDossier: there is none.
    """
    query = select(DossierRow).where(col(DossierRow.code) == code)
    if lock:
        query = query.with_for_update()
    row: DossierRow | None = session.execute(query).scalar_one_or_none()
    if row is None:
        raise UnknownDossier(dossier=code)
    return row


def ledger(session: Session, dossier_id: int, *, up_to_cut: int | None = None) -> list[Event]:
    """The events of a dossier in revision order; with `up_to_cut` only those known at that cut."""
    query = _EVENTS_OF if up_to_cut is None else _EVENTS_OF.where(_EVENTS.c.cut <= up_to_cut)
    return [Event(r[0], EventType(r[1]), *r[2:]) for r in session.connection().execute(query, {"dossier": dossier_id})]


def put_texts_aside(payload: Any, dossier_id: int, rows: list[FreeTextRow]) -> Any:
    """The payload with each free text replaced by its id and HMAC; the rows to store are added to `rows`."""
    if isinstance(payload, FreeText):
        row = FreeTextRow(
            id=secrets.token_hex(16), dossier_id=dossier_id, text=payload.text, salt=secrets.token_bytes(16)
        )
        rows.append(row)
        return {"text": row.id, "hmac": salted_hmac(row.salt or b"", payload.text)}
    if isinstance(payload, dict):
        return {key: put_texts_aside(value, dossier_id, rows) for key, value in payload.items()}
    if isinstance(payload, list | tuple):
        return [put_texts_aside(value, dossier_id, rows) for value in payload]
    return payload


def recorded(
    code: str,
    revision: int,
    previous_hash: str,
    new: NewEvent,
    *,
    payload: Any,
    at: datetime,
    now: datetime,
    actor: str,
) -> Event:
    """A decided event as a recorded one, chained to the event before it."""
    occurred_at = new.occurred_at or at
    who = new.actor or actor
    digest = chain_hash(
        dossier_code=code,
        revision=revision,
        type=new.type.value,
        occurred_at=occurred_at,
        recorded_at=now,
        actor=who,
        payload=payload,
        previous_hash=previous_hash,
    )
    return Event(revision, new.type, occurred_at, now, who, payload, previous_hash, digest)


def write_events(session: Session, dossier_id: int, events: Sequence[Event], *, silent: bool) -> list[int]:
    """Append events and queue them for routing; gives their cuts. Call it last: it locks the sequencer."""
    connection = session.connection()
    cut = connection.execute(_NEXT_CUTS, {"more": len(events)}).scalar_one()
    first = cut - len(events) + 1
    rows = [
        {
            "dossier_id": dossier_id,
            "revision": e.revision,
            "type": e.type.value,
            "occurred_at": e.occurred_at,
            "recorded_at": e.recorded_at,
            "actor": e.actor,
            "payload": e.payload,
            "previous_hash": e.previous_hash,
            "hash": e.hash,
            "cut": first + offset,
        }
        for offset, e in enumerate(events)
    ]
    written = dict(zip(connection.execute(_ADD_EVENTS, rows).scalars(), events, strict=True))
    if not silent:
        connection.execute(
            _ADD_UNDECIDED,
            [
                {"event_id": i, "dossier_id": dossier_id, "type": e.type.value, "recorded_at": e.recorded_at}
                for i, e in written.items()
            ],
        )
        _call_for_slips(session, dossier_id, written)
    return [row["cut"] for row in rows]


def _call_for_slips(session: Session, dossier_id: int, events: Mapping[int, Event]) -> None:
    """Queue the statutory slips that events call for."""
    calls = [
        {"event_id": i, "dossier_id": dossier_id, "form": form, "created_at": e.recorded_at, "failures": 0}
        for i, e in events.items()
        if (form := FORM_CALLED_BY.get(e.type))
    ]
    if calls:
        session.execute(insert(PendingSlipRow), calls)


def write_open_steps(session: Session, dossier_id: int, before: dict[int, Any], state: DossierState) -> None:
    """Bring the rows of open steps in line with the state."""
    gone = [o for o in before if o not in state.open_steps]
    if gone:
        session.connection().execute(_CLOSE_STEPS, {"dossier": dossier_id, "gone": gone})
    new = [
        {
            "dossier_id": dossier_id,
            "occurrence": o.occurrence,
            "step": o.step,
            "kind": o.kind,
            "role": o.role,
            "assignee": o.assignee,
            "opened_at": o.opened_at,
        }
        for o in state.open_steps.values()
        if o.occurrence not in before
    ]
    if new:
        session.connection().execute(_OPEN_STEPS, new)
    for found in state.open_steps.values():
        if found.occurrence in before and before[found.occurrence] != found.assignee:
            session.execute(
                update(OpenStepRow)
                .where(col(OpenStepRow.dossier_id) == dossier_id, col(OpenStepRow.occurrence) == found.occurrence)
                .values(assignee=found.assignee)
            )


def write_wake_ups(
    session: Session,
    row: DossierRow,
    before: dict[int, Any],
    state: DossierState,
    *,
    now: datetime,
    lease: tuple[str, datetime] | None = None,
) -> list[WakeUpRow]:
    """A wake-up for every automatic step that has just opened; leased at once to the run that goes on with it."""
    assert row.id is not None
    added = [
        WakeUpRow(
            dossier_id=row.id,
            dossier_code=row.code,
            occurrence=o.occurrence,
            step=o.step,
            field=row.field,
            state=LEASED if lease else WAITING,
            attempt=1 if lease else 0,
            lease_owner=lease[0] if lease else None,
            lease_until=lease[1] if lease else None,
            created_at=now,
        )
        for o in state.open_steps.values()
        if o.kind in MACHINE_KINDS and o.occurrence not in before
    ]
    session.add_all(added)
    if added and not lease and is_postgresql(session):
        session.execute(text(f"NOTIFY {NOTIFY_CHANNEL}"))
    return added


def next_code(session: Session, commune: str, day: str) -> str:
    """The next own dossier code of a commune and day (yymmdd). `MC` says that it is not an official code."""
    taken = session.execute(
        update(CodeCounterRow)
        .where(col(CodeCounterRow.commune) == commune, col(CodeCounterRow.day) == day)
        .values(last=CodeCounterRow.last + 1)
        .returning(col(CodeCounterRow.last))
    ).scalar_one_or_none()
    if taken is None:
        _first_of_day(session, commune, day)
        return next_code(session, commune, day)
    return f"MC-{commune}-{day}-{taken:04d}"


def _first_of_day(session: Session, commune: str, day: str) -> None:
    values = "INSERT INTO code_counters (commune, day, last) VALUES (:commune, :day, 0) ON CONFLICT DO NOTHING"
    session.execute(text(values), {"commune": commune, "day": day})
