"""What people and machines may read of dossiers: one dossier, its timeline, its explained due date. Nothing is written.

A legal timer that has elapsed but was not recorded yet is shown as if it were: the gate would apply it first, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.authority import SYSTEM, Actor, Permission, may
from dossiers.clock import ClockHistory, ClockReading, read_clock
from dossiers.events import Event
from dossiers.explanation import explain
from dossiers.history import fold
from dossiers.limit_basis import basis_of
from dossiers.office import Office
from dossiers.personal import masked, opened_form
from dossiers.personal_tables import FreeTextRow, StaffRow
from dossiers.reading import clock_history
from dossiers.rungs_reached import ReachedRung, among, rungs_reached
from dossiers.states import DossierState
from dossiers.store import find, ledger
from dossiers.tables import DossierRow
from dossiers.work import Work, desk
from procedures.base import Names
from procedures.calendars import Calendar
from procedures.communes import commune as commune_of
from procedures.errors import UnknownCommune
from procedures.schema import Definition

HIDDEN = "•••"
"""Stands where a text is personal and the reader may not see it."""
_PEOPLE = ("assignee", "on_behalf_of")
_ROUTING = frozenset({"opens", "closes", "arrived", "joined", "forget_arrivals", "applicant", "form"})
_OWN_PAUSES = {
    "supplement": Names(vi="Chờ người nộp bổ sung hồ sơ", en="Waiting for the applicant's supplement"),
    "closed": Names(vi="Hồ sơ đã kết thúc, sau đó được mở lại", en="The dossier was closed and taken up again later"),
}


@dataclass(frozen=True)
class DossierView:
    """One dossier as of now. `revision` is the recorded one: what a command must name."""

    row: DossierRow
    state: DossierState
    definition: Definition
    events: tuple[Event, ...]
    revision: int
    history: ClockHistory
    reading: ClockReading | None
    calendar: Calendar
    """The calendar that the dossier is bound to."""
    now: datetime

    @property
    def desk(self) -> str:
        """The commune whose staff has the dossier."""
        return desk(self.state)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event for a reader. `facts`: the payload without routing, texts in place. `recorded` False: by law only.

    A warning stands among the events as an entry without a revision, because it is no part of the ledger.
    """

    revision: int | None
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    actor_name: str
    facts: dict[str, Any]
    recorded: bool = True
    people: dict[str, str] = field(default_factory=dict)
    """Names of the staff whose ids the facts hold."""
    warning: Names | None = None
    """The sentence about a rung of the warning ladder that was reached then."""


def open_view(office: Office, session: Session, code: str, *, now: datetime) -> DossierView:
    """A dossier as it stands at `now`.

    Raises:
        UnknownDossier: there is none with that code.
    """
    row = find(session, code)
    recorded = ledger(session, row.id or 0)
    work = Work(office, session, row, fold(recorded), now)
    revision = work.state.revision
    work.elapse(now)
    definition = work.definition(now if work.state.last_occurred_at is None else work.state.last_occurred_at)
    history = named_history(work.state, definition)
    calendar = office.calendar_of(work.state, session)
    reading = None
    if work.state.limit is not None and work.state.clock_starts_at is not None:
        reading = read_clock(work.state.limit, history, calendar, now=now)
    return DossierView(
        row, work.state, definition, (*recorded, *work.events), revision, history, reading, calendar, now
    )


def named_history(state: DossierState, definition: Definition) -> ClockHistory:
    """The clock's view of a dossier with every pause named in words."""
    names = {p.id: p.names for p in definition.pauses} | _OWN_PAUSES
    history = clock_history(state)
    return replace(history, pauses=tuple(replace(p, names=names.get(p.reason)) for p in history.pauses))


def may_see_person(actor: Actor, row: DossierRow) -> bool:
    """Whether somebody may see the personal data of that dossier."""
    return may_view(actor, row, Permission.VIEW_PERSONAL_DATA)


def may_view(actor: Actor, row: DossierRow, permission: Permission = Permission.VIEW_DOSSIERS) -> bool:
    """Whether somebody may see it: staff of the commune that decides, or of the one that took it in."""
    for code in {row.commune, row.intake_commune}:
        try:
            province, commune = commune_of(code).province_code, code
        except UnknownCommune:  # a commune that is no more: only roles in the whole province still reach it
            province, commune = row.province, ""
        if may(actor, permission, province=province, commune=commune, field=row.field):
            return True
    return False


