"""The check of one dossier: from its ledger alone, every rung and timer that had to come, by brute force. Pure.

It walks the ledger event by event and asks, for the state that stood until the next event, what that state's plan and
its timers hold, and which of their moments lie before the end of that state. Nothing that the gate or the
sweep noted is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dossiers.events import Event, EventType
from dossiers.history import apply
from dossiers.planned_rungs import PlannedRung
from dossiers.states import MACHINE_KINDS, DossierState
from dossiers.timers import Timer, TimerKind, timers

RungKey = tuple[str, int, int]
"""Rung, number of the thing, clock period."""
PlanOf = Callable[[DossierState, datetime], Iterable[PlannedRung]]
"""Every rung that a state has ahead, as the calendars of a moment show it."""

BY_MACHINE = frozenset(
    {
        EventType.RECEIPT_ISSUED,
        EventType.RESULT_PUBLISHED,
        EventType.APPLICANT_NOTIFIED,
        EventType.LINKED_DOSSIERS_OPENED,
    }
)
SILENT_APPLICANT = "supplement_deadline_passed"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A rung as it was recorded."""

    rung: str
    number: int
    clock_period: int
    legal_moment: datetime
    recorded_at: datetime

    @property
    def key(self) -> RungKey:
        """What makes it one of a kind for a dossier."""
        return self.rung, self.number, self.clock_period


@dataclass(slots=True)
class Audit:
    """What had to come for one dossier, and what does not fit."""

    code: str = ""
    expected: dict[RungKey, datetime] = field(default_factory=dict)
    elapsed: list[Timer] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def audit(code: str, events: Sequence[Event], recorded: Iterable[Recorded], *, plan_of: PlanOf, end: datetime) -> Audit:
    """Walk a ledger up to the end of the rehearsal, then compare with the rungs recorded."""
    found = Audit(code)
    state = DossierState()
    for position, event in enumerate(events):
        before = events[position - 1] if position else None
        if before is not None and not _one_act(before, event):
            _stood_until(found, state, before, event, plan_of)
        apply(state, event)
    if events:
        _stood_to_the_end(found, state, events[-1], end, plan_of)
    _machine(found, events, state)
    _compare(found, list(recorded))
    return found


def timer_of(state: DossierState, event: Event) -> Timer | None:
    """The timer of a state whose elapsing an event records; None: no timer did that."""
    if event.actor != "system":
        return None
    kind, number = _names_timer(state, event)
    return next((t for t in timers(state) if (t.kind, t.number) == (kind, number)), None) if kind else None


def _names_timer(state: DossierState, event: Event) -> tuple[TimerKind | None, int]:
    payload = event.payload
    if event.type is EventType.CONSULTATION_DEEMED_ANSWERED:
        return TimerKind.CONSULTATION_SILENT, payload["number"]
    if event.type is EventType.WAIT_ENDED:
        return TimerKind.WAIT_OVER, payload["occurrence"]
    if event.type is EventType.CLOCK_RESUMED and payload.get("at_maximum"):
        number = next((p.number for p in state.open_pauses if p.reason == payload["reason"]), 0)
        return TimerKind.PAUSE_AT_MAXIMUM, number
    if payload.get("because") == SILENT_APPLICANT:
        return TimerKind.APPLICANT_SILENT, payload["request"]
    return None, 0


def _by_law(event: Event) -> bool:
    ended_silently = event.payload.get("because") == SILENT_APPLICANT
    named = (EventType.CONSULTATION_DEEMED_ANSWERED, EventType.WAIT_ENDED)
    return event.type in named or bool(event.payload.get("at_maximum")) or ended_silently


def _one_act(before: Event, event: Event) -> bool:
    """Whether two events were decided together: the end of a pause that stops the dossier."""
    because = str(event.payload.get("because", ""))
    return event.type is EventType.DOSSIER_STOPPED and because == f"pause:{before.payload.get('reason')}"


def _stood_until(found: Audit, state: DossierState, before: Event, event: Event, plan_of: PlanOf) -> None:
    """What a state brought about before the event that ended it."""
    first = next(iter(timers(state)), None)
    if _by_law(event):
        timer = timer_of(state, event)
        if timer is None or timer.moment != event.occurred_at:
            found.problems.append(f"revision {event.revision}: {event.type.value} without a timer of that moment")
        elif timer != first:
            found.problems.append(f"revision {event.revision}: {timer.kind.value} before its turn")
        else:
            found.elapsed.append(timer)
        _reach(found, state, before, event.occurred_at, plan_of)
        return
    if first is not None and event.type not in BY_MACHINE and first.moment <= event.occurred_at:
        found.problems.append(f"revision {event.revision}: {first.kind.value} was due before it, and did not come")
    held = state.held_until is not None and event.recorded_at < state.held_until
    until = None if held else event.recorded_at
    if event.type not in BY_MACHINE:
        until = max(until or event.occurred_at, event.occurred_at)
    if until is not None:
        _reach(found, state, before, until, plan_of)


def _stood_to_the_end(found: Audit, state: DossierState, last: Event, end: datetime, plan_of: PlanOf) -> None:
    if state.held_until is not None and end < state.held_until:
        return
    for timer in timers(state):
        if timer.moment <= end:
            found.problems.append(f"{timer.kind.value} of {timer.moment.isoformat()} did not come")
    _reach(found, state, last, end, plan_of)


def _reach(found: Audit, state: DossierState, since: Event, until: datetime, plan_of: PlanOf) -> None:
    for planned in plan_of(state, since.recorded_at):
        if planned.moment <= until:
            found.expected.setdefault(planned.key, planned.moment)


def _machine(found: Audit, events: Sequence[Event], state: DossierState) -> None:
    """Every automatic step was done exactly once."""
    done = Counter(e.payload["occurrence"] for e in events if e.type in BY_MACHINE and "occurrence" in e.payload)
    found.problems += [f"automatic step {n} was done {times} times" for n, times in done.items() if times > 1]
    left = [o.step for o in state.open_steps.values() if o.kind in MACHINE_KINDS]
    found.problems += [f"automatic step {step} was never done" for step in left]


def _compare(found: Audit, recorded: list[Recorded]) -> None:
    times = Counter(r.key for r in recorded)
    found.problems += [f"{_named(key)} was recorded {n} times" for key, n in times.items() if n > 1]
    for key, moment in found.expected.items():
        if key not in times:
            found.problems.append(f"{_named(key)} of {moment.isoformat()} is missing")
    for one in recorded:
        if one.key not in found.expected:
            found.problems.append(f"{_named(one.key)} of {one.legal_moment.isoformat()} had no ground")
        elif one.legal_moment != found.expected[one.key]:
            right = found.expected[one.key].isoformat()
            found.problems.append(f"{_named(one.key)} carries {one.legal_moment.isoformat()} instead of {right}")
        if one.recorded_at < one.legal_moment:
            found.problems.append(f"{_named(one.key)} was recorded before its moment")


def _named(key: RungKey) -> str:
    rung, number, period = key
    return f"rung {rung} (number {number}, clock period {period})"
