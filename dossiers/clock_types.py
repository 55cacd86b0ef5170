"""What the clock is told and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from dossiers.clock_errors import ExtensionWithoutLength, PauseEndsBeforeItStarts
from procedures.base import Names
from procedures.limits import Unit

HOUR_UNITS = frozenset({Unit.HOURS, Unit.WORKING_HOURS})
"""Units whose end is an instant. The end of any other unit is a date."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the clock stood still, [start, end). `end` None: it still does.

    `reason` is the id of the ground, `whose` says whose time it is (applicant, other_agency, public), `names` is the
    ground in words for the day ledger and the explanation.

    Raises:
        PauseEndsBeforeItStarts: it does.
    """

    start: datetime
    end: datetime | None
    reason: str = ""
    whose: str = ""
    names: Names | None = None

    def __post_init__(self) -> None:
        """Refuse an end before the start."""
        if self.end is not None and self.end < self.start:
            raise PauseEndsBeforeItStarts(start=self.start.isoformat(), end=self.end.isoformat())

    def ground(self, language: str) -> str:
        """The ground in words, or its id where nobody gave words."""
        return self.names.in_language(language) if self.names else self.reason


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted at `at`: an `amount` in the limit's own unit, or `until` an instant.

    Raises:
        ExtensionWithoutLength: neither or both are given, or the amount is not positive.
    """

    amount: Decimal | None
    until: datetime | None
    at: datetime

    def __post_init__(self) -> None:
        """Refuse an extension by nothing."""
        if (self.amount is None) == (self.until is None) or (self.amount is not None and self.amount <= 0):
            raise ExtensionWithoutLength(amount=self.amount, until=self.until)


@dataclass(frozen=True, slots=True)
class ClockHistory:
    """What happened to one clock. From each of `restarts` the whole limit counts again; the last one is in force."""

    starts_at: datetime | None
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    restarts: tuple[datetime, ...] = ()
    finished_at: datetime | None = None
    stopped_at: datetime | None = None


class ClockState(StrEnum):
    """Where a clock stands at `now`."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    STOPPED = "stopped"
    FINISHED_EARLY = "finished_early"
    FINISHED_ON_TIME = "finished_on_time"
    FINISHED_LATE = "finished_late"


class Verdict(StrEnum):
    """How a finished dossier stands to its legal due time."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class LedgerKind(StrEnum):
    """What a day in the day ledger is. The first six are what the calendar says."""

    WORKING = "working"
    WEEKEND = "weekend"
    PUBLIC_HOLIDAY = "public_holiday"
    SWAPPED_DAY_OFF = "swapped_day_off"
    MAKE_UP_WORKING_DAY = "make_up_working_day"
    LOCAL_CLOSURE = "local_closure"
    BEFORE_START = "before_start"
    """The day of receipt of a day-unit limit, which is not counted; or before the day on which counting starts."""
    BEFORE_RESTART = "before_restart"
    """Counted once, but the whole limit was started again later."""
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One date of the day ledger.

    `counted`: whether any of it used up the limit; `counted_minutes`: how many minutes (office minutes for working
    units, clock minutes for the others; a whole calendar day is 1440). `note` is Vietnamese, `note_en` English; empty
    on an ordinary day.
    """

    date: date
    kind: LedgerKind
    counted: bool
    note: str
    note_en: str
    counted_minutes: int


@dataclass(frozen=True)
class ClockReading:
    """What the clock says at one moment. Instants are in UTC, dates are dates in Vietnam.

    Attributes:
        due_at: when time is up, extension included: the close of office of `due_on` for day units, the exact instant
            for hour units. Never earlier than `legal_due_at`. While a pause is open, it is what it would be if the
            pause ended at `now`.
        original_due_at: without pauses, restarts and extensions.
        legal_due_at: with pauses and restarts, without extensions.
        extended_due_at: what the extensions make of it, None without any. An extension to a fixed instant stands
            still under pauses, so it can be earlier than `legal_due_at`.
        used_minutes: minutes of the limit used since counting (last) began, until `now` or the end, pauses left out.
            Working units and same_day: office minutes. `hours`: clock minutes. `calendar_days` and `months`: clock
            minutes from 00:00 of the first counted date, nights and rest days included, whole paused dates left out
            (1440 = one date).
        left_minutes: the same of what is left of the limit, 0 when it is used up but the last day has not ended.
            Negative once it is overdue: the office minutes (clock minutes for other units) since then.
        used_fraction: used / whole limit, above 1 when overdue.
        paused: whether the clock stands still at `now`.
    """

    due_at: datetime
    due_on: date
    original_due_at: datetime
    original_due_on: date
    legal_due_at: datetime
    legal_due_on: date
    extended_due_at: datetime | None
    extended_due_on: date | None
    used_minutes: int
    left_minutes: int
    used_fraction: Fraction
    paused: bool
    state: ClockState
    ledger: Callable[[], tuple[DayEntry, ...]] = field(repr=False, compare=False)

    @cached_property
    def days(self) -> tuple[DayEntry, ...]:
        """The day ledger from the start to `due_on`, both included; made when first asked for."""
        return self.ledger()