def timeline(session: Session, view: DossierView, *, personal: bool) -> list[TimelineEntry]:
    """Every event in order, free texts resolved (or hidden, where the reader may not see personal data)."""
    texts = _texts(session, view.row.id or 0) if personal else None
    mentioned = {e.payload[n] for e in view.events for n in _PEOPLE if e.payload.get(n)}
    names = staff_names(session, {e.actor for e in view.events} | mentioned)
    return [
        TimelineEntry(
            revision=event.revision,
            type=event.type.value,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            actor=event.actor,
            actor_name=names.get(event.actor, event.actor),
            facts={k: _resolved(v, texts) for k, v in event.payload.items() if k not in _ROUTING},
            recorded=event.revision <= view.revision,
            people={i: names[i] for n in _PEOPLE if (i := event.payload.get(n)) in names},
        )
        for event in view.events
    ]


def timeline_with_rungs(office: Office, session: Session, view: DossierView, *, personal: bool) -> list[TimelineEntry]:
    """The timeline with every recorded rung of the warning ladder among the events, by its legal moment."""
    rungs = rungs_reached(office, session, view.row, view.state, view.events)
    return [
        entry if isinstance(entry, TimelineEntry) else _warned(entry)
        for entry in among(timeline(session, view, personal=personal), rungs)
    ]


def _warned(rung: ReachedRung) -> TimelineEntry:
    return TimelineEntry(
        revision=None,
        type="Warning",
        occurred_at=rung.occurred_at,
        recorded_at=rung.recorded_at,
        actor=SYSTEM.id,
        actor_name=SYSTEM.name,
        facts={"rung": rung.rung, "number": rung.number, "clock_period": rung.clock_period},
        warning=rung.explained,
    )


def form_values(office: Office, session: Session, view: DossierView, *, show_id: bool) -> dict[str, Any]:
    """What the applicant filled in, by field; identity numbers masked unless asked for. Empty once erased."""
    reference = view.events[0].payload.get("form")
    row = session.get(FreeTextRow, reference["text"]) if isinstance(reference, dict) else None
    values = opened_form(office.vault, json.loads(row.text)) if row and row.text else {}
    secret = {f.id for f in view.definition.form if f.type == "personal_id_number"}
    return {k: masked(str(v)) if k in secret and v and not show_id else v for k, v in values.items()}


def staff_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Names of staff by account id; ids that are no account are left out."""
    wanted = [i for i in ids if i != "system"]
    if not wanted:
        return {}
    query = select(StaffRow.id, StaffRow.name).where(col(StaffRow.id).in_(wanted))  # type: ignore[call-overload]
    return dict(session.execute(query).all())


def due_explained(office: Office, view: DossierView) -> dict[str, Any]:
    """The due date with its five facts, the day ledger and the explanation in both languages; JSON values."""
    state, reading = view.state, view.reading
    if reading is None or state.limit is None:
        return {"dossier": view.row.code, "started": False}
    basis = basis_of(state, view.definition)
    words = {
        language: explain(state.limit, view.history, view.calendar, now=view.now, language=language, basis=basis)
        for language in ("vi", "en")
    }
    return {
        "dossier": view.row.code,
        "started": True,
        "limit": state.limit.as_payload(),
        "case": state.case_id,
        "area": state.area,
        "calendar": state.calendar_version,
        "clock_starts_at": _iso(state.clock_starts_at),
        "original_due_at": _iso(state.original_due_at),
        "legal_due_at": _iso(reading.legal_due_at),
        "extended_due_at": _iso(reading.extended_due_at),
        "promised_at": _iso(state.promised_at),
        "finished_at": _iso(state.finished_at),
        "due_at": _iso(reading.due_at),
        "due_on": reading.due_on.isoformat(),
        "state": reading.state.value,
        "paused": reading.paused,
        "used_minutes": reading.used_minutes,
        "left_minutes": reading.left_minutes,
        "days": [
            {
                "date": day.date.isoformat(),
                "kind": day.kind.value,
                "counted": day.counted,
                "counted_minutes": day.counted_minutes,
                "note": {"vi": day.note, "en": day.note_en},
            }
            for day in reading.days
        ],
        "explanation": {language: list(sentences) for language, sentences in words.items()},
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _texts(session: Session, dossier_id: int) -> dict[str, str | None]:
    query = select(FreeTextRow.id, FreeTextRow.text).where(col(FreeTextRow.dossier_id) == dossier_id)  # type: ignore[call-overload]
    return dict(session.execute(query).all())


def _resolved(value: Any, texts: dict[str, str | None] | None) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"text", "hmac"}:
            return texts.get(value["text"]) if texts is not None else HIDDEN
        return {k: _resolved(v, texts) for k, v in value.items()}
    if isinstance(value, list):
        return [_resolved(v, texts) for v in value]
    return value
