"""Messages that stay in the house: told at the counter, shown in the demonstration, read by tests."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import ClassVar, Self

from sqlalchemy import Engine, ScalarResult, select, update
from sqlmodel import Session, col

from dossiers.personal_tables import ApplicantRow
from dossiers.session import writing
from dossiers.settings import Settings
from notifications.channels.base import Accepted, Channel, Contact, Outcome, Outgoing
from notifications.tables import MessageRow, RecordedMessageRow


class RecordingChannel(Channel):
    """Keeps each message in a table. As `counter` it serves those who gave no address: staff tell them."""

    needs: ClassVar[Contact] = Contact.NOTHING
    name = "counter"

    def __init__(self, engine: Engine, *, now: datetime, name: str = "counter") -> None:
        """Record into that database under the name of the channel that it stands for."""
        self.engine, self.now, self.name = engine, now, name

    @classmethod
    def open(cls, engine: Engine, settings: Settings, *, now: datetime) -> Self | None:
        """Always set up."""
        return cls(engine, now=now)

    async def send(self, message: Outgoing) -> Outcome:
        """Keep the message; a second sending is a second row."""
        await asyncio.to_thread(self._record, message)
        return Accepted()

    def _record(self, message: Outgoing) -> None:
        with writing(self.engine) as session:
            session.add(
                RecordedMessageRow(
                    message_id=message.message_id,
                    channel=self.name,
                    address=message.address or None,
                    subject=message.subject,
                    body=message.body,
                    recorded_at=self.now,
                )
            )


def recorded_messages(session: Session, *, dossier_id: int) -> list[RecordedMessageRow]:
    """What was recorded about a dossier, in the order of recording."""
    query = (
        select(RecordedMessageRow)
        .join(MessageRow, col(MessageRow.message_id) == col(RecordedMessageRow.message_id))
        .where(col(MessageRow.dossier_id) == dossier_id)
        .order_by(col(RecordedMessageRow.id))
    )
    found: ScalarResult[RecordedMessageRow] = session.scalars(query)
    return list(found)


def wipe_erased(session: Session) -> int:
    """How many recorded messages lost address and wording, because their applicant has been erased."""
    erased = (
        select(col(MessageRow.message_id))
        .join(ApplicantRow, col(ApplicantRow.id) == col(MessageRow.applicant_id))
        .where(col(ApplicantRow.erased_at).is_not(None))
    )
    wiped = (
        update(RecordedMessageRow)
        .where(col(RecordedMessageRow.body).is_not(None), col(RecordedMessageRow.message_id).in_(erased))
        .values(address=None, subject=None, body=None)
        .returning(col(RecordedMessageRow.id))
    )
    return len(session.scalars(wiped).all())
