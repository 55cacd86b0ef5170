"""How a dossier ends, and how it is taken up again or corrected."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from dossiers.actions.asking import PAPER_NUMBER, payment_of
from dossiers.actions.base import Command, Context, Instant, action, check_holder, open_step
from dossiers.actions.intake import OFFICIAL_CODE, DocumentForm
from dossiers.errors import (
    BeforePreviousEvent,
    InTheFuture,
    MalformedCommand,
    NoAuthority,
    NotAnEarlierStep,
    NothingToCorrect,
    PauseStillOpen,
    StepNotOpen,
    UnknownDocument,
    UnknownOutcome,
    UnknownResult,
)
from dossiers.events import EventType, FreeText, NewEvent, instant
from dossiers.permitted import Action
from dossiers.routing import after_outcome, open_steps
from dossiers.states import MACHINE_KINDS, Status
from procedures.steps import Act, Step


class IssueResult(Command):
    """The result is signed, numbered and ready: this is when the dossier counts as finished."""

    result: str = Field(max_length=60)
    number: str | None = Field(default=None, pattern=PAPER_NUMBER, description="Number of the paper issued.")
    outcome: str | None = Field(default=None, max_length=60, description="Needed only where the step has several.")
    note: str | None = Field(default=None, max_length=2000)


class HandOver(Command):
    """The result reaches the applicant."""

    how: Literal["counter", "post", "electronic"] = "counter"
    to: Literal["applicant", "representative"] = "applicant"
    rating: int | None = Field(default=None, ge=1, le=5)
    comment: str | None = Field(default=None, max_length=2000)


class Withdraw(Command):
    """The applicant takes the dossier back."""

    reason: str = Field(min_length=3, max_length=4000)


class Reopen(Command):
    """Take an ended dossier up again, at a step."""

    reason: str = Field(min_length=3, max_length=4000)
    step: str | None = Field(default=None, max_length=60)
    whose: Literal["applicant", "other_agency", "commune"] = "commune"


class Correct(Command):
    """Correct something that the record says wrongly; the event corrected stays and is named."""

    corrects: int = Field(ge=1, description="Revision of the event that is wrong.")
    what: Literal["official_code", "channel", "clock_start", "documents", "payment"]
    official_code: str | None = Field(default=None, max_length=60, pattern=OFFICIAL_CODE)
    channel: Literal["direct", "online", "postal"] | None = None
    clock_start: Instant | None = None
    documents: dict[str, DocumentForm] | None = None
    reason: str = Field(min_length=3, max_length=4000)

    @model_validator(mode="after")
    def _value_of_what(self) -> Correct:
        if self.what in ("channel", "clock_start", "documents") and getattr(self, self.what) is None:
            raise ValueError(f"give the right value in {self.what}")
        return self


def _step_that_does(ctx: Context, act: Act) -> tuple[int, Step] | None:
    for found in ctx.state.open_steps.values():
        step = ctx.definition.step(found.step)
        if step.does is act:
            return found.occurrence, step
    return None


@action(Action.ISSUE_RESULT, IssueResult)
def issue_result(ctx: Context, command: IssueResult) -> list[NewEvent]:
    """Finish: the result is issued.

    Raises:
        StepNotOpen: no step that issues the result is open.
        UnknownResult: the procedure gives no such result.
        PauseStillOpen: the clock stands still.
    """
    found = _step_that_does(ctx, Act.ISSUE_RESULT)
    if found is None:
        raise StepNotOpen(dossier=ctx.state.code, open=[o.step for o in ctx.state.open_steps.values()])
    occurrence, step = found
    check_holder(ctx, open_step(ctx, occurrence)[0], step)
    if command.result not in {r.id for r in ctx.definition.results}:
        raise UnknownResult(result=command.result, known=[r.id for r in ctx.definition.results])
    if ctx.state.open_pauses:
        raise PauseStillOpen(reasons=[p.reason for p in ctx.state.open_pauses])
    outcome = command.outcome or (next(iter(step.outcomes)) if len(step.outcomes) == 1 else "")
    if outcome not in step.outcomes:
        raise UnknownOutcome(step=step.id, outcome=outcome, known=list(step.outcomes))
    payload: dict[str, Any] = {"result": command.result}
    if command.number:
        payload["number"] = command.number
    if command.note:
        payload["note"] = FreeText(command.note)
    payload.update(after_outcome(ctx.definition, ctx.state, occurrence, outcome, at=ctx.at, add_limit=ctx.add_limit))
    return [NewEvent(EventType.RESULT_ISSUED, payload)]


@action(Action.HAND_OVER, HandOver)
def hand_over(ctx: Context, command: HandOver) -> list[NewEvent]:
    """Close: the applicant has the result. No desk keeps it; automatic steps are left to the machine."""
    payload: dict[str, Any] = {"how": command.how, "to": command.to}
    if command.rating:
        payload["rating"] = command.rating
    if command.comment:
        payload["comment"] = FreeText(command.comment)
    closes = [
        [o.occurrence, "done" if ctx.definition.step(o.step).does is Act.HAND_OVER else "left_over"]
        for o in ctx.state.open_steps.values()
        if o.kind not in MACHINE_KINDS
    ]
    if closes:
        payload["closes"] = closes
    return [NewEvent(EventType.RESULT_HANDED_OVER, payload)]


@action(Action.WITHDRAW, Withdraw)
def withdraw(_ctx: Context, command: Withdraw) -> list[NewEvent]:
    """End at the applicant's wish."""
    return [NewEvent(EventType.DOSSIER_WITHDRAWN, {"reason": FreeText(command.reason)})]


