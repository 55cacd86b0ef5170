"""Shapes of what lies beside a dossier: documents in the store, required documents, fees."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class StoredShape(BaseModel):
    """A document that was just stored."""

    id: str
    document: str | None
    sha256: str
    size_bytes: int
    content_type: str


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


class ChecklistShape(BaseModel):
    """A required document: what is asked for, in which form it was ticked, what is stored."""

    id: str
    names: dict[str, str]
    required: bool
    originals: int
    copies: int
    ticked: str | None = Field(description="original, copy, electronic or from_database; null: not handed in")
    missing: bool = Field(description="Required in this case, and not ticked.")
    files: list[str] = Field(description="Ids of stored documents that were uploaded as this one; they tick nothing.")
    replaced_by_database: str | None
    guidance: str | None
    check_question: str | None
    common_faults: list[str]


class PaymentShape(BaseModel):
    """Money received for a fee; `revision` is what a correction names."""

    revision: int
    at: datetime
    amount_vnd: int
    how: str
    receipt: str | None
    note: str | None


class ExemptionShape(BaseModel):
    """A fee that is not owed."""

    revision: int
    at: datetime
    ground: str | None


class FeeShape(BaseModel):
    """A fee: what it costs, what was paid, what is still owed."""

    id: str
    names: dict[str, str]
    kind: str
    per: str = Field(description="dossier: charged once; copy, page, case: by quantity")
    amount_vnd: int | None = Field(description="Per unit; null where the data does not know it.")
    payments: list[PaymentShape]
    paid_vnd: int
    exempt: ExemptionShape | None
    settled: bool
    owed_vnd: int | None = Field(description="null: depends on what the data does not know")
    overpaid_vnd: int
    note: str | None
    exemptions: list[str]


class FeesShape(BaseModel):
    """All fees of a dossier."""

    fees: list[FeeShape]
    paid_vnd: int
    owed_vnd: int = Field(description="As far as the data knows; see `unknown`.")
    unknown: list[str] = Field(description="Fees of which it is not known how much is owed.")
