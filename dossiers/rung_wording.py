"""A rung that was reached, in one plain sentence. Pure; names no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dossiers.ladder import Kind, Ladder, Ladders, Told
from dossiers.tables import WarningRow
from dossiers.working_time import LOCAL_ZONE
from procedures.base import Names

_TOLD = {
    Told.HOLDER: Names(vi="người đang giữ hồ sơ", en="the holder"),
    Told.SUPERVISOR: Names(vi="lãnh đạo trung tâm", en="the supervisor"),
    Told.PROVINCE: Names(vi="tỉnh", en="the province"),
    Told.APPLICANT: Names(vi="người nộp", en="the applicant"),
    Told.CONSULTED_BODY: Names(vi="cơ quan được lấy ý kiến", en="the consulted body"),
}
_TO_TELL = Names(vi="báo cho", en="to be told")
_RECORDED = Names(vi="ghi nhận", en="recorded")
_AT = Names(vi="lúc", en="at")
_FROM = Names(vi="từ", en="from")
_WHOLE_DAYS = frozenset({Kind.DUE_DAY, Kind.APOLOGY_LAST_DAY, Kind.ANSWER_LAST_DAY, Kind.SUPPLEMENT_WINDOW_LAST_DAY})
"""Rungs that are about a day; their moment is its beginning at the office."""
_PERIOD = Names(vi="kỳ tính hạn thứ {number}", en="clock period {number}")
_REQUEST = Names(vi="yêu cầu thứ {number}", en="request {number}")
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class RungFacts:
    """What the rungs of one dossier are explained with: its steps by occurrence, its consulted bodies by number."""

    ladder: Ladder
    steps: dict[int, Names]
    bodies: dict[int, str]
    silent: bool = False
    """Nobody is told of an imported or rehearsed dossier."""


def explain_rung(warning: WarningRow, ladders: Ladders, language: str, facts: RungFacts) -> str:
    """What was reached, about what, when, when that was noticed, and whom the ladder tells of it."""
    rung = facts.ladder.rungs.get(warning.rung)
    name = (rung.names if rung else ladders.names_of(warning.rung)).in_language(language)
    thing = _thing(warning, rung.kind if rung else None, language, facts)
    period = _PERIOD.in_language(language).format(number=warning.clock_period + 1) if warning.clock_period else ""
    about = ", ".join(part for part in (thing, period) if part)
    since = (_FROM if rung and rung.kind in _WHOLE_DAYS else _AT).in_language(language)
    sentence = f"{name}{f' ({about})' if about else ''} {since} {_instant(warning.legal_moment)}"
    if (warning.recorded_at - warning.legal_moment).total_seconds() >= _MINUTE:
        sentence += f" ({_RECORDED.in_language(language)} {_noticed(warning)})"
    told = ", ".join(_TOLD[each].in_language(language) for each in rung.to) if rung and not facts.silent else ""
    return f"{sentence}; {_TO_TELL.in_language(language)}: {told}" if told else sentence


def _thing(warning: WarningRow, kind: Kind | None, language: str, facts: RungFacts) -> str:
    number = warning.number
    if kind is Kind.STEP_TIME_USED and number in facts.steps:
        return facts.steps[number].in_language(language)
    if kind is Kind.CONSULTATION_TIME_USED:
        return facts.bodies.get(number, "")
    if kind is Kind.ANSWER_LAST_DAY:
        return _REQUEST.in_language(language).format(number=number)
    return ""


def _instant(at: datetime) -> str:
    return at.astimezone(LOCAL_ZONE).strftime("%H:%M %d/%m/%Y")


def _noticed(warning: WarningRow) -> str:
    """When it was recorded: only the time of day where that was on the day of its legal moment."""
    recorded, moment = warning.recorded_at.astimezone(LOCAL_ZONE), warning.legal_moment.astimezone(LOCAL_ZONE)
    return recorded.strftime("%H:%M") if recorded.date() == moment.date() else _instant(recorded)
