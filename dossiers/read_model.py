"""The read-model columns of a dossier, computed from its state alone: what `rebuild` writes and compares."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dossiers.clock import read_clock, verdict
from dossiers.clock_types import HOUR_UNITS
from dossiers.reading import clock_history
from dossiers.states import DossierState
from dossiers.timers import next_timer
from dossiers.warning_rungs import rungs
from procedures.calendars import Calendar


def columns(state: DossierState, calendar: Calendar, *, now: datetime, due_soon_fraction: float) -> dict[str, Any]:
    """Every derived column of the dossier's row.

    `due_at` and `due_on` are empty while the clock stands still before its end, because they move then.
    """
    timer = next_timer(state)
    found: dict[str, Any] = {
        "official_code": state.official_code,
        "procedure": state.procedure,
        "version": state.version,
        "case_id": state.case_id,
        "province": state.province,
        "commune": state.commune,
        "intake_commune": state.intake_commune,
        "channel": state.channel,
        "status": state.status.value,
        "revision": state.revision,
        "head_hash": state.head_hash,
        "applicant_id": state.applicant.get("id"),
        "parent": state.parent,
        "registered_at": state.registered_at,
        "accepted_at": state.accepted_at,
        "clock_starts_at": state.clock_starts_at,
        "original_due_at": state.original_due_at,
        "promised_at": state.promised_at,
        "finished_at": state.finished_at,
        "closed_at": state.closed_at,
        "supplement_requests": len(state.supplements),
        "extensions": len(state.extensions),
        "clock_period": state.clock_period,
        "next_timer_at": max(timer.moment, state.held_until or timer.moment) if timer else None,
        "holder": _holder(state),
        "current_step": ",".join(sorted(o.step for o in state.open_steps.values()))[:200] or None,
    }
    found.update(_clock_columns(state, calendar, now, due_soon_fraction))
    return found


def _clock_columns(state: DossierState, calendar: Calendar, now: datetime, fraction: float) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(
        ("legal_due_at", "extended_due_at", "due_at", "due_on", "verdict", "next_warning_at")
    )
    empty["by_instant"] = False
    if state.limit is None:
        return empty
    reading = read_clock(state.limit, clock_history(state), calendar, now=now)
    moving = (
        reading.paused and bool(state.open_pauses) and reading.due_at >= min(p.started_at for p in state.open_pauses)
    )
    steps = rungs(state, reading, calendar, due_soon_fraction=fraction)
    return {
        "legal_due_at": None if moving else reading.legal_due_at,
        "extended_due_at": None if moving else reading.extended_due_at,
        "due_at": None if moving else reading.due_at,
        "due_on": None if moving else reading.due_on,
        "by_instant": state.limit.unit in HOUR_UNITS,
        "verdict": verdict(state.limit, reading, state.finished_at).value if state.finished_at else None,
        "next_warning_at": steps[0][1] if steps else None,
    }


def _holder(state: DossierState) -> str | None:
    for found in state.open_steps.values():
        if found.assignee:
            return found.assignee
    return next((o.role for o in state.open_steps.values() if o.role), None)
