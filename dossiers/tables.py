"""Tables of the ledger, of its read model and of the queues that its consumers take from."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from dossiers.columns import BigId, Json, UtcDateTime


def _at(*, null: bool = False, index: bool = False) -> Any:
    return Column(UtcDateTime(), nullable=null, index=index)


class DossierRow(SQLModel, table=True):
    """Read model of a dossier: rebuilt from its ledger at any time, never the record itself."""

    __tablename__ = "dossiers"
    __table_args__ = (
        Index("ix_dossiers_commune_status", "commune", "status"),
        Index("ix_dossiers_desk", "desk", "status"),
        Index("ix_dossiers_timer", "next_timer_at"),
        Index("ix_dossiers_warning", "next_warning_at"),
        Index("ix_dossiers_figures", "commune", "registered_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    code: str = Field(unique=True, max_length=40)
    official_code: str | None = Field(default=None, index=True, max_length=60)
    procedure: str = Field(max_length=12)
    version: int
    field: str = Field(max_length=40)
    case_id: str | None = Field(default=None, max_length=60)
    province: str = Field(max_length=2)
    commune: str = Field(max_length=5)
    intake_commune: str = Field(max_length=5)
    channel: str = Field(max_length=20)
    status: str = Field(max_length=30)
    revision: int
    head_hash: str = Field(max_length=64)
    applicant_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True, index=True))
    parent: str | None = Field(default=None, max_length=40, index=True)
    body: str | None = Field(default=None, max_length=200)
    """The body whose part of a linked group this is; empty: the commune itself."""
    holder: str | None = Field(default=None, max_length=80)
    current_step: str | None = Field(default=None, max_length=200)
    registered_at: datetime = Field(sa_column=_at())
    accepted_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    clock_starts_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    original_due_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    legal_due_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    extended_due_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    due_at: datetime | None = Field(default=None, sa_column=_at(null=True, index=True))
    due_on: date | None = None
    due_soon_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    promised_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    finished_at: datetime | None = Field(default=None, sa_column=_at(null=True, index=True))
    closed_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    verdict: str | None = Field(default=None, max_length=10)
    by_instant: bool = False
    """Whether the limit counts hours, so that being late is a matter of instants and not of dates."""
    supplement_requests: int = 0
    extensions: int = 0
    apologies: int = 0
    """How often an apology was sent, with an extension or without one."""
    clock_period: int = 0
    next_timer_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    next_warning_at: datetime | None = Field(default=None, sa_column=_at(null=True))
    warning_plan: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    """Every rung ahead as the last action left it: `[rung, number, clock period, moment]`, the earliest first."""
    held_until: datetime | None = Field(default=None, sa_column=_at(null=True))
    """Until then timers and rungs wait, because somebody is recording what happened offline."""
    desk: str = Field(default="", max_length=5)
    """The commune whose staff has it now."""
    acceptance_since: datetime | None = Field(default=None, sa_column=_at(null=True))
    """Since when it waits to be accepted; empty where nobody owes that."""
    answer_by: datetime | None = Field(default=None, sa_column=_at(null=True))
    """Until when the applicant has to answer the open supplement request."""
    stop_proposed_by: str | None = Field(default=None, max_length=80)
    rating: int | None = None
    silent: bool = False


class EventRow(SQLModel, table=True):
    """One past-tense fact of a dossier. Rows are only ever added."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("dossier_id", "revision"),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False))
    revision: int
    type: str = Field(max_length=60)
    occurred_at: datetime = Field(sa_column=_at())
    recorded_at: datetime = Field(sa_column=_at())
    actor: str = Field(max_length=80)
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    cut: int = Field(sa_column=Column(BigId, nullable=False, unique=True))


class OpenStepRow(SQLModel, table=True):
    """A step that waits for somebody, or for the machine."""

    __tablename__ = "open_steps"

    dossier_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    occurrence: int = Field(primary_key=True)
    step: str = Field(max_length=60)
    kind: str = Field(max_length=20)
    role: str | None = Field(default=None, max_length=30)
    assignee: str | None = Field(default=None, max_length=80, index=True)
    opened_at: datetime = Field(sa_column=_at())


