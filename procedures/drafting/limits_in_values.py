"""Time limits in the structured values of a record: one per channel row and case, with the area class its row names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from procedures.drafting.areas import area_of_name
from procedures.drafting.limits_in_text import limits_in_text
from procedures.drafting.passages import Passage
from procedures.drafting.records import items_of, mapping_of, number_of, text_of
from procedures.drafting.remarks import Notebook
from procedures.drafting.report import Area, Found, plain

UNITS = {
    "WORKING_DAY": "working_days",
    "WORKING_DAYS": "working_days",
    "DAY": "calendar_days",
    "DAYS": "calendar_days",
    "HOUR": "hours",
    "HOURS": "hours",
    "WORKING_HOUR": "working_hours",
    "MONTH": "months",
    "MONTHS": "months",
}
"""Units of the portal; OTHER means that the unit stands in some text, or nowhere."""
MAXIMUM_AMOUNT, DECIMALS = 1000, 3
"""What the schema takes."""


@dataclass(frozen=True, slots=True)
class CaseValue:
    """One case of the record: its official code, name, and the limit its value gives (None when it gives none)."""

    code: str
    name: str
    place: str
    limit: Found | None


def channel_limits(record: Mapping[str, Any], notes: Notebook) -> tuple[Found, ...]:
    """The limits of the channel rows; equal ones (amount, unit, area) once, with the first place."""
    found: dict[tuple[object, ...], Found] = {}
    for place, method in items_of(record, "executionMethods", "", notes):
        value = method.get("processingTime")
        unit = text_of(method, "processingTimeUnit", f"{place}.", notes)
        if isinstance(value, str) and number_of(value, f"{place}.processingTime", Notebook()) is None:
            if value.strip() and not limits_in_text([Passage("channel", place, value)], Notebook()):
                notes.write("not_understood", "text_without_limit", f"{place}.processingTime", value)
            continue
        limit = _limit(value, unit, f"{place}.processingTime", "channel", notes)
        if limit is None:
            continue
        area = _row_area(text_of(method, "description", f"{place}.", notes), limit)
        key = (limit.amount, limit.unit, area)
        found.setdefault(key, _with_area(limit, area))
    return tuple(found.values())


def case_values(record: Mapping[str, Any], notes: Notebook) -> tuple[CaseValue, ...]:
    """The cases of the record in its order; the area class comes from the name when the name limits the case to it."""
    values = []
    for place, case in items_of(record, "cases", "", notes):
        name, code = text_of(case, "name", f"{place}.", notes), text_of(case, "code", f"{place}.", notes)
        day = mapping_of(case, "processingDay", f"{place}.", notes)
        unit = text_of(day, "type", f"{place}.processingDay.", notes)
        limit = _limit(day.get("qty"), unit, f"{place}.processingDay", "case", notes)
        if limit is not None:
            limit = _with_area(limit, area_of_name(name))
        values.append(CaseValue(code, name, place, limit))
    return tuple(values)


def _limit(value: Any, unit: str, place: str, where: Any, notes: Notebook) -> Found | None:
    if value is None and not unit:
        return None
    amount = number_of(value, place, notes)
    words = f"{_shown(value)} {unit}".strip()
    if amount is None or amount <= 0 or amount > MAXIMUM_AMOUNT or amount != round(amount, DECIMALS):
        notes.write("not_understood", "value_is_no_limit", place, words, given=words)
        return None
    known = UNITS.get(unit.strip().upper())
    if known is None:
        notes.write("not_understood", "value_without_unit", re.sub(r"\[\d+\]", "[]", place), words, given=words)
    return Found("limit", where, place, words, words, amount=amount, unit=known or "unstated")


def _row_area(description: str, limit: Found) -> Area | None:
    """The area class that a row's description names, unless the text gives that class another amount."""
    texts = limits_in_text([Passage("channel", "", description)], Notebook())
    stated = [f for f in texts if f.kind == "limit"]
    if stated:
        same = [f for f in stated if f.amount == limit.amount]
        areas = {f.area for f in same}
        return areas.pop() if len(areas) == 1 and len({f.area for f in stated}) == 1 else None
    return area_of_name(description) if not any(f.kind == "addition" for f in texts) else None


def _with_area(limit: Found, area: Area | None) -> Found:
    return Found(limit.kind, limit.where, limit.place, limit.sentence, limit.words, limit.amount, limit.unit, area)


def _shown(value: Any) -> str:
    return (
        plain(Decimal(str(value)))
        if isinstance(value, int | float) and not isinstance(value, bool)
        else str(value)[:80]
    )
