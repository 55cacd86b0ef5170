"""Portal records read from a file, and their values read without trusting their types."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from procedures.drafting.amounts import number
from procedures.drafting.passages import Passage, clean
from procedures.drafting.remarks import Notebook

LONGEST_TEXT = 200_000
"""Characters of one text that are read; the portal's longest has about 20,000."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, counted from 1: a JSON value, or why there is none."""

    number: int
    value: Any = None
    fault: str | None = None


def read_records(path: Path) -> tuple[Row, ...]:
    """The rows of a `.json` file (one record or an array), `.jsonl`, or either of them gzipped; broken rows are kept.

    Raises:
        OSError: there is no such file, or it cannot be unpacked.
    """
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz" or raw.startswith(b"\x1f\x8b"):
            raw = gzip.decompress(raw)
    except (EOFError, zlib.error) as error:
        raise OSError(f"{path}: {error}") from error
    text = raw.decode("utf-8-sig", errors="replace")
    whole = _parsed(1, text)
    if whole.fault is None:
        values = whole.value if isinstance(whole.value, list) else [whole.value]
        return tuple(Row(n, value) for n, value in enumerate(values, 1))
    lines = [line for line in text.split("\n") if line.strip()]
    return tuple(_parsed(n, line) for n, line in enumerate(lines, 1))


def _parsed(row: int, text: str) -> Row:
    try:
        return Row(row, json.loads(text))
    except (ValueError, RecursionError) as error:
        return Row(row, None, str(error).split("\n", maxsplit=1)[0][:200])


def text_of(record: Mapping[str, Any], key: str, place: str, notes: Notebook) -> str:
    """A text, clean; empty when absent or null. A number becomes its digits; anything else is a fault."""
    value = record.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value[:LONGEST_TEXT])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:100]
    notes.write("faults", "wrong_type", f"{place}{key}", given=_kind(value), wanted_vi="chữ", wanted_en="a text")
    return ""


def mapping_of(record: Mapping[str, Any], key: str, place: str, notes: Notebook) -> Mapping[str, Any]:
    """A mapping; empty when absent, null or something else (a fault)."""
    value = record.get(key)
    if isinstance(value, dict):
        return value
    if value is not None:
        notes.write(
            "faults", "wrong_type", f"{place}{key}", given=_kind(value), wanted_vi="nhóm khoá", wanted_en="a mapping"
        )
    return {}


def items_of(
    record: Mapping[str, Any], key: str, place: str, notes: Notebook
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The mappings of a list, each with its place; what is no mapping or no list is a fault."""
    value = record.get(key)
    if value is None:
        return
    if not isinstance(value, list):
        notes.write(
            "faults", "wrong_type", f"{place}{key}", given=_kind(value), wanted_vi="danh sách", wanted_en="a list"
        )
        return
    for index, item in enumerate(value):
        where = f"{place}{key}[{index}]"
        if isinstance(item, dict):
            yield where, item
        else:
            notes.write("faults", "wrong_type", where, given=_kind(item), wanted_vi="nhóm khoá", wanted_en="a mapping")


def number_of(value: Any, place: str, notes: Notebook, *, largest: int = 1_000_000_000) -> Decimal | None:
    """A number below `largest`; one written as text is read and noted; None for all else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return Decimal(str(value)) if abs(value) < largest else None
    if isinstance(value, str) and (read := number(value)) is not None:
        notes.write("faults", "number_as_text", place, value[:50], given=value[:50])
        return read
    return None


def passages_of(record: Mapping[str, Any], notes: Notebook) -> Iterator[Passage]:
    """Every free text of a record in which a time limit may stand, in the order of the record."""
    for place, method in items_of(record, "executionMethods", "", notes):
        if isinstance(method.get("processingTime"), str) and number(method["processingTime"]) is None:
            yield Passage("channel", f"{place}.processingTime", method["processingTime"][:LONGEST_TEXT])
        yield Passage("channel", f"{place}.description", text_of(method, "description", f"{place}.", notes))
    for place, case in items_of(record, "cases", "", notes):
        yield Passage("case", f"{place}.name", text_of(case, "name", f"{place}.", notes))
    for place, step in items_of(record, "executionSteps", "", notes):
        for key in ("name", "description"):
            yield Passage("step", f"{place}.{key}", text_of(step, key, f"{place}.", notes))
    key = "requirementsAndConditions"
    yield Passage("condition", key, text_of(record, key, "", notes))
    for place, group in items_of(record, "executionCases", "", notes):
        for inner, part in items_of(group, "profileComponents", f"{place}.", notes):
            yield Passage("document", f"{inner}.name", text_of(part, "name", f"{inner}.", notes))


def _kind(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)[:60]
    return f"{type(value).__name__} {shown}"
