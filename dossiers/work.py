"""A dossier taken in hand inside one transaction: what has elapsed, what was decided, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, update
from sqlmodel import Session

from dossiers.actions import elapsed
from dossiers.actions.base import Context
from dossiers.authority import SYSTEM, Actor
from dossiers.calendar_archive import BINDING, keep
from dossiers.consultations import write_consultations
from dossiers.document_rows import write_document_rows
from dossiers.events import Event, NewEvent
from dossiers.history import apply, fold
from dossiers.linked import follow
from dossiers.office import Office
from dossiers.personal_tables import FreeTextRow
from dossiers.planned_rungs import PlannedRung, from_store, unrecorded
from dossiers.read_model import columns, rungs_of
from dossiers.states import DossierState
from dossiers.store import (
    find,
    ledger,
    put_texts_aside,
    recorded,
    write_events,
    write_open_steps,
    write_wake_ups,
)
from dossiers.tables import DossierRow, WakeUpRow
from dossiers.timers import next_timer
from dossiers.warning_records import insert_warnings, warning_of
from procedures.communes import commune as commune_of
from procedures.errors import NotInForce
from procedures.schema import Definition

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass
class Work:
    """A dossier taken in hand inside one transaction: locked, folded, with the events decided so far."""

    office: Office
    session: Session
    row: DossierRow
    state: DossierState
    now: datetime
    before: dict[int, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    texts: list[FreeTextRow] = field(default_factory=list)
    reached: dict[tuple[str, int, int], PlannedRung] = field(default_factory=dict)
    """Rungs reached meanwhile, to be recorded with what is written."""
    quiet: bool = False
    """Nobody is told of what is written this time."""
    ahead: list[PlannedRung] | None = None
    """Rungs that nobody has recorded yet; None: the state has moved on, they have to be planned again."""

    def definition(self, at: datetime, *, to_bind: bool = False) -> Definition:
        """The version that binds the dossier; before acceptance the one in force at that moment.

        A submission whose procedure has ended meanwhile keeps the version it came in under, unless `to_bind`.
        """
        catalogue = self.office.catalogue
        if self.state.version:
            return catalogue.version(self.state.procedure, self.state.version)
        try:
            return catalogue.in_force(self.state.procedure, at.astimezone(VIETNAM).date(), self.state.province)
        except NotInForce:
            if to_bind or self.state.registered_at is None:
                raise
            came_in = self.state.registered_at.astimezone(VIETNAM).date()
            return catalogue.in_force(self.state.procedure, came_in, self.state.province)

    def context(self, at: datetime, actor: Actor, facts: dict[str, Any] | None = None) -> Context:
        """What an action at a legal moment may look at."""
        place = commune_of(desk(self.state))
        roles = actor.roles_in(place.province_code, place.code, self.row.field)
        return Context(
            state=self.state,
            definition=self.definition(at),
            calendar=self.office.calendar_of(self.state, self.session),
            newest=self.office.calendar(self.state.province, self.state.commune),
            now=self.now,
            at=at,
            actor=actor,
            roles=frozenset(r.value for r in roles),
            facts=facts or {},
        )

    def record(self, decided: list[NewEvent], *, at: datetime, actor: Actor) -> None:
        """Chain decided events to the ledger in hand and move the state on; the rungs that it had reached are noted."""
        if self.state.revision and not self.held:
            timer = next_timer(self.state)  # what lies behind an elapsed timer is for the state that the timer makes
            self.reach(min(self.now, timer.moment) if timer else self.now)
        self._append(decided, at, actor)

    def _append(self, decided: list[NewEvent], at: datetime, actor: Actor) -> None:
        self.ahead = None if decided else self.ahead
        for new in decided:
            payload = put_texts_aside(new.payload, self.row.id or 0, self.texts)
            event = recorded(
                self.row.code,
                self.state.revision + 1,
                self.state.head_hash,
                new,
                payload=payload,
                at=at,
                now=self.now,
                actor=actor.id,
            )
            apply(self.state, event)
            self.events.append(event)

    @property
    def held(self) -> bool:
        """Whether timers and rungs wait, because somebody is recording what happened offline."""
        return self.state.held_until is not None and self.now < self.state.held_until

    def elapse(self, until: datetime, *, hold: bool = True) -> None:
        """Apply every legal timer up to an instant, each dated at its own legal moment, the earliest first.

        With `hold`, nothing while somebody records dated-back actions: timers wait then, their moments do not move.
        """
        if hold and self.held:
            return
        while (timer := next_timer(self.state)) is not None and timer.moment <= until:
            self.reach(timer.moment)
            context = self.context(timer.moment, SYSTEM)
            self._append(elapsed.decide(context, timer), timer.moment, SYSTEM)
        self.reach(until)

    def reach(self, until: datetime) -> None:
        """Note the rungs that the state has reached by an instant."""
        ahead = self._ahead()
        for planned in ahead:
            if planned.moment <= until:
                self.reached.setdefault(planned.key, planned)
        self.ahead = [p for p in ahead if p.moment > until]

    def _ahead(self) -> list[PlannedRung]:
        if self.ahead is None:
            calendar = self.office.calendar_of(self.state, self.session)
            planned = rungs_of(self.state, calendar, self.office.desk_rules(self.state, self.row.field), now=self.now)
            stored = self.row.warning_plan
            known = {p.key for p in from_store(stored)} - {p.key for p in self._unrecorded()}
            self.ahead = [p for p in planned if p.key not in known and p.key not in self.reached]
        return self.ahead

    def _unrecorded(self) -> list[PlannedRung]:
        return unrecorded(self.row.warning_plan, self.row.next_warning_at)

    def write(self, lease: tuple[str, datetime] | None = None) -> list[WakeUpRow]:
        """Write everything that was decided, to the parts of a linked group too.

        The events come last, because they lock the sequencer; so every part is locked before any of them.
        """
        parts = follow(self, lambda code: take(self.office, self.session, code, now=self.now))
        wake_ups = self._write(lease)
        for part in parts:
            part._write(None)
        return wake_ups

    def _write(self, lease: tuple[str, datetime] | None) -> list[WakeUpRow]:
        if not self.events:
            return []
        if any(event.type in BINDING for event in self.events):
            newest = self.office.calendar(self.state.province, self.state.commune)
            keep(self.session, newest, place=self.state.commune, now=self.now)
        if not self.held:
            self.reach(self.now)
        dossier_id, silent = self.row.id or 0, self.row.silent or self.quiet
        calendar = self.office.calendar_of(self.state, self.session)
        found = columns(self.state, calendar, self.office.desk_rules(self.state, self.row.field), now=self.now)
        found["next_warning_at"] = self._next_warning()
        self.session.connection().execute(_REFRESH, {**found, "dossier": dossier_id})
        write_open_steps(self.session, dossier_id, self.before, self.state)
        write_consultations(self.session, dossier_id, self.state, self.events)
        wake_ups = write_wake_ups(self.session, self.row, self.before, self.state, now=self.now, lease=lease)
        self.session.add_all(self.texts)
        self.session.flush()
        write_document_rows(self.session, dossier_id, self.events, self.texts)
        reached = [warning_of(dossier_id, p, self.now) for p in sorted(self.reached.values())]
        insert_warnings(self.session, reached, silent=frozenset({dossier_id} if silent else ()))
        write_events(self.session, dossier_id, self.events, silent=silent)
        return wake_ups

    def _next_warning(self) -> datetime | None:
        return min((p.moment for p in self._ahead()), default=None)


_DOSSIERS: Table = DossierRow.__table__  # type: ignore[attr-defined]
_REFRESH = update(_DOSSIERS).where(_DOSSIERS.c.id == bindparam("dossier"))
"""Built once: an update of so many columns takes longer to put together than to do."""


def take(office: Office, session: Session, code: str, *, now: datetime) -> Work:
    """A dossier locked and folded, ready to be changed in this transaction."""
    row = find(session, code, lock=True)
    state = fold(ledger(session, row.id or 0))
    work = Work(office, session, row, state, now)
    work.before = {o.occurrence: o.assignee for o in state.open_steps.values()}
    if row.warning_plan:
        work.ahead = unrecorded(row.warning_plan, row.next_warning_at)
    return work


def desk(state: DossierState) -> str:
    """The commune whose staff has the dossier: the intake's until it was forwarded, then the competent one's."""
    return state.desk
