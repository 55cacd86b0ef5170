"""The one gate: every change of a dossier goes through here, in one transaction, or does not happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col

from dossiers.actions import (  # noqa: F401 - they enter the table
    asking,
    elapsed,
    ending,
    intake,
    moving,
    papers,
    standstill,
    working,
)
from dossiers.actions.base import RULES, Command, Context
from dossiers.authority import SYSTEM, Actor, authorise
from dossiers.calendar_archive import BINDING, keep
from dossiers.checking import legal_moment, parse, refuse_stale
from dossiers.errors import (
    NotPermittedNow,
)
from dossiers.events import Event, FreeText, NewEvent
from dossiers.failpoints import failpoint
from dossiers.history import apply, fold
from dossiers.idempotency import IdempotencyKey, first_answer, remember
from dossiers.office import Office
from dossiers.people import actor_for
from dossiers.permitted import PERMITTED, Action, permitted_actions
from dossiers.personal_tables import FreeTextRow
from dossiers.read_model import columns
from dossiers.session import writing
from dossiers.states import DossierState
from dossiers.store import (
    AS_IT_STANDS,
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
        """Chain decided events to the ledger in hand and move the state on."""
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

    def elapse(self, until: datetime, *, hold: bool = True) -> None:
        """Apply every legal timer up to an instant, each dated at its own legal moment, the earliest first.

        With `hold`, nothing while somebody records dated-back actions: timers wait then, their moments do not move.
        """
        if hold and self.state.held_until is not None and self.now < self.state.held_until:
            return
        while (timer := next_timer(self.state)) is not None and timer.moment <= until:
            context = self.context(timer.moment, SYSTEM)
            self.record(elapsed.decide(context, timer), at=timer.moment, actor=SYSTEM)

    def write(self, lease: tuple[str, datetime] | None = None) -> list[WakeUpRow]:
        """Write everything that was decided; the events last, because they lock the sequencer."""
        if not self.events:
            return []
        if any(event.type in BINDING for event in self.events):
            newest = self.office.calendar(self.state.province, self.state.commune)
            keep(self.session, newest, place=self.state.commune, now=self.now)
        found = columns(
            self.state,
            self.office.calendar_of(self.state, self.session),
            now=self.now,
            due_soon_fraction=self.office.due_soon_fraction,
        )
        self.session.execute(
            update(DossierRow).where(col(DossierRow.id) == self.row.id).values(**found), execution_options=AS_IT_STANDS
        )
        write_open_steps(self.session, self.row.id or 0, self.before, self.state)
        wake_ups = write_wake_ups(self.session, self.row, self.before, self.state, now=self.now, lease=lease)
        self.session.add_all(self.texts)
        self.session.flush()
        write_events(self.session, self.row.id or 0, self.events, silent=self.row.silent)
        return wake_ups


def take(office: Office, session: Session, code: str, *, now: datetime) -> Work:
    """A dossier locked and folded, ready to be changed in this transaction."""
    row = find(session, code, lock=True)
    state = fold(ledger(session, row.id or 0))
    work = Work(office, session, row, state, now)
    work.before = {o.occurrence: o.assignee for o in state.open_steps.values()}
    return work


def desk(state: DossierState) -> str:
    """The commune whose staff has the dossier: the intake's until it was forwarded, then the competent one's."""
    never_left = state.forwarded_to is None and state.received_at_competent_body is None
    return state.intake_commune if never_left else state.commune


def act(
    office: Office,
    code: str,
    action: Action | str,
    command: Command | Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    expected_revision: int | None = None,
    idempotency: IdempotencyKey | None = None,
) -> dict[str, Any]:
    """Do one action on a dossier and commit it; gives the answer that is also kept under the idempotency key.

    Raises:
        DossierError: whatever the action refuses. Nothing is written then.
        StaleRevision: `expected_revision` is not the dossier's.
    """
    name, parsed = parse(action, command)
    with writing(office.engine) as session:
        if idempotency and (answer := first_answer(session, idempotency)) is not None:
            return answer
        work = take(office, session, code, now=now)
        refuse_stale(work.state, expected_revision)
        at = legal_moment(parsed, work.state, now)
        work.elapse(at, hold=False)
        decide_one(work, name, parsed, at=at, actor=actor)
        work.elapse(now)
        work.write()
        answer = answer_of(work)
        if idempotency:
            remember(session, idempotency, answer, now)
        failpoint("gate.before_commit")
    failpoint("gate.after_commit")
    return answer


def decide_one(work: Work, name: Action, command: Command, *, at: datetime, actor: Actor) -> None:
    """Check who and whether, then let the action decide and record what it decided."""
    state = work.state
    place = commune_of(desk(state))
    authorise(actor, name, province=place.province_code, commune=place.code, field=work.row.field)
    if state.status not in PERMITTED[name]:
        raise NotPermittedNow(
            action=name.value,
            state=state.status.value,
            permitted=sorted(a.value for a in permitted_actions(state.status)),
        )
    facts: dict[str, Any] = {"area": commune_of(state.commune).area_class.value}
    if isinstance(command, working.Assign):
        assignee = actor_for(work.session, command.assignee)
        held = assignee.roles_in(place.province_code, place.code, work.row.field) if assignee else ()
        facts["assignee_roles"] = frozenset(r.value for r in held)
    if isinstance(command, moving.MoveToVersion):
        facts["target"] = work.office.catalogue.version(state.procedure, command.version)
    if name is Action.ACCEPT:
        work.definition(at, to_bind=True)
    decided = RULES[name].decide(work.context(at, actor, facts), command)
    if decided and command.backdating_reason and at < work.now:
        decided[0].payload["backdated"] = FreeText(command.backdating_reason)
    work.record(decided, at=at, actor=actor)


def apply_timers(office: Office, code: str, *, now: datetime, hold: bool = True) -> int:
    """Apply the elapsed legal timers of one dossier; gives how many events that wrote. Safe to repeat.

    With `hold=False` also those that wait because somebody is recording dated-back actions.
    """
    with writing(office.engine) as session:
        work = take(office, session, code, now=now)
        work.elapse(now, hold=hold)
        work.write()
        failpoint("timers.before_commit")
        return len(work.events)


def answer_of(work: Work) -> dict[str, Any]:
    """What a caller learns of a dossier after its action."""
    return {
        "dossier": work.row.code,
        "revision": work.state.revision,
        "status": work.state.status.value,
        "open_steps": [
            {"occurrence": o.occurrence, "step": o.step, "kind": o.kind, "role": o.role, "assignee": o.assignee}
            for o in work.state.open_steps.values()
        ],
        "events": [e.type.value for e in work.events],
    }
