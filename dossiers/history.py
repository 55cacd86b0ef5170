"""The fold: a ledger in, the state of the dossier out. Pure, in revision order, with one rule per event type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dossiers.errors import BrokenLedger
from dossiers.events import BESIDE_THE_WORK, Event, EventType
from dossiers.history_desk_rules import DESK_RULES
from dossiers.history_import_rules import IMPORT_RULES
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

ALL_RULES = RULES | DESK_RULES | IMPORT_RULES
"""One rule for every type of event."""


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
    period = state.clock_period
    ALL_RULES[event.type](state, event, event.payload)
    _route(state, event)
    if state.clock_period != period:
        state.period_started_at = event.occurred_at
    if state.status in RUNNING:
        state.status = _running_status(state)
    state.revision = event.revision
    if event.type not in BESIDE_THE_WORK:
        state.moved_revision = event.revision
    state.head_hash = event.hash
    if event.actor != "system":
        state.held_until = event.recorded_at + CATCH_UP if "backdated" in event.payload else None
    if state.last_occurred_at is None or event.occurred_at > state.last_occurred_at:
        state.last_occurred_at = event.occurred_at


def _route(state: DossierState, event: Event) -> None:
    for occurrence, outcome in event.payload.get("closes", ()):
        step = state.open_steps.pop(occurrence)
        if step.pauses and all(o.pauses != step.pauses for o in state.open_steps.values()):
            _resume(state, step.pauses, event)
        done = DoneStep(occurrence, step.step, step.role, outcome, event.actor, event.occurred_at)
        done.by_hand = event.type is EventType.STEP_COMPLETED
        state.done_steps.append(done)
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
            _pause(state, occurrence, opened["pauses"], event)
    if event.type is EventType.CONSULTATION_REQUESTED and "pauses" in event.payload:
        _pause(state, event.payload["occurrence"], event.payload["pauses"], event)


def _pause(state: DossierState, occurrence: int, ground: dict[str, Any], event: Event) -> None:
    """Stand still while a step is open; on a ground that already holds nothing is added."""
    reason = ground["reason"]
    state.open_steps[occurrence].pauses = reason
    if all(p.reason != reason for p in state.open_pauses):
        number = len(state.pauses) + 1
        state.pauses.append(
            PauseInterval(
                number=number,
                reason=reason,
                whose=ground["whose"],
                started_at=event.occurred_at,
                on_resume=ground["on_resume"],
                ends_by=moment(ground.get("ends_by")),
            )
        )


def _resume(state: DossierState, reason: str, event: Event) -> None:
    for pause in state.open_pauses:
        if pause.reason == reason:
            pause.ended_at = event.occurred_at
            if pause.on_resume == "restart":
                state.restarts.append(event.occurred_at)


def _running_status(state: DossierState) -> Status:
    open_request = state.open_supplement
    if open_request and open_request.stage == "processing":
        return Status.AWAITING_SUPPLEMENT
    return Status.PAUSED if state.open_pauses else Status.IN_PROGRESS
