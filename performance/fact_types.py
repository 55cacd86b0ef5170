"""What figures may ask about one dossier: a flat row of facts, as known after one event of its ledger. Pure.

Nothing here depends on the time of asking. Whether an open dossier is late at some moment is asked of its instants:
it is late from `<yardstick>_late_from` on. Every instant is aware; dates are dates in Vietnam.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dossiers.clock import Verdict
from dossiers.states import DossierState
from dossiers.working_time import local_date
from procedures.calendars import Calendar
from procedures.schema import Definition


class Yardstick(StrEnum):
    """A due time that a dossier can be judged by. Each has three columns: `_at`, `_on_time_from`, `_late_from`."""

    ORIGINAL_DUE = "original_due"
    """As fixed at acceptance."""
    LEGAL_DUE = "legal_due"
    """With pauses and restarts, without extensions: the default."""
    EXTENDED_DUE = "extended_due"
    """The one in force: with extensions where there are any."""
    PROMISED = "promised"
    """As the last slip says."""
    PROMISE_LESS_SUPPLEMENT = "promise_less_supplement"
    """The last promise, moved by the applicant's time to supplement after it was given (QĐ 766)."""
    LIMIT_LESS_SUPPLEMENT = "limit_less_supplement"
    """The original due time, moved by all of the applicant's time to supplement (QĐ 766 without a promise)."""


