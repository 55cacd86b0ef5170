"""From what happened to whom we tell: takes undecided events, each once, and leaves messages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from dossiers.actions.following import BECAUSE_OF_PARENT
from dossiers.authority import StaffRole
from dossiers.events import EventType
from dossiers.failpoints import failpoint
from dossiers.office import Office
from dossiers.personal_tables import ApplicantRow
from dossiers.session import writing
from dossiers.tables import DossierRow, EventRow, UndecidedEventRow
from dossiers.working_time import local_date
from notifications.channels import CHANNELS
from notifications.directory import Directory
from notifications.message_rows import add_messages, message_row
from notifications.preferences import way_to, wishes_of
from notifications.recipients import STAFF, Recipient, of_applicant
from notifications.rules import Mode, Rule, RuleSet, To, built_in_rules, in_force_at


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
    event: EventRow
    dossier: DossierRow
    applicant: ApplicantRow | None


def route(
    office: Office,
    *,
    now: datetime,
    limit: int = 500,
    rule_sets: tuple[RuleSet, ...] | None = None,
    channels: Collection[str] | None = None,
) -> RouteReport:
    """Decide about up to `limit` undecided events, oldest first, in one transaction.

    Each event is consumed exactly once, by deleting its row in the transaction that writes its messages. Several may
    run at once. Silent dossiers tell nobody. `channels` are those that this installation offers; None: all of them.
    """
    sets = built_in_rules() if rule_sets is None else rule_sets
    offered = CHANNELS if channels is None else channels
    with writing(office.engine) as session:
        taken = _take(session, limit)
        made = _decide_all(session, taken, sets, offered, now) if taken else 0
        if taken:
            ids = [event.event_id for event in taken]
            session.execute(delete(UndecidedEventRow).where(col(UndecidedEventRow.event_id).in_(ids)))
        failpoint("routing.before_commit")
    return RouteReport(events=len(taken), messages=made, more=len(taken) == limit)


def _take(session: Session, limit: int) -> list[_Undecided]:
    query = (
        select(col(UndecidedEventRow.event_id), EventRow, DossierRow, ApplicantRow)
        .join(EventRow, col(EventRow.id) == col(UndecidedEventRow.event_id))
        .join(DossierRow, col(DossierRow.id) == col(UndecidedEventRow.dossier_id))
        .outerjoin(ApplicantRow, col(ApplicantRow.id) == col(DossierRow.applicant_id))
        .order_by(col(UndecidedEventRow.event_id))
        .limit(limit)
        .with_for_update(of=UndecidedEventRow, skip_locked=True)
    )
    return [_Undecided(*row) for row in session.execute(query)]


def _decide_all(
    session: Session,
    taken: list[_Undecided],
    sets: tuple[RuleSet, ...],
    offered: Collection[str],
    now: datetime,
) -> int:
    directory = Directory(session, on=local_date(now))
    told: list[tuple[_Undecided, Rule, Recipient, RuleSet]] = []
    for one in taken:
        rules = in_force_at(sets, one.event.recorded_at)
        if rules is None or one.dossier.silent:
            continue
        for rule in rules.about(EventType(one.event.type)):
            if one.dossier.status not in rule.unless_status:
                told += [(one, rule, r, rules) for r in _recipients(directory, one, rule.to)]
    wishes = wishes_of(session, [recipient.key for _, _, recipient, _ in told])
    messages = []
    for one, rule, recipient, rules in told:
        way = way_to(recipient, rule.through, wishes=wishes[recipient.key], default=Mode.NOW, offered=offered)
        if way.mode is not Mode.OFF:
            messages.append(
                message_row(
                    identity=one.event.hash,
                    source=f"event:{one.event_id}",
                    notice=rule.notice,
                    recipient=recipient,
                    way=way,
                    rules=rules,
                    now=now,
                    dossier_id=one.dossier.id,
                    event_id=one.event_id,
                )
            )
    return add_messages(session, messages)


def _recipients(directory: Directory, one: _Undecided, to: To) -> list[Recipient]:
    """Whom a rule means; never the member of staff who did it. A linked group is told of once."""
    if to is To.APPLICANT:
        if one.event.payload.get("because") in BECAUSE_OF_PARENT:
            return []
        return [of_applicant(one.applicant)] if one.applicant is not None else []
    found = _others(directory, one.dossier, one.event.payload, to)
    return [r for r in found if r.key != f"{STAFF}:{one.event.actor}"]


def _others(directory: Directory, dossier: DossierRow, payload: dict[str, Any], to: To) -> list[Recipient]:
    if to is To.HOLDER:
        if "assignee" in payload:
            return directory.person(dossier, payload["assignee"]) if payload["assignee"] else []
        return directory.holders(dossier)
    if to is To.NEXT_HOLDER:
        return directory.holders(dossier, occurrences=[one["occurrence"] for one in payload.get("opens", ())])
    if to is To.CONSULTED_BODY:
        names = [one["body"] for one in payload.get("consultations", ())]
        return directory.bodies(dossier.province, names or [payload.get("body", "")])
    if to is To.SUPERVISOR:
        return directory.supervisors(dossier)
    return directory.with_role(StaffRole.SIGNATORY, dossier) if to is To.SIGNATORY else directory.auditors(dossier)
