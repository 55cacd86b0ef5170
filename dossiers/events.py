"""Past-tense facts of a dossier, and the chain of hashes that binds them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
"""The previous hash of a dossier's first event."""


class EventType(StrEnum):
    """Everything that can have happened to a dossier."""

    SUBMISSION_REGISTERED = "SubmissionRegistered"
    DOSSIER_FORWARDED = "DossierForwarded"
    RECEIVED_AT_COMPETENT_BODY = "ReceivedAtCompetentBody"
    DOSSIER_ACCEPTED = "DossierAccepted"
    DOSSIER_REFUSED = "DossierRefused"
    STEP_ASSIGNED = "StepAssigned"
    STEP_COMPLETED = "StepCompleted"
    RETURNED_TO_STEP = "ReturnedToStep"
    RECEIPT_ISSUED = "ReceiptIssued"
    APPLICANT_NOTIFIED = "ApplicantNotified"
    LINKED_DOSSIERS_OPENED = "LinkedDossiersOpened"
    RESULT_PUBLISHED = "ResultPublished"
    SUPPLEMENT_REQUESTED = "SupplementRequested"
    SUPPLEMENT_RECEIVED = "SupplementReceived"
    CLOCK_PAUSED = "ClockPaused"
    CLOCK_RESUMED = "ClockResumed"
    DEADLINE_EXTENDED = "DeadlineExtended"
    APOLOGY_SENT = "ApologySent"
    CALENDAR_APPLIED = "CalendarApplied"
    VERSION_CHANGED = "VersionChanged"
    CONSULTATION_REQUESTED = "ConsultationRequested"
    CONSULTATION_ANSWERED = "ConsultationAnswered"
    CONSULTATION_DEEMED_ANSWERED = "ConsultationDeemedAnswered"
    WAIT_ENDED = "WaitEnded"
    PAYMENT_RECORDED = "PaymentRecorded"
    EXEMPTION_RECORDED = "ExemptionRecorded"
    RESULT_ISSUED = "ResultIssued"
    RESULT_HANDED_OVER = "ResultHandedOver"
    DOSSIER_WITHDRAWN = "DossierWithdrawn"
    STOP_PROPOSED = "StopProposed"
    STOP_DECLINED = "StopDeclined"
    DOSSIER_STOPPED = "DossierStopped"
    DOSSIER_REOPENED = "DossierReopened"
    CORRECTION_MADE = "CorrectionMade"
    DOCUMENT_STORED = "DocumentStored"
    DOCUMENT_REMOVED = "DocumentRemoved"
    SLIP_ISSUED = "SlipIssued"
    RATING_GIVEN = "RatingGiven"
    DOSSIER_IMPORTED = "DossierImported"
    DOSSIER_TAKEN_OVER = "DossierTakenOver"
    IMPORT_UPDATED = "ImportUpdated"


BESIDE_THE_WORK = frozenset(
    {EventType.DOCUMENT_STORED, EventType.DOCUMENT_REMOVED, EventType.SLIP_ISSUED, EventType.RATING_GIVEN}
)
"""Events that change nothing of what anybody may do: they make no officer's view of the dossier stale."""


@dataclass(frozen=True, slots=True)
class FreeText:
    """A free text inside a payload. The gate stores it beside the ledger and puts its HMAC in its place."""

    text: str


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact that an action has decided, not yet recorded."""

    type: EventType
    payload: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    """The legal moment; None: the moment of the action."""
    actor: str | None = None
    """None: the actor of the action."""


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded fact. `occurred_at` is legal time, `recorded_at` system time."""

    revision: int
    type: EventType
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    payload: dict[str, Any]
    previous_hash: str
    hash: str


def instant(at: datetime) -> str:
    """An instant as UTC text with microseconds, the one spelling used in payloads and hashes."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: equal values give equal text. Floats are refused."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no one spelling: write a decimal as text")
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)


def chain_hash(
    *,
    dossier_code: str,
    revision: int,
    type: str,
    occurred_at: datetime,
    recorded_at: datetime,
    actor: str,
    payload: dict[str, Any],
    previous_hash: str,
) -> str:
    """SHA-256 (hex) of an event together with the hash of the one before it."""
    text = canonical(
        {
            "dossier": dossier_code,
            "revision": revision,
            "type": str(type),
            "occurred_at": instant(occurred_at),
            "recorded_at": instant(recorded_at),
            "actor": actor,
            "payload": payload,
            "previous": previous_hash,
        }
    )
    return hashlib.sha256(text.encode()).hexdigest()
