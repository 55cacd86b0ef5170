"""One record in, one draft out: the definition with everything that must be said about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from procedures.drafting.definition import definition_of
from procedures.drafting.disagreements import note_disagreements
from procedures.drafting.limits_in_text import limits_in_text
from procedures.drafting.limits_in_values import CaseValue, case_values, channel_limits
from procedures.drafting.records import Row, passages_of, text_of
from procedures.drafting.remarks import Notebook
from procedures.drafting.report import Draft, DraftReport, Found
from procedures.drafting.writing import as_yaml
from procedures.loader import read_definition

MOST_PROBLEMS_TOLD = 5


def draft(record: Mapping[str, Any], row: int = 1) -> Draft:
    """The draft of one portal record; whatever is wrong with the record stands in the report, nothing is raised."""
    return draft_row(Row(row, record))


def draft_row(row: Row) -> Draft:
    """The draft of one row of a file; a row that is no record gives a report without a definition."""
    notes = Notebook()
    if row.fault is not None or not isinstance(row.value, dict):
        if row.fault is not None:
            notes.write("faults", "not_json", reason=row.fault)
        else:
            notes.write("faults", "not_a_record", given=type(row.value).__name__)
        return Draft(None, _report(row, "", "", (), notes, loads=False))
    record = row.value
    channels, cases = channel_limits(record, notes), case_values(record, notes)
    text = limits_in_text(passages_of(record, notes), notes)
    note_disagreements(channels, cases, text, notes)
    definition = definition_of(record, cases, channels, text, notes)
    loads = definition is not None and _loads(definition, notes)
    found = (*channels, *_distinct(cases), *text)
    code, name = text_of(record, "code", "", Notebook()), text_of(record, "name", "", Notebook())
    return Draft(definition, _report(row, code, name, found, notes, loads=loads))


def _report(row: Row, code: str, name: str, found: tuple[Found, ...], notes: Notebook, *, loads: bool) -> DraftReport:
    return DraftReport(
        row=row.number,
        code=code,
        name=name,
        found=found,
        disagreements=tuple(notes.disagreements),
        assumptions=tuple(notes.assumptions),
        not_understood=tuple(notes.not_understood),
        faults=tuple(notes.faults),
        loads=loads,
    )


def _distinct(cases: tuple[CaseValue, ...]) -> tuple[Found, ...]:
    """The limits of the cases, equal ones (amount, unit, area) once."""
    found: dict[tuple[object, ...], Found] = {}
    for case in cases:
        if case.limit is not None:
            found.setdefault((case.limit.amount, case.limit.unit, case.limit.area), case.limit)
    return tuple(found.values())


def _loads(definition: dict[str, Any], notes: Notebook) -> bool:
    loaded = read_definition(as_yaml(definition), f"{definition['code']}.yaml")
    for problem in loaded.problems[:MOST_PROBLEMS_TOLD]:
        notes.write("faults", "does_not_load", problem.path, reason=problem.message.vi)
    return loaded.definition is not None
