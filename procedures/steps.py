"""Steps of a procedure: who does what next, in a closed vocabulary. No step names Python."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from procedures.base import Frozen, Names, NotAFlag, refuse

END = "end"
"""The target of an outcome after which nothing is open."""


class Kind(StrEnum):
    """What moves a step on."""

    HUMAN = "human"
    AUTOMATIC = "automatic"
    CONSULTATION = "consultation"
    WAIT = "wait"
    LINKED = "linked"


class Automatic(StrEnum):
    """All that an automatic step can do."""

    ISSUE_RECEIPT = "issue_receipt"
    """Fix the promised date on slip 01 and tell the applicant."""
    PUBLISH_RESULT = "publish_result"
    """Make the result visible to the applicant's tracking and tell them to come."""
    NOTIFY_APPLICANT = "notify_applicant"
    """Tell the applicant where the dossier stands."""
    OPEN_LINKED_DOSSIERS = "open_linked_dossiers"
    """Register the linked dossiers that the step names."""


class Role(StrEnum):
    """Roles of the office (NĐ 118/2025 art. 10-11; procedure texts of the national portal)."""

    RECEIVING_OFFICER = "receiving_officer"
    CASE_OFFICER = "case_officer"
    HEAD_OF_DIVISION = "head_of_division"
    SIGNATORY = "signatory"
    CLERK = "clerk"


class Act(StrEnum):
    """Human steps that are finished by an action of their own instead of a bare outcome."""

    ISSUE_RESULT = "issue_result"
    HAND_OVER = "hand_over"
    REFUSE = "refuse"


class StepLimit(Frozen):
    """How long a consulted body or a wait may take."""

    amount: Annotated[Decimal, NotAFlag] = Field(gt=0)
    unit: Literal["working_days", "calendar_days", "working_hours", "hours"]


class LinkedProcedure(Frozen):
    """A linked dossier to open: which procedure, and who handles it."""

    procedure: str
    names: Names
    body: str
    case: str | None = None


class Step(Frozen):
    """One step. `outcomes` maps an outcome to the next step, to several (parallel branches) or to `end`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    names: Names
    kind: Kind
    role: Role | None = None
    does: Automatic | Act | None = None
    limit_hours: Annotated[Decimal, NotAFlag] | None = Field(default=None, gt=0)
    """Internal limit in working hours; never a legal one."""
    outcomes: dict[str, str | tuple[str, ...]] = Field(min_length=1)
    outcome_names: dict[str, Names] = Field(default_factory=dict)
    join: tuple[str, ...] = ()
    """Opens only when all of these steps have led here."""
    bodies: tuple[str, ...] = ()
    """Consultation: bodies that are usually asked."""
    answer_within: StepLimit | None = None
    """Consultation: how long the bodies have. Wait: how long it lasts."""
    on_silence: Literal["consent", "proceed"] | None = None
    """Consultation: what silence means once `answer_within` has passed."""
    silence_source: tuple[str, ...] = ()
    wait_for: Literal["time", "payment", "applicant"] | None = None
    on_time_up: str | None = None
    """Wait: the outcome once `answer_within` has passed."""
    pauses: str | None = None
    """The ground (id of a pause) on which the clock stands still for as long as this step is open."""
    opens: tuple[LinkedProcedure, ...] = ()
    guidance: str | None = None
    check_question: str | None = None
    common_faults: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        _check_kind(self)
        return self

    def targets(self, outcome: str) -> tuple[str, ...]:
        """The step ids that an outcome leads to (without `end`)."""
        value = self.outcomes[outcome]
        many = (value,) if isinstance(value, str) else value
        return tuple(t for t in many if t != END)

    def all_targets(self) -> set[str]:
        """Every step id that some outcome leads to."""
        return {t for o in self.outcomes for t in self.targets(o)}


def _check_kind(step: Step) -> None:
    if step.kind is Kind.HUMAN:
        _check_human(step)
    elif step.kind in (Kind.AUTOMATIC, Kind.LINKED):
        _check_automatic(step)
    elif step.kind is Kind.CONSULTATION:
        _check_consultation(step)
    else:
        _check_wait(step)


def _check_human(step: Step) -> None:
    if step.role is None:
        raise refuse("human_needs_role")
    if isinstance(step.does, Automatic):
        raise refuse("human_does_automatic", given=step.does.value)


def _check_automatic(step: Step) -> None:
    if not isinstance(step.does, Automatic) or set(step.outcomes) != {"done"}:
        raise refuse("automatic_shape")
    if step.kind is Kind.LINKED and not step.opens:
        raise refuse("linked_needs_opens")


def _check_consultation(step: Step) -> None:
    if step.answer_within is None or "answered" not in step.outcomes or step.role is None:
        raise refuse("consultation_shape")
    if step.on_silence and not step.silence_source:
        raise refuse("silence_needs_source")


def _check_wait(step: Step) -> None:
    if step.wait_for is None:
        raise refuse("wait_needs_for")
    if (step.answer_within is None) != (step.on_time_up is None):
        raise refuse("wait_time_pair")
    if step.on_time_up is not None and step.on_time_up not in step.outcomes:
        raise refuse("time_up_is_outcome", given=step.on_time_up, known=", ".join(step.outcomes))
