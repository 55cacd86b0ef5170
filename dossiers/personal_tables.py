"""Tables for personal data and free text (beside the ledger, erasable) and for the staff."""

from datetime import date, datetime

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from dossiers.columns import BigId, UtcDateTime


class ApplicantRow(SQLModel, table=True):
    """A person or organisation on a dossier. The identity number is encrypted; its blind index finds it again."""

    __tablename__ = "applicants"

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    name: str | None = Field(default=None, max_length=300)
    phone: str | None = Field(default=None, max_length=40)
    email: str | None = Field(default=None, max_length=200)
    address: str | None = Field(default=None, max_length=500)
    representative: str | None = Field(default=None, max_length=300)
    personal_id_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    personal_id_index: str | None = Field(default=None, max_length=64, index=True)
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    erased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))


class FreeTextRow(SQLModel, table=True):
    """A free text of an event. The ledger holds only its HMAC under the row's salt; erasing both breaks nothing."""

    __tablename__ = "free_texts"

    id: str = Field(primary_key=True, max_length=32)
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False, index=True))
    text: str | None = None
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    erased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))


class AccessRow(SQLModel, table=True):
    """Who looked at whose personal data, when and why. Rows are only ever added."""

    __tablename__ = "access_records"

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    actor: str = Field(max_length=80, index=True)
    what: str = Field(max_length=60)
    dossier_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True, index=True))
    applicant_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))


class StaffRow(SQLModel, table=True):
    """An account of a member of staff."""

    __tablename__ = "staff"

    id: str = Field(primary_key=True, max_length=32)
    login: str = Field(unique=True, max_length=80)
    name: str = Field(max_length=200)
    email: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    password_hash: str = Field(max_length=300)
    active: bool = True
    failed_logins: int = 0
    locked_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))


class GrantRow(SQLModel, table=True):
    """A role that a member of staff holds: in one commune, or in a whole province; in one field, or in all."""

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("staff_id", "role", "province", "commune", "field"),
        Index("ix_grants_staff", "staff_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    staff_id: str = Field(max_length=32)
    role: str = Field(max_length=30)
    province: str = Field(default="", max_length=2)
    commune: str = Field(default="", max_length=5)
    """Empty: every commune of the province."""
    field: str = Field(default="", max_length=40)
    """Empty: every field."""
    first_on: date | None = None
    last_on: date | None = None
    """A dated delegation: the role is held from `first_on` to `last_on`, both inclusive; empty: without end."""


class SessionRow(SQLModel, table=True):
    """A log-in in a browser; the token itself is kept only as a hash."""

    __tablename__ = "sessions"

    token_hash: str = Field(primary_key=True, max_length=64)
    staff_id: str = Field(max_length=32, index=True)
    csrf: str = Field(max_length=64)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))


class ApiTokenRow(SQLModel, table=True):
    """A token for machines: hashed, limited to scopes, with an end."""

    __tablename__ = "api_tokens"

    id: str = Field(primary_key=True, max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    staff_id: str = Field(max_length=32, index=True)
    name: str = Field(max_length=100)
    scopes: str = Field(max_length=200)
    """Space-separated: read, act, figures."""
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))
