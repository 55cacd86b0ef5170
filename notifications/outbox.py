"""The outbox: claims messages one by one, sends each, and records what became of it.

A message is marked as being sent in a transaction of its own before it is sent. Whoever dies in between leaves it in
that state; once its lease has run out it counts as of unknown outcome and waits for a person. A kill by itself doubles
nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from dossiers.failpoints import failpoint
from dossiers.office import Office
from dossiers.session import writing
from dossiers.settings import Settings
from notifications.channels import CHANNELS, open_channels
from notifications.channels.base import (
    Accepted,
    Channel,
    Outcome,
    OutcomeUnknown,
    Outgoing,
    TryLater,
    Undeliverable,
)
from notifications.contents import compose
from notifications.rules import RuleSet, built_in_rules, in_force_at
from notifications.tables import MessageRow, MessageState

SEND_SECONDS = 90
"""Longest time for one sending; after it the outcome is unknown."""
PASS_SECONDS = 60
"""A pass claims no further message after this time, so that no claim is older than the lease allows."""
LEASE = timedelta(seconds=PASS_SECONDS + SEND_SECONDS + 30)
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=6)
MOST_ATTEMPTS = 28
"""About five days, as mail servers do (RFC 5321, 4.5.4.1); then the message is undeliverable."""
LONGEST_ERROR = 300

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one pass did with how many messages."""

    accepted: int = 0
    later: int = 0
    undeliverable: int = 0
    unknown: int = 0
    """Of unknown outcome, from this pass or found abandoned by an earlier one."""
    more: bool = False
    """Whether it stopped at its limit: call again at once."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this sender holds, at this attempt."""

    row_id: int
    attempt: int
    channel: str
    outgoing: Outgoing | Undeliverable | TryLater
    """What to send, or why it cannot be sent."""


async def deliver(
    office: Office,
    settings: Settings,
    *,
    now: datetime,
    limit: int = 200,
    channels: dict[str, Channel] | None = None,
    rule_sets: tuple[RuleSet, ...] | None = None,
) -> DeliveryReport:
    """Send up to `limit` messages whose time has come, oldest first. Several passes may run at once.

    Messages of a channel that is not set up wait, and so do those of one in its quiet hours; a channel that says it is
    down is left alone until the next pass.
    `now` is the time of the whole pass, which takes a little more than a minute at most.
    """
    opened = open_channels(office.engine, settings, now=now) if channels is None else dict(channels)
    awake = speaking(opened, built_in_rules() if rule_sets is None else rule_sets, now)
    abandoned = await asyncio.to_thread(abandon, office, now=now)
    try:
        counted, more = await _send_all(office, awake, limit, now)
    finally:
        for channel in opened.values():
            await channel.close()
    return DeliveryReport(
        accepted=counted[Accepted],
        later=counted[TryLater],
        undeliverable=counted[Undeliverable],
        unknown=counted[OutcomeUnknown] + abandoned,
        more=more,
    )


def speaking(opened: Mapping[str, Channel], sets: tuple[RuleSet, ...], now: datetime) -> dict[str, Channel]:
    """The channels that may speak now: those outside their quiet hours."""
    rules = in_force_at(sets, now)
    return {name: c for name, c in opened.items() if rules is None or rules.not_before(name, now) <= now}


