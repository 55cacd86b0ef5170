"""From what is said of a dossier to the facts that the ledger records: places, law, and the due time. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dossiers.actions.intake import OFFICIAL_CODE
from dossiers.clock import ClockHistory, read_clock
from dossiers.clock_types import HOUR_UNITS
from dossiers.events import instant
from dossiers.importing.cells import BadCell
from dossiers.importing.mapping import Mapping
from dossiers.importing.rows import Said
from dossiers.office import Office
from dossiers.working_time import local_date
from procedures.calendars import Calendar
from procedures.communes import ELSEWHERE, commune
from procedures.errors import AreaClassNeeded, NoCalendar, ProcedureError, UnknownCommune
from procedures.limits import Limit, Unit
from procedures.schema import Definition

CHANNELS = frozenset({"direct", "online", "postal"})
_MOST_DAYS = 1000
_JUST_AFTER = timedelta(microseconds=1)
_TEXTS = ("procedure", "case", "commune", "channel", "official_code", "unit", "officer", "step", "steps_done")


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of one dossier as the ledger records them, the field, and the version that it goes on by."""

    said: Said
    facts: dict[str, Any]
    field: str
    definition: Definition | None = None
    area: str | None = None


def told_by(said: Said, mapping: Mapping, office: Office, *, now: datetime) -> Told:
    """The facts.

    Raises:
        BadCell: a place, procedure, step or day is not known, or a moment lies in the future.
    """
    fields, texts, found = mapping.fields, said.texts, said.moments
    place = _place(said, mapping)
    if texts["channel"] not in CHANNELS:
        raise BadCell("not_known", fields.channel.column, str(texts["channel"])[:60])
    if (code := texts["official_code"]) and not re.match(OFFICIAL_CODE, code) and mapping.kind == "take_over":
        raise BadCell("not_known", fields.official_code.column if fields.official_code else None)
    for name, at in found.items():
        if at > now:
            raise BadCell("future", getattr(fields, name).column if getattr(fields, name) else None)
    received = found["received_at"]
    at_intake = said.end in ("refused", "withdrawn") and fields.accepted_at is not None
    before = mapping.kind == "take_over" and texts["step"] is None and said.end is None
    accepted: datetime | None = found.get("accepted_at") or (None if at_intake or before else received)
    facts: dict[str, Any] = {name: texts[name] for name in _TEXTS if texts[name] is not None}
    facts |= {"province": place.province_code, "registered_at": instant(received)}
    facts |= {"accepted_at": instant(accepted)} if accepted else {}
    if said.end:
        facts |= {"end_kind": said.end, "ended_at": instant(found["ended_at"])}
    if handed_over := found.get("handed_over_at"):
        facts["handed_over_at"] = instant(handed_over)
    definition = _definition(said, mapping, office, accepted or received)
    field = definition.field if definition else texts["field"] or "khac"
    told = Told(said, facts, field, definition, place.area_class.value)
    if accepted is not None:
        calendar = office.calendar(place.province_code, place.code)
        try:
            facts |= _due(told, mapping, calendar, accepted)
        except NoCalendar as error:
            raise BadCell("no_calendar", None, str(error)[:100]) from None
    return told


def _place(said: Said, mapping: Mapping) -> Any:
    try:
        place = commune(str(said.texts["commune"]))
    except UnknownCommune:
        raise BadCell("not_known", mapping.fields.commune.column, str(said.texts["commune"])[:60]) from None
    if place is ELSEWHERE and mapping.kind == "take_over":
        raise BadCell("not_known", mapping.fields.commune.column, ELSEWHERE.code)
    return place


