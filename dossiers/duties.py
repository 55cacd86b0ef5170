"""The last moments of the duties that have clocks of their own. Pure; the limits are data in `duties.yaml`."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from dossiers.clock import ClockReading, add_limit
from dossiers.duty_rules import DutyLimit, duty_rules
from dossiers.states import RUNNING, DossierState, Status
from dossiers.working_time import LOCAL_ZONE, close_of_office
from procedures.calendars import Calendar, day_from_number, day_number
from procedures.limits import Unit
from procedures.schema import ExtensionRule

LONGEST_WAIT = timedelta(days=120)
"""Who has waited longer than this to be accepted is late whatever the calendar says."""
MICROSECOND = timedelta(microseconds=1)


def acceptance_since(state: DossierState) -> datetime | None:
    """Since when a dossier waits to be accepted; None where nobody owes that: it was accepted, or the applicant is on.

    It counts from the submission; away from the boundary from the receipt by the competent body; after a supplement at
    intake, or when it was taken up again, from then.
    """
    if state.status is not Status.SUBMITTED or state.registered_at is None:
        return None
    completed = [s.received_at for s in state.supplements if s.received_at and s.stage == "intake"]
    since = (state.registered_at, state.received_at_competent_body, state.reopened_at, *completed)
    return max(at for at in since if at is not None)


def acceptance_due(state: DossierState, calendar: Calendar) -> datetime | None:
    """When the dossier has to be accepted, or answered, at the latest; None where nobody owes that now.

    Source: NĐ 118/2025/NĐ-CP art. 18.2 for the hand-over; the amount is ours, see `duties.yaml`.

    Raises:
        NoCalendar: a day is not covered by the calendar.
    """
    since = acceptance_since(state)
    return _over(since, duty_rules().acceptance, calendar) if since else None


def apology_by(
    state: DossierState, reading: ClockReading, calendar: Calendar, rule: ExtensionRule | None = None
) -> datetime | None:
    """The last close of office at which an apology and a new appointment are in time.

    It is the close of the last working day that lies at least so many calendar days before the due date. None while
    nobody owes an apology or its moment cannot be told: no clock runs, it stands still, an apology was sent as often as
    is allowed, or the limit is so short that no such day lies after its start.

    Source: NĐ 61/2018/NĐ-CP art. 19.9; unverified in NĐ 118/2025. `rule`: what the procedure itself says.

    Raises:
        NoCalendar: a day is not covered by the calendar.
    """
    if state.status not in RUNNING or reading.paused or state.clock_starts_at is None:
        return None
    general = duty_rules().apology
    days_before = rule.apology_days_before if rule else general.days_before
    if state.apologies >= (rule.maximum_times if rule and rule.maximum_times else general.maximum_times):
        return None
    number = day_number(reading.due_on) - days_before + 1
    last = calendar.nth_working_day(calendar.working_days_before(number) - 1)
    moment = close_of_office(day_from_number(last), calendar)
    return moment if moment > state.clock_starts_at else None


def supplement_window_ends(state: DossierState, calendar: Calendar) -> datetime | None:
    """When the time to ask for a supplement is over, counted from the acceptance; None where none can be asked.

    None too once a supplement was asked for after acceptance. The end of the last day is meant (24:00).

    Source: NĐ 61/2018/NĐ-CP art. 19.4; unverified in NĐ 118/2025.

    Raises:
        NoCalendar: a day is not covered by the calendar.
    """
    asked = any(s.stage == "processing" for s in state.supplements)
    if state.accepted_at is None or asked or state.status not in RUNNING:
        return None
    return supplement_request_by(state.accepted_at, calendar)


def supplement_request_by(found_at: datetime, calendar: Calendar) -> datetime:
    """When a supplement has to be asked for at the latest (24:00 of that day), for something found then.

    Raises:
        NoCalendar: a day is not covered by the calendar.
    """
    return _over(found_at, duty_rules().supplement_request, calendar)


def _over(start: datetime, limit: DutyLimit, calendar: Calendar) -> datetime:
    return add_limit(start, limit.amount, Unit(limit.unit), calendar)


def last_acceptance_overdue(now: datetime, calendar: Calendar) -> datetime:
    """The latest instant since which waiting to be accepted is too long by `now`; at most `LONGEST_WAIT` before it.

    Raises:
        NoCalendar: a day is not covered by the calendar.
    """
    limit = duty_rules().acceptance
    first = datetime.combine(calendar.first, time(), LOCAL_ZONE)
    too_long, in_time = max(now - LONGEST_WAIT, first), now
    if _over(too_long, limit, calendar) >= now:
        return too_long
    while in_time - too_long > MICROSECOND:
        middle = too_long + (in_time - too_long) // 2
        if _over(middle, limit, calendar) < now:
            too_long = middle
        else:
            in_time = middle
    return too_long
