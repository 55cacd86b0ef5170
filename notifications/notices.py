"""Every notice, and what it has to say about an event. Pure: facts in, facts out; the wording is in `templates/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dossiers.history_rules import moment
from dossiers.states import DossierState
from procedures.schema import Definition


class Notice(StrEnum):
    """Everything that we tell somebody: applicants first, then consulted bodies, then colleagues."""

    RECEIPT = "receipt"
    SUPPLEMENT_REQUEST = "supplement_request"
    PROGRESS = "progress"
    APOLOGY = "apology"
    """The deadline was extended."""
    RESULT_READY = "result_ready"
    REFUSAL = "refusal"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    ANSWER_REMINDER = "answer_reminder"
    """The time to complete the dossier runs out."""
    CONSULTATION_ASKED = "consultation_asked"
    CONSULTATION_REMINDER = "consultation_reminder"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    SUPPLEMENT_RECEIVED = "supplement_received"
    CONSULTATION_ANSWERED = "consultation_answered"
    STOP_PROPOSED = "stop_proposed"
    STOP_DECLINED = "stop_declined"
    WARNING = "warning"
    """One rung of the warning ladder."""
    DIGEST = "digest"
    """Everything that waited, of all dossiers."""


TO_APPLICANTS = frozenset(
    {
        Notice.RECEIPT,
        Notice.SUPPLEMENT_REQUEST,
        Notice.PROGRESS,
        Notice.APOLOGY,
        Notice.RESULT_READY,
        Notice.REFUSAL,
        Notice.STOPPED,
        Notice.WITHDRAWN,
        Notice.ANSWER_REMINDER,
    }
)
"""Notices in the frame of a letter from the public service centre."""


@dataclass(frozen=True, slots=True)
class Place:
    """A commune as sentences name it: `phường Hạc Thành`, `tỉnh Thanh Hóa`."""

    commune: str
    province: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """What happened, with what was known right after it. Later events do not change it."""

    state: DossierState
    definition: Definition
    office: Place
    """Where the dossier was when it happened: the office that speaks."""
    occurred_at: datetime
    payload: Mapping[str, Any]
    """The event's payload with its free texts in plain; None for one that was erased."""


def facts(notice: Notice, occasion: Occasion, language: str) -> dict[str, Any]:
    """Everything that the notice's template may use beside the recipient."""
    state = occasion.state
    return {
        "dossier_code": state.code,
        "official_code": state.official_code,
        "procedure": occasion.definition.names.in_language(language),
        "office": occasion.office,
        "occurred_at": occasion.occurred_at,
        **DETAILS[notice](occasion, language),
    }


def with_texts(payload: Any, texts: Mapping[str, str | None]) -> Any:
    """The payload with each reference to a free text replaced by the text, or by None where it is gone."""
    if isinstance(payload, dict):
        if payload.keys() == {"text", "hmac"}:
            return texts.get(payload["text"])
        return {key: with_texts(value, texts) for key, value in payload.items()}
    if isinstance(payload, list):
        return [with_texts(value, texts) for value in payload]
    return payload


def text_ids(payload: Any) -> set[str]:
    """The ids of all free texts that a payload refers to."""
    if isinstance(payload, dict):
        if payload.keys() == {"text", "hmac"}:
            return {payload["text"]}
        return set().union(*map(text_ids, payload.values()))
    return set().union(*map(text_ids, payload)) if isinstance(payload, list) else set()


def _receipt(occasion: Occasion, _language: str) -> dict[str, Any]:
    received = occasion.state.clock_starts_at or occasion.state.accepted_at
    return {"received_at": received, "promised_at": moment(occasion.payload["promised_at"])}


def _supplement_request(occasion: Occasion, language: str) -> dict[str, Any]:
    names = {d.id: d.names.in_language(language) for d in occasion.definition.documents}
    return {
        "items": [
            {
                "document": names.get(item.get("document", "")),
                "problem": item["problem"],
                "guidance": item.get("guidance"),
            }
            for item in occasion.payload["items"]
        ],
        "answer_by": moment(occasion.payload.get("answer_by")),
        "when_passed": occasion.payload.get("when_passed", "nothing"),
    }


def _progress(occasion: Occasion, language: str) -> dict[str, Any]:
    opened = [one["step"] for one in occasion.payload.get("opens", ())]
    return {
        "next_steps": [occasion.definition.step(step).names.in_language(language) for step in opened],
        "promised_at": occasion.state.promised_at,
    }


def _apology(occasion: Occasion, _language: str) -> dict[str, Any]:
    payload = occasion.payload
    return {
        "apology": payload["apology"],
        "reason": payload["reason"],
        "due_before": moment(payload["due_before"]),
        "promised_at": moment(payload["promised_at"]),
    }


def _result_ready(occasion: Occasion, language: str) -> dict[str, Any]:
    found = [r for r in occasion.definition.results if r.id == occasion.state.result]
    return {"result": found[0].names.in_language(language) if found else None}


def _ended(occasion: Occasion, language: str) -> dict[str, Any]:
    because = str(occasion.payload.get("because", ""))
    pause = occasion.definition.pause(because.removeprefix("pause:")) if because.startswith("pause:") else None
    return {
        "supplement_too_late": because == "supplement_deadline_passed",
        "pause": pause.names.in_language(language) if pause else None,
        "reason": occasion.payload.get("reason"),
        "legal_ground": occasion.payload.get("legal_ground"),
    }


def _steps(occasion: Occasion, language: str) -> dict[str, Any]:
    """The steps that the event opened or assigned; else all that are open."""
    payload, state = occasion.payload, occasion.state
    opened = [one["step"] for one in payload.get("opens", ())]
    assigned = state.open_steps.get(payload["occurrence"]) if "assignee" in payload else None
    ids = [assigned.step] if assigned else opened or [o.step for o in state.open_steps.values() if o.role]
    return {
        "steps": [occasion.definition.step(i).names.in_language(language) for i in dict.fromkeys(ids)],
        "promised_at": state.promised_at,
    }


def _asked(occasion: Occasion, _language: str) -> dict[str, Any]:
    asked = occasion.payload["consultations"]
    return {
        "answer_by": moment(asked[0]["answer_by"]),
        "on_silence": occasion.payload.get("on_silence"),
        "numbers": [one["number"] for one in asked],
    }


def _answered(occasion: Occasion, language: str) -> dict[str, Any]:
    payload = occasion.payload
    found = occasion.state.consultations.get(payload["number"])
    return {
        "body": found.body if found else payload.get("body", ""),
        "deemed": bool(found and found.deemed and not payload.get("late")),
        "late": bool(payload.get("late")),
        **_steps(occasion, language),
    }


def _stop(occasion: Occasion, _language: str) -> dict[str, Any]:
    return {"legal_ground": occasion.payload.get("legal_ground")}


DETAILS: dict[Notice, Callable[[Occasion, str], dict[str, Any]]] = {
    Notice.RECEIPT: _receipt,
    Notice.SUPPLEMENT_REQUEST: _supplement_request,
    Notice.PROGRESS: _progress,
    Notice.APOLOGY: _apology,
    Notice.RESULT_READY: _result_ready,
    Notice.REFUSAL: _ended,
    Notice.STOPPED: _ended,
    Notice.WITHDRAWN: _ended,
    Notice.ASSIGNED: _steps,
    Notice.RETURNED: _steps,
    Notice.SUPPLEMENT_RECEIVED: _steps,
    Notice.CONSULTATION_ASKED: _asked,
    Notice.CONSULTATION_ANSWERED: _answered,
    Notice.STOP_PROPOSED: _stop,
    Notice.STOP_DECLINED: _stop,
}
