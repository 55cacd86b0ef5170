"""What a legal timer decides when it has elapsed, dated at its legal moment."""

from __future__ import annotations

from typing import Any

from dossiers.actions.asking import moves_on
from dossiers.actions.base import Context
from dossiers.actions.standstill import resumed
from dossiers.events import EventType, NewEvent, instant
from dossiers.routing import after_outcome
from dossiers.timers import Timer, TimerKind


def decide(ctx: Context, timer: Timer) -> list[NewEvent]:
    """The events of one elapsed timer. `ctx.at` is the timer's legal moment."""
    if timer.kind is TimerKind.CONSULTATION_SILENT:
        return [_deemed(ctx, timer)]
    if timer.kind is TimerKind.APPLICANT_SILENT:
        return [_applicant_silent(ctx, timer)]
    if timer.kind is TimerKind.PAUSE_AT_MAXIMUM:
        reason = next(p.reason for p in ctx.state.pauses if p.number == timer.number)
        return resumed(ctx, reason, automatic=True)
    return [_wait_over(ctx, timer)]


def _deemed(ctx: Context, timer: Timer) -> NewEvent:
    consultation = ctx.state.consultations[timer.number]
    answer = "consent" if consultation.on_silence == "consent" else "silence"
    payload: dict[str, Any] = {
        "number": consultation.number,
        "body": consultation.body,
        "answer": answer,
        "answer_by": instant(timer.moment),
    }
    payload.update(moves_on(ctx, consultation, answer))
    return NewEvent(EventType.CONSULTATION_DEEMED_ANSWERED, payload)


def _applicant_silent(ctx: Context, timer: Timer) -> NewEvent:
    request = next(s for s in ctx.state.supplements if s.number == timer.number)
    payload = {"because": "supplement_deadline_passed", "request": request.number, "stage": request.stage}
    ended = EventType.DOSSIER_REFUSED if request.when_passed == "refuse" else EventType.DOSSIER_STOPPED
    return NewEvent(ended, payload)


def _wait_over(ctx: Context, timer: Timer) -> NewEvent:
    found = ctx.state.open_steps[timer.number]
    outcome = str(found.on_time_up)
    payload: dict[str, Any] = {"occurrence": found.occurrence, "step": found.step, "outcome": outcome}
    payload.update(
        after_outcome(ctx.definition, ctx.state, found.occurrence, outcome, at=ctx.at, add_limit=ctx.add_limit)
    )
    return NewEvent(EventType.WAIT_ENDED, payload)
