"""The free text of a record as clean sentences, each with the place it stands in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_NEW_LINE_STARTS = re.compile(r"(?:[-+*•–—]|\(?[0-9ivx]{1,4}[.)]|[a-zđ]\)|Bước)", re.IGNORECASE)
_MARKER = re.compile(
    r"^\s*(?:[-+*•–—]+|\(?(?:[0-9]{1,2}(?:\.[0-9]{1,2})*|[ivx]{1,4})[.)]|\(?[a-zđ]\))\s*", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[-+*•–—(]|[^\W\d_])")
_AREA_LIST = re.compile(
    r";(?=\s*(?:và\s+)?(?:đảo|hải đảo|biên giới|đặc khu|vùng|miền núi|xã|khu vực|địa bàn)\b(?!\s*[^;:]{0,12}:))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of the record. `place` says where it stands, e.g. `executionSteps[0].description`."""

    kind: str
    """channel | step | condition | document | case."""
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. `marked` when it is an item of a list; `text` has no list marker."""

    text: str
    marked: bool
    passage: Passage

    @property
    def opens_list(self) -> bool:
        """Whether items that belong to it follow."""
        return self.text.endswith(":")


def clean(text: str) -> str:
    """The text composed (NFC), without invisible characters, with single spaces; line ends stay."""
    text = unicodedata.normalize("NFC", text).replace("\r", "\n")
    return "\n".join(" ".join(_visible(line).split()) for line in text.split("\n")).strip()


def _visible(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(" " if c.isspace() else c for c in line if c.isspace() or unicodedata.category(c)[0] != "C")


def sentences(passage: Passage) -> Iterator[Sentence]:
    """The sentences of a passage in order; a line broken in mid-sentence is joined again.

    A semicolon inside a list of areas ("miền núi; đảo; vùng sâu") becomes a comma, so that semicolons separate clauses.
    """
    for line in _lines(clean(passage.text)):
        for part in _SENTENCE_END.split(line):
            marker = _MARKER.match(part)
            text = part[marker.end() :] if marker else part
            text = _AREA_LIST.sub(",", text).strip()
            if text:
                yield Sentence(text, marker is not None, passage)


def _lines(text: str) -> Iterator[str]:
    whole = ""
    for line in text.split("\n"):
        if not line:
            if whole:
                yield whole
            whole = ""
        elif whole and _continues(whole, line):
            whole = f"{whole} {line}"
        else:
            if whole:
                yield whole
            whole = line
    if whole:
        yield whole


def _continues(before: str, line: str) -> bool:
    if before[-1] in ".;:!?" or _NEW_LINE_STARTS.match(line):
        return False
    return line[0].islower() or line[0].isdigit()


def folded(text: str) -> str:
    """The text for comparing: composed, lower case, single spaces, without list marker and closing punctuation."""
    plain = " ".join(clean(text).casefold().split())
    marker = _MARKER.match(plain)
    return (plain[marker.end() :] if marker else plain).strip(" .;:,")
