"""Messages for people to look at, and to decide about where the machine cannot know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlmodel import Session, col

from dossiers.office import Office
from dossiers.session import writing
from dossiers.tables import DossierRow
from notifications.channels import CHANNELS
from notifications.channels.base import Outgoing, Undeliverable
from notifications.contents import compose
from notifications.errors import NothingToResolve, UnknownChannel, UnknownMessage
from notifications.outbox import next_round
from notifications.tables import MessageRow, MessageState, RecordedMessageRow

Decision = Literal["resend", "accept", "told"]
"""Send it again; take it as accepted; the recipient was told in another way."""
How = Literal["phone", "counter", "post"]


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as a screen may show it: no address, no wording."""

    message_id: str
    dossier_code: str | None
    """None for a digest, which is about several."""
    commune: str | None
    notice: str
    recipient: str
    channel: str
    state: MessageState
    attempts: int
    next_try_at: datetime
    last_error: str | None
    created_at: datetime
    settled_at: datetime | None
    resolved_by: str | None


def messages(
    session: Session,
    *,
    states: Collection[MessageState] | None = None,
    dossier_code: str | None = None,
    communes: Collection[str] | None = None,
    limit: int = 200,
) -> list[MessageView]:
    """Messages, oldest first; None means every state, dossier or commune."""
    query = select(MessageRow, col(DossierRow.code), col(DossierRow.commune)).join(
        DossierRow, col(DossierRow.id) == col(MessageRow.dossier_id)
    )
    if states is not None:
        query = query.where(col(MessageRow.state).in_([s.value for s in states]))
    if dossier_code is not None:
        query = query.where(col(DossierRow.code) == dossier_code)
    if communes is not None:
        query = query.where(col(DossierRow.commune).in_(communes))
    return [_view(*row) for row in session.execute(query.order_by(col(MessageRow.id)).limit(limit))]


def unknown_messages(
    session: Session, *, communes: Collection[str] | None = None, limit: int = 200
) -> list[MessageView]:
    """Messages of which nobody knows whether they went out, oldest first: a person has to decide."""
    return messages(session, states=(MessageState.UNKNOWN,), communes=communes, limit=limit)


def undeliverable_messages(
    session: Session, *, communes: Collection[str] | None = None, limit: int = 200
) -> list[MessageView]:
    """Messages that could not be delivered, oldest first: a person has to tell the recipient."""
    return messages(session, states=(MessageState.UNDELIVERABLE,), communes=communes, limit=limit)


def counts(session: Session) -> dict[MessageState, int]:
    """How many messages there are in each state; states without any are left out."""
    query = select(col(MessageRow.state), func.count()).group_by(col(MessageRow.state))
    return {MessageState(state): int(count) for state, count in session.execute(query)}


def resolve(
    office: Office,
    message_id: str,
    decision: Decision,
    *,
    actor: str,
    now: datetime,
    how: How = "phone",
    channel: str | None = None,
) -> MessageView:
    """Decide about a message of unknown outcome: send it again, or take it as accepted.

    An undeliverable message can be sent again, e.g. after its address was put right, or be closed because the recipient
    was told otherwise (`how`). Whoever sends again knowingly risks a double; the stable message id lets the receiving
    side drop it. It can be sent again through another `channel`.

    Raises:
        UnknownMessage: there is none of that id.
        UnknownChannel: there is none of that name.
        NothingToResolve: its state asks for no such decision.
    """
    if channel is not None and channel not in CHANNELS:
        raise UnknownChannel(channel=channel, known=list(CHANNELS))
    query = select(MessageRow).where(col(MessageRow.message_id) == message_id).with_for_update()
    with writing(office.engine) as session:
        row = session.scalars(query).one_or_none()
        if row is None:
            raise UnknownMessage(message=message_id)
        allowed = DECISIONS.get(MessageState(row.state), ())
        if decision not in allowed:
            raise NothingToResolve(message=message_id, state=row.state, decision=decision, allowed=list(allowed))
        row.resolved_by, row.resolved_at = actor, now
        if decision in ("accept", "told"):
            row.state, row.settled_at = MessageState.ACCEPTED.value, now
            row.last_error = TOLD[how] if decision == "told" else row.last_error
        else:
            row.state, row.settled_at, row.next_try_at = MessageState.WAITING.value, None, now
            row.attempts = next_round(row.attempts)
            row.channel = channel or row.channel
        session.flush()
        dossier = session.get(DossierRow, row.dossier_id) if row.dossier_id is not None else None
        return _view(row, dossier.code if dossier else None, dossier.commune if dossier else None)


DECISIONS: dict[MessageState, tuple[Decision, ...]] = {
    MessageState.UNKNOWN: ("resend", "accept", "told"),
    MessageState.UNDELIVERABLE: ("resend", "told"),
}
"""What a person may decide, by the message's state."""
TOLD: dict[How, str] = {"phone": "told by phone", "counter": "told at the counter", "post": "told by post"}
"""What a message that was closed says of how its recipient was told."""


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """A message that stayed in the house, in its words as of now."""

    message_id: str
    channel: str
    recorded_at: datetime
    wording: Outgoing | Undeliverable
    """Undeliverable: the recipient, or the address, has been erased since."""


def recorded_messages(office: Office, session: Session, *, dossier_code: str) -> list[RecordedMessage]:
    """What was recorded about a dossier instead of being sent, in the order of recording.

    It shows personal data: log the access.
    """
    query = (
        select(RecordedMessageRow, MessageRow)
        .join(MessageRow, col(MessageRow.message_id) == col(RecordedMessageRow.message_id))
        .join(DossierRow, col(DossierRow.id) == col(MessageRow.dossier_id))
        .where(col(DossierRow.code) == dossier_code)
        .order_by(col(RecordedMessageRow.id))
    )
    return [
        RecordedMessage(
            message_id=message.message_id,
            channel=message.channel,
            recorded_at=recorded.recorded_at,
            wording=compose(office, session, message, needs=CHANNELS[message.channel].needs),
        )
        for recorded, message in session.execute(query)
    ]


def _view(row: MessageRow, dossier_code: str | None, commune: str | None) -> MessageView:
    return MessageView(
        message_id=row.message_id,
        dossier_code=dossier_code,
        commune=commune,
        notice=row.notice,
        recipient=row.recipient,
        channel=row.channel,
        state=MessageState(row.state),
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        last_error=row.last_error,
        created_at=row.created_at,
        settled_at=row.settled_at,
        resolved_by=row.resolved_by,
    )
