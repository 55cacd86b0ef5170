"""A calendar as plain values that can be kept and read back, whatever becomes of the files that it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from procedures.base import Names
from procedures.calendar_files import DayKind
from procedures.calendars import Calendar, CalendarDay, counted
from procedures.errors import BrokenCalendar


def as_record(calendar: Calendar) -> dict[str, Any]:
    """A calendar as JSON values: every decided day with its names and sources, the office hours, the years."""
    return {
        "version": calendar.version,
        "years": list(_years(calendar)),
        "provisional_years": sorted(calendar.provisional_years),
        "sessions": [[opens.isoformat("minutes"), closes.isoformat("minutes")] for opens, closes in calendar.sessions],
        "days": [
            {
                "date": day.date.isoformat(),
                "kind": day.kind.value,
                "vi": day.names.vi,
                "en": day.names.en,
                "basis": list(day.basis),
                "provisional": day.provisional,
            }
            for day in calendar.decided.values()
        ],
    }


def from_record(record: dict[str, Any]) -> Calendar:
    """The calendar back from its JSON values.

    Raises:
        BrokenCalendar: the values are not those of the version that they name.
    """
    try:
        days = [
            CalendarDay(
                date.fromisoformat(day["date"]),
                DayKind(day["kind"]),
                Names(vi=day["vi"], en=day["en"]),
                tuple(day["basis"]),
                bool(day["provisional"]),
            )
            for day in record["days"]
        ]
        sessions = tuple(
            (time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in record["sessions"]
        )
        found = counted(record["years"], record["provisional_years"], {day.date: day for day in days}, sessions)
    except (KeyError, ValueError, TypeError) as problem:
        raise BrokenCalendar(version=record.get("version"), problem=str(problem)) from None
    if found.version != record["version"]:
        raise BrokenCalendar(version=record["version"], problem=f"its days are those of version {found.version}")
    return found


@lru_cache(maxsize=1024)
def completed(bound: Calendar, installed: Calendar) -> Calendar:
    """The bound calendar with the years that it did not know taken from the installed one.

    A year that no calendar covered can have decided nothing, so nothing is moved by adding it; without it a dossier
    that outlives its calendar could not be counted at all. The version stays the bound one's.
    """
    years = sorted({*_years(bound), *_years(installed)})
    if years == list(_years(bound)) or years != list(range(years[0], years[-1] + 1)):
        return bound
    further = {day: entry for day, entry in installed.decided.items() if not bound.covers(day)}
    provisional = {year for year in installed.provisional_years if year not in _years(bound)}
    whole = counted(years, bound.provisional_years | provisional, {**bound.decided, **further}, bound.sessions)
    return replace(whole, version=bound.version)


def differing_days(before: Calendar, after: Calendar) -> Iterator[tuple[date, DayKind, CalendarDay]]:
    """Dates that both calendars cover and that are worked in one and not in the other: date, kind before, day after."""
    day, last = max(before.first, after.first), min(before.last, after.last)
    while day <= last:
        if before.is_working(day) is not after.is_working(day):
            yield day, before.day(day).kind, after.day(day)
        day += timedelta(days=1)


def _years(calendar: Calendar) -> range:
    return range(calendar.first.year, calendar.last.year + 1)