@action(Action.REOPEN, Reopen)
def reopen(ctx: Context, command: Reopen) -> list[NewEvent]:
    """Take up again. The time while it was refused, withdrawn or stopped is not counted; after a result it is.

    Raises:
        NotAnEarlierStep: the step named was never passed.
    """
    payload: dict[str, Any] = {"reason": FreeText(command.reason), "whose": command.whose}
    payload.update(taken_up_at(ctx, command.step))
    return [NewEvent(EventType.DOSSIER_REOPENED, payload)]


def taken_up_at(ctx: Context, wanted: str | None = None) -> dict[str, Any]:
    """The routing of a dossier taken up again: the step wanted, else the first that was passed by hand.

    Raises:
        NotAnEarlierStep: the step wanted was never passed.
    """
    state = ctx.state
    if state.accepted_at is None:
        return {}
    passed = [d.step for d in state.done_steps if d.role and _human(ctx, d.step)]
    if wanted is not None and wanted not in passed:
        raise NotAnEarlierStep(step=wanted, passed=sorted(set(passed)))
    step = ctx.definition.step(wanted or (passed[0] if passed else _first_human(ctx)))
    return open_steps(ctx.definition, [step], state, at=ctx.at, add_limit=ctx.add_limit)


def _human(ctx: Context, step_id: str) -> bool:
    return any(s.id == step_id and s.role is not None for s in ctx.definition.steps)


def _first_human(ctx: Context) -> str:
    return next(s.id for s in ctx.definition.steps if s.role is not None)


@action(Action.CORRECT, Correct)
def correct(ctx: Context, command: Correct) -> list[NewEvent]:
    """Correct the record by a new event.

    Raises:
        NothingToCorrect: the revision named is not in the ledger, or holds no such fact.
        BeforePreviousEvent: the clock would start before the dossier came in.
        UnknownDocument: a document that the procedure does not know.
        MalformedCommand: the dossier has not been accepted, so it has no clock to correct.
    """
    state = ctx.state
    if command.corrects > state.revision:
        raise NothingToCorrect(dossier=state.code, revision=command.corrects)
    payload: dict[str, Any] = {
        "corrects": command.corrects,
        "what": command.what,
        "reason": FreeText(command.reason),
    }
    if command.what == "payment":
        payment_of(ctx, command.corrects)
    elif command.what == "clock_start":
        payload["value"] = _corrected_start(ctx, command)
    elif command.what == "documents":
        known = {d.id for d in ctx.definition.documents}
        for name in command.documents or {}:
            if name not in known:
                raise UnknownDocument(document=name, known=sorted(known))
        payload["value"] = dict(command.documents or {})
    else:
        payload["value"] = getattr(command, command.what)
    return [NewEvent(EventType.CORRECTION_MADE, payload)]


def _corrected_start(ctx: Context, command: Correct) -> str:
    state, start = ctx.state, command.clock_start
    if state.clock_starts_at is None or start is None or state.status in (Status.SUBMITTED, Status.INCOMPLETE):
        raise MalformedCommand(problem="the dossier has no clock yet", field="clock_start")
    if state.registered_at is not None and start < state.registered_at:
        raise BeforePreviousEvent(previous=instant(state.registered_at), given=instant(start))
    if state.accepted_at is not None and start > state.accepted_at:
        raise InTheFuture(given=instant(start), latest=instant(state.accepted_at))
    if state.finished_at is not None and not ctx.roles & {"supervisor", "signatory"}:
        raise NoAuthority(action="correct", role="supervisor", actor=ctx.actor.id)
    return instant(start)
