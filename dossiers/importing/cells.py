"""One cell after another read by the mapping: texts through tables, times in their zone; what is wrong, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dossiers.actions.base import EARLIEST_YEAR, LATEST_YEAR
from dossiers.importing.mapping import Mapping, Source
from procedures.base import Names

MOST_TEXT = 200
REASONS = {
    "empty": Names(vi="ô trống", en="the cell is empty"),
    "not_in_table": Names(vi="nhãn không có trong bảng của ánh xạ", en="the label is not in the mapping's table"),
    "no_time": Names(vi="không phải ngày giờ theo định dạng đã khai", en="no time in a declared format"),
    "no_such_time": Names(
        vi="giờ này không có hoặc có hai lần khi đổi giờ", en="that hour does not exist, or twice, when clocks change"
    ),
    "not_our_time": Names(vi="năm ngoài 2000-2199", en="a year outside 2000-2199"),
    "cells": Names(vi="số ô khác số cột", en="not as many cells as columns"),
    "too_long": Names(vi="dài quá", en="too long"),
    "end_first": Names(vi="kết thúc trước khi tiếp nhận", en="it ends before it came in"),
    "future": Names(vi="ở tương lai", en="it lies in the future"),
    "accepted_first": Names(vi="tiếp nhận trước khi nộp", en="accepted before it came in"),
    "not_known": Names(vi="không có trong danh mục", en="there is none"),
    "twice": Names(vi="số hồ sơ có hai lần trong tệp", en="the number is in the file twice"),
    "not_the_same": Names(vi="các dòng của một hồ sơ nói khác nhau", en="rows of one dossier say different things"),
    "no_end_kind": Names(vi="không rõ kết thúc thế nào", en="how it ended is not said"),
    "no_end_time": Names(vi="đã kết thúc mà không có ngày", en="it has ended, but no time is given"),
    "no_received": Names(vi="không có lúc tiếp nhận", en="nothing says when it came in"),
    "due_first": Names(vi="hạn trước khi tiếp nhận", en="it is due before it came in"),
    "code_taken": Names(vi="mã hồ sơ đã thuộc hồ sơ khác", en="another dossier has that official code"),
    "no_step": Names(vi="thủ tục không có bước này", en="the procedure has no such step"),
    "no_authority": Names(vi="bạn không có quyền nhập cho nơi này", en="you may not import for that place"),
    "no_calendar": Names(vi="lịch làm việc không có cho ngày đó", en="the calendar does not cover a day of it"),
    "refused": Names(vi="không nhận được", en="it cannot be taken"),
    "control": Names(vi="có ký tự điều khiển", en="it has control characters"),
}
"""Why a row is left out."""


class BadCell(Exception):
    """A cell, and with it its row, cannot be taken."""

    def __init__(self, reason: str, column: str | None = None, detail: str = "") -> None:
        """`detail` may be shown: no cell of a person goes there."""
        super().__init__(reason)
        self.reason, self.column, self.detail = reason, column, detail


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was left out: its line, the column at fault and the reason."""

    line: int
    column: str | None
    reason: str
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        words = REASONS[self.reason]
        return {
            "line": self.line,
            "column": self.column,
            "reason": self.reason,
            "vi": words.vi,
            "en": words.en,
            "detail": self.detail,
        }


def text_of(row: dict[str, Any], source: Source | None, *, needed: bool = False) -> str | None:
    """The value of a field, None where it is empty.

    Raises:
        BadCell: it is empty though needed, not in the table, or not fit to store.
    """
    if source is None:
        return None
    if source.column is None:
        return source.constant
    text = str(row.get(source.column, "") or "").strip()
    if source.table:
        found = source.table.get(text, source.otherwise)
        if found is None and (text or needed):
            raise BadCell("not_in_table" if text else "empty", source.column, text[:60])
        return found
    text = text or source.otherwise or ""
    if needed and not text:
        raise BadCell("empty", source.column)
    if len(text) > MOST_TEXT:
        raise BadCell("too_long", source.column)
    if any(ord(c) < ord(" ") for c in text):
        raise BadCell("control", source.column)
    return text or None


def moment_of(row: dict[str, Any], column: str | None, mapping: Mapping) -> datetime | None:
    """The instant in a column, in UTC; a time without a zone is one of the mapping's zone, a date its first moment.

    Raises:
        BadCell: it is no time, or none that the zone knows as one.
    """
    raw = row.get(column, "") if column else ""
    if not raw:
        return None
    found = raw if isinstance(raw, datetime) else _parsed(str(raw).strip(), mapping, column)
    if found.tzinfo is None:
        found = found.replace(tzinfo=mapping.zone)
        if found.utcoffset() != found.replace(fold=1).utcoffset():
            raise BadCell("no_such_time", column)
    if not EARLIEST_YEAR < found.year < LATEST_YEAR - 1:
        raise BadCell("not_our_time", column)
    return found.astimezone(UTC)


def _parsed(text: str, mapping: Mapping, column: str | None) -> datetime:
    for form in mapping.time_formats:
        try:
            return datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    raise BadCell("no_time", column)
