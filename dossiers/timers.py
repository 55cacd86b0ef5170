"""Legal timers: what happens by law when nobody acts, and at which moment. Never the moment at which we noticed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dossiers.states import BEFORE_ACCEPTANCE, RUNNING, DossierState


class TimerKind(StrEnum):
    """What can elapse."""

    CONSULTATION_SILENT = "consultation_silent"
    APPLICANT_SILENT = "applicant_silent"
    PAUSE_AT_MAXIMUM = "pause_at_maximum"
    WAIT_OVER = "wait_over"


@dataclass(frozen=True, order=True, slots=True)
class Timer:
    """A legal moment and what elapses at it. `number` names the consultation, request, pause or step occurrence."""

    moment: datetime
    kind: TimerKind
    number: int


def timers(state: DossierState) -> list[Timer]:
    """All timers that run for a dossier, the earliest first."""
    if state.status not in RUNNING | BEFORE_ACCEPTANCE:
        return []
    found = [
        Timer(c.answer_by, TimerKind.CONSULTATION_SILENT, c.number) for c in state.open_consultations if c.on_silence
    ]
    request = state.open_supplement
    if request and request.answer_by and request.when_passed != "nothing":
        found.append(Timer(request.answer_by, TimerKind.APPLICANT_SILENT, request.number))
    found += [Timer(p.ends_by, TimerKind.PAUSE_AT_MAXIMUM, p.number) for p in state.open_pauses if p.ends_by]
    found += [
        Timer(o.time_up_at, TimerKind.WAIT_OVER, o.occurrence)
        for o in state.open_steps.values()
        if o.time_up_at is not None
    ]
    return sorted(found)


def next_timer(state: DossierState) -> Timer | None:
    """The timer that elapses first, or None."""
    running = timers(state)
    return running[0] if running else None
