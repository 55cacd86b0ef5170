"""Calendars that dossiers are bound to: kept whole when the first dossier is bound, loaded again when files change."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from dossiers.errors import CalendarNotKept
from dossiers.events import EventType
from dossiers.tables import CalendarVersionRow
from procedures.calendar_records import as_record, completed, from_record
from procedures.calendars import Calendar

BINDING = frozenset({EventType.DOSSIER_ACCEPTED, EventType.CALENDAR_APPLIED, EventType.DOSSIER_TAKEN_OVER})
"""Events that bind a dossier to the newest calendar."""
_MOST_LOADED = 512
_loaded: OrderedDict[tuple[str, str], Calendar] = OrderedDict()
"""Calendars read back, by database and version. A version names its content, so what is here never grows old."""


def bound_calendar(session: Session, version: str | None, newest: Calendar) -> Calendar:
    """The calendar of a version, with later years taken from the newest; without a version the newest.

    Raises:
        CalendarNotKept: the version is neither installed nor kept.
    """
    if version is None or version == newest.version:
        return newest
    return completed(load_kept(session, version), newest)


def load_kept(session: Session, version: str) -> Calendar:
    """The calendar of a version as it was kept.

    Raises:
        CalendarNotKept: it was not.
    """
    key = (str(session.get_bind().engine.url), version)
    found = _loaded.get(key)
    if found is None:
        row = session.get(CalendarVersionRow, version)
        if row is None:
            raise CalendarNotKept(
                version=version, mend="install the calendar files of that time and run: motcua calendar keep"
            )
        found = _loaded[key] = from_record(row.data)
        if len(_loaded) > _MOST_LOADED:
            _loaded.popitem(last=False)
    return found


def is_kept(session: Session, version: str) -> bool:
    """Whether the calendar of that version is kept."""
    return session.get(CalendarVersionRow, version) is not None


def keep(session: Session, calendar: Calendar, *, place: str, now: datetime) -> None:
    """Keep a calendar, unless it is kept already; to be called in the transaction that binds a dossier to it."""
    if is_kept(session, calendar.version):
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"version": calendar.version, "place": place, "data": as_record(calendar), "kept_at": now}
    session.execute(dialect.insert(CalendarVersionRow).on_conflict_do_nothing(), [row])
