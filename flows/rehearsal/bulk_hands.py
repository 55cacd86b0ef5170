"""Hands that keep every dossier in hand for the whole month and write all rows at once, by the same rules.

What an action decides, which timers elapse before it, which rungs were reached meanwhile, and what the machine does
next is asked of the very same code as at the gate; locking, loading and writing are done once.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlmodel import Session

from dossiers.actions.automatic import perform
from dossiers.actions.intake import RegisterSubmission
from dossiers.authority import SYSTEM, Actor
from dossiers.calendar_archive import BINDING, keep
from dossiers.checking import parse
from dossiers.gate import carry_out
from dossiers.linked import follow
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.personal_tables import ApplicantRow
from dossiers.registration import open_dossier, parse_submission
from dossiers.states import MACHINE_KINDS, DossierState
from dossiers.tables import DossierRow
from dossiers.timers import next_timer
from dossiers.wakeups import DONE
from dossiers.warning_records import warning_of
from dossiers.work import Work
from flows.rehearsal.bulk_rows import Book
from flows.rehearsal.hands import Counts, Offices, Sight, sight

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass
class InHand(Work):
    """A dossier in hand for the whole month. `noted`: how many of the rungs reached are in the book already."""

    noted: int = 0
    written_at: datetime | None = None
    written_with: Office | None = None

    def write(self, lease: tuple[str, datetime] | None = None) -> list[Any]:
        """Nothing: the hands put down what was decided when the deed is done."""
        return []


@dataclass
class BulkHands:
    """The bulk writer, always silent. `session` is open from the first deed to the end."""

    offices: Offices
    session: Session
    counts: Counts = field(default_factory=Counts)
    book: Book = field(default_factory=Book)
    _works: dict[str, InHand] = field(default_factory=dict)
    _machine: deque[dict[str, Any]] = field(default_factory=deque)
    _kept: set[str] = field(default_factory=set)
    _codes: dict[tuple[str, str], int] = field(default_factory=dict)

    def register(self, command: Mapping[str, Any], actor: Actor, now: datetime) -> str:
        """Take a submission in; gives the code."""
        parsed = parse_submission(command)
        office = self.offices.at(now)
        work = open_dossier(office, self.session, parsed, actor=actor, now=now, silent=True, rows=self)
        self._put_down(self._works[work.row.code])
        self.counts.registered += 1
        return work.row.code

    def look(self, code: str, now: datetime) -> Sight:
        """A dossier as a view shows it; what has elapsed is seen, and recorded only by the next deed."""
        held = self._works[code]
        timer = next_timer(held.state)
        state = copy.deepcopy(held.state) if timer is not None and timer.moment <= now else held.state
        return sight(Work(self.offices.at(now), self.session, held.row, state, now))

    def act(self, code: str, action: Action, command: Mapping[str, Any], actor: Actor, now: datetime) -> bool:
        """One action, then the machine where it has something to do."""
        name, parsed = parse(action, command)
        work = self._taken(code, now)
        try:
            carry_out(work, name, parsed, actor=actor)
        except Exception:
            self._works[code] = self._again(work)
            raise
        self._put_down(work)
        self.counts.actions += 1
        machine = any(o.kind in MACHINE_KINDS for o in work.state.open_steps.values())
        self._do_machine(now)
        return machine

    def sweep(self, now: datetime) -> None:
        """What has come by law until now, dossier by dossier."""
        self.counts.sweeps += 1
        for code in sorted(self._works, key=self._comes_first):
            work = self._taken(code, now)
            work.elapse(now)
            if work.events:
                self._put_down(work)
            else:
                self._note(work)
        self._do_machine(now)

    def finish(self, now: datetime) -> None:
        """Sweep until nothing is left to do, then write every row."""
        before = -1
        while before != self.counts.automatic:
            before = self.counts.automatic
            self.sweep(now)
        self.book.write(self.session, self._works.values(), self._codes)

    def _comes_first(self, code: str) -> tuple[datetime, int]:
        """The sweep goes by timers, the earliest first."""
        state, row = self._works[code].state, self._works[code].row
        timer = next_timer(state)
        return max(timer.moment, state.held_until or timer.moment) if timer else LAST, row.id or 0

    def next_code(self, commune: str, day: str) -> str:
        """The next own code of a commune and day, as the store gives it."""
        self._codes[commune, day] = self._codes.get((commune, day), 0) + 1
        return f"MC-{commune}-{day}-{self._codes[commune, day]:04d}"

    def add(self, row: ApplicantRow | DossierRow) -> None:
        """Give a row its id; it is written at the end."""
        self.book.add(row)

    def in_hand(self, office: Office, row: DossierRow, now: datetime) -> Work:
        """A new dossier in hand; it stays there."""
        work = InHand(office, self.session, row, DossierState(), now)
        self._works[row.code] = work
        return work

    def _taken(self, code: str, now: datetime) -> InHand:
        work = self._works[code]
        work.now, work.office = now, self.offices.at(now)
        return work

    def _again(self, work: InHand) -> InHand:
        """The dossier as it was before a deed that was refused: nothing of it counts, not even the timers."""
        from dossiers.history import fold

        fresh = InHand(work.office, self.session, work.row, fold(self.book.ledger(work.row.id or 0)), work.now)
        fresh.before = {o.occurrence: o.assignee for o in fresh.state.open_steps.values()}
        fresh.reached = dict(islice(work.reached.items(), work.noted))
        fresh.noted, fresh.written_at, fresh.written_with = work.noted, work.written_at, work.written_with
        return fresh

    def _put_down(self, work: InHand) -> None:
        parts = follow(work, lambda code: self._taken(code, work.now))
        for one in (work, *(self._works[p.row.code] for p in parts)):
            self._keep(one)

    def _keep(self, work: InHand) -> None:
        if not work.events:
            return
        newest = work.office.calendar(work.state.province, work.state.commune)
        if any(e.type in BINDING for e in work.events) and newest.version not in self._kept:
            keep(self.session, newest, place=work.state.commune, now=work.now)
            self._kept.add(newest.version)
        if not work.held:
            work.reach(work.now)
        dossier_id = work.row.id or 0
        work.row.applicant_id = work.state.applicant.get("id")
        opened = [o for o in work.state.open_steps.values() if o.occurrence not in work.before]
        for found in opened:
            if found.kind in MACHINE_KINDS:
                self._machine.append(self.book.wake_up(work.row, found, work.now))
        work.before = {o.occurrence: o.assignee for o in work.state.open_steps.values()}
        self.book.record(dossier_id, work.events, work.texts)
        self._note(work)
        work.events, work.texts = [], []
        work.written_at, work.written_with = work.now, work.office

    def _note(self, work: InHand) -> None:
        fresh = sorted(islice(work.reached.values(), work.noted, None))
        self.book.warnings += [warning_of(work.row.id or 0, p, work.now) for p in fresh]
        work.noted = len(work.reached)

    def _do_machine(self, now: datetime) -> None:
        while self._machine:
            wake_up = self._machine.popleft()
            work = self._taken(wake_up["dossier_code"], now)
            found = work.state.open_steps.get(wake_up["occurrence"])
            if found is not None:
                perform(work, found, open_part=self._open_part)
                self.counts.automatic += 1
            wake_up |= {"state": DONE, "attempt": 1, "done_at": now, "lease_owner": "rehearsal"}
            work.elapse(now)
            self._put_down(work)

    def _open_part(self, parent: Work, command: RegisterSubmission, body: str, at: datetime) -> Work:
        part = open_dossier(
            parent.office,
            self.session,
            command,
            actor=SYSTEM,
            now=parent.now,
            parent=parent.row,
            body=body,
            at=at,
            rows=self,
        )
        self._keep(self._works[part.row.code])
        return part
