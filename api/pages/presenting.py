"""Instants, amounts of time and facts as people read them. Vietnamese time throughout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from api.language import say, wording
from dossiers.clock_types import ClockState, DayEntry
from dossiers.gate import VIETNAM
from dossiers.views import DossierView, TimelineEntry
from procedures.communes import commune as commune_of
from procedures.communes import province as province_of
from procedures.errors import ProcedureError
from procedures.limits import TimeLimit, Unit
from procedures.schema import Definition, FormField

OFFICE_DAY_MINUTES = 480
_CLOCK_UNITS = frozenset({Unit.CALENDAR_DAYS, Unit.MONTHS, Unit.HOURS})


def instant(at: datetime | str | None) -> str:
    """An instant as 14:05 02/03/2026 in Vietnam; empty for None."""
    if at is None:
        return ""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def day(on: date | datetime | None) -> str:
    """A date as 02/03/2026; an instant by its date in Vietnam; empty for None."""
    if on is None:
        return ""
    local = on.astimezone(VIETNAM) if isinstance(on, datetime) else on
    return local.strftime("%d/%m/%Y")


def place(code: str) -> str:
    """A commune by name, or its code where nobody knows it."""
    try:
        return commune_of(code).name
    except ProcedureError:
        return code


def province_name(code: str) -> str:
    """A province by name, or its code where nobody knows it."""
    try:
        return province_of(code).name
    except ProcedureError:
        return code


def money(amount: int) -> str:
    """An amount of đồng with dots between thousands."""
    return f"{amount:,}".replace(",", ".") + " đ"


def duration(minutes: int, unit: Unit, language: str) -> str:
    """Minutes of a limit in words: office days of 8 hours, or plain days for units that count every day."""
    minutes = abs(minutes)
    if unit in _CLOCK_UNITS:
        whole = 60 if unit is Unit.HOURS else 1440
        key = "duration.clock_hours" if unit is Unit.HOURS else "duration.calendar_days"
        return say(language, key, hours=minutes // whole, days=minutes // whole)
    days, rest = divmod(minutes, OFFICE_DAY_MINUTES)
    hours = rest // 60
    if days and hours:
        return say(language, "duration.days_hours", days=days, hours=hours)
    if days:
        return say(language, "duration.days", days=days)
    return say(language, "duration.hours", hours=hours) if hours else say(language, "duration.minutes", minutes=rest)


def limit_in_words(limit: TimeLimit, language: str) -> str:
    """A declared time limit in a few words, both amounts where it depends on the area."""
    units = {
        "vi": {
            "working_days": "ngày làm việc",
            "working_hours": "giờ làm việc",
            "calendar_days": "ngày",
            "hours": "giờ",
            "months": "tháng",
            "same_day": "trong ngày",
        },
        "en": {
            "working_days": "working days",
            "working_hours": "working hours",
            "calendar_days": "days",
            "hours": "hours",
            "months": "months",
            "same_day": "the same day",
        },
    }["en" if language == "en" else "vi"]
    if limit.unit is Unit.SAME_DAY:
        return units["same_day"]
    amounts = [limit.amount] if limit.amount else [p.amount for p in limit.phases]
    normal = sum((a.normal for a in amounts), Decimal(0))
    difficult = sum((a.difficult or a.normal for a in amounts), Decimal(0))
    shown = f"{normal.normalize():f}" if normal == difficult else f"{normal.normalize():f} / {difficult.normalize():f}"
    return f"{shown} {units[limit.unit.value]}".replace(".", ",")


def months(days: tuple[DayEntry, ...]) -> list[tuple[str, list[list[DayEntry | None]]]]:
    """The day ledger as calendar sheets: month, and its weeks from Monday with None where the ledger has no day."""
    sheets: list[tuple[str, list[list[DayEntry | None]]]] = []
    for entry in days:
        name = entry.date.strftime("%m/%Y")
        if not sheets or sheets[-1][0] != name:
            sheets.append((name, [[None] * 7]))
        weeks = sheets[-1][1]
        if any(weeks[-1][entry.date.weekday() :]):
            weeks.append([None] * 7)
        weeks[-1][entry.date.weekday()] = entry
    return sheets


def facts_as_text(facts: Mapping[str, Any]) -> list[str]:
    """The plain facts of an error, one a line."""
    return [f"{name}: {value}" for name, value in facts.items() if isinstance(value, str | int) and value != ""]


def event_facts(entry: TimelineEntry, definition: Definition, language: str) -> list[tuple[str, str]]:
    """What an event says, as labelled lines; what only the machine needs is left out."""
    lines: list[tuple[str, str]] = []
    for name in _SHOWN:
        value = entry.facts.get(name)
        if value not in (None, "", [], {}):
            lines.append((say(language, f"field.{name}"), _fact(name, value, entry, definition, language)))
    for item in entry.facts.get("items") or ():
        lines.append((say(language, "field.problem"), _item(item, definition, language)))
    return lines


_SHOWN = (
    "case",
    "step",
    "outcome",
    "assignee",
    "on_behalf_of",
    "signer_was_case_officer",
    "absent_until",
    "reason",
    "legal_ground",
    "because",
    "remark",
    "note",
    "question",
    "body",
    "answer",
    "answer_by",
    "text",
    "fee",
    "amount_vnd",
    "how",
    "receipt",
    "ground",
    "apology",
    "due_before",
    "due_after",
    "promised_at",
    "exceeding_reason",
    "found_at",
    "request_by",
    "result",
    "number",
    "to",
    "comment",
    "dossiers",
    "what",
    "backdated",
)


def _fact(name: str, value: Any, entry: TimelineEntry, definition: Definition, language: str) -> str:
    if name in _FORMATTED:
        return _FORMATTED[name](value)
    if name == "to" and str(value).isdigit():
        return place(str(value))
    if name in ("how", "to", "answer", "what", "because"):
        return say(language, f"choice.{name}.{value}")
    if name in ("assignee", "on_behalf_of"):
        return entry.people.get(str(value), str(value))
    if name in _NAMED:
        return _NAMED[name](definition, entry, str(value), language)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _item(item: dict[str, Any], definition: Definition, language: str) -> str:
    names = {d.id: d.names.in_language(language) for d in definition.documents}
    document = names.get(item.get("document") or "", "")
    return ". ".join(part for part in (document, item.get("problem"), item.get("guidance")) if part)


def step_name(definition: Definition, step_id: str, language: str) -> str:
    """A step by name, or its id where this version has none such."""
    found = next((s for s in definition.steps if s.id == step_id), None)
    return found.names.in_language(language) if found else step_id


def _outcome(definition: Definition, entry: TimelineEntry, value: str, language: str) -> str:
    found = next((s for s in definition.steps if s.id == entry.facts.get("step")), None)
    names = found.outcome_names.get(value) if found else None
    return names.in_language(language) if names else value


def _reason(definition: Definition, _entry: TimelineEntry, value: str, language: str) -> str:
    found = definition.pause(value)
    return found.names.in_language(language) if found else value


def _of(part: str) -> Callable[[Definition, TimelineEntry, str, str], str]:
    def name(definition: Definition, _entry: TimelineEntry, value: str, language: str) -> str:
        found = next((one for one in getattr(definition, part) if one.id == value), None)
        return found.names.in_language(language) if found else value

    return name


_FORMATTED: dict[str, Callable[[Any], str]] = {
    "signer_was_case_officer": lambda value: f"#{value['exemption']}",
    "promised_at": instant,
    "due_before": instant,
    "due_after": instant,
    "answer_by": instant,
    "found_at": instant,
    "request_by": instant,
    "amount_vnd": money,
}
_NAMED: dict[str, Callable[[Definition, TimelineEntry, str, str], str]] = {
    "step": lambda d, _e, value, language: step_name(d, value, language),
    "outcome": _outcome,
    "reason": _reason,
    "case": _of("cases"),
    "fee": _of("fees"),
    "result": _of("results"),
}


def tone(view: DossierView) -> str:
    """How pressing the clock is: over, soon (today, or a day or less left), paused, calm, or done."""
    if view.reading is None or view.state.finished_at or view.state.closed_at:
        return "done"
    if view.reading.state is ClockState.OVERDUE:
        return "over"
    if view.reading.paused:
        return "paused"
    return "soon" if view.reading.due_at - view.now < timedelta(days=1) else "calm"


def case_name(case_id: str, definition: Definition, language: str) -> str:
    """A case by name, or its id where this version has none such."""
    found = next((c for c in definition.cases if c.id == case_id), None)
    return found.names.in_language(language) if found else case_id


def form_value(value: Any, field: FormField, t: Callable[[str], str], language: str) -> str:
    """A form's value as people read it: yes or no, a choice by name, a date day first."""
    if isinstance(value, bool):
        return t("app.yes") if value else t("app.no")
    if field.type == "choice":
        names = {c.id: c.names for c in field.choices}
        return names[value].in_language(language) if value in names else str(value)
    if field.type == "date":
        try:
            return day(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "instant": instant,
    "day": day,
    "place": place,
    "province": province_name,
    "money": money,
    "limit": limit_in_words,
    "case_name": case_name,
    "form_value": form_value,
    "has_wording": lambda key: key in wording("vi"),
}
