"""The fold: a ledger in, the state of the dossier out. Pure, in revision order, with one rule per event type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dossiers.errors import BrokenLedger
from dossiers.events import Event
from dossiers.history_rules import RULES, moment
from dossiers.states import (
    CATCH_UP,
    RUNNING,
    DoneStep,
    DossierState,
    OpenStep,
    PauseInterval,
    Status,
)


def fold(events: Iterable[Event]) -> DossierState:
    """The state after all events, in revision order."""
    state = DossierState()
    for event in events:
        apply(state, event)
    return state


def apply(state: DossierState, event: Event) -> None:
    """Move a state on by one event, in place.

    Raises:
        BrokenLedger: the event is not the next one.
    """
    if event.revision != state.revision + 1:
        raise BrokenLedger(dossier=state.code, expected=state.revision + 1, found=event.revision)
    RULES[event.type](state, event, event.payload)
    _route(state, event)
    if state.status in RUNNING:
        state.status = _running_status(state)
    state.revision = event.revision
    state.head_hash = event.hash
    if event.actor != "system":
        state.held_until = event.recorded_at + CATCH_UP if "backdated" in event.payload else None
    if state.last_occurred_at is None or event.occurred_at > state.last_occurred_at:
        state.last_occurred_at = event.occurred_at


def _route(state: DossierState, event: Event) -> None:
    for occurrence, outcome in event.payload.get("closes", ()):
        step = state.open_steps.pop(occurrence)
        if step.pauses:
            _resume(state, step.pauses, event)
        state.done_steps.append(DoneStep(occurrence, step.step, step.role, outcome, event.actor, event.occurred_at))
    for target, origin in event.payload.get("arrived", ()):
        state.arrivals.setdefault(target, set()).add(origin)
    for target in event.payload.get("joined", ()):
        state.arrivals.pop(target, None)
    for opened in event.payload.get("opens", ()):
        occurrence = opened["occurrence"]
        state.last_occurrence = max(state.last_occurrence, occurrence)
        state.open_steps[occurrence] = OpenStep(
            occurrence=occurrence,
            step=opened["step"],
            kind=opened["kind"],
            role=opened.get("role"),
            opened_at=event.occurred_at,
            time_up_at=moment(opened.get("time_up_at")),
            on_time_up=opened.get("on_time_up"),
        )
        if "pauses" in opened:
            _pause(state, opened, event)


def _pause(state: DossierState, opened: dict[str, Any], event: Event) -> None:
    """Stand still while a step is open; on a ground that already holds nothing is added."""
    reason = opened["pauses"]["reason"]
    if all(p.reason != reason for p in state.open_pauses):
        number = len(state.pauses) + 1
        whose = opened["pauses"]["whose"]
        state.pauses.append(PauseInterval(number, reason, whose, event.occurred_at, "continue"))
        state.open_steps[opened["occurrence"]].pauses = reason


def _resume(state: DossierState, reason: str, event: Event) -> None:
    for pause in state.open_pauses:
        if pause.reason == reason:
            pause.ended_at = event.occurred_at


def _running_status(state: DossierState) -> Status:
    open_request = state.open_supplement
    if open_request and open_request.stage == "processing":
        return Status.AWAITING_SUPPLEMENT
    return Status.PAUSED if state.open_pauses else Status.IN_PROGRESS
