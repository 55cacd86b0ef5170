"""The state of one dossier, as the fold of its ledger gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from procedures.limits import Limit


class Status(StrEnum):
    """Where a dossier stands. Exactly one at a time."""

    SUBMITTED = "submitted"
    """Registered, not yet accepted as complete."""
    FORWARDED = "forwarded"
    """On its way to the competent body (intake away from the boundary)."""
    INCOMPLETE = "incomplete"
    """Sent back at intake for completion; no clock runs yet."""
    IN_PROGRESS = "in_progress"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    PAUSED = "paused"
    FINISHED = "finished"
    """The result is issued and waits to be collected."""
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


CATCH_UP = timedelta(minutes=30)
"""How long elapsed timers wait after an action that was dated back: somebody records what happened offline."""

BEFORE_ACCEPTANCE = frozenset({Status.SUBMITTED, Status.FORWARDED, Status.INCOMPLETE})
RUNNING = frozenset({Status.IN_PROGRESS, Status.AWAITING_SUPPLEMENT, Status.PAUSED})
ENDED = frozenset({Status.HANDED_OVER, Status.REFUSED, Status.WITHDRAWN, Status.STOPPED})

MACHINE_KINDS = frozenset({"automatic", "linked"})
"""Kinds of steps that the machine does."""


@dataclass(slots=True)
class OpenStep:
    """One occurrence of a step that waits."""

    occurrence: int
    step: str
    kind: str
    role: str | None
    opened_at: datetime
    assignee: str | None = None
    time_up_at: datetime | None = None
    on_time_up: str | None = None
    pauses: str | None = None
    """The ground on which this step keeps the clock still."""


@dataclass(slots=True)
class DoneStep:
    """One occurrence of a step that was finished, and by whom."""

    occurrence: int
    step: str
    role: str | None
    outcome: str
    actor: str
    at: datetime
    by_hand: bool = False
    """Whether the actor finished it as its work, not by an answer or by sending it back."""


@dataclass(slots=True)
class PauseInterval:
    """A time in which the clock stood still. `ended_at` None: it still does."""

    number: int
    reason: str
    whose: str
    started_at: datetime
    on_resume: str
    ends_by: datetime | None = None
    ended_at: datetime | None = None


@dataclass(slots=True)
class Supplement:
    """A request for what is missing. `stage` is intake or processing."""

    number: int
    stage: str
    requested_at: datetime
    clock: str
    answer_by: datetime | None = None
    when_passed: str = "nothing"
    received_at: datetime | None = None


@dataclass(slots=True)
class Consultation:
    """A question to another body."""

    number: int
    body: str
    occurrence: int | None
    asked_at: datetime
    answer_by: datetime
    on_silence: str | None
    answered_at: datetime | None = None
    answer: str | None = None
    deemed: bool = False
    late_answer: str | None = None
    """What the body said after its silence had counted as its answer; it moves nothing any more."""
    late_at: datetime | None = None


@dataclass(slots=True)
class ExtensionGranted:
    """A new appointment: by an amount in the limit's own unit, or to an instant."""

    at: datetime
    amount: str | None
    until: datetime | None


@dataclass(slots=True)
class Payment:
    """Money received for a fee, or an exemption from it."""

    revision: int
    fee: str
    amount_vnd: int
    how: str
    receipt: str | None = None
    exempt: bool = False
    voided: bool = False


@dataclass(slots=True)
class StopProposal:
    """A proposal to stop a dossier, which a second person decides.

    `reason` and `legal_ground` refer to the free texts of the proposal, as its payload does.
    """

    revision: int
    by: str
    at: datetime
    reason: Any = None
    legal_ground: Any = None


@dataclass(slots=True)
class StoredDocument:
    """A document in the store, by its id."""

    id: str
    sha256: str
    required_document: str | None = None
    removed: bool = False


@dataclass(slots=True)
class IssuedSlip:
    """A statutory slip that was rendered: its form, number in its year and SHA-256."""

    form: str
    number: int
    year: int
    paper: str
    sha256: str
    of_revision: int | None
    """The event that called for it."""


