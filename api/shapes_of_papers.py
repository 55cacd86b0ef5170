"""Shapes of what lies beside a dossier: documents in the store, required documents, fees."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from api.shapes import ActionAnswer


class StoredShape(BaseModel):
    """A document that was just stored."""

    id: str
    document: str | None
    sha256: str
    size_bytes: int
    content_type: str


class DocumentAnswer(ActionAnswer):
    """What storing a document answers."""

    stored: StoredShape


class StoredFileShape(BaseModel):
    """A document in the store."""

    id: str
    required_document: str | None
    filename: str | None = Field(description="null where it has none, or you may not see personal data")
    content_type: str
    size_bytes: int
    sha256: str
    stored_by: str
    stored_at: datetime
    keep_until: date | None
