"""Moving through the steps: assign, complete with an outcome, go back to an earlier step."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from dossiers.actions.base import Command, Context, action, check_holder, open_step
from dossiers.errors import (
    ConsultationStillOpen,
    NotAnEarlierStep,
    OwnActionNeeded,
    PaymentMissing,
    TooEarly,
    UnknownAssignee,
    UnknownOutcome,
)
from dossiers.events import EventType, FreeText, NewEvent, instant
from dossiers.people_errors import AssigneeAbsent
from dossiers.permitted import Action
from dossiers.routing import after_outcome, return_to
from dossiers.states import OpenStep
from procedures.steps import Act, Kind, Step


class Assign(Command):
    """Give an open step to a person, or back to everybody with its role."""

    occurrence: int
    assignee: str | None = Field(min_length=1, max_length=80, description="null: back to everybody with the role.")
    even_if_absent: bool = Field(default=False, description="Assign although the person is absent.")


class CompleteStep(Command):
    """Finish an open step with one of its outcomes."""

    occurrence: int
    outcome: str = Field(default="done", max_length=60)
    note: str | None = Field(default=None, max_length=4000)


class ReturnToStep(Command):
    """Send the dossier back to a step that it has passed."""

    step: str = Field(max_length=60)
    reason: str = Field(min_length=3, max_length=4000)


class ApplyElapsed(Command):
    """Let every legal deadline that has passed take effect now, also where dated-back entries would still hold it."""


@action(Action.APPLY_ELAPSED, ApplyElapsed)
def apply_elapsed(_ctx: Context, _command: ApplyElapsed) -> list[NewEvent]:
    """Nothing of its own: the gate has applied what elapsed before it asked."""
    return []


@action(Action.ASSIGN, Assign)
def assign(ctx: Context, command: Assign) -> list[NewEvent]:
    """Name the one holder of a step, or none.

    Raises:
        UnknownAssignee: nobody with an account and the step's role there.
        AssigneeAbsent: the person is absent, and the command does not say that it knows.
    """
    _, step = open_step(ctx, command.occurrence)
    payload: dict[str, Any] = {"occurrence": command.occurrence, "assignee": command.assignee}
    if step.role is None:
        raise UnknownAssignee(step=step.id, role="system")
    if command.assignee is None:
        return [NewEvent(EventType.STEP_ASSIGNED, payload)]
    if step.role.value not in ctx.facts.get("assignee_roles", ()):
        raise UnknownAssignee(step=step.id, role=step.role.value)
    until = ctx.facts.get("assignee_absent_until")
    if until and not command.even_if_absent:
        raise AssigneeAbsent(step=step.id, absent_until=until)
    if until:
        payload["absent_until"] = until
    return [NewEvent(EventType.STEP_ASSIGNED, payload)]


@action(Action.COMPLETE_STEP, CompleteStep)
def complete_step(ctx: Context, command: CompleteStep) -> list[NewEvent]:
    """Hand the dossier on.

    Raises:
        StepNotOpen: the occurrence is not open.
        OwnActionNeeded: issuing, handing over and refusing have actions of their own.
        UnknownOutcome: the step has no such outcome.
        ConsultationStillOpen: a consulted body has yet to answer.
    """
    found, step = open_step(ctx, command.occurrence)
    check_holder(ctx, found, step)
    if isinstance(step.does, Act):
        raise OwnActionNeeded(step=step.id, action=step.does.value)
    if command.outcome not in step.outcomes:
        raise UnknownOutcome(step=step.id, outcome=command.outcome, known=list(step.outcomes))
    _check_wait(ctx, found, step, command.outcome)
    if step.kind is Kind.CONSULTATION:
        waiting = [c.body for c in ctx.state.open_consultations if c.occurrence == command.occurrence]
        if waiting:
            raise ConsultationStillOpen(step=step.id, bodies=waiting)
    payload: dict[str, Any] = {"occurrence": command.occurrence, "step": step.id, "outcome": command.outcome}
    if command.note:
        payload["note"] = FreeText(command.note)
    payload.update(
        after_outcome(
            ctx.definition, ctx.state, command.occurrence, command.outcome, at=ctx.at, add_limit=ctx.add_limit
        )
    )
    return [NewEvent(EventType.STEP_COMPLETED, payload)]


def _check_wait(ctx: Context, found: OpenStep, step: Step, outcome: str) -> None:
    """A wait for time ends when its time is up, a wait for payment when something was paid or exempted."""
    if step.kind is not Kind.WAIT:
        return
    if step.wait_for == "time" and outcome == step.on_time_up and found.time_up_at and ctx.at < found.time_up_at:
        raise TooEarly(step=step.id, until=instant(found.time_up_at))
    unpaid = all(p.voided for p in ctx.state.payments)
    if step.wait_for == "payment" and outcome == "paid" and ctx.definition.fees and unpaid:
        raise PaymentMissing(step=step.id, fees=[f.id for f in ctx.definition.fees])


@action(Action.RETURN_TO_STEP, ReturnToStep)
def return_to_step(ctx: Context, command: ReturnToStep) -> list[NewEvent]:
    """Go back; the clock goes on.

    Raises:
        NotAnEarlierStep: the dossier has not passed that step, or it is no human step.
    """
    passed = {d.step for d in ctx.state.done_steps}
    kinds = {s.id: s.kind for s in ctx.definition.steps}
    earlier = sorted(s for s in passed if kinds.get(s) in (Kind.HUMAN, Kind.CONSULTATION))
    if command.step not in earlier:
        raise NotAnEarlierStep(step=command.step, passed=earlier)
    effects = return_to(ctx.definition, ctx.state, command.step, at=ctx.at, add_limit=ctx.add_limit)
    payload = {"step": command.step, "reason": FreeText(command.reason), **effects}
    return [NewEvent(EventType.RETURNED_TO_STEP, payload)]
