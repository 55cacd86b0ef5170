"""What each type of event changes in the state of a dossier: one rule a type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from dossiers.errors import BrokenLedger
from dossiers.events import Event, EventType
from dossiers.states import (
    ENDED,
    DossierState,
    ExtensionGranted,
    PauseInterval,
    Payment,
    Status,
    Supplement,
)
from procedures.limits import Limit

Rule = Callable[[DossierState, Event, dict[str, Any]], None]


def moment(text: str | None) -> datetime | None:
    """An instant back from a payload."""
    return datetime.fromisoformat(text) if text else None


def _registered(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    state.code = payload["code"]
    state.procedure = payload["procedure"]
    state.case_id = payload.get("case")
    state.province = payload["province"]
    state.commune = payload["commune"]
    state.intake_commune = payload["intake_commune"]
    state.channel = payload["channel"]
    state.applicant = payload["applicant"]
    state.documents = dict(payload.get("documents", {}))
    state.official_code = payload.get("official_code")
    state.parent = payload.get("parent")
    state.body = payload.get("body")
    state.registered_at = event.occurred_at


def _forwarded(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    state.status = Status.FORWARDED
    state.forwarded_to = payload["to"]
    state.commune = payload["to"]


def _received(state: DossierState, event: Event, _payload: dict[str, Any]) -> None:
    state.status = Status.SUBMITTED
    state.received_at_competent_body = event.occurred_at


def _accepted(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    state.status = Status.IN_PROGRESS
    state.accepted_at = event.occurred_at
    state.version = payload["version"]
    state.case_id = payload["case"]
    state.area = payload["area"]
    state.additions = tuple(payload.get("additions", ()))
    state.limit = Limit.from_payload(payload["limit"])
    state.calendar_version = payload["calendar"]
    state.clock_starts_at = moment(payload["clock_starts_at"])
    state.original_due_at = moment(payload["original_due_at"])
    state.original_due_on = date.fromisoformat(payload["original_due_on"])
    state.documents.update(payload.get("documents", {}))


def _ended_as(status: Status) -> Rule:
    def rule(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
        state.status = status
        state.ended_because = payload.get("because")
        state.stop_proposal = None
        state.closed_at = event.occurred_at
        state.open_steps.clear()
        state.arrivals.clear()
        for pause in state.open_pauses:
            pause.ended_at = event.occurred_at
        for consultation in state.open_consultations:
            consultation.answered_at = event.occurred_at
            consultation.answer = "void"

    return rule


def _handed_over(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    state.status = Status.HANDED_OVER
    state.rating = payload.get("rating", state.rating)
    state.closed_at = event.occurred_at


def _assigned(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    state.open_steps[payload["occurrence"]].assignee = payload["assignee"]


def _nothing(_state: DossierState, _event: Event, _payload: dict[str, Any]) -> None:
    """The event moves steps only."""


def _returned(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    for target in payload.get("forget_arrivals", ()):
        state.arrivals.pop(target, None)


def _receipt_issued(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    state.promised_at = state.promised_at or moment(payload["promised_at"])


def _linked_opened(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    state.linked.extend(payload["dossiers"])


def _published(state: DossierState, _event: Event, _payload: dict[str, Any]) -> None:
    state.published = True


def _supplement_requested(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    request = Supplement(
        number=payload["number"],
        stage=payload["stage"],
        requested_at=event.occurred_at,
        clock=payload["clock"],
        answer_by=moment(payload.get("answer_by")),
        when_passed=payload.get("when_passed", "nothing"),
    )
    state.supplements.append(request)
    if request.stage == "intake":
        state.status = Status.INCOMPLETE
    elif request.clock in ("pause", "restart"):
        state.pauses.append(
            PauseInterval(len(state.pauses) + 1, "supplement", "applicant", event.occurred_at, "continue")
        )


def _supplement_received(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    request = state.open_supplement
    if request is None:
        raise BrokenLedger(dossier=state.code, revision=event.revision)
    request.received_at = event.occurred_at
    state.documents.update(payload.get("documents", {}))
    if request.stage == "intake":
        state.status = Status.SUBMITTED
        return
    for pause in state.open_pauses:
        if pause.reason == "supplement":
            pause.ended_at = event.occurred_at
    if request.clock == "restart":
        state.restarts.append(event.occurred_at)


def _paused(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    state.pauses.append(
        PauseInterval(
            number=len(state.pauses) + 1,
            reason=payload["reason"],
            whose=payload["whose"],
            started_at=event.occurred_at,
            on_resume=payload["on_resume"],
            ends_by=moment(payload.get("ends_by")),
        )
    )


def _resumed(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    for pause in state.open_pauses:
        if pause.reason == payload["reason"]:
            pause.ended_at = event.occurred_at
            if pause.on_resume == "restart":
                state.restarts.append(event.occurred_at)


def _extended(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    state.extensions.append(ExtensionGranted(event.occurred_at, payload.get("amount"), moment(payload.get("until"))))
    state.promised_at = moment(payload["promised_at"])


def _calendar_applied(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    state.calendar_version = payload["calendar_after"]
    state.recounted += 1


def _version_changed(state: DossierState, _event: Event, payload: dict[str, Any]) -> None:
    state.version = payload["version_after"]
    state.limit = Limit.from_payload(payload["limit"])
    state.recounted += 1


def _paid(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    exempt = event.type is EventType.EXEMPTION_RECORDED
    state.payments.append(
        Payment(
            revision=event.revision,
            fee=payload["fee"],
            amount_vnd=payload.get("amount_vnd", 0),
            how=payload.get("how", "exempt"),
            receipt=payload.get("receipt"),
            exempt=exempt,
        )
    )


def _result_issued(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    state.status = Status.FINISHED
    state.stop_proposal = None
    state.finished_at = event.occurred_at
    state.result = payload["result"]


def _reopened(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    if state.status in ENDED - {Status.HANDED_OVER} and state.closed_at and state.accepted_at:
        state.pauses.append(
            PauseInterval(
                len(state.pauses) + 1, "closed", payload["whose"], state.closed_at, "continue", None, event.occurred_at
            )
        )
    state.status = Status.IN_PROGRESS if state.accepted_at else Status.SUBMITTED
    state.finished_at = state.closed_at = state.result = state.ended_because = None
    state.published = False
    state.open_steps.clear()
    state.arrivals.clear()
    for request in state.supplements:
        request.received_at = request.received_at or event.occurred_at
    state.reopened += 1
    state.reopened_at = event.occurred_at


def _corrected(state: DossierState, event: Event, payload: dict[str, Any]) -> None:
    what, value = payload["what"], payload.get("value")
    if what == "official_code":
        state.official_code = value
    elif what == "channel":
        state.channel = str(value)
    elif what == "clock_start":
        state.clock_starts_at = moment(value)
    elif what == "documents":
        state.documents = dict(value or {})
    elif what == "payment":
        for payment in state.payments:
            if payment.revision == payload["corrects"]:
                payment.voided = True
    else:
        raise BrokenLedger(dossier=state.code, revision=event.revision)


RULES: dict[EventType, Rule] = {
    EventType.SUBMISSION_REGISTERED: _registered,
    EventType.DOSSIER_FORWARDED: _forwarded,
    EventType.RECEIVED_AT_COMPETENT_BODY: _received,
    EventType.DOSSIER_ACCEPTED: _accepted,
    EventType.DOSSIER_REFUSED: _ended_as(Status.REFUSED),
    EventType.STEP_ASSIGNED: _assigned,
    EventType.STEP_COMPLETED: _nothing,
    EventType.RETURNED_TO_STEP: _returned,
    EventType.RECEIPT_ISSUED: _receipt_issued,
    EventType.APPLICANT_NOTIFIED: _nothing,
    EventType.LINKED_DOSSIERS_OPENED: _linked_opened,
    EventType.RESULT_PUBLISHED: _published,
    EventType.SUPPLEMENT_REQUESTED: _supplement_requested,
    EventType.SUPPLEMENT_RECEIVED: _supplement_received,
    EventType.CLOCK_PAUSED: _paused,
    EventType.CLOCK_RESUMED: _resumed,
    EventType.DEADLINE_EXTENDED: _extended,
    EventType.CALENDAR_APPLIED: _calendar_applied,
    EventType.VERSION_CHANGED: _version_changed,
    EventType.WAIT_ENDED: _nothing,
    EventType.PAYMENT_RECORDED: _paid,
    EventType.EXEMPTION_RECORDED: _paid,
    EventType.RESULT_ISSUED: _result_issued,
    EventType.RESULT_HANDED_OVER: _handed_over,
    EventType.DOSSIER_WITHDRAWN: _ended_as(Status.WITHDRAWN),
    EventType.DOSSIER_STOPPED: _ended_as(Status.STOPPED),
    EventType.DOSSIER_REOPENED: _reopened,
    EventType.CORRECTION_MADE: _corrected,
}
