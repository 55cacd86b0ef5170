"""Amounts of time as they are written: "05 ngày làm việc", "17,5 ngày", "mười lăm ngày", "sau 15 giờ", "trong ngày"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

_ONES = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8}
_ONES |= {"chín": 9, "mốt": 1}
_ONE = "một|hai|ba|bốn|năm|sáu|bảy|bẩy|tám|chín"
_WORDS = rf"(?:{_ONE})\s+mươi(?:\s+(?:mốt|tư|lăm|{_ONE}))?|mười(?:\s+(?:lăm|{_ONE}))?|{_ONE}|nửa"
_UNITS = {
    "ngày làm việc": "working_days",
    "ngày": "calendar_days",
    "giờ làm việc": "working_hours",
    "giờ hành chính": "working_hours",
    "giờ": "hours",
    "tiếng": "hours",
    "h": "hours",
    "tháng": "months",
    "tuần": "weeks",
    "phút": "minutes",
    "năm": "years",
}
SCHEMA_UNITS = frozenset({"working_days", "working_hours", "calendar_days", "hours", "months"})
"""Units that the schema of definitions knows; weeks, minutes and years are read, and listed as not understood."""
_AMOUNT = re.compile(
    rf"(?<![\w/.,¤])(?P<number>\d{{1,4}}(?:[.,]\d{{1,3}})?(?!\d)|(?:{_WORDS})(?!\w))\s*(?:\([^()]{{1,24}}\)\s*)?"
    r"(?P<unit>ngày\s+làm\s+việc|ngày|giờ\s+(?:làm\s+việc|hành\s+chính)|giờ|tiếng|h(?=\W|$)|tháng|tuần|phút|năm)"
    r"(?!\w)(?P<half>\s+rưỡi\b)?",
    re.IGNORECASE,
)
_RANGE_BEFORE = re.compile(r"\d\s*(?:-|–|đến|tới)\s*$", re.IGNORECASE)
_RANGE_AFTER = re.compile(r"^\s*(?:-|–|đến|tới)\s*\d{1,3}\s+(?:ngày|giờ|tháng|tuần)", re.IGNORECASE)
_DATE = re.compile(
    r"(?:ngày\s+)?\d{1,2}\s*[/.]\s*\d{1,2}\s*[/.]\s*\d{4}|(?:ngày\s+\d{1,2}\s+)?tháng\s+\d{1,2}\s+năm\s+\d{4}"
    r"|ngày\s+\d{1,2}\s*/\s*\d{1,2}(?!\d)|ngày\s+\d{1,2}\s+tháng\s+\d{1,2}|năm\s+\d{4}|ngày,\s*tháng(?:,\s*năm)?"
    r"|\d+/\d+/[\w-]+|(?<=ngày\s)\d{1,2}(?=\s+(?:hằng|hàng)\s+tháng)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?:sau|trước|đến|từ|lúc|vào|hồi|quá)\s+(?P<hour>\d{1,2})\s*(?:giờ|h|:)\s*(?P<minute>\d{2})?(?:\s*phút)?(?!\w)",
    re.IGNORECASE,
)
_FROM_EVENT = re.compile(r"^\s*(?:kể từ|tính từ|làm việc|hành chính)", re.IGNORECASE)
_SAME_DAY = re.compile(
    r"(?:ngay\s+)?(?:trong\s+(?:cùng\s+)?|cùng\s+)ngày(?!\w)(?:\s+làm\s+việc)?(?P<next>\s+(?:làm việc\s+)?"
    r"(?:tiếp theo|kế tiếp|liền kề|hôm sau|sau))?",
    re.IGNORECASE,
)
EARLIEST_OFFICE_HOUR, LATEST_OFFICE_HOUR = 6, 19


@dataclass(frozen=True, slots=True)
class Mention:
    """A time named in a sentence, from `start` to `end` (exclusive). `unit` may be one the schema does not know."""

    start: int
    end: int
    amount: Decimal | None
    unit: str
    """A unit, or `same_day`, `next_day`, `clock`."""
    clock: time | None = None
    is_range: bool = False


def mentions(sentence: str) -> tuple[Mention, ...]:
    """Every amount of time, time of day and "same day" of a sentence, in order; dates are none."""
    masked = without_dates(sentence)
    clocks = tuple(_clocks(masked))
    taken = [range(c.start, c.end) for c in clocks]
    found = [m for m in _amounts(masked) if not any(m.start in t or m.end - 1 in t for t in taken)]
    return tuple(sorted((*clocks, *found, *_days(masked)), key=lambda m: (m.start, m.end)))


def without_dates(sentence: str) -> str:
    """The sentence with every date and document number blanked out by ¤, the same length as before."""
    return _DATE.sub(lambda m: "¤" * len(m[0]), sentence)


def number(text: str) -> Decimal | None:
    """The value of a number in digits (comma or point before decimals) or Vietnamese words; None when it is neither."""
    text = " ".join(text.casefold().split())
    if re.fullmatch(r"\d{1,4}(?:[.,]\d{1,3})?", text, re.ASCII):
        return Decimal(text.replace(",", "."))
    if text == "nửa":
        return Decimal("0.5")
    tens, word, ones = text.partition("mươi")
    if word:
        return Decimal(10 * _ONES.get(tens.strip(), 0) + _ONES.get(ones.strip(), 0))
    if text.startswith("mười"):
        return Decimal(10 + _ONES.get(text.removeprefix("mười").strip(), 0))
    return Decimal(_ONES[text]) if text in _ONES else None


def _amounts(masked: str) -> Iterator[Mention]:
    for match in _AMOUNT.finditer(masked):
        amount = number(match["number"])
        if not amount:
            continue
        if match["half"]:
            amount += Decimal("0.5")
        unit = _UNITS[" ".join(match["unit"].casefold().split())]
        in_range = bool(_RANGE_BEFORE.search(masked[: match.start()]) or _RANGE_AFTER.match(masked[match.end() :]))
        yield Mention(match.start(), match.end(), amount, unit, is_range=in_range)


def _clocks(masked: str) -> Iterator[Mention]:
    for match in _CLOCK.finditer(masked):
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if _FROM_EVENT.match(masked[match.end() :]) or minute > 59:  # noqa: PLR2004 - minutes of an hour
            continue
        if EARLIEST_OFFICE_HOUR <= hour <= LATEST_OFFICE_HOUR:
            yield Mention(match.start(), match.end(), None, "clock", clock=time(hour, minute))


def _days(masked: str) -> Iterator[Mention]:
    for match in _SAME_DAY.finditer(masked):
        after = masked[match.end() :].lstrip()
        if match["next"]:
            yield Mention(match.start(), match.end(), None, "next_day")
        elif not after[:1].isdigit() and not after.startswith("¤"):
            yield Mention(match.start(), match.end(), None, "same_day")
