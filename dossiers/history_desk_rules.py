"""What the events of a desk change beside the way of a dossier: consultations, stops proposed, papers, a rating."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dossiers.events import Event, EventType
from dossiers.history_rules import Rule, moment
from dossiers.states import Consultation, DossierState, IssuedSlip, StopProposal, StoredDocument


def _stop_proposed(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    state.stop_proposal = StopProposal(
        event.revision, event.actor, event.occurred_at, payload.get("reason"), payload.get("legal_ground")
    )


def _stop_declined(state: DossierState, _event: Event, _payload: dict[str, Any]) -> None:
    state.stop_proposal = None


def _consulted(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    for asked in payload["consultations"]:
        state.consultations[asked["number"]] = Consultation(
            number=asked["number"],
            body=asked["body"],
            occurrence=payload.get("occurrence"),
            asked_at=event.occurred_at,
            answer_by=datetime.fromisoformat(asked["answer_by"]),
            on_silence=payload.get("on_silence"),
        )


def _answered(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    consultation = state.consultations[payload["number"]]
    if payload.get("late"):
        consultation.late_at, consultation.late_answer = event.occurred_at, payload["answer"]
        return
    consultation.answered_at = event.occurred_at
    consultation.answer = payload["answer"]
    consultation.deemed = event.type is EventType.CONSULTATION_DEEMED_ANSWERED


def _apologised(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    state.apologised.append(event.occurred_at)
    state.promised_at = moment(payload["promised_at"])


def _document_stored(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    name = payload["id"]
    state.stored[name] = StoredDocument(name, payload["sha256"], payload.get("document"))


def _document_removed(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    state.stored[payload["id"]].removed = True


def _slip_issued(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    of = payload.get("of_revision")
    state.slips.append(
        IssuedSlip(payload["form"], payload["number"], payload["year"], payload["paper"], payload["sha256"], of)
    )


def _rated(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    state.rating = payload["rating"]


DESK_RULES: dict[EventType, Rule] = {
    EventType.CONSULTATION_REQUESTED: _consulted,
    EventType.CONSULTATION_ANSWERED: _answered,
    EventType.CONSULTATION_DEEMED_ANSWERED: _answered,
    EventType.STOP_PROPOSED: _stop_proposed,
    EventType.STOP_DECLINED: _stop_declined,
    EventType.APOLOGY_SENT: _apologised,
    EventType.DOCUMENT_STORED: _document_stored,
    EventType.DOCUMENT_REMOVED: _document_removed,
    EventType.SLIP_ISSUED: _slip_issued,
    EventType.RATING_GIVEN: _rated,
}
