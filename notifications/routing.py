"""From what happened to whom we tell: takes undecided events, each once, and leaves messages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from dossiers.events import EventType
from dossiers.failpoints import failpoint
from dossiers.gate import VIETNAM
from dossiers.office import Office
from dossiers.personal_tables import ApplicantRow
from dossiers.session import writing
from dossiers.store import is_postgresql
from dossiers.tables import DossierRow, EventRow, UndecidedEventRow
from notifications.channels import CHANNELS
from notifications.recipients import Recipient, of_applicant
from notifications.rules import Rule, RuleSet, built_in_rules, in_force
from notifications.tables import MessageRow, MessageState


@dataclass(frozen=True, slots=True)
class RouteReport:
    """What one routing did."""

    events: int = 0
    """Events that were decided about."""
    messages: int = 0
    """Messages that were not there before."""
    more: bool = False
    """Whether it stopped at its limit: call again at once."""


@dataclass(frozen=True, slots=True)
class _Undecided:
    event_id: int
    event_hash: str
    type: EventType
    recorded_at: datetime
    dossier: DossierRow
    applicant: ApplicantRow | None


def route(
    office: Office, *, now: datetime, limit: int = 500, rule_sets: tuple[RuleSet, ...] | None = None
) -> RouteReport:
    """Decide about up to `limit` undecided events, oldest first, in one transaction.

    Each event is consumed exactly once, by deleting its row in the transaction that writes its messages. Several may
    run at once. Silent dossiers tell nobody.
    """
    sets = built_in_rules() if rule_sets is None else rule_sets
    with writing(office.engine) as session:
        taken = _take(session, limit)
        messages = [message for event in taken for message in _decide(event, sets, now)]
        made = _add(session, messages)
        if taken:
            ids = [event.event_id for event in taken]
            session.execute(delete(UndecidedEventRow).where(col(UndecidedEventRow.event_id).in_(ids)))
        failpoint("routing.before_commit")
    return RouteReport(events=len(taken), messages=made, more=len(taken) == limit)


def _take(session: Session, limit: int) -> list[_Undecided]:
    query = (
        select(
            col(UndecidedEventRow.event_id),
            col(EventRow.hash),
            col(UndecidedEventRow.type),
            col(UndecidedEventRow.recorded_at),
            DossierRow,
            ApplicantRow,
        )
        .join(EventRow, col(EventRow.id) == col(UndecidedEventRow.event_id))
        .join(DossierRow, col(DossierRow.id) == col(UndecidedEventRow.dossier_id))
        .outerjoin(ApplicantRow, col(ApplicantRow.id) == col(DossierRow.applicant_id))
        .order_by(col(UndecidedEventRow.event_id))
        .limit(limit)
        .with_for_update(of=UndecidedEventRow, skip_locked=True)
    )
    return [
        _Undecided(event_id, event_hash, EventType(type_), recorded_at, dossier, applicant)
        for event_id, event_hash, type_, recorded_at, dossier, applicant in session.execute(query)
    ]


def _decide(event: _Undecided, sets: tuple[RuleSet, ...], now: datetime) -> list[dict[str, Any]]:
    rules = in_force(sets, event.recorded_at.astimezone(VIETNAM).date())
    if rules is None or event.dossier.silent or event.applicant is None:
        return []
    recipient = of_applicant(event.applicant)
    return [
        _message(event, rule, recipient, rules.language, now)
        for rule in rules.about(event.type)
        if event.dossier.status not in rule.unless_status
    ]


def _message(event: _Undecided, rule: Rule, recipient: Recipient, language: str, now: datetime) -> dict[str, Any]:
    reachable = [name for name in rule.through if recipient.address(CHANNELS[name].needs) is not None]
    channel = reachable[0] if reachable else rule.through[0]
    hopeless = (
        "the recipient has been erased" if recipient.erased else None if reachable else "the recipient gave no address"
    )
    return {
        "message_id": message_id(event.event_hash, rule.notice.value, recipient.key, channel),
        "source": f"event:{event.event_id}",
        "event_id": event.event_id,
        "warnings": [],
        "dossier_id": event.dossier.id,
        "notice": rule.notice.value,
        "recipient": recipient.key,
        "applicant_id": event.dossier.applicant_id,
        "channel": channel,
        "language": language,
        "state": (MessageState.UNDELIVERABLE if hopeless else MessageState.WAITING).value,
        "attempts": 0,
        "next_try_at": now,
        "last_error": hopeless,
        "created_at": now,
        "settled_at": now if hopeless else None,
    }


def message_id(event_hash: str, notice: str, recipient: str, channel: str) -> str:
    """32 hexadecimal digits that follow from what the message is: the same again after a restore."""
    return hashlib.sha256("/".join((event_hash, notice, recipient, channel)).encode()).hexdigest()[:32]


def _add(session: Session, messages: list[dict[str, Any]]) -> int:
    if not messages:
        return 0
    # A message that is already there stays as it is: an event queued twice still tells once.
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    added = insert(MessageRow).on_conflict_do_nothing().returning(col(MessageRow.id))
    return len(session.execute(added, messages).all())
