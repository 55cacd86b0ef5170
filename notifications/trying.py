"""A message that tries a channel out: sent at once, past the outbox, and what became of it."""

from __future__ import annotations

import secrets
from datetime import datetime

from dossiers.office import Office
from dossiers.settings import Settings
from notifications.channels import CHANNELS, open_channels
from notifications.channels.base import Outcome, Outgoing
from notifications.errors import UnknownChannel

SUBJECT = "Thử kênh gửi tin / test message"
TEXT = (
    "Đây là tin thử của motcua, không liên quan đến hồ sơ nào.\nThis is a test message of motcua, about no dossier.\n"
)
SHORT = "Tin thử của motcua, không liên quan đến hồ sơ nào."


async def send_test(office: Office, settings: Settings, channel: str, address: str, *, now: datetime) -> Outcome:
    """What became of a test message through a channel to an address.

    Raises:
        UnknownChannel: there is none of that name, or it is not set up here.
    """
    opened = open_channels(office.engine, settings, now=now)
    try:
        if channel not in opened:
            raise UnknownChannel(channel=channel, known=list(CHANNELS), ready=list(opened))
        message = Outgoing(
            message_id=secrets.token_hex(16),
            address=address,
            name="",
            subject=SUBJECT,
            body=TEXT,
            language="vi",
            created_at=now,
            short=SHORT,
            notice="test",
            recipient=f"test:{channel}",
        )
        return await opened[channel].send(message)
    finally:
        for one in opened.values():
            await one.close()
