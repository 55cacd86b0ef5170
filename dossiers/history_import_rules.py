"""What events from other systems make of a dossier: imported to be counted, or taken over to be gone on with."""

from __future__ import annotations

from datetime import date
from typing import Any

from dossiers.events import Event, EventType
from dossiers.history_rules import Rule, moment
from dossiers.states import DossierState, Origin, Status
from procedures.limits import Limit

ENDS = {
    "issued": Status.FINISHED,
    "handed_over": Status.HANDED_OVER,
    "refused": Status.REFUSED,
    "withdrawn": Status.WITHDRAWN,
    "stopped": Status.STOPPED,
}
"""The state that an end in the other system is here."""


def _from_elsewhere(state: DossierState, event: Event, payload: dict[str, Any], *, live: bool) -> None:
    state.code = payload["code"]
    state.applicant = payload.get("applicant", {})
    state.origin = Origin(payload["source"], payload["key"], event.revision, live)
    _facts(state, event, payload["facts"])


def _imported(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    _from_elsewhere(state, event, payload, live=False)


def _taken_over(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    _from_elsewhere(state, event, payload, live=True)
    state.version = payload.get("version", 0)
    state.area = payload.get("area")
    state.period_started_at = event.occurred_at  # what the ladder would have said before, the other system said


def _updated(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    assert state.origin is not None
    state.origin.revision = event.revision
    state.version = payload.get("version", state.version)
    state.area = payload.get("area", state.area)
    _facts(state, event, payload["facts"])


def _facts(state: DossierState, event: Event, facts: dict[str, Any]) -> None:
    """Everything that the other system says, as it says it now."""
    assert state.origin is not None
    origin = state.origin
    state.procedure, state.case_id = facts["procedure"], facts.get("case")
    state.province, state.commune = facts["province"], facts["commune"]
    state.intake_commune, state.channel = facts["commune"], facts["channel"]
    state.official_code = facts.get("official_code")
    state.registered_at = moment(facts["registered_at"])
    state.accepted_at = moment(facts.get("accepted_at"))
    origin.unit, origin.officer = facts.get("unit"), facts.get("officer")
    given = facts.get("due") or {}
    origin.due_at = moment(given.get("at"))
    origin.on_time_from, origin.late_from = moment(given.get("on_time_from")), moment(given.get("late_from"))
    _clock(state, facts)
    _standing(state, event, facts)


def _clock(state: DossierState, facts: dict[str, Any]) -> None:
    counted, given = facts.get("counted"), facts.get("due") or {}
    state.limit = Limit.from_payload(counted["limit"]) if counted else None
    state.calendar_version = counted["calendar"] if counted else None
    state.clock_starts_at = moment(counted["clock_starts_at"]) if counted else state.accepted_at
    state.original_due_at = moment(counted["original_due_at"]) if counted else moment(given.get("at"))
    due_on = counted["original_due_on"] if counted else None
    state.original_due_on = date.fromisoformat(due_on) if due_on else None
    state.promised_at = moment(facts.get("promised_at"))


def _standing(state: DossierState, event: Event, facts: dict[str, Any]) -> None:
    end, ended_at = facts.get("end_kind"), moment(facts.get("ended_at"))
    state.finished_at = state.closed_at = state.result = None
    if ended_at is None or end is None:
        state.status = Status.IN_PROGRESS if state.accepted_at else Status.SUBMITTED
        return
    state.status = ENDS[end]
    for pause in state.open_pauses:
        pause.ended_at = event.occurred_at
    if state.status in (Status.FINISHED, Status.HANDED_OVER):
        state.finished_at = ended_at
    if state.status is not Status.FINISHED:
        state.closed_at = moment(facts.get("handed_over_at")) or ended_at


IMPORT_RULES: dict[EventType, Rule] = {
    EventType.DOSSIER_IMPORTED: _imported,
    EventType.DOSSIER_TAKEN_OVER: _taken_over,
    EventType.IMPORT_UPDATED: _updated,
}