async def _send_all(
    office: Office, channels: dict[str, Channel], limit: int, now: datetime
) -> tuple[Counter[type[Outcome]], bool]:
    """What became of how many messages, and whether there may be more."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + PASS_SECONDS
    counted: Counter[type[Outcome]] = Counter()
    for _ in range(limit):
        if loop.time() >= ends_at:
            return counted, True
        claim = await asyncio.to_thread(claim_next, office, channels, now=now)
        if claim is None:
            return counted, False
        outcome = await _send(channels[claim.channel], claim)
        await asyncio.to_thread(record, office, claim, outcome, now=now)
        counted[type(outcome)] += 1
        if isinstance(outcome, TryLater) and outcome.channel_down:
            del channels[claim.channel]
    return counted, True


def abandon(office: Office, *, now: datetime) -> int:
    """How many messages are now of unknown outcome, because their sender did not report within its lease."""
    lost = (
        update(MessageRow)
        .where(col(MessageRow.state) == MessageState.SENDING.value, col(MessageRow.lease_until) <= now)
        .values(
            state=MessageState.UNKNOWN.value,
            lease_until=None,
            settled_at=now,
            last_error="the sender ended between sending and recording",
        )
        .returning(col(MessageRow.id))
    )
    with writing(office.engine) as session:
        return len(session.scalars(lost).all())


def claim_next(office: Office, channels: Collection[str], *, now: datetime) -> Claim | None:
    """The oldest message whose time has come, now marked as being sent, committed; None when there is none."""
    if not channels:
        return None
    query = (
        select(MessageRow)
        .where(
            col(MessageRow.state) == MessageState.WAITING.value,
            col(MessageRow.next_try_at) <= now,
            col(MessageRow.channel).in_(channels),
        )
        .order_by(col(MessageRow.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with writing(office.engine) as session:
        row = session.scalars(query).one_or_none()
        if row is None or row.id is None:
            return None
        row.state = MessageState.SENDING.value
        row.attempts += 1
        row.lease_until = now + LEASE
        return Claim(row.id, row.attempts, row.channel, _composed(office, session, row))


def _composed(office: Office, session: Session, row: MessageRow) -> Outgoing | Undeliverable | TryLater:
    try:
        return compose(office, session, row, needs=CHANNELS[row.channel].needs)
    except Exception as error:
        # A broken template or definition can be mended while the message waits; it must not hold up the others.
        log.exception("message %s cannot be worded", row.message_id)
        return TryLater(f"cannot be worded: {type(error).__name__}: {error}")


async def _send(channel: Channel, claim: Claim) -> Outcome:
    """What became of the message. Anything that the channel did not foresee leaves the outcome unknown."""
    if not isinstance(claim.outgoing, Outgoing):
        return claim.outgoing
    failpoint("outbox.before_send")
    try:
        async with asyncio.timeout(SEND_SECONDS):
            outcome = await channel.send(claim.outgoing)
    except Exception as error:
        log.exception("channel %s failed on message %s", claim.channel, claim.outgoing.message_id)
        outcome = OutcomeUnknown(f"{type(error).__name__}: {error}")
    failpoint("outbox.after_send_before_record")
    return outcome


def record(office: Office, claim: Claim, outcome: Outcome, *, now: datetime) -> bool:
    """Write what became of a claimed message; gives False when somebody has decided about it meanwhile."""
    held = (
        update(MessageRow)
        .where(
            col(MessageRow.id) == claim.row_id,
            col(MessageRow.attempts) == claim.attempt,
            col(MessageRow.state).in_((MessageState.SENDING.value, MessageState.UNKNOWN.value)),
        )
        .values(lease_until=None, **_written(claim, outcome, now))
        .returning(col(MessageRow.id))
    )
    with writing(office.engine) as session:
        return session.scalars(held).one_or_none() is not None


def _written(claim: Claim, outcome: Outcome, now: datetime) -> dict[str, Any]:
    if isinstance(outcome, Accepted):
        return {"state": MessageState.ACCEPTED.value, "settled_at": now, "last_error": None}
    reason = _without_address(outcome.reason, claim)
    if isinstance(outcome, TryLater) and attempt_in_round(claim.attempt) < MOST_ATTEMPTS:
        return {
            "state": MessageState.WAITING.value,
            "next_try_at": now + backoff(claim.attempt),
            "last_error": reason,
        }
    if isinstance(outcome, TryLater):
        reason = f"given up after {MOST_ATTEMPTS} attempts: {reason}"
    state = MessageState.UNKNOWN if isinstance(outcome, OutcomeUnknown) else MessageState.UNDELIVERABLE
    return {"state": state.value, "settled_at": now, "last_error": reason[:LONGEST_ERROR]}


def _without_address(reason: str, claim: Claim) -> str:
    # Servers like to repeat the address in what they answer; it must not outlive an erasure here.
    if isinstance(claim.outgoing, Outgoing) and claim.outgoing.address:
        reason = reason.replace(claim.outgoing.address, "•")
    return reason[:LONGEST_ERROR]


def backoff(attempt: int) -> timedelta:
    """How long to wait after the given attempt (from 1): 1 min, 2 min, 4 min … up to 6 hours."""
    doublings: int = 2 ** (attempt_in_round(attempt) - 1)
    return min(FIRST_BACKOFF * doublings, LONGEST_BACKOFF)


def attempt_in_round(attempt: int) -> int:
    """The attempt's number (1 to `MOST_ATTEMPTS`) since the message was made, or last sent again by a person."""
    return (attempt - 1) % MOST_ATTEMPTS + 1


def next_round(attempts: int) -> int:
    """How many attempts to count so that the next one is the first of a new round."""
    return -(-attempts // MOST_ATTEMPTS) * MOST_ATTEMPTS
