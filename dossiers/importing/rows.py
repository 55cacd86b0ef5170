"""What the other system says of each dossier: rows of a register one by one, rows of an event log put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dossiers.history_import_rules import ENDS
from dossiers.importing.cells import BadCell, Problem, moment_of, text_of
from dossiers.importing.files import Line
from dossiers.importing.mapping import COMPUTED_BY_EVENTS, Fields, Mapping

TEXTS = ("procedure", "field", "commune", "channel", "official_code", "case", "unit", "officer", "step", "steps_done")
NEEDED = frozenset({"procedure", "commune", "channel"})
PERSON = ("applicant_name", "applicant_phone", "applicant_email", "applicant_personal_id_number")
MOMENTS = ("received_at", "accepted_at", "ended_at", "handed_over_at")
_LONGEST = {"key": 100, "procedure": 12, "field": 40, "case": 60, "official_code": 60, "unit": 100, "officer": 80}


@dataclass(slots=True)
class Said:
    """What is said of one dossier, and in which line (of a log: the first)."""

    line: int
    key: str
    texts: dict[str, str | None]
    person: dict[str, str] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)
    due_at: datetime | None = None
    end: str | None = None


Report = Callable[[Problem], None]


def said_of(lines: Iterable[Line], mapping: Mapping, report: Report) -> Iterator[Said]:
    """Every dossier of the file that can be taken; what cannot is reported and left out."""
    if mapping.kind == "event_log":
        return _log(lines, mapping, report)
    return _register(lines, mapping, report)


def _register(lines: Iterable[Line], mapping: Mapping, report: Report) -> Iterator[Said]:
    seen: set[str] = set()
    for line, row in lines:
        try:
            if _skipped(row, mapping):
                continue
            said = _said(line, row, mapping)
            if said.key in seen:
                raise BadCell("twice", mapping.fields.key.column)
            seen.add(said.key)
            yield _complete(said, mapping)
        except BadCell as bad:
            report(Problem(line, bad.column, bad.reason, bad.detail))


def _log(lines: Iterable[Line], mapping: Mapping, report: Report) -> Iterator[Said]:
    """One for each key; a bad row leaves out its own event, or the dossier where its own columns disagree."""
    cases: dict[str, Said] = {}
    broken: set[str] = set()
    for line, row in lines:
        key: str | None = None
        try:
            if _skipped(row, mapping):
                continue
            said = _said(line, row, mapping)
            key = said.key
            known = cases.setdefault(key, said)
            _same(known, said)
            _note(known, row, mapping)
        except BadCell as bad:
            report(Problem(line, bad.column, bad.reason, bad.detail))
            if bad.reason == "not_the_same" and key:
                broken.add(key)
    for said in cases.values():
        if said.key in broken:
            continue
        try:
            yield _complete(said, mapping)
        except BadCell as bad:
            report(Problem(said.line, bad.column, bad.reason, bad.detail))


def _skipped(row: dict[str, Any], mapping: Mapping) -> bool:
    if None in row:
        raise BadCell("cells", None, str(row[None]))  # type: ignore[index]
    return any(str(row.get(one.column, "")).strip() in one.in_ for one in mapping.skip)


def _said(line: int, row: dict[str, Any], mapping: Mapping) -> Said:
    for column in mapping.required:
        if not str(row.get(column, "") or "").strip():
            raise BadCell("empty", column)
    fields = mapping.fields
    texts = {n: _short(n, text_of(row, getattr(fields, n), needed=n in NEEDED), fields) for n in TEXTS}
    key = _short("key", text_of(row, fields.key, needed=True), fields)
    assert key is not None
    said = Said(line, key, texts)
    for name in PERSON:
        if value := text_of(row, getattr(fields, name)):
            said.person[name.removeprefix("applicant_")] = value
    for name in MOMENTS:
        source = getattr(fields, name)
        if source and (at := moment_of(row, source.column, mapping)):
            said.moments[name] = at
    said.due_at = moment_of(row, mapping.deadline.as_given, mapping)
    said.end = text_of(row, fields.end)
    if said.end and said.end not in ENDS:
        raise BadCell("not_in_table", fields.end.column if fields.end else None, said.end[:60])
    return said


def _short(name: str, text: str | None, fields: Fields) -> str | None:
    if text is not None and len(text) > _LONGEST.get(name, 200):
        raise BadCell("too_long", getattr(fields, name).column)
    return text


def _same(known: Said, said: Said) -> None:
    for mine, its in ((known.texts, said.texts), (known.moments, said.moments)):
        for name, value in its.items():
            if mine.get(name) not in (None, value) and value is not None and not known_by_events(name, known):
                raise BadCell("not_the_same", None, name)
            if value is not None:
                mine[name] = value  # type: ignore[assignment]
    if said.due_at and known.due_at not in (None, said.due_at):
        raise BadCell("not_the_same", None, "due_at")
    known.due_at = known.due_at or said.due_at


def known_by_events(name: str, known: Said) -> bool:
    """Whether a moment was put together from events, so that rows need not agree on it."""
    return f"{name}!" in known.person


def _note(known: Said, row: dict[str, Any], mapping: Mapping) -> None:
    """What an event of a log tells of its dossier."""
    assert mapping.events is not None
    label = str(row.get(mapping.events.activity, "") or "").strip()
    meaning = mapping.events.meanings.get(label, mapping.events.otherwise)
    if meaning is None:
        raise BadCell("not_in_table", mapping.events.activity, label[:60])
    at = moment_of(row, mapping.events.at, mapping)
    if at is None:
        raise BadCell("empty", mapping.events.at)
    if meaning not in COMPUTED_BY_EVENTS:
        return
    name = {"received": "received_at", "accepted": "accepted_at", "handed_over": "handed_over_at"}.get(
        meaning, "ended_at"
    )
    if getattr(mapping.fields, name) is not None:
        return  # a column of its own says it
    earlier = known.moments.get(name)
    if earlier is None or (at < earlier if meaning == "received" else at > earlier):
        known.moments[name] = at
    known.person[f"{name}!"] = ""
    if name == "ended_at":
        known.end = meaning


def _complete(said: Said, mapping: Mapping) -> Said:
    """The same, checked for what one dossier has to be."""
    said.person = {name: value for name, value in said.person.items() if not name.endswith("!")}
    found, fields = said.moments, mapping.fields
    received = found.get("received_at")
    if received is None:
        raise BadCell("no_received", fields.received_at.column if fields.received_at else None)
    if found.get("accepted_at", received) < received:
        raise BadCell("accepted_first", fields.accepted_at.column if fields.accepted_at else None)
    ended = found.get("ended_at") or found.get("handed_over_at")
    if said.end and ended is None:
        raise BadCell("no_end_time", fields.ended_at.column if fields.ended_at else None)
    if ended is not None:
        if ended < received:
            raise BadCell("end_first", fields.ended_at.column if fields.ended_at else None)
        if fields.end is not None and said.end is None:
            raise BadCell("no_end_kind", fields.end.column)
        found["ended_at"] = ended
        said.end = said.end or ("handed_over" if "handed_over_at" in found else "issued")
    if said.due_at and said.due_at < received:
        raise BadCell("due_first", mapping.deadline.as_given)
    return said