@dataclass(slots=True)
class Origin:
    """The other system that a dossier was imported or taken over from."""

    source: str
    key: str
    """Its number there."""
    revision: int
    """The last event that came from there."""
    live: bool
    """Taken over: our staff goes on with it. Otherwise it is only counted here, and nobody acts on it."""
    unit: str | None = None
    officer: str | None = None
    due_at: datetime | None = None
    """The due time as that system gave it, of a dossier that is only counted; None where a limit is counted here."""
    on_time_from: datetime | None = None
    late_from: datetime | None = None


@dataclass(slots=True)
class DossierState:
    """Everything that the rules may ask about a dossier."""

    code: str = ""
    revision: int = 0
    head_hash: str = "0" * 64
    status: Status = Status.SUBMITTED
    status_before_supplement: Status = Status.SUBMITTED
    procedure: str = ""
    version: int = 0
    case_id: str | None = None
    province: str = ""
    commune: str = ""
    intake_commune: str = ""
    forwarded_to: str | None = None
    channel: str = ""
    applicant: dict[str, Any] = field(default_factory=dict)
    official_code: str | None = None
    parent: str | None = None
    body: str | None = None
    """The body whose part of a linked group this is."""
    linked: list[str] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)
    registered_at: datetime | None = None
    received_at_competent_body: datetime | None = None
    last_occurred_at: datetime | None = None
    held_until: datetime | None = None
    """After an action that was dated back, elapsed timers wait until then: the next one may be dated back too."""
    accepted_at: datetime | None = None
    clock_starts_at: datetime | None = None
    limit: Limit | None = None
    area: str | None = None
    additions: tuple[str, ...] = ()
    calendar_version: str | None = None
    original_due_at: datetime | None = None
    original_due_on: date | None = None
    promised_at: datetime | None = None
    finished_at: datetime | None = None
    closed_at: datetime | None = None
    result: str | None = None
    published: bool = False
    restarts: list[datetime] = field(default_factory=list)
    pauses: list[PauseInterval] = field(default_factory=list)
    extensions: list[ExtensionGranted] = field(default_factory=list)
    supplements: list[Supplement] = field(default_factory=list)
    consultations: dict[int, Consultation] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    open_steps: dict[int, OpenStep] = field(default_factory=dict)
    done_steps: list[DoneStep] = field(default_factory=list)
    arrivals: dict[str, set[str]] = field(default_factory=dict)
    last_occurrence: int = 0
    stop_proposal: StopProposal | None = None
    ended_because: str | None = None
    """Why it ended without anybody's wish on this dossier, e.g. `parent_withdrawn`."""
    stored: dict[str, StoredDocument] = field(default_factory=dict)
    slips: list[IssuedSlip] = field(default_factory=list)
    rating: int | None = None
    origin: Origin | None = None
    """Where it came from, if it did not come in here."""
    moved_revision: int = 0
    """Revision of the last event that changed what somebody may do: what an officer's view is compared with."""
    reopened: int = 0
    reopened_at: datetime | None = None
    """When it was taken up again last."""
    apologised: list[datetime] = field(default_factory=list)
    """When an apology was sent that did not extend the time."""
    recounted: int = 0  # how often an explicit act bound the dossier to another calendar or version
    period_started_at: datetime | None = None
    """When the clock period in force began; None in the first one."""

    @property
    def open_pauses(self) -> list[PauseInterval]:
        """The pauses that have not ended."""
        return [p for p in self.pauses if p.ended_at is None]

    @property
    def open_supplement(self) -> Supplement | None:
        """The supplement request that the applicant has not answered yet."""
        return next((s for s in reversed(self.supplements) if s.received_at is None), None)

    @property
    def open_consultations(self) -> list[Consultation]:
        """The consulted bodies that have neither answered nor been deemed to."""
        return [c for c in self.consultations.values() if c.answered_at is None]

    @property
    def desk(self) -> str:
        """The commune whose staff has it: the intake's until it was forwarded, then the competent one's."""
        never_left = self.forwarded_to is None and self.received_at_competent_body is None
        return self.intake_commune if never_left else self.commune

    @property
    def apologies(self) -> int:
        """How often an apology was sent, with an extension or without one."""
        return len(self.extensions) + len(self.apologised)

    @property
    def clock_period(self) -> int:
        """Counts the periods of the clock: warnings are given once in each."""
        return len(self.restarts) + len(self.extensions) + self.reopened + self.recounted

    def case_officers(self) -> set[str]:
        """Who has appraised the dossier: they may not sign it."""
        return {d.actor for d in self.done_steps if d.role == "case_officer" and d.by_hand}