class CutRow(SQLModel, table=True):
    """The one sequencer: the last cut number given out. Its lock is held until the commit, so cuts follow commits."""

    __tablename__ = "cuts"

    id: int = Field(default=1, primary_key=True)
    last: int = Field(default=0, sa_column=Column(BigId, nullable=False))


class CodeCounterRow(SQLModel, table=True):
    """Running number of own dossier codes, per commune and day."""

    __tablename__ = "code_counters"

    commune: str = Field(primary_key=True, max_length=5)
    day: str = Field(primary_key=True, max_length=6)
    last: int = 0


class WakeUpRow(SQLModel, table=True):
    """An automatic step that has to be done: at most one row per occurrence, taken under a lease."""

    __tablename__ = "wake_ups"
    __table_args__ = (
        UniqueConstraint("dossier_id", "occurrence"),
        Index("ix_wake_ups_due", "state", "lease_until"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False))
    dossier_code: str = Field(max_length=40)
    occurrence: int
    step: str = Field(max_length=60)
    field: str = Field(max_length=40)
    state: str = Field(default="waiting", max_length=10)
    """waiting, leased or done."""
    attempt: int = 0
    lease_until: datetime | None = Field(default=None, sa_column=_at(null=True))
    lease_owner: str | None = Field(default=None, max_length=80)
    flow_run_id: str | None = Field(default=None, max_length=40)
    alone: bool = False
    """Whether the next attempt gets a flow run to itself (it failed in a shared one)."""
    last_error: str | None = Field(default=None, max_length=500)
    created_at: datetime = Field(sa_column=_at())
    done_at: datetime | None = Field(default=None, sa_column=_at(null=True))


class UndecidedEventRow(SQLModel, table=True):
    """An event about which nobody has decided yet whom to tell. Consumed by deleting the row."""

    __tablename__ = "undecided_events"

    event_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False))
    type: str = Field(max_length=60)
    recorded_at: datetime = Field(sa_column=_at())


class WarningRow(SQLModel, table=True):
    """A rung reached: once per dossier, rung, thing and clock period, with its legal moment."""

    __tablename__ = "warnings"
    __table_args__ = (UniqueConstraint("dossier_id", "rung", "number", "clock_period"),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False))
    rung: str = Field(max_length=30)
    number: int = 0
    """Which step occurrence, consultation or supplement request it is about; 0: the dossier itself."""
    clock_period: int
    """0 for rungs with a clock of their own (steps, consultations, requests)."""
    legal_moment: datetime = Field(sa_column=_at())
    recorded_at: datetime = Field(sa_column=_at())
    announced: bool = False


class UndecidedWarningRow(SQLModel, table=True):
    """A warning about which nobody has decided yet whom to tell. Consumed by deleting the row."""

    __tablename__ = "undecided_warnings"

    warning_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    dossier_id: int = Field(sa_column=Column(BigId, nullable=False))


class IdempotencyRow(SQLModel, table=True):
    """The first answer to a command, by actor, route and key."""

    __tablename__ = "idempotency_keys"

    actor: str = Field(primary_key=True, max_length=80)
    route: str = Field(primary_key=True, max_length=200)
    key: str = Field(primary_key=True, max_length=200)
    body_hash: str = Field(max_length=64)
    answer: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    created_at: datetime = Field(sa_column=_at())


class CalendarVersionRow(SQLModel, table=True):
    """A calendar that dossiers are bound to, whole, so that it outlives the files that it was made of."""

    __tablename__ = "calendar_versions"

    version: str = Field(primary_key=True, max_length=12)
    place: str = Field(max_length=5)
    """Commune of the dossier for which it was kept first; other places may share it."""
    data: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    kept_at: datetime = Field(sa_column=_at())


class InstallationRow(SQLModel, table=True):
    """A fact about this installation, e.g. that it is a demonstration."""

    __tablename__ = "installation"

    name: str = Field(primary_key=True, max_length=60)
    value: str = Field(max_length=2000)
