"""Tables of seals and of published figures. The database itself refuses to change or delete their rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from dossiers.columns import BigId, UtcDateTime


class SealRow(SQLModel, table=True):
    """A signed statement about the whole ledger up to a cut. What counts is the statement; the rest finds it."""

    __tablename__ = "seals"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    taken_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    cut: int = Field(sa_column=Column(BigId, nullable=False))
    statement: str = Field(sa_column=Column(Text, nullable=False))
    """Canonical JSON, exactly as signed."""
    hash: str = Field(max_length=64)
    """SHA-256 of the statement, which the next seal names."""
    signature: str = Field(max_length=128)
    public_key: str = Field(max_length=64)


class SealLeafRow(SQLModel, table=True):
    """How long the chain of a dossier was at a seal, and its head; only at seals before which it had grown."""

    __tablename__ = "seal_leaves"

    bucket: str = Field(primary_key=True, max_length=60)
    dossier: str = Field(primary_key=True, max_length=60)
    seal: int = Field(primary_key=True, index=True)
    length: int
    head: str = Field(max_length=64)
    entries: str = Field(sa_column=Column(Text, nullable=False))
    """`id:cut:hash` (its first 16 digits) of each event since the leaf before, separated by blanks."""
    link: str = Field(max_length=64)
    """SHA-256 over the link of the leaf before and the entries."""


class SealNodeRow(SQLModel, table=True):
    """The digest of a bucket (under its group) or of a group (under `/`) at a seal; only where it had changed."""

    __tablename__ = "seal_nodes"

    parent: str = Field(primary_key=True, max_length=60)
    name: str = Field(primary_key=True, max_length=60)
    seal: int = Field(primary_key=True)
    digest: str = Field(max_length=64)
    dossiers: int
    events: int = Field(sa_column=Column(BigId, nullable=False))


class PublicationRow(SQLModel, table=True):
    """Published figures of a province, as they were published."""

    __tablename__ = "publications"
    __table_args__ = (UniqueConstraint("province", "year", "number"),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    province: str = Field(max_length=2, index=True)
    year: int
    """Of the publication, in Vietnam."""
    number: int
    period: str = Field(max_length=30)
    cut: int = Field(sa_column=Column(BigId, nullable=False))
    content: str = Field(sa_column=Column(Text, nullable=False))
    """Canonical JSON of the report."""
    sha256: str = Field(max_length=64)
    """Of the content."""
    seal: int
    """The first seal that covers the cut."""
    restates: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    """Id of the publication that this one takes the place of."""
    reason: str | None = Field(default=None, max_length=500)
    difference: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """Canonical JSON: every figure that is another than in the one restated."""
    published_by: str = Field(max_length=80)
    published_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
