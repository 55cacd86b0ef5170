"""What the events of a desk change beside the way of a dossier: stops proposed, documents, slips, a rating."""

from __future__ import annotations

from typing import Any

from dossiers.events import Event, EventType
from dossiers.history_rules import Rule
from dossiers.states import DossierState, IssuedSlip, StopProposal, StoredDocument


def _stop_proposed(state: DossierState, event: Event, _payload: dict[str, Any]) -> None:
    state.stop_proposal = StopProposal(event.revision, event.actor, event.occurred_at)


def _stop_declined(state: DossierState, _event: Event, _payload: dict[str, Any]) -> None:
    state.stop_proposal = None


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
    EventType.STOP_PROPOSED: _stop_proposed,
    EventType.STOP_DECLINED: _stop_declined,
    EventType.DOCUMENT_STORED: _document_stored,
    EventType.DOCUMENT_REMOVED: _document_removed,
    EventType.SLIP_ISSUED: _slip_issued,
    EventType.RATING_GIVEN: _rated,
}
