"""Going through a ledger event by event, noting what its fold forgets, for the facts. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dossiers.clock import read_clock
from dossiers.clock_types import HOUR_UNITS
from dossiers.duties import acceptance_due, supplement_request_by
from dossiers.events import Event, EventType
from dossiers.history import apply
from dossiers.reading import clock_history
from dossiers.states import DossierState, Status
from dossiers.working_time import MINUTE, office_time, to_local
from performance.dues import due
from performance.fact_types import Law


@dataclass
class Trace:
    """A ledger read so far: its state, and what only its events tell."""

    law: Law
    state: DossierState = field(default_factory=DossierState)
    acceptance_due_at: datetime | None = None
    receiver: str | None = None
    receipt_backdated_minutes: int = 0
    promised_since: datetime | None = None
    waits: dict[int, tuple[datetime, datetime | None]] = field(default_factory=dict)
    """Steps that waited for the applicant or for payment, by occurrence."""
    supplement_late: bool = False
    pauses_near_due: int = 0
    pauses_after_due: int = 0
    pause_near_due_by: str | None = None
    apology_at: datetime | None = None
    apology_in_time: bool | None = None
    result: Event | None = None
    how_handed_over: str | None = None

    def add(self, event: Event) -> None:
        """Go on by one event.

        Raises:
            BrokenLedger: it is not the next one.
        """
        left = self._minutes_left(event) if _may_pause(event) else None
        pauses = len(self.state.pauses)
        apply(self.state, event)
        self._note_wait(event)
        if left is not None and len(self.state.pauses) > pauses:
            self._note_pause(left, event.actor)
        if self.state.status is Status.SUBMITTED:
            self.acceptance_due_at = acceptance_due(self.state, self.law.calendar_of(self.state))
        elif self.state.status in (Status.INCOMPLETE, Status.FORWARDED):
            self.acceptance_due_at = None
        self._note(event)

    def _note(self, event: Event) -> None:
        kind, payload = event.type, event.payload
        if kind in (EventType.SUBMISSION_REGISTERED, EventType.DOSSIER_ACCEPTED):
            self.receiver = event.actor
            self.receipt_backdated_minutes = max(self.receipt_backdated_minutes, backdated_minutes(event))
        if payload.get("promised_at") and kind in _PROMISES:
            self._note_promise(event)
        if kind in (EventType.DEADLINE_EXTENDED, EventType.APOLOGY_SENT) and self.apology_at is None:
            self.apology_at, self.apology_in_time = event.occurred_at, not payload.get("apology_late", False)
        if kind is EventType.SUPPLEMENT_REQUESTED and payload["stage"] == "processing":
            self._note_supplement(event)
        if kind is EventType.RESULT_ISSUED:
            self.result = event
        elif kind is EventType.DOSSIER_REOPENED:
            self.result = self.how_handed_over = None
        elif kind is EventType.RESULT_HANDED_OVER:
            self.how_handed_over = payload.get("how")

    def _note_promise(self, event: Event) -> None:
        if event.type is not EventType.RECEIPT_ISSUED or self.promised_since is None:
            self.promised_since = event.occurred_at

    def _note_supplement(self, event: Event) -> None:
        state = self.state
        if state.accepted_at is None or sum(s.stage == "processing" for s in state.supplements) != 1:
            return
        known = event.payload.get("request_late")
        by = supplement_request_by(state.accepted_at, self.law.calendar_of(state))
        self.supplement_late = event.occurred_at >= by if known is None else bool(known)

    def _note_wait(self, event: Event) -> None:
        for number, (since, until) in list(self.waits.items()):
            if until is None and number not in self.state.open_steps:
                self.waits[number] = (since, event.occurred_at)
        opened = [o for o in event.payload.get("opens", ()) if o["kind"] == "wait"]
        definition = self.law.definition_of(self.state) if opened else None
        if definition is None:
            return
        for step in opened:
            if definition.step(step["step"]).wait_for in ("applicant", "payment"):
                self.waits[step["occurrence"]] = (event.occurred_at, None)

    def _note_pause(self, left: int, actor: str) -> None:
        calendar = self.law.calendar_of(self.state)
        day = office_time(calendar).day_length // MINUTE
        if left < 0:
            self.pauses_after_due += 1
        elif left < day:
            self.pauses_near_due += 1
        else:
            return
        self.pause_near_due_by = actor

    def _minutes_left(self, event: Event) -> int | None:
        """Office minutes until the due time in force; negative when it is late."""
        if self.state.limit is None:
            return None
        calendar = self.law.calendar_of(self.state)
        at = event.occurred_at
        reading = read_clock(self.state.limit, clock_history(self.state), calendar, now=at)
        last = due(reading.due_at, by_instant=self.state.limit.unit in HOUR_UNITS).late_from
        if last is not None and at >= last:
            return -1
        office = office_time(calendar)
        return max(0, office.position(to_local(reading.due_at)) - office.position(to_local(at))) // MINUTE


_PROMISES = frozenset(
    {EventType.RECEIPT_ISSUED, EventType.DEADLINE_EXTENDED, EventType.APOLOGY_SENT, EventType.DOSSIER_TAKEN_OVER}
)


def backdated_minutes(event: Event) -> int:
    """How long before its recording an event was said to have happened; 0 unless somebody dated it back."""
    if "backdated" not in event.payload:
        return 0
    return int((event.recorded_at - event.occurred_at).total_seconds() // 60)


def _may_pause(event: Event) -> bool:
    if event.type in (EventType.CLOCK_PAUSED, EventType.SUPPLEMENT_REQUESTED):
        return True
    return "pauses" in event.payload or any("pauses" in o for o in event.payload.get("opens", ()))
