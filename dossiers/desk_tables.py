"""Tables of what desks need beside the ledger: absences, exemptions, consulted bodies, documents, slips to render."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from dossiers.columns import BigId, UtcDateTime


def _at(*, null: bool = False) -> Any:
    return Column(UtcDateTime(), nullable=null)


class AbsenceRow(SQLModel, table=True):
    """A dated absence of a member of staff, and who stands in."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_staff", "staff_id", "first_on"), Index("ix_absences_substitute", "substitute"))

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    staff_id: str = Field(max_length=32)
    first_on: date
    last_on: date
    """Inclusive."""
    reason: str | None = Field(default=None, max_length=500)
    substitute: str | None = Field(default=None, max_length=32)
    state: str = Field(default="planned", max_length=10)
    """planned, approved, declined or cancelled. Only an approved one counts."""
    asked_by: str = Field(max_length=80)
    asked_at: datetime = Field(sa_column=_at())
    decided_by: str | None = Field(default=None, max_length=80)
    decided_at: datetime | None = Field(default=None, sa_column=_at(null=True))


class SignerExemptionRow(SQLModel, table=True):
    """A commune in which, for a time and on a stated ground, the signatory may have been the case officer."""

    __tablename__ = "signer_exemptions"

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    commune: str = Field(max_length=5, index=True)
    field: str = Field(default="", max_length=40)
    """Empty: every field."""
    ground: str = Field(max_length=1000)
    first_on: date
    last_on: date | None = None
    """Inclusive; empty: until it is ended."""
    granted_by: str = Field(max_length=80)
    granted_at: datetime = Field(sa_column=_at())


class ConsultationRow(SQLModel, table=True):
    """Read model of a question to another body: the register of consultations and of deemed answers."""

    __tablename__ = "consultations"
    __table_args__ = (Index("ix_consultations_open", "answered_at", "answer_by"),)

    dossier_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    number: int = Field(primary_key=True)
    body: str = Field(max_length=200)
    asked_at: datetime = Field(sa_column=_at())
    answer_by: datetime = Field(sa_column=_at())
    on_silence: str | None = Field(default=None, max_length=30)
    answered_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    answer: str | None = Field(default=None, max_length=20)
    deemed: bool = False
    late_answer: str | None = Field(default=None, max_length=20)
    """What the body said after its silence had counted as its answer."""
    late_at: datetime | None = Field(default=None, sa_column=_at(null=True))


class ConsultedBodyRow(SQLModel, table=True):
    """Where a consulted body can be reached: found by its name as questions spell it."""

    __tablename__ = "consulted_bodies"
    __table_args__ = (UniqueConstraint("province", "name"),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    province: str = Field(max_length=2)
    name: str = Field(max_length=200)
    email: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    webhook: str | None = Field(default=None, max_length=500)


class DocumentRow(SQLModel, table=True):
    """A document that was submitted, or that the office made. Its content lies in the document store by its hash."""

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_dossier", "dossier_id"), Index("ix_documents_sha256", "sha256"))

    id: str = Field(primary_key=True, max_length=32)
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False))
    required_document: str | None = Field(default=None, max_length=60)
    filename: str | None = Field(default=None, max_length=200)
    content_type: str = Field(max_length=100)
    size_bytes: int
    sha256: str = Field(max_length=64)
    stored_by: str = Field(max_length=80)
    stored_at: datetime = Field(sa_column=_at())
    keep_until: date | None = None
    removed_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    removed_because: str | None = Field(default=None, max_length=40)


class PendingSlipRow(SQLModel, table=True):
    """A statutory slip that an event calls for and that nobody has rendered yet. Consumed by deleting the row."""

    __tablename__ = "pending_slips"

    event_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False))
    form: str = Field(max_length=2)
    """01 to 05."""
    created_at: datetime = Field(sa_column=_at())
    failures: int = 0
    """How often it could not be made; those with the fewest are taken first."""
    last_error: str | None = Field(default=None, max_length=300)
