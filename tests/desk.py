"""A desk for tests: registers and drives dossiers through the gate, and does automatic steps as the worker would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from dossiers.actions.automatic import do_automatic_step
from dossiers.authority import Actor
from dossiers.events import Event
from dossiers.gate import act
from dossiers.history import fold
from dossiers.office import Office
from dossiers.registration import register
from dossiers.session import reading, writing
from dossiers.states import DossierState
from dossiers.store import find, ledger
from dossiers.tables import DossierRow, EventRow
from dossiers.wakeups import claim
from tests.samples import CASE, COMMUNE, RECEIVER, at

LEASE = timedelta(seconds=60)
MONDAY = at("2026-03-02T09:00")


@dataclass
class Desk:
    """One dossier and everything done to it."""

    office: Office
    code: str = ""

    def register(self, now: datetime = MONDAY, *, actor: Actor = RECEIVER, **changes: Any) -> dict[str, Any]:
        command: dict[str, Any] = {
            "procedure": "9.000001",
            "commune": COMMUNE,
            "applicant": {"name": "Lò Thị B", "personal_id_number": "038190001234", "email": "b@example.vn"},
            "documents": {"to_khai": "original"},
            **changes,
        }
        answer = register(self.office, command, actor=actor, now=now)
        self.code = answer["dossier"]
        return answer

    def do(self, action: str, now: datetime, actor: Actor, /, **command: Any) -> dict[str, Any]:
        return act(self.office, self.code, action, command, actor=actor, now=now)

    def machine(self, now: datetime) -> list[str]:
        """Do every automatic step that waits; gives their names."""
        done: list[str] = []
        while True:
            with writing(self.office.engine) as session:
                claims = claim(session, now=now, lease=LEASE, owner="test", limit=50)
            if not claims:
                return done
            for claimed in claims:
                given = claimed.ref
                outcome = do_automatic_step(
                    self.office, wake_up=given.wake_up, attempt=given.attempt, owner="test", now=now, lease=LEASE
                )
                if outcome.done:
                    done.append(given.step)

    def accepted(self, now: datetime = MONDAY, **command: Any) -> Desk:
        """Registered, accepted and with its receipt issued: step 2, `appraise`, is open."""
        self.register(now)
        self.do("accept", now, RECEIVER, **command)
        self.machine(now)
        return self

    def appraised(self, outcome: str, now: datetime) -> dict[str, Any]:
        return self.do("complete_step", now, CASE, occurrence=2, outcome=outcome)

    @property
    def state(self) -> DossierState:
        return fold(self.events)

    @property
    def row(self) -> DossierRow:
        with reading(self.office.engine) as session:
            return find(session, self.code)

    @property
    def events(self) -> list[Event]:
        with reading(self.office.engine) as session:
            return ledger(session, find(session, self.code).id or 0)

    @property
    def types(self) -> list[str]:
        return [e.type.value for e in self.events]


def count_events(office: Office) -> int:
    """How many events all ledgers hold together."""
    with reading(office.engine) as session:
        return session.execute(select(func.count()).select_from(EventRow)).scalar_one()
