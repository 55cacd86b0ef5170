"""The read-model columns of a dossier, computed from its state alone: what `rebuild` writes and compares."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from dossiers.clock import ClockReading, moment_at_fraction, read_clock, verdict
from dossiers.clock_types import HOUR_UNITS, Verdict
from dossiers.desk_rules import DeskRules
from dossiers.duties import acceptance_since
from dossiers.planned_rungs import PlannedRung, to_store
from dossiers.reading import clock_history
from dossiers.states import RUNNING, DossierState
from dossiers.timers import next_timer
from dossiers.warning_rungs import is_moving, plan
from dossiers.working_time import local_date
from procedures.calendars import Calendar


def columns(state: DossierState, calendar: Calendar, rules: DeskRules, *, now: datetime) -> dict[str, Any]:
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
        "apologies": state.apologies,
        "body": state.body,
        "desk": state.desk,
        "acceptance_since": acceptance_since(state),
        "answer_by": state.open_supplement.answer_by if state.open_supplement else None,
        "held_until": state.held_until,
        "stop_proposed_by": state.stop_proposal.by if state.stop_proposal else None,
        "rating": state.rating,
        "clock_period": state.clock_period,
        "next_timer_at": max(timer.moment, state.held_until or timer.moment) if timer else None,
        "holder": _holder(state),
        "current_step": ",".join(sorted(o.step for o in state.open_steps.values()))[:200] or None,
    }
    reading = read_clock(state.limit, clock_history(state), calendar, now=now) if state.limit else None
    found.update(_clock_columns(state, reading, calendar, rules.due_soon_fraction))
    planned = plan(state, rules.definition, reading, calendar, rules.ladder)
    found["warning_plan"] = to_store(planned)
    found["next_warning_at"] = planned[0].moment if planned else None
    return found


def rungs_of(state: DossierState, calendar: Calendar, rules: DeskRules, *, now: datetime) -> list[PlannedRung]:
    """Every rung of a dossier that stands, the earliest first."""
    reading = read_clock(state.limit, clock_history(state), calendar, now=now) if state.limit else None
    return plan(state, rules.definition, reading, calendar, rules.ladder)


def _clock_columns(
    state: DossierState, reading: ClockReading | None, calendar: Calendar, fraction: float
) -> dict[str, Any]:
    if state.limit is None or reading is None:
        return _given(state)
    moving = is_moving(state, reading)
    running = state.status in RUNNING and not moving
    share = Fraction(fraction).limit_denominator(1000)
    soon = moment_at_fraction(state.limit, clock_history(state), calendar, share) if running else None
    return {
        "legal_due_at": None if moving else reading.legal_due_at,
        "extended_due_at": None if moving else reading.extended_due_at,
        "due_at": None if moving else reading.due_at,
        "due_on": None if moving else reading.due_on,
        "due_soon_at": min(soon, reading.due_at) if soon else None,
        "by_instant": state.limit.unit in HOUR_UNITS,
        "verdict": verdict(state.limit, reading, state.finished_at).value if state.finished_at else None,
    }


def _given(state: DossierState) -> dict[str, Any]:
    """What the other system said of the due time of an imported dossier; otherwise there is none."""
    names = ("legal_due_at", "extended_due_at", "due_at", "due_on", "due_soon_at", "verdict")
    found: dict[str, Any] = dict.fromkeys(names) | {"by_instant": False}
    given = state.origin
    if given is None or given.due_at is None or given.on_time_from is None or given.late_from is None:
        return found
    found |= {"legal_due_at": given.due_at, "due_at": given.due_at, "due_on": local_date(given.due_at)}
    found["by_instant"] = given.on_time_from == given.due_at
    if at := state.finished_at:
        in_time = Verdict.EARLY if at < given.on_time_from else Verdict.ON_TIME
        found["verdict"] = (Verdict.LATE if at >= given.late_from else in_time).value
    return found


def _holder(state: DossierState) -> str | None:
    for found in state.open_steps.values():
        if found.assignee:
            return found.assignee
    return next((o.role for o in state.open_steps.values() if o.role), None)
