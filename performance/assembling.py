"""The facts of a dossier put together from its state and from what its events alone tell. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dossiers.clock import read_clock
from dossiers.clock_rules import count
from dossiers.clock_types import HOUR_UNITS
from dossiers.reading import clock_history
from dossiers.states import DossierState, PauseInterval, Status
from dossiers.warning_rungs import is_moving
from dossiers.working_time import MINUTE, OfficeTime, office_time, to_local
from performance.delays import delay
from performance.dues import Due, due, moved
from performance.fact_types import EndKind, Facts, Yardstick
from performance.tracing import Trace, backdated_minutes
from procedures.limits import Limit, Unit

ELECTRONIC = frozenset({"electronic", "from_database"})
"""Forms in which a document comes without paper."""
PAID_ONLINE = frozenset({"online"})
"""Ways of paying that count as online. A bank transfer may be made at the counter, so it does not (unverified)."""


def assemble(trace: Trace) -> Facts:
    """The facts as known after the events traced.

    Raises:
        NoCalendar: a day is not covered by the calendar.
    """
    state = trace.state
    assert state.registered_at is not None
    ended_at, end_kind = _end(state)
    values: dict[str, Any] = {
        "procedure": state.procedure,
        "field": trace.law.field,
        "case_id": state.case_id,
        "province": state.province,
        "commune": _commune(state),
        "intake_commune": state.intake_commune,
        "non_boundary": state.intake_commune != state.commune,
        "forwarded": state.forwarded_to is not None,
        "channel": state.channel,
        "parent": state.parent,
        "linked_parts": len(state.linked),
        "body": state.body,
        "unit": state.origin.unit if state.origin else None,
        "registered_at": state.registered_at,
        "acceptance_due_at": trace.acceptance_due_at,
        "accepted_at": state.accepted_at,
        "clock_starts_at": state.clock_starts_at,
        "finished_at": state.finished_at,
        "ended_at": ended_at,
        "end_kind": end_kind,
        "handed_over_at": state.closed_at if state.status is Status.HANDED_OVER else None,
        "ended_because": state.ended_because,
        "rating": state.rating,
        "reopened": state.reopened,
        "reopened_at": state.reopened_at,
        **_clock(trace, ended_at),
        **_supplements(trace),
        **_people(trace),
        **_papers(trace),
    }
    return Facts(**values)


def _commune(state: DossierState) -> str:
    """Whose staff has it, as `dossiers.work.desk` has it."""
    never_left = state.forwarded_to is None and state.received_at_competent_body is None
    return state.intake_commune if never_left else state.commune


def _end(state: DossierState) -> tuple[datetime | None, str | None]:
    if state.finished_at is not None:
        return state.finished_at, EndKind.ISSUED.value
    if state.closed_at is None:
        return None, None
    if state.status is Status.REFUSED:
        kind = EndKind.REFUSED if state.accepted_at else EndKind.REFUSED_AT_INTAKE
        return state.closed_at, kind.value
    return state.closed_at, (EndKind.WITHDRAWN if state.status is Status.WITHDRAWN else EndKind.STOPPED).value


def _clock(trace: Trace, ended_at: datetime | None) -> dict[str, Any]:
    state, limit = trace.state, trace.state.limit
    found: dict[str, Any] = {
        "limit_unit": limit.unit.value if limit else None,
        "by_instant": limit is not None and limit.unit in HOUR_UNITS,
        "same_day": limit is not None and limit.unit is Unit.SAME_DAY,
        "additions": len(state.additions),
        "restarts": len(state.restarts),
        "extensions": len(state.extensions),
        "apologies": state.apologies,
        "apology_at": trace.apology_at,
        "apology_in_time": trace.apology_in_time,
        "pauses_near_due": trace.pauses_near_due,
        "pauses_after_due": trace.pauses_after_due,
        "pause_near_due_by": trace.pause_near_due_by,
    }
    if limit is None:
        return found | _due_columns(dict.fromkeys(Yardstick, _given(state))) | _USED_NOTHING | _by_instant(state)
    return found | _USED_NOTHING | _used(trace, limit, ended_at)


def _given(state: DossierState) -> Due:
    """The due time that another system gave: it is taken by every yardstick, for there is nothing else."""
    given = state.origin
    return Due(given.due_at, given.on_time_from, given.late_from) if given else Due()


def _by_instant(state: DossierState) -> dict[str, Any]:
    given = state.origin
    return {"by_instant": given is not None and given.due_at is not None and given.due_at == given.on_time_from}


def _used(trace: Trace, limit: Limit, ended_at: datetime | None) -> dict[str, Any]:
    """Due times and time used of an accepted dossier."""
    state, hourly = trace.state, limit.unit in HOUR_UNITS
    assert state.clock_starts_at is not None
    assert state.last_occurred_at is not None
    office = office_time(trace.law.calendar_of(state))
    reading = read_clock(limit, clock_history(state), office.calendar, now=ended_at or state.last_occurred_at)
    moving = is_moving(state, reading)
    legal = due(None if moving else reading.legal_due_at, by_instant=hourly)
    dues = {
        Yardstick.ORIGINAL_DUE: due(state.original_due_at, by_instant=hourly),
        Yardstick.LEGAL_DUE: legal,
        Yardstick.EXTENDED_DUE: due(None if moving else reading.due_at, by_instant=hourly),
        Yardstick.PROMISED: due(state.promised_at, by_instant=hourly),
        **_less_supplement(trace, limit, office),
    }
    whole = count(limit, to_local(state.clock_starts_at), (), office)
    found: dict[str, Any] = _due_columns(dues) | {
        "allowed_minutes": whole.used_until(whole.end) // MINUTE,
        "paused_minutes": _office_minutes([(p.started_at, p.ended_at) for p in state.pauses], office),
    }
    if ended_at is None:
        return found
    return found | {
        "used_minutes": reading.used_minutes,
        "working_minutes": _worked(state, ended_at, office),
        **_delay(trace, reading.legal_due_at, legal.late_from, ended_at, office),
    }


_USED_NOTHING: dict[str, int | None] = {
    "allowed_minutes": None,
    "used_minutes": None,
    "working_minutes": None,
    "paused_minutes": 0,
    "late_minutes": None,
    "late_minutes_commune": None,
    "late_minutes_other_agency": None,
    "late_minutes_applicant": None,
}


def _due_columns(dues: dict[Yardstick, Due]) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    for yardstick, one in dues.items():
        name = yardstick.value
        found[f"{name}_at"] = one.at
        found[f"{name}_on_time_from"] = one.on_time_from
        found[f"{name}_late_from"] = one.late_from
    return found


def _less_supplement(trace: Trace, limit: Limit, office: OfficeTime) -> dict[Yardstick, Due]:
    state, hourly = trace.state, limit.unit in HOUR_UNITS
    waits = [
        (s.requested_at, s.received_at)
        for s in state.supplements
        if s.stage == "processing" and s.received_at is not None
    ]
    since = trace.promised_since
    later = [(max(a, since), b) for a, b in waits if since is not None and b > since]
    promised = moved(state.promised_at, later, limit, office) if state.promised_at else None
    limited = moved(state.original_due_at, waits, limit, office) if state.original_due_at else None
    return {
        Yardstick.PROMISE_LESS_SUPPLEMENT: due(promised, by_instant=hourly),
        Yardstick.LIMIT_LESS_SUPPLEMENT: due(limited, by_instant=hourly),
    }


def _delay(
    trace: Trace, legal_due_at: datetime, late_from: datetime | None, ended_at: datetime, office: OfficeTime
) -> dict[str, int]:
    names = ("late_minutes", "late_minutes_commune", "late_minutes_other_agency", "late_minutes_applicant")
    if late_from is None or ended_at < late_from:
        return dict.fromkeys(names, 0)
    waited = trace.waits.values()
    found = delay(trace.state, waited, legal_due_at=legal_due_at, until=ended_at, office=office)
    return dict(zip(names, (found.minutes, found.commune, found.other_agency, found.applicant), strict=True))


def _worked(state: DossierState, ended_at: datetime, office: OfficeTime) -> int:
    start = state.clock_starts_at or ended_at
    still = [(max(p.started_at, start), p.ended_at) for p in state.pauses if _has_length(p, start)]
    return max(0, _office_minutes([(start, ended_at)], office) - _office_minutes(still, office))


def _has_length(pause: PauseInterval, start: datetime) -> bool:
    return pause.ended_at is not None and pause.ended_at > max(pause.started_at, start)


def _office_minutes(spans: list[tuple[datetime, datetime | None]], office: OfficeTime) -> int:
    """Office minutes in spans, overlaps once, those without an end not at all."""
    total, reached = 0, 0
    for start, end in sorted((a, b) for a, b in spans if b is not None):
        first, last = max(office.position(to_local(start)), reached), office.position(to_local(end))
        total += max(0, last - first)
        reached = max(reached, last)
    return total // MINUTE


def _supplements(trace: Trace) -> dict[str, Any]:
    requests = trace.state.supplements
    first, last = (requests[0], requests[-1]) if requests else (None, None)
    answered = [(s.requested_at, s.received_at) for s in requests if s.stage == "processing"]
    return {
        "supplement_count": len(requests),
        "first_supplement_at": first.requested_at if first else None,
        "first_supplement_received_at": first.received_at if first else None,
        "second_supplement_at": requests[1].requested_at if len(requests) > 1 else None,
        "last_supplement_at": last.requested_at if last else None,
        "last_supplement_received_at": last.received_at if last else None,
        "supplement_late": trace.supplement_late,
        "supplement_minutes": _office_minutes(answered, office_time(trace.law.calendar_of(trace.state)))
        if answered
        else 0,
    }


def _people(trace: Trace) -> dict[str, Any]:
    state, result = trace.state, trace.result
    appraised = [d for d in state.done_steps if d.role == "case_officer" and d.by_hand]
    signed = [d for d in state.done_steps if d.role == "signatory" and d.by_hand]
    assigned = [o.assignee for o in state.open_steps.values() if o.role == "case_officer" and o.assignee]
    definition = trace.law.definition_of(state)
    signs = definition is not None and any(s.role == "signatory" and s.does is None for s in definition.steps)
    signed_at = signed[-1].at if signed else None
    return {
        "receiver": trace.receiver,
        "case_officer": appraised[-1].actor
        if appraised
        else next(iter(assigned), state.origin.officer if state.origin else None),
        "case_officers": len({d.actor for d in appraised}),
        "signer": signed[-1].actor if signed else None,
        "signed_at": signed_at,
        "closed_before_signature": state.finished_at is not None
        and signs
        and (signed_at is None or signed_at > state.finished_at),
        "result_recorded_at": result.recorded_at if result else None,
        "result_recorded_by": result.actor if result else None,
        "result_after_hours": result is not None and _after_hours(trace, result.recorded_at),
        "result_backdated_minutes": backdated_minutes(result) if result else 0,
        "receipt_backdated_minutes": trace.receipt_backdated_minutes,
    }


def _after_hours(trace: Trace, at: datetime) -> bool:
    """Whether the office was closed at that minute; its closing minute still counts as open."""
    office, local = office_time(trace.law.calendar_of(trace.state)), to_local(at)
    before = local - MINUTE
    return office.position(local + MINUTE) == office.position(before)


def _papers(trace: Trace) -> dict[str, Any]:
    state = trace.state
    paid = [p for p in state.payments if not p.voided and not p.exempt]
    online = sum(p.how in PAID_ONLINE for p in paid)
    electronic = all(form in ELECTRONIC for form in state.documents.values())
    handed_over = trace.how_handed_over == "electronic"
    return {
        "documents_electronic": electronic,
        "payments_online": online,
        "payments_direct": len(paid) - online,
        "fully_electronic": state.channel == "online" and electronic and online == len(paid) and handed_over,
    }
