"""Asking other bodies, and taking money."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from dossiers.actions.base import Command, Context, action, check_holder, open_step
from dossiers.errors import NothingToCorrect, UnknownConsultation, UnknownFee, UnknownOutcome
from dossiers.events import EventType, FreeText, NewEvent, instant
from dossiers.money import check_exemption, check_payment, still_owed
from dossiers.permitted import Action
from dossiers.routing import after_outcome, held_by
from dossiers.states import Consultation, Payment
from procedures.schema import Fee
from procedures.steps import Kind

PAPER_NUMBER = r"^[0-9A-Za-zĐđ/.-]{1,40}$"
"""Numbers of papers as offices write them: no blanks, so that no name finds its way in."""
Answer = Literal["consent", "objection", "opinion"]


class Consult(Command):
    """Ask one or several bodies, for an open consultation step."""

    occurrence: int
    bodies: tuple[Annotated[str, Field(min_length=3, max_length=200)], ...] = Field(min_length=1, max_length=20)
    question: str = Field(min_length=3, max_length=4000)


class AnswerConsultation(Command):
    """A consulted body has answered."""

    number: int
    answer: Answer
    text: str | None = Field(default=None, max_length=4000)


class RecordPayment(Command):
    """A fee was paid. A note says why money was taken that does not fit what is owed."""

    fee: str = Field(max_length=60)
    amount_vnd: int = Field(gt=0, le=100_000_000_000)
    how: Literal["cash", "bank_transfer", "online", "card"]
    receipt: str | None = Field(default=None, max_length=40, pattern=PAPER_NUMBER)
    note: str | None = Field(default=None, min_length=3, max_length=1000)


class RecordExemption(Command):
    """A fee is not owed, with the ground."""

    fee: str = Field(max_length=60)
    ground: str = Field(min_length=3, max_length=1000)


@action(Action.CONSULT, Consult)
def consult(ctx: Context, command: Consult) -> list[NewEvent]:
    """Send the question; each body's time and the meaning of its silence are fixed now."""
    found, step = open_step(ctx, command.occurrence)
    check_holder(ctx, found, step)
    if step.kind is not Kind.CONSULTATION or step.answer_within is None:
        raise UnknownOutcome(step=step.id, outcome="consult", known=list(step.outcomes))
    first = len(ctx.state.consultations) + 1
    answer_by = instant(ctx.add_limit(ctx.at, step.answer_within))
    asked = [
        {"number": first + offset, "body": body, "answer_by": answer_by} for offset, body in enumerate(command.bodies)
    ]
    payload: dict[str, Any] = {
        "occurrence": command.occurrence,
        "step": step.id,
        "on_silence": step.on_silence,
        "question": FreeText(command.question),
        "consultations": asked,
    }
    if step.pauses and found.pauses is None:
        payload["pauses"] = held_by(ctx.definition, step, at=ctx.at, add_limit=ctx.add_limit)
    return [NewEvent(EventType.CONSULTATION_REQUESTED, payload)]


@action(Action.ANSWER_CONSULTATION, AnswerConsultation)
def answer_consultation(ctx: Context, command: AnswerConsultation) -> list[NewEvent]:
    """Record an answer; the last one moves the step on.

    An answer after the body's silence has counted as its answer is recorded as `late`, once; it moves nothing, but the
    body stays responsible for what it says.

    Raises:
        UnknownConsultation: that question does not exist or is closed.
    """
    found = _answerable(ctx, command.number)
    payload: dict[str, Any] = {"number": found.number, "body": found.body, "answer": command.answer}
    if command.text:
        payload["text"] = FreeText(command.text)
    if found.answered_at is not None:
        payload["late"] = True
    else:
        payload.update(moves_on(ctx, found, command.answer))
    return [NewEvent(EventType.CONSULTATION_ANSWERED, payload)]


