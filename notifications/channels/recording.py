"""Messages that stay in the house: told at the counter, shown in the demonstration, read by tests."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import ClassVar, Self

from sqlalchemy import Engine

from dossiers.session import writing
from dossiers.settings import Settings
from notifications.channels.base import Accepted, Channel, Contact, Outcome, Outgoing
from notifications.tables import RecordedMessageRow


class RecordingChannel(Channel):
    """Notes that a message is to be told. As `counter` it serves those who gave no address: staff tell them.

    What there is to tell, `notifications.messages.recorded_messages` puts into words for whoever reads it.
    """

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
        """Note the message; a second sending is a second row."""
        await asyncio.to_thread(self._record, message)
        return Accepted()

    def _record(self, message: Outgoing) -> None:
        with writing(self.engine) as session:
            session.add(
                RecordedMessageRow(
                    message_id=message.message_id,
                    channel=self.name,
                    recorded_at=self.now,
                )
            )
