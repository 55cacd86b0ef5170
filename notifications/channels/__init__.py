"""Every way to reach people, by the name that routing rules and messages use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from dossiers.settings import Settings
from notifications.channels.base import Channel
from notifications.channels.http_json import SmsChannel, ZaloChannel
from notifications.channels.recording import RecordingChannel
from notifications.channels.smtp import EmailChannel
from notifications.channels.webhook import WebhookChannel

CHANNELS: dict[str, type[Channel]] = {
    "email": EmailChannel,
    "counter": RecordingChannel,
    "sms": SmsChannel,
    "zalo": ZaloChannel,
    "webhook": WebhookChannel,
}
"""A new channel is a class in this folder and a line here."""


def offered_channels(settings: Settings) -> frozenset[str]:
    """The channels that rules may choose in this installation."""
    return frozenset(name for name, kind in CHANNELS.items() if kind.offered(settings))


def open_channels(engine: Engine, settings: Settings, *, now: datetime) -> dict[str, Channel]:
    """The channels that this installation has set up; in the demonstration the others record what they would send."""
    opened: dict[str, Channel] = {}
    for name, kind in CHANNELS.items():
        channel: Channel | None = kind.open(engine, settings, now=now)
        if channel is None and settings.mode == "demo":
            channel = RecordingChannel(engine, now=now, name=name)
        if channel is not None:
            opened[name] = channel
    return opened
