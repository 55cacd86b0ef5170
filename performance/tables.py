"""Tables of what figures are counted from."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from dossiers.columns import BigId, Json, UtcDateTime
from performance.fact_types import Facts


def _at(*, null: bool = False) -> Any:
    return Column(UtcDateTime(), nullable=null)


class FigureFactRow(SQLModel, table=True):
    """One version of a dossier's facts, known from one cut until before another. See `Facts` for the columns.

    As known now: `to_cut` is null. As known at a cut: `from_cut` <= cut, and `to_cut` is null or > cut.
    """

    __tablename__ = "figure_facts"
    __table_args__ = (
        Index("ix_figure_facts_registered", "commune", "registered_at"),
        Index("ix_figure_facts_ended", "commune", "ended_at"),
        Index("ix_figure_facts_moments", "last_at", "first_at"),
        Index("ix_figure_facts_from", "from_cut"),
        Index("ix_figure_facts_to", "to_cut"),
    )

    dossier_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    from_cut: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    to_cut: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    first_at: datetime = Field(sa_column=_at())
    """The earliest moment that the row holds."""
    last_at: datetime = Field(sa_column=_at())
    """The latest one, due times included: no condition on a period changes outside these two."""
    procedure: str = Field(max_length=12)
    field: str = Field(max_length=40)
    case_id: str | None = Field(default=None, max_length=60)
    province: str = Field(max_length=2)
    commune: str = Field(max_length=5)
    intake_commune: str = Field(max_length=5)
    non_boundary: bool
    forwarded: bool
    channel: str = Field(max_length=20)
    parent: str | None = Field(default=None, max_length=40)
    linked_parts: int
    body: str | None = Field(default=None, max_length=200)
    unit: str | None = Field(default=None, max_length=100)
    registered_at: datetime = Field(sa_column=_at())
    acceptance_due_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    accepted_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    clock_starts_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    finished_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    ended_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    end_kind: str | None = Field(default=None, max_length=20)
    handed_over_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    limit_unit: str | None = Field(default=None, max_length=20)
    by_instant: bool
    same_day: bool
    additions: int
    allowed_minutes: int | None = None
    used_minutes: int | None = None
    working_minutes: int | None = None
    original_due_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    original_due_on_time_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    original_due_late_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    legal_due_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    legal_due_on_time_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    legal_due_late_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    extended_due_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    extended_due_on_time_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    extended_due_late_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    promised_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    promised_on_time_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    promised_late_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    promise_less_supplement_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    promise_less_supplement_on_time_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    promise_less_supplement_late_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    limit_less_supplement_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    limit_less_supplement_on_time_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    limit_less_supplement_late_from: datetime | None = Field(default=None, sa_column=_at(null=True))
    late_minutes: int | None = None
    late_minutes_commune: int | None = None
    late_minutes_other_agency: int | None = None
    late_minutes_applicant: int | None = None
    supplement_count: int
    first_supplement_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    first_supplement_received_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    second_supplement_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    last_supplement_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    last_supplement_received_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    supplement_late: bool
    supplement_minutes: int
    paused_minutes: int
    pauses_near_due: int
    pauses_after_due: int
    pause_near_due_by: str | None = Field(default=None, max_length=80)
    restarts: int
    extensions: int
    apologies: int
    apology_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    apology_in_time: bool | None = None
    reopened: int
    reopened_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    receiver: str | None = Field(default=None, max_length=80)
    case_officer: str | None = Field(default=None, max_length=80)
    case_officers: int
    signer: str | None = Field(default=None, max_length=80)
    signed_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    closed_before_signature: bool
    result_recorded_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    result_recorded_by: str | None = Field(default=None, max_length=80)
    result_after_hours: bool
    result_backdated_minutes: int
    receipt_backdated_minutes: int
    ended_because: str | None = Field(default=None, max_length=60)
    documents_electronic: bool
    payments_online: int
    payments_direct: int
    fully_electronic: bool
    rating: int | None = None


FACT_COLUMNS = tuple(f.name for f in fields(Facts))
"""The columns that a row has from its facts."""


def fact_values(facts: Facts) -> dict[str, Any]:
    """The facts by name."""
    return {name: getattr(facts, name) for name in FACT_COLUMNS}


def row_values(facts: Facts) -> dict[str, Any]:
    """The facts as values of a row, with the two moments between which they all lie."""
    values = fact_values(facts)
    moments = [value for value in values.values() if isinstance(value, datetime)]
    return values | {"first_at": min(moments), "last_at": max(moments)}


def facts_from(row: FigureFactRow) -> Facts:
    """The facts that a row holds."""
    return Facts(**{name: getattr(row, name) for name in FACT_COLUMNS})


class FigureCountRow(SQLModel, table=True):
    """What changes in the counts of a formula for whole months, from one pair of months on (`performance.points`).

    The counts of a period are the sums of the rows whose months are not after those of the period. Months are numbered
    12 × year + month − 1; 0 is before everything. `field` is empty for all fields together.
    """

    __tablename__ = "figure_counts"

    formula: str = Field(primary_key=True, max_length=40)
    province: str = Field(primary_key=True, max_length=2)
    field: str = Field(primary_key=True, max_length=40)
    commune: str = Field(primary_key=True, max_length=5)
    start_month: int = Field(primary_key=True, sa_type=Integer)
    end_month: int = Field(primary_key=True, sa_type=Integer)
    counts: dict[str, int] = Field(sa_column=Column(Json, nullable=False))
    """How much each class grows or shrinks; none is 0."""


class FigureFailureRow(SQLModel, table=True):
    """A dossier whose facts could not be made. It is tried again whenever figures are brought up to date."""

    __tablename__ = "figure_failures"

    dossier_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    error: str = Field(max_length=500)
