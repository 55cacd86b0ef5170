"""Which steps open next: a pure function of the definition, of what is open, and of an outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossiers.events import instant
from dossiers.states import DossierState
from procedures.schema import Definition, MaximumPause
from procedures.steps import Kind, Step, StepLimit

AddLimit = Callable[[datetime, StepLimit | MaximumPause], datetime]
"""When a small limit (of a wait or a consulted body) that starts at an instant is over."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A step to open."""

    step: Step
    occurrence: int


def after_outcome(
    definition: Definition, state: DossierState, occurrence: int, outcome: str, *, at: datetime, add_limit: AddLimit
) -> dict[str, Any]:
    """What an outcome closes and opens, as the routing part of a payload.

    A step with `join` opens once every step it names has led to it.
    """
    done = definition.step(state.open_steps[occurrence].step)
    effects: dict[str, Any] = {"closes": [[occurrence, outcome]]}
    arrived: list[list[str]] = []
    joined: list[str] = []
    to_open: list[Step] = []
    for target_id in done.targets(outcome):
        target = definition.step(target_id)
        if not target.join:
            to_open.append(target)
            continue
        arrived.append([target_id, done.id])
        if state.arrivals.get(target_id, set()) | {done.id} >= set(target.join):
            joined.append(target_id)
            to_open.append(target)
    if arrived:
        effects["arrived"] = arrived
    if joined:
        effects["joined"] = joined
    effects.update(open_steps(definition, to_open, state, at=at, add_limit=add_limit))
    return effects


def open_steps(
    definition: Definition, steps: list[Step], state: DossierState, *, at: datetime, add_limit: AddLimit
) -> dict[str, Any]:
    """The `opens` part of a payload for steps that open at an instant; empty when there are none."""
    opens = []
    for offset, step in enumerate(steps, start=1):
        opened: dict[str, Any] = {
            "occurrence": state.last_occurrence + offset,
            "step": step.id,
            "kind": step.kind.value,
        }
        if step.role:
            opened["role"] = step.role.value
        if step.kind is Kind.WAIT and step.answer_within and step.on_time_up:
            opened["time_up_at"] = instant(add_limit(at, step.answer_within))
            opened["on_time_up"] = step.on_time_up
        if step.pauses and step.kind is not Kind.CONSULTATION:  # that one stands still from the question on
            opened["pauses"] = held_by(definition, step, at=at, add_limit=add_limit)
        opens.append(opened)
    return {"opens": opens} if opens else {}


def held_by(definition: Definition, step: Step, *, at: datetime, add_limit: AddLimit) -> dict[str, Any]:
    """The ground on which a step holds the clock, with the end that the ground may have."""
    ground = definition.pause(step.pauses or "")
    if ground is None:
        return {}
    held: dict[str, Any] = {"reason": ground.id, "whose": ground.whose_time, "on_resume": ground.on_resume}
    if ground.maximum:
        held["ends_by"] = instant(add_limit(at, ground.maximum))
    return held


def reachable(definition: Definition, start: str) -> set[str]:
    """Every step that can follow a step, the step itself included."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(definition.step(current).all_targets())
    return seen


def _arrived_already(
    definition: Definition, state: DossierState, target: str, behind: set[str], still_open: set[str]
) -> list[list[str]]:
    """Branches of joins behind the target that were finished and are not gone through again."""
    done = {d.step for d in state.done_steps}
    again = []
    for step in definition.steps:
        if step.id not in behind or not step.join:
            continue
        repeated = _before(definition, target, step.id)
        for origin in step.join:
            if origin in done and origin not in repeated and origin not in still_open:
                again.append([step.id, origin])
    return again


def _before(definition: Definition, start: str, stop: str) -> set[str]:
    """Every step that can follow `start` without passing `stop`, `start` included."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current not in seen and current != stop:
            seen.add(current)
            waiting.extend(definition.step(current).all_targets())
    return seen


def return_to(
    definition: Definition, state: DossierState, target: str, *, at: datetime, add_limit: AddLimit
) -> dict[str, Any]:
    """What going back to an earlier step closes and opens.

    Closes every open step that lies behind the target; a parallel branch that does not is left alone.
    """
    behind = reachable(definition, target)
    closes = [[o.occurrence, "returned"] for o in state.open_steps.values() if o.step in behind]
    forget = sorted(t for t in state.arrivals if t in behind)
    effects: dict[str, Any] = {"closes": closes}
    if forget:
        effects["forget_arrivals"] = forget
    still_open = {o.step for o in state.open_steps.values() if o.step not in behind}
    again = _arrived_already(definition, state, target, behind, still_open)
    if again:
        effects["arrived"] = again
    effects.update(open_steps(definition, [definition.step(target)], state, at=at, add_limit=add_limit))
    return effects
