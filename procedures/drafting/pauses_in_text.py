"""Time that is not counted, one finding per ground: "không bao gồm thời gian ...", "không tính vào thời hạn ..."."""

from __future__ import annotations

import re
from dataclasses import dataclass

from procedures.drafting.amounts import SCHEMA_UNITS, mentions
from procedures.drafting.passages import Sentence
from procedures.drafting.remarks import Notebook
from procedures.drafting.report import Found

_TIME = r"(?:thời\s+gian|thời\s+hạn|khoảng\s+thời\s+gian)"
_EXCLUDES = re.compile(
    r"(?:không|chưa)\s+(?:được\s+)?(?:bao\s+gồm|tính|kể|gồm)(?:\s+(?:cả|các|những))*\s*:?"
    r"(?P<time>\s*(?:khoảng\s+)?thời\s+(?:gian|hạn))?",
    re.IGNORECASE,
)
_INTO_LIMIT = re.compile(r"^\s*(?:vào|trong)\s+(?:tổng\s+)?(?:thời\s+(?:gian|hạn))", re.IGNORECASE)
_REST_DAYS = re.compile(r"^\s*(?:các\s+)?(?:ngày\s+(?:nghỉ|lễ|thứ)|thứ\s+bảy|chủ\s+nhật|ngày\s+tiếp)", re.IGNORECASE)
_HEADING_END = re.compile(r"(?:sau\s+đây|như\s+sau|bao\s+gồm|gồm|cơ\s+quan\s+sau(?:\s+đây)?)?\s*:\s*", re.IGNORECASE)
_ITEM_MARK = re.compile(r"^\s*(?:[-+*•–]|\(?[a-zđ0-9]{1,2}[.)])\s*", re.IGNORECASE)
_NEXT_GROUND = re.compile(r"(?:,\s*(?:và\s+)?|\s(?:và|hoặc)\s+)(?:các\s+)?thời\s+gian(?!\w)", re.IGNORECASE)
SHORTEST_GROUND = 6


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The part of a sentence that lists excluded time, `end` exclusive; `continues`: the next items belong to it."""

    start: int
    end: int
    continues: bool

    def covers(self, position: int) -> bool:
        """Whether a position of the sentence is inside the list."""
        return self.start <= position < self.end

    def until(self, position: int) -> Exclusion | None:
        """The part of the list before a position, where the sentence turns to something else; None when nothing is."""
        if position >= self.end:
            return self
        return Exclusion(self.start, position, continues=False) if position > self.start else None


def exclusion_of(text: str, *, continued: bool) -> Exclusion | None:
    """The excluded time of a sentence; `continued`: the sentence is a further item of an opened list."""
    for match in _EXCLUDES.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if _REST_DAYS.match(after):
            continue
        if _INTO_LIMIT.match(match["time"] or "" + after) or _INTO_LIMIT.match(after):
            return _subject(text, match.start())
        if match["time"] or re.search(_TIME, before, re.IGNORECASE):
            return _object(text, match)
    return Exclusion(0, len(text), continues=True) if continued else None


def _subject(text: str, verb: int) -> Exclusion | None:
    """X of "thời gian X không tính vào thời hạn", which stands before the verb."""
    start = max(text.rfind(c, 0, verb) for c in ";(") + 1
    inner = re.search(_TIME, text[start:verb], re.IGNORECASE)
    return Exclusion(start + inner.start(), verb, continues=False) if inner else None


def _object(text: str, match: re.Match[str]) -> Exclusion:
    start = match.start("time") if match["time"] else match.end()
    opened = text.rfind("(", 0, match.start())
    end = len(text)
    if opened >= 0 and ")" not in text[opened : match.start()]:
        end = _closing(text, opened)
    heading = re.match(r"[^;:]{0,90}:", text[start:end])
    if heading and re.search(r"sau(?:\s+đây)?\s*:|^\s*:", heading[0], re.IGNORECASE):
        start += heading.end()
    return Exclusion(start, end, continues=end == len(text) and text.rstrip().endswith((":", ";")))


def grounds(exclusion: Exclusion, sentence: Sentence, notes: Notebook) -> list[Found]:
    """One `pause` per ground of a list, with an amount where the ground names exactly one."""
    found = []
    for item in _items(sentence.text[exclusion.start : exclusion.end]):
        named = [m for m in mentions(item) if m.unit in SCHEMA_UNITS and not m.is_range]
        amount, unit = (named[0].amount, named[0].unit) if len(named) == 1 else (None, None)
        place = sentence.passage.place
        found.append(Found("pause", "text", place, sentence.text, item, amount=amount, unit=unit))
    if not found and not exclusion.continues:
        notes.write("not_understood", "no_ground", sentence.passage.place, sentence.text)
    return found


def _items(text: str) -> list[str]:
    """The grounds of a list: separated by semicolons, or by a comma before "thời gian"; brackets are left whole."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth = max(0, depth + {"(": 1, ")": -1}.get(char, 0))
        new_time = char in ", " and _NEXT_GROUND.match(text, index)
        if depth == 0 and (char == ";" or new_time):
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    plain = (_ITEM_MARK.sub("", p.strip()).strip(" .:,") for p in parts)
    return [re.sub(r"^(?:và|hoặc)\s+", "", p, flags=re.IGNORECASE) for p in plain if len(p) >= SHORTEST_GROUND]


def _closing(text: str, opened: int) -> int:
    depth = 0
    for index in range(opened, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)
