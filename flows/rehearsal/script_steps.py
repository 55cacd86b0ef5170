"""What the rehearsed people do at an open step. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dossiers.permitted import Action
from dossiers.states import MACHINE_KINDS, OpenStep, Status
from flows.demonstration.plans import away_from, outcome_towards
from flows.rehearsal.deeds import CASE, DESK, SIGNER, Deed, Later, Seen, backdated, paid
from flows.rehearsal.plans import Applicant, Body, Course, DossierPlan
from procedures.schema import Definition
from procedures.steps import Act, Kind, Step

Found = Deed | Later
SLOW_ROLES = ("case_officer", "signatory", "clerk")


def at_step(seen: Seen, found: OpenStep) -> Found:
    """What happens at one open step, or when to look again."""
    step = seen.definition.step(found.step)
    if found.kind in MACHINE_KINDS:
        return Later(seen.now + timedelta(minutes=15))
    if step.kind is Kind.CONSULTATION:
        return _consultation(seen, found, step)
    if step.kind is Kind.WAIT:
        return _wait(seen, found, step)
    if seen.plan.course is Course.STUCK and seen.state.status is not Status.FINISHED:
        return Later(None)
    if seen.plan.course is Course.SLOW and found.role == seen.plan.dice("slow").choice(SLOW_ROLES):
        at = seen.after(found.opened_at, f"slow {found.occurrence}", 16, 60)
        if seen.now < at:
            return Later(at)
    return _human(seen, found, step)


def _human(seen: Seen, found: OpenStep, step: Step) -> Found:
    roles = (str(step.role.value),) if step.role else DESK
    if step.does is Act.ISSUE_RESULT:
        if seen.state.open_pauses:
            return Later(seen.now + timedelta(hours=4))
        result: dict[str, Any] = {"result": seen.definition.results[0].id, "number": f"{seen.plan.key[0]}/DT"}
        if len(step.outcomes) > 1:
            result["outcome"] = _towards(seen, step)
        return Deed(Action.ISSUE_RESULT, result, roles, found.assignee)
    if step.does is Act.HAND_OVER:
        return _hand_over(seen, found)
    if step.does is Act.REFUSE:
        reason = {"reason": "Không đủ điều kiện (diễn tập)", "occurrence": found.occurrence}
        return Deed(Action.REFUSE, reason, tuple(dict.fromkeys((*roles, *SIGNER))))
    command = {"occurrence": found.occurrence, "outcome": _towards(seen, step), **backdated(seen, 45)}
    avoid = frozenset(seen.state.case_officers()) if roles == SIGNER else frozenset()
    return Deed(Action.COMPLETE_STEP, command, roles, found.assignee, avoid)


def _hand_over(seen: Seen, found: OpenStep) -> Found:
    if not seen.plan.collected:
        return Later(None)
    at = seen.after(seen.state.finished_at or found.opened_at, "collected", 0.5, 24)
    rating = seen.plan.dice("rating").choice((None, 3, 4, 5))
    deed = Deed(Action.HAND_OVER, {"how": "counter", "rating": rating}, DESK, found.assignee)
    return Later(at) if seen.now < at else deed


def _consultation(seen: Seen, found: OpenStep, step: Step) -> Found:
    asked = [c for c in seen.state.consultations.values() if c.occurrence == found.occurrence]
    if not asked:
        if seen.plan.course is Course.STUCK:
            return Later(None)
        bodies = list(step.bodies[: seen.plan.dice("bodies").randint(1, 2)]) or ["Công an xã"]
        command = {"occurrence": found.occurrence, "bodies": bodies, "question": "Đề nghị cho ý kiến? (diễn tập)"}
        return Deed(Action.CONSULT, command, CASE, found.assignee)
    looks: list[datetime] = []
    for one in (c for c in asked if c.answered_at is None):
        silent = seen.plan.body in (Body.SILENT, Body.TOO_LATE) and one.number % 3 != 0
        if silent and one.on_silence:
            looks.append(seen.after(one.answer_by, "deemed", 0.5, 3))
            continue
        hours = (30, 60) if silent else (3, 20)
        at = seen.after(one.asked_at, f"answer {one.number}", *hours)
        if seen.now >= at:
            answer = "objection" if seen.plan.body is Body.OBJECTS else "consent"
            return Deed(Action.ANSWER_CONSULTATION, {"number": one.number, "answer": answer}, (*CASE, *DESK))
        looks.append(at)
    return Later(min(looks, default=None))


def _wait(seen: Seen, found: OpenStep, step: Step) -> Found:
    over = seen.after(found.time_up_at, "over", 0.2, 3) if found.time_up_at else None
    if step.wait_for == "time":
        return Later(over)
    silent = seen.plan.answers is Applicant.SILENT
    at = seen.after(found.opened_at, f"applicant {found.occurrence}", 1, 12)
    if silent and (over or step.wait_for == "payment"):
        return Later(over)
    if silent:
        at = seen.after(found.opened_at, f"applicant {found.occurrence}", 30, 60)
    if seen.now < at:
        return Later(min(at, over) if over else at)
    if step.wait_for == "payment" and (payment := paid(seen)):
        return payment
    roles = (str(step.role.value),) if step.role else DESK
    command = {"occurrence": found.occurrence, "outcome": _towards(seen, step)}
    return Deed(Action.COMPLETE_STEP, command, roles, found.assignee)


def _towards(seen: Seen, step: Step) -> str:
    """The outcome that leads to the goal; the first one where none does."""
    passed = {d.step for d in seen.state.done_steps} | {o.step for o in seen.state.open_steps.values()}
    for goal in _goals(seen.plan, seen.definition, passed):
        if outcome := _outcome(seen.definition, step.id, goal):
            return outcome
    return next(iter(step.outcomes))


def _goals(plan: DossierPlan, definition: Definition, passed: set[str]) -> list[tuple[str, ...]]:
    goals: list[tuple[str, ...]] = []
    if plan.course is Course.REFUSED:
        goals.append(tuple(s.id for s in definition.steps if s.does is Act.REFUSE))
    elif plan.via is not None and plan.via not in passed:
        goals.append((plan.via,))
    goals.append(tuple(s.id for s in definition.steps if s.does is Act.ISSUE_RESULT))
    goals.append(tuple(s.id for s in definition.steps if s.does is Act.HAND_OVER))
    return goals


_AWAY: dict[tuple[int, tuple[str, ...]], tuple[Definition, dict[str, int]]] = {}
"""Distances found once: by definition (kept, so that its id stays its own) and goal."""


def _outcome(definition: Definition, step: str, goal: tuple[str, ...]) -> str | None:
    key = (id(definition), goal)
    if key not in _AWAY:
        _AWAY[key] = (definition, away_from(definition, goal))
    return outcome_towards(definition, step, _AWAY[key][1])
