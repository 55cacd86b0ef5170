"""Hands that go through the gate, one transaction a deed, as officers, the worker and the sweep would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlmodel import col

from dossiers.actions.automatic import do_automatic_step
from dossiers.authority import Actor
from dossiers.gate import act
from dossiers.history import fold
from dossiers.permitted import Action
from dossiers.registration import register
from dossiers.session import reading, writing
from dossiers.states import MACHINE_KINDS
from dossiers.store import find, ledger
from dossiers.sweep import sweep
from dossiers.tables import DossierRow
from dossiers.wakeups import WakeUpRef, claim
from dossiers.work import Work
from flows.rehearsal.hands import Counts, Offices, Sight, sight
from flows.rehearsal.telling import tell

LEASE = timedelta(seconds=60)
OWNER = "rehearsal"
_AT_ONCE = 50


@dataclass
class GateHands:
    """The real gate on a throw-away database. Not `silent`: it is decided, too, whom to tell; nothing is ever sent."""

    offices: Offices
    silent: bool = True
    counts: Counts = field(default_factory=Counts)

    def register(self, command: Mapping[str, Any], actor: Actor, now: datetime) -> str:
        """Take a submission in; gives the code."""
        answer = register(self.offices.at(now), command, actor=actor, now=now, silent=self.silent)
        self.counts.registered += 1
        return str(answer["dossier"])

    def look(self, code: str, now: datetime) -> Sight:
        """A dossier as a view shows it."""
        office = self.offices.at(now)
        with reading(office.engine) as session:
            row = find(session, code)
            return sight(Work(office, session, row, fold(ledger(session, row.id or 0)), now))

    def act(self, code: str, action: Action, command: Mapping[str, Any], actor: Actor, now: datetime) -> bool:
        """One action in one transaction, then the machine where it has something to do."""
        answer = act(self.offices.at(now), code, action, command, actor=actor, now=now)
        self.counts.actions += 1
        machine = any(step["kind"] in MACHINE_KINDS for step in answer["open_steps"])
        if machine:
            self._machine(now)
        return machine

    def sweep(self, now: datetime) -> None:
        """A sweep, if anything is due."""
        self.counts.sweeps += 1
        office = self.offices.at(now)
        due = or_(col(DossierRow.next_timer_at) <= now, col(DossierRow.next_warning_at) <= now)
        with reading(office.engine) as session:
            if not session.execute(select(exists().where(due))).scalar_one():
                return
        report = sweep(office, now=now)
        while report.more:
            report = sweep(office, now=now)
        if report.failed:
            raise RuntimeError(f"sweep at {now.isoformat()}: {report.failed}")
        if report.events:
            self._machine(now)
        if not self.silent:
            self.counts.messages += tell(office, now=now)

    def finish(self, now: datetime) -> None:
        """Sweep and do what the machine can until both have nothing to do."""
        before = -1
        while before != self.counts.automatic:
            before = self.counts.automatic
            self.sweep(now)
            self._machine(now)
        if not self.silent:
            self.counts.messages += tell(self.offices.at(now), now=now)

    def _machine(self, now: datetime) -> None:
        office = self.offices.at(now)
        while True:
            with writing(office.engine) as session:
                claims = claim(session, now=now, lease=LEASE, owner=OWNER, limit=_AT_ONCE)
            if not claims:
                return
            waiting: list[WakeUpRef] = [c.ref for c in claims]
            while waiting:
                one = waiting.pop(0)
                outcome = do_automatic_step(
                    office, wake_up=one.wake_up, attempt=one.attempt, owner=OWNER, now=now, lease=LEASE
                )
                self.counts.automatic += outcome.done
                waiting = [*outcome.next, *waiting]
