"""Tables of what came from other systems: each import with its report, and each row that is known from there."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from dossiers.columns import BigId, Json, UtcDateTime


class ImportRow(SQLModel, table=True):
    """One import of one file."""

    __tablename__ = "imports"

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    source: str = Field(max_length=40, index=True)
    kind: str = Field(max_length=20)
    file_name: str = Field(max_length=200)
    file_sha256: str = Field(max_length=64)
    mapping_sha256: str = Field(max_length=64)
    actor: str = Field(max_length=80)
    started_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))
    """None: it is running, or it was broken off; importing the same file again goes on."""
    report: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))


class ImportedRowRow(SQLModel, table=True):
    """A dossier of another system that is known here, and what that system said of it last."""

    __tablename__ = "imported_rows"

    source: str = Field(primary_key=True, max_length=40)
    key: str = Field(primary_key=True, max_length=100)
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False, index=True))
    code: str = Field(max_length=40)
    hash: str = Field(max_length=64)
    """SHA-256 of what was said last, whether or not it could be applied."""
    applied: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    """What was applied last: the facts as the ledger has them."""
    import_id: int = Field(sa_column=Column(BigId, nullable=False, index=True))
    """The last import that had the row."""
