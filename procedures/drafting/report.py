"""What drafting found in a record, what it assumed, and what it did not understand: each with the words it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any, Literal

from procedures.problems import Wording

Kind = Literal["limit", "phase", "addition", "same_day", "pause", "posting", "other_body", "applicant", "step"]
Where = Literal["channel", "case", "text"]
Area = Literal["normal", "difficult"]

KINDS: dict[str, Wording] = {
    "limit": Wording("thời hạn giải quyết", "statutory limit"),
    "phase": Wording("một phần của thời hạn", "part of the limit"),
    "addition": Wording("thời gian được cộng thêm", "extra time"),
    "same_day": Wording("giải quyết trong ngày", "same day"),
    "pause": Wording("thời gian không tính", "time that is not counted"),
    "posting": Wording("thời gian niêm yết", "public posting"),
    "other_body": Wording("thời hạn của cơ quan khác", "deadline of another body"),
    "applicant": Wording("thời hạn của người nộp", "deadline of the applicant"),
    "step": Wording("thời hạn của một bước", "deadline of one step"),
}
"""What each kind of time limit is called."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recognised time limit. `unit` is a unit of the schema, or `unstated`; a pause has neither amount nor unit.

    `place` names the part of the record, `sentence` is the whole sentence, `words` the part that the reading rests on.
    """

    kind: Kind
    where: Where
    place: str
    sentence: str
    words: str
    amount: Decimal | None = None
    unit: str | None = None
    area: Area | None = None
    cut_off: time | None = None
    doubt: str | None = None
    """Key of `remarks.DOUBTS` when the words can be read in two ways."""

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON values, without what it lacks."""
        values: dict[str, Any] = {
            "kind": self.kind,
            "where": self.where,
            "amount": None if self.amount is None else plain(self.amount),
            "unit": self.unit,
            "area": self.area,
            "cut_off": self.cut_off.strftime("%H:%M") if self.cut_off else None,
            "doubt": self.doubt,
            "place": self.place,
            "words": self.words,
            "sentence": self.sentence,
        }
        return {k: v for k, v in values.items() if v is not None}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person must look at: `code` is a key of `remarks.REMARKS`, `words` what it rests on."""

    code: str
    message: Wording
    place: str = ""
    words: str = ""

    def as_json(self) -> dict[str, Any]:
        """The remark as JSON values."""
        return {
            "code": self.code,
            "vi": self.message.vi,
            "en": self.message.en,
            "place": self.place,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class DraftReport:
    """All that is said about one record. `row` counts from 1 in the file read."""

    row: int
    code: str
    name: str
    found: tuple[Found, ...] = ()
    disagreements: tuple[Remark, ...] = ()
    assumptions: tuple[Remark, ...] = ()
    not_understood: tuple[Remark, ...] = ()
    faults: tuple[Remark, ...] = ()
    """Why there is no definition, or why the one written does not load; also parts of the record that are broken."""
    loads: bool = False

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values, always in the same order."""
        return {
            "row": self.row,
            "code": self.code,
            "name": self.name,
            "loads": self.loads,
            "found": [f.as_json() for f in self.found],
            "disagreements": [r.as_json() for r in self.disagreements],
            "assumptions": [r.as_json() for r in self.assumptions],
            "not_understood": [r.as_json() for r in self.not_understood],
            "faults": [r.as_json() for r in self.faults],
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of one record: the definition as plain values (None when there can be none) and the report."""

    definition: dict[str, Any] | None
    report: DraftReport


def plain(amount: Decimal) -> str:
    """A number without trailing zeros or exponent: 17.5, 10."""
    return format(amount.normalize(), "f")
