"""One message for everything that waited: each working day at one hour, and once a backlog of warnings is drained."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlmodel import Session, col

from dossiers.failpoints import failpoint
from dossiers.ladder import Told
from dossiers.office import Office
from dossiers.session import writing
from dossiers.tables import DossierRow, UndecidedWarningRow, WarningRow
from notifications.channels import CHANNELS
from notifications.digest_hours import last_digest_hour
from notifications.message_rows import add_messages, message_row
from notifications.notices import Notice
from notifications.preferences import Wishes, way_to, wishes_of
from notifications.recipients import BODY, Recipient, recipient_by_key
from notifications.rules import Mode, RuleSet, built_in_rules, in_force_at
from notifications.tables import WaitingForDigestRow
from notifications.warning_routing import DIGEST_HOUR, FRESH

LONGEST_HOLD = timedelta(hours=2)
"""A backlog that is not drained by then no longer holds a digest back."""


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What one call did."""

    digests: int = 0
    held_back: bool = False
    """Whether warnings are still being caught up with, so that digests wait to hold all of them."""
    more: bool = False
    """Whether it stopped at its limit: call again at once."""


def send_digests(
    office: Office,
    *,
    now: datetime,
    limit: int = 200,
    rule_sets: tuple[RuleSet, ...] | None = None,
    channels: Collection[str] | None = None,
    fresh: timedelta = FRESH,
    digest_hour: int = DIGEST_HOUR,
) -> DigestReport:
    """Make the digest of up to `limit` recipients with a warning from up to the last digest hour, one each.

    A digest holds everything that waits for its recipient. While a backlog of warnings is being caught up with, digests
    wait until it is drained (two hours at most), so that after a downtime each recipient gets exactly one.
    """
    sets = built_in_rules() if rule_sets is None else rule_sets
    rules = in_force_at(sets, now)
    if rules is None:
        return DigestReport()
    offered = CHANNELS if channels is None else channels
    hour = last_digest_hour(now, office.calendar(None, None), hour=digest_hour)
    with writing(office.engine) as session:
        held = _backlog(session, max(now - fresh, hour))
        if held and now < hour + LONGEST_HOLD:
            return DigestReport(held_back=True)
        recipients = _due(session, hour, limit, recorded_before=now - LONGEST_HOLD if held else None)
        wishes = wishes_of(session, recipients)
        made = [m for key in recipients for m in _digest(session, key, wishes[key], rules, offered, now)]
        sent = add_messages(session, made)
        failpoint("digests.before_commit")
    return DigestReport(sent, held_back=held, more=len(recipients) == limit)


def _backlog(session: Session, before: datetime) -> bool:
    """Whether warnings are still undecided, or rungs that were reached a while ago still unrecorded."""
    unrecorded = exists().where(col(DossierRow.next_warning_at) <= before)
    undecided = exists().where(col(UndecidedWarningRow.warning_id).is_not(None))
    return bool(session.scalar(select(undecided)) or session.scalar(select(unrecorded)))


def _due(session: Session, hour: datetime, limit: int, *, recorded_before: datetime | None) -> list[str]:
    recipient = col(WaitingForDigestRow.recipient)
    query = select(recipient).group_by(recipient).having(func.min(col(WaitingForDigestRow.since)) <= hour)
    if recorded_before is not None:
        joined = col(WarningRow.id) == col(WaitingForDigestRow.warning_id)
        query = query.join(WarningRow, joined).having(func.min(col(WarningRow.recorded_at)) < recorded_before)
    return list(session.scalars(query.order_by(recipient).limit(limit)))


def _digest(
    session: Session, key: str, wishes: Wishes, rules: RuleSet, offered: Collection[str], now: datetime
) -> list[dict[str, Any]]:
    taken = delete(WaitingForDigestRow).where(col(WaitingForDigestRow.recipient) == key)
    warnings = sorted(session.scalars(taken.returning(col(WaitingForDigestRow.warning_id))))
    recipient = recipient_by_key(session, key)
    if not warnings or recipient is None:
        return []
    way = way_to(
        recipient,
        _through(rules, recipient),
        wishes=wishes,
        default=Mode.DIGEST,
        offered=offered,
        never_off=True,  # what waits was decided when it was routed
    )
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    source = f"digest:{key}:{moment}:{warnings[0]}"
    return [
        message_row(
            identity=source,
            source=source,
            notice=Notice.DIGEST,
            recipient=recipient,
            way=way,
            rules=rules,
            now=now,
            warnings=warnings,
        )
    ]


def _through(rules: RuleSet, recipient: Recipient) -> tuple[str, ...]:
    told = (Told.CONSULTED_BODY, Told.PROVINCE) if recipient.kind == BODY else (Told.HOLDER, Told.SUPERVISOR)
    found = [rule.through for one in told if (rule := rules.of_warnings_to(one))]
    return found[0] if found else ("counter",)