def _answerable(ctx: Context, number: int) -> Consultation:
    found = ctx.state.consultations.get(number)
    if found is None or not (found.answered_at is None or is_deemed_only(found)):
        answerable = [c.number for c in ctx.state.consultations.values() if c.answered_at is None or is_deemed_only(c)]
        raise UnknownConsultation(number=number, open=answerable)
    return found


def is_deemed_only(asked: Consultation) -> bool:
    """Whether silence counted as the answer, and the body has not spoken since."""
    return asked.deemed and asked.late_at is None


def moves_on(ctx: Context, answered: Consultation, answer: str) -> dict[str, Any]:
    """The routing when this was the last answer awaited: `objected` where the step knows it, else `answered`."""
    occurrence = answered.occurrence
    if occurrence is None or occurrence not in ctx.state.open_steps:
        return {}
    siblings = [c for c in ctx.state.consultations.values() if c.occurrence == occurrence and c is not answered]
    if any(c.answered_at is None for c in siblings):
        return {}
    step = ctx.definition.step(ctx.state.open_steps[occurrence].step)
    answers = {answer, *(c.answer for c in siblings)}
    outcome = "objected" if "objection" in answers and "objected" in step.outcomes else "answered"
    return after_outcome(ctx.definition, ctx.state, occurrence, outcome, at=ctx.at, add_limit=ctx.add_limit)


@action(Action.RECORD_PAYMENT, RecordPayment)
def record_payment(ctx: Context, command: RecordPayment) -> list[NewEvent]:
    """Record money received; a step that waits for payment moves on when no known amount is owed any more.

    Raises:
        FeeAlreadySettled, AmountDiffers: it does not fit what is owed, and no note says why.
    """
    fee, amount, receipt = _fee(ctx, command.fee), command.amount_vnd, command.receipt
    check_payment(fee, ctx.state, amount_vnd=amount, receipt=receipt, explained=command.note is not None)
    payload: dict[str, Any] = {"fee": fee.id, "amount_vnd": amount, "how": command.how}
    if receipt:
        payload["receipt"] = receipt
    if command.note:
        payload["note"] = FreeText(command.note)
    payload.update(_payment_moves_on(ctx, Payment(0, fee.id, amount, command.how, receipt)))
    return [NewEvent(EventType.PAYMENT_RECORDED, payload)]


@action(Action.RECORD_EXEMPTION, RecordExemption)
def record_exemption(ctx: Context, command: RecordExemption) -> list[NewEvent]:
    """Record that a fee is not owed; a step that waits for payment moves on when no known amount is owed any more.

    Raises:
        FeeAlreadySettled: it was paid or exempted already.
    """
    fee = _fee(ctx, command.fee)
    check_exemption(fee, ctx.state)
    payload: dict[str, Any] = {"fee": fee.id, "ground": FreeText(command.ground)}
    payload.update(_payment_moves_on(ctx, Payment(0, fee.id, 0, "exempt", exempt=True)))
    return [NewEvent(EventType.EXEMPTION_RECORDED, payload)]


def _payment_moves_on(ctx: Context, paid: Payment) -> dict[str, Any]:
    if still_owed(ctx.definition, ctx.state, after=paid):
        return {}
    for found in ctx.state.open_steps.values():
        step = ctx.definition.step(found.step)
        if step.kind is Kind.WAIT and step.wait_for == "payment" and "paid" in step.outcomes:
            return after_outcome(
                ctx.definition, ctx.state, found.occurrence, "paid", at=ctx.at, add_limit=ctx.add_limit
            )
    return {}


def _fee(ctx: Context, name: str) -> Fee:
    for fee in ctx.definition.fees:
        if fee.id == name:
            return fee
    raise UnknownFee(fee=name, known=[f.id for f in ctx.definition.fees])


def payment_of(ctx: Context, revision: int) -> int:
    """The revision of a payment that still counts.

    Raises:
        NothingToCorrect: there is no such payment.
    """
    for payment in ctx.state.payments:
        if payment.revision == revision and not payment.voided:
            return revision
    raise NothingToCorrect(dossier=ctx.state.code, revision=revision)
