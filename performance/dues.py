"""Due times as figures use them: from when finishing is no longer early, and from when it is late. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dossiers.clock_rules import DATE_UNITS, same_day_of
from dossiers.working_time import DAY, OfficeTime, from_local, to_local
from procedures.limits import Limit, Unit

_JUST_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A due time: the instant shown, and the two from which a verdict changes. All None where there is none."""

    at: datetime | None = None
    on_time_from: datetime | None = None
    late_from: datetime | None = None


def due(at: datetime | None, *, by_instant: bool) -> Due:
    """The due time at an instant: by the instant itself, or by its date in Vietnam, of which any moment is on time.

    Source: Bộ luật Dân sự 2015 art. 148 (a day ends at 24:00).
    """
    if at is None:
        return Due()
    if by_instant:
        return Due(at, at, at + _JUST_AFTER)
    midnight = to_local(at) // DAY * DAY
    return Due(at, from_local(midnight), from_local(midnight + DAY))


def moved(at: datetime, waits: Iterable[tuple[datetime, datetime]], limit: Limit, office: OfficeTime) -> datetime:
    """A due time moved by times [start, end) that are subtracted, as the clock moves it past a standstill.

    A time that starts when nothing is left moves nothing. Source: convention, unverified.
    """
    found = to_local(at)
    for start, end in sorted((to_local(a), to_local(b)) for a, b in waits):
        found = _moved_once(found, start, end, limit, office)
    return from_local(found)


def _moved_once(found: int, start: int, end: int, limit: Limit, office: OfficeTime) -> int:
    unit = limit.unit
    if unit in DATE_UNITS:
        dates = max(0, end // DAY - start // DAY) if start // DAY <= found // DAY else 0
        return office.close(office.working_day_from(found // DAY + dates)) if dates else found
    if unit is Unit.HOURS:
        return found + end - start if start < found else found
    first, reached = office.position(start), office.position(found)
    if first >= reached:
        return found
    if unit is Unit.SAME_DAY and limit.cut_off is not None:  # completing it is like handing it in anew
        return max(found, office.close(same_day_of(limit.cut_off, end, office)))
    later = office.instant_at(reached + office.position(end) - first)
    return office.close(later // DAY) if unit is Unit.WORKING_DAYS else later
