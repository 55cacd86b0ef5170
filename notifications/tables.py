"""Tables of what we tell people: messages on their way, and those that stayed in the house."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from dossiers.columns import BigId, Json, UtcDateTime


class MessageState(StrEnum):
    """How far a message is. Exactly one at a time."""

    WAITING = "waiting"
    """To be sent as soon as `next_try_at` has come."""
    SENDING = "sending"
    """Claimed by a sender, which is about to send it or has just done so."""
    ACCEPTED = "accepted"
    """The channel has taken it over."""
    UNDELIVERABLE = "undeliverable"
    """It will not be tried again by itself; `last_error` says why."""
    UNKNOWN = "unknown"
    """Nobody knows whether it went out: a person decides."""


class MessageRow(SQLModel, table=True):
    """One notice to one recipient through one channel.

    It holds no address, no name and no wording: those are looked up when it is sent, so that erasing a person leaves
    nothing here.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("source", "notice", "recipient", "channel"),
        Index("ix_messages_due", "state", "next_try_at"),
        Index("ix_messages_dossier", "dossier_id"),
        Index("ix_messages_applicant", "applicant_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    message_id: str = Field(unique=True, max_length=32)
    """Stable: the same at every attempt, so that a receiver can recognise a double."""
    source: str = Field(max_length=80)
    """What it is about: `event:17`, `warning:4`, or `digest:<recipient>:<moment>`."""
    event_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    dossier_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    """Empty for a digest, which is about several."""
    warnings: list[int] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    """Ids of the warnings that it tells of."""
    notice: str = Field(max_length=40)
    recipient: str = Field(max_length=80)
    """Kind and id, e.g. `applicant:17`."""
    applicant_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    channel: str = Field(max_length=20)
    language: str = Field(default="vi", max_length=2)
    state: str = Field(default=MessageState.WAITING.value, max_length=15)
    attempts: int = 0
    next_try_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    lease_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))
    last_error: str | None = Field(default=None, max_length=300)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))
    """When it became accepted, undeliverable or unknown."""
    resolved_by: str | None = Field(default=None, max_length=80)
    """Who decided about an unknown outcome, or sent an undeliverable message again."""
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))


class PreferenceRow(SQLModel, table=True):
    """How somebody wants to be told: through which channel, at once, once a day, or not at all."""

    __tablename__ = "preferences"

    recipient: str = Field(primary_key=True, max_length=80)
    """Kind and id, e.g. `staff:1f0c...`, `applicant:17`."""
    channel: str = Field(primary_key=True, max_length=20)
    """A channel, or `*` for all of them."""
    mode: str = Field(max_length=10)
    """now, digest or off."""
    set_by: str = Field(max_length=80)
    set_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))


class WaitingForDigestRow(SQLModel, table=True):
    """A warning that somebody is told of in their next digest."""

    __tablename__ = "waiting_for_digest"

    recipient: str = Field(primary_key=True, max_length=80)
    warning_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    since: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))


class SlipRow(SQLModel, table=True):
    """A statutory slip as it was rendered, once. Its hash stands in the ledger of its dossier."""

    __tablename__ = "slips"
    __table_args__ = (
        UniqueConstraint("commune", "year", "form", "number", "paper"),
        UniqueConstraint("event_id", "form", "paper"),
        Index("ix_slips_dossier", "dossier_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    dossier_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    event_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    """The event that called for it; of form 06 the last one that it tells of."""
    form: str = Field(max_length=2)
    paper: str = Field(max_length=10)
    """a5, a4 or thermal80."""
    commune: str = Field(max_length=5)
    year: int
    number: int
    sha256: str = Field(max_length=64)
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Emptied when the person is erased."""
    rendered_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))


class SlipCounterRow(SQLModel, table=True):
    """Running number of slips of one form, per commune and year."""

    __tablename__ = "slip_counters"

    commune: str = Field(primary_key=True, max_length=5)
    year: int = Field(primary_key=True)
    form: str = Field(primary_key=True, max_length=2)
    last: int = 0


class RecordedMessageRow(SQLModel, table=True):
    """A message that stayed in the house. One row per sending: a double shows as two rows.

    It holds no wording: that is put together again when somebody reads it, so an erased person stays erased.
    """

    __tablename__ = "recorded_messages"
    __table_args__ = (Index("ix_recorded_messages_message", "message_id"),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    message_id: str = Field(max_length=32)
    channel: str = Field(max_length=20)
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