class EndKind(StrEnum):
    """How a dossier ended."""

    ISSUED = "issued"
    REFUSED = "refused"
    REFUSED_AT_INTAKE = "refused_at_intake"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Facts:
    """One dossier as known after one event.

    Due times: `_at` is the instant that is shown; from `_on_time_from` on finishing is no longer early (00:00 of the
    due date; the instant itself for limits in hours), from `_late_from` on it is late (00:00 of the next date; just
    after the instant). Legal and extended are None while the clock stands still before its end, because they move.
    """

    procedure: str
    field: str
    case_id: str | None
    province: str
    commune: str
    """Who has it now: the intake until it was forwarded, then the competent commune."""
    intake_commune: str
    non_boundary: bool
    """Taken in elsewhere than where it is decided."""
    forwarded: bool
    channel: str
    parent: str | None
    """Code of the linked group's dossier that this is a part of."""
    linked_parts: int
    """How many parts of a linked group were opened under it."""
    body: str | None
    """The body whose part of a linked group this is."""
    unit: str | None
    """The unit (department) that the system it was imported from names."""

    registered_at: datetime
    acceptance_due_at: datetime | None
    """Until when it had, or has, to be accepted; None while the applicant is to act. After the acceptance: the last."""
    accepted_at: datetime | None
    clock_starts_at: datetime | None
    finished_at: datetime | None
    """The result was issued. None again after it was taken up again."""
    ended_at: datetime | None
    """Issued, or refused, withdrawn or stopped, whichever it was."""
    end_kind: str | None
    """See `EndKind`."""
    handed_over_at: datetime | None

    limit_unit: str | None
    by_instant: bool
    """The limit counts hours: instants are compared, not dates."""
    same_day: bool
    additions: int
    allowed_minutes: int | None
    """The whole limit without extensions: office minutes for working units, clock minutes for the others."""
    used_minutes: int | None
    """Used of it until the end, counted in the same way since the last restart; None while open."""
    working_minutes: int | None
    """Office minutes from the start of the clock to the end, standstills left out; None while open."""

    original_due_at: datetime | None
    original_due_on_time_from: datetime | None
    original_due_late_from: datetime | None
    legal_due_at: datetime | None
    legal_due_on_time_from: datetime | None
    legal_due_late_from: datetime | None
    extended_due_at: datetime | None
    extended_due_on_time_from: datetime | None
    extended_due_late_from: datetime | None
    promised_at: datetime | None
    promised_on_time_from: datetime | None
    promised_late_from: datetime | None
    promise_less_supplement_at: datetime | None
    promise_less_supplement_on_time_from: datetime | None
    promise_less_supplement_late_from: datetime | None
    limit_less_supplement_at: datetime | None
    limit_less_supplement_on_time_from: datetime | None
    limit_less_supplement_late_from: datetime | None

    late_minutes: int | None
    """After the legal due time until the end (office minutes; clock minutes for `hours`); None while open."""
    late_minutes_commune: int | None
    """Whose clock ran: the three add up to `late_minutes`. The rule stands in `performance.delays`."""
    late_minutes_other_agency: int | None
    late_minutes_applicant: int | None

    supplement_count: int
    """Requests to supplement, at intake and later."""
    first_supplement_at: datetime | None
    first_supplement_received_at: datetime | None
    second_supplement_at: datetime | None
    last_supplement_at: datetime | None
    last_supplement_received_at: datetime | None
    """None while the applicant is to answer."""
    supplement_late: bool
    """The first request after acceptance came later than its duty allows."""
    supplement_minutes: int
    """Office minutes that the applicant took to answer after acceptance, answered requests only."""
    paused_minutes: int
    """Office minutes for which the clock stood still on any ground, ended standstills only."""
    pauses_near_due: int
    """Standstills begun with less than one working day left."""
    pauses_after_due: int
    """Standstills begun when it was late already."""
    pause_near_due_by: str | None
    """Who began the last of either."""
    restarts: int
    extensions: int
    apologies: int
    """Apologies sent, with an extension or without one."""
    apology_at: datetime | None
    """The first one."""
    apology_in_time: bool | None
    """Whether the first one came when the duty says; None without one."""
    reopened: int
    reopened_at: datetime | None

    receiver: str | None
    """Who accepted it; until then, who registered it."""
    case_officer: str | None
    """Who appraised it last; until then, to whom that step is assigned."""
    case_officers: int
    """How many persons have appraised it."""
    signer: str | None
    signed_at: datetime | None
    closed_before_signature: bool
    """The result was issued though the procedure has a signature that nobody had given by then."""
    result_recorded_at: datetime | None
    result_recorded_by: str | None
    result_after_hours: bool
    """The result was recorded when the office was closed."""
    result_backdated_minutes: int
    """Minutes between the moment that was given for the result and its recording."""
    receipt_backdated_minutes: int
    """Minutes between the moment that was given for the receipt (or the registration) and its recording."""
    ended_because: str | None

    documents_electronic: bool
    """No document came on paper."""
    payments_online: int
    payments_direct: int
    fully_electronic: bool
    """Came online, no paper, nothing paid at a counter, and the result was handed over electronically."""
    rating: int | None

    def due_on(self, yardstick: Yardstick) -> date | None:
        """The due date in Vietnam by a yardstick."""
        at: datetime | None = getattr(self, f"{yardstick}_at")
        return local_date(at) if at else None

    def verdict(self, yardstick: Yardstick = Yardstick.LEGAL_DUE) -> Verdict | None:
        """Early, on time or late by a yardstick; None without a result or a due time.

        Dates are compared; for limits in hours instants (DESIGN: only the very instant is on time).
        """
        return verdict_at(self.finished_at, self, yardstick)

    @property
    def late_since(self) -> datetime | None:
        """From when it is late by its legal due time as long as it has not ended."""
        return self.legal_due_late_from


def verdict_at(at: datetime | None, facts: Facts, yardstick: Yardstick) -> Verdict | None:
    """What finishing at an instant is by a yardstick; None without either."""
    on_time_from: datetime | None = getattr(facts, f"{yardstick}_on_time_from")
    late_from: datetime | None = getattr(facts, f"{yardstick}_late_from")
    if at is None or on_time_from is None or late_from is None:
        return None
    if at >= late_from:
        return Verdict.LATE
    return Verdict.EARLY if at < on_time_from else Verdict.ON_TIME


@dataclass(frozen=True, slots=True)
class Law:
    """What a ledger is read by: the calendar and the version that bind a dossier in a given state, and its field.

    `definition_of` gives None before the acceptance.
    """

    field: str
    calendar_of: Callable[[DossierState], Calendar]
    definition_of: Callable[[DossierState], Definition | None]
