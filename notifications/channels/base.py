"""What every channel is: something that takes a worded message and says what became of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self

from sqlalchemy import Engine

from dossiers.settings import Settings


class Contact(StrEnum):
    """What a channel needs of a recipient: the name of the field that holds it."""

    EMAIL = "email"
    PHONE = "phone"
    WEBHOOK = "webhook"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave: worded, addressed, one line of subject, plain text."""

    message_id: str
    """32 hexadecimal digits, the same at every attempt."""
    address: str
    """What the channel's `needs` names; empty for a channel that needs nothing."""
    name: str
    subject: str
    body: str
    language: str
    created_at: datetime
    """When the message was decided, not when it is sent: a double carries the same date."""
    short: str = ""
    """The same in one short line without personal data, for text messages; empty: there is none."""
    notice: str = ""
    recipient: str = ""
    """Kind and id, e.g. `body:3`."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What it is about, as JSON for machines: codes and instants, no personal data."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side has taken the message over."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """The message was certainly not taken over; it may be another time."""

    reason: str
    channel_down: bool = False
    """Whether the reason holds for every message, so that no other is tried now."""


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """The message was certainly not taken over, and trying again would not help."""

    reason: str


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """The message may or may not have been taken over: a person decides whether it is sent again."""

    reason: str


Outcome = Accepted | TryLater | Undeliverable | OutcomeUnknown


class Channel(ABC):
    """A way to reach people. One object serves one delivery pass."""

    needs: ClassVar[Contact]
    """What a recipient must have given to be reached through it."""

    @classmethod
    def offered(cls, settings: Settings) -> bool:
        """Whether rules may choose it in this installation. A channel that is not offered is passed over."""
        return True

    @classmethod
    @abstractmethod
    def open(cls, engine: Engine, settings: Settings, *, now: datetime) -> Self | None:
        """The channel as this installation has set it up; None where it has not, and its messages wait."""

    @abstractmethod
    async def send(self, message: Outgoing) -> Outcome:
        """What became of the message. Whatever it raises counts as an unknown outcome."""

    async def close(self) -> None:
        """Let go of connections, at the end of the pass."""
        return