def _definition(said: Said, mapping: Mapping, office: Office, at: datetime) -> Definition | None:
    """The version in force at the acceptance, where the dossier needs one."""
    if mapping.kind != "take_over" and not mapping.deadline.recomputed:
        return None
    fields, code = mapping.fields, str(said.texts["procedure"])
    try:
        place = commune(str(said.texts["commune"]))
        definition = office.catalogue.in_force(code, local_date(at), place.province_code)
        definition.case(said.texts["case"])
    except ProcedureError as error:
        raise BadCell("not_known", fields.procedure.column, f"{type(error).__name__} {code}") from None
    step = said.texts["step"]
    if step and step not in {one.id for one in definition.steps}:
        raise BadCell("no_step", fields.step.column if fields.step else None, step[:60])
    return definition


def _due(told: Told, mapping: Mapping, calendar: Calendar, accepted: datetime) -> dict[str, Any]:
    own = mapping.deadline.limit
    if own is not None:
        return _counted(Limit(amount=own.amount, unit=Unit(own.unit)), calendar, accepted)
    if told.definition is None:
        return _as_given(told.said.due_at, mapping)
    limit = _limit(told)
    if mapping.deadline.recomputed or told.said.due_at is None:
        if limit is None:
            raise BadCell("no_calendar", None, "AreaClassNeeded")
        return _counted(limit, calendar, accepted)
    return _promised(told.said.due_at, limit, calendar, accepted) | {"promised_at": instant(told.said.due_at)}


def _limit(told: Told) -> Limit | None:
    assert told.definition is not None
    try:
        return told.definition.case(told.said.texts["case"]).time_limit.resolve(
            commune(told.facts["commune"]).area_class
        )
    except AreaClassNeeded:
        return None


def _as_given(at: datetime | None, mapping: Mapping) -> dict[str, Any]:
    """The due time as the other system has it: its date is one in the time zone of the file."""
    if at is None:
        return {}
    since, late = at, at + _JUST_AFTER
    if mapping.deadline.compare == "date":
        day = at.astimezone(mapping.zone).date()
        since, late = (datetime(d.year, d.month, d.day, tzinfo=mapping.zone) for d in (day, day + timedelta(days=1)))
    due = {"at": instant(at), "on_time_from": instant(since), "late_from": instant(late)}
    return {"due": due}


def _counted(limit: Limit, calendar: Calendar, accepted: datetime, given: datetime | None = None) -> dict[str, Any]:
    reading = read_clock(limit, ClockHistory(starts_at=accepted), calendar, now=accepted)
    counted = {
        "limit": limit.as_payload(),
        "from": "given" if given else "limit",
        "calendar": calendar.version,
        "clock_starts_at": instant(accepted),
        "original_due_at": instant(reading.due_at),
        "original_due_on": reading.due_on.isoformat(),
    }
    return {"counted": counted}


def _promised(due: datetime, limit: Limit | None, calendar: Calendar, accepted: datetime) -> dict[str, Any]:
    """A limit that ends when the other system promised: the procedure's own where it does, else one that does."""
    if limit is not None:
        own = read_clock(limit, ClockHistory(starts_at=accepted), calendar, now=accepted)
        if own.due_at == due or (limit.unit not in HOUR_UNITS and own.due_on == local_date(due)):
            return _counted(limit, calendar, accepted)
    days = Limit(amount=Decimal(_working_days(accepted, due, calendar)), unit=Unit.WORKING_DAYS)
    if days.amount > 0:
        by_days = read_clock(days, ClockHistory(starts_at=accepted), calendar, now=accepted)
        if by_days.due_on == local_date(due):
            return _counted(days, calendar, accepted, due)
    microseconds = (due.astimezone(UTC) - accepted.astimezone(UTC)) // timedelta(microseconds=1)
    exact = Limit(amount=Decimal(max(1, microseconds)) / Decimal(3_600_000_000), unit=Unit.HOURS)
    return _counted(exact, calendar, accepted, due)


def _working_days(start: datetime, end: datetime, calendar: Calendar) -> int:
    """Working days after the day of one instant up to that of another."""
    first, last = local_date(start), local_date(end)
    days = min((last - first).days, _MOST_DAYS)
    return sum(calendar.is_working(first + timedelta(days=n)) for n in range(1, days + 1))
