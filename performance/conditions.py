"""Conditions on the facts of a dossier, as formulas write them: one tree, asked in Python or turned into SQL. Pure.

A condition is written as a text, or as `{all: [...]}`, `{any: [...]}`, `{not: ...}`:

    accepted_at < end              moments: a column, `start` or `end` of the period, or a word of the formula
                                   (`finish`, `on_time_from`, `late_from`); with <, <=, >, >=
    finish late                    a moment by the formula's yardstick: early, on_time or late; `end late` means that
                                   the last moment before the end is late
    supplement_count > 1           a number
    end_kind in refused, stopped   a text, one of some
    parent known                   there is one (or: unknown)
    non_boundary                   a yes-or-no column, or the name of another condition

An unknown value fulfils no comparison; its negation does. So every condition is true or false, in Python and in SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from performance.errors import WrongCondition
from performance.fact_types import Facts

START, END = "start", "end"
KINDS = {f.name: str(f.type).replace(" | None", "") for f in fields(Facts)}
"""What each column holds: datetime, str, int or bool."""
Columns = tuple[str, ...]
"""Columns of which the first that is known counts; or one of `start` and `end` alone."""


@dataclass(frozen=True, slots=True)
class Span:
    """A period: `start` inclusive, `end` exclusive. What happens at `end` or later is not looked at."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Compare:
    """One moment before or after another."""

    left: Columns
    before: bool
    or_equal: bool
    right: Columns

    def holds(self, facts: Facts, span: Span) -> bool:
        """Whether it is so for a dossier."""
        left, right = _moment(self.left, facts, span), _moment(self.right, facts, span)
        if left is None or right is None:
            return False
        if left == right:
            return self.or_equal
        return (left < right) is self.before


@dataclass(frozen=True, slots=True)
class Known:
    """Some of the values is there."""

    columns: Columns

    def holds(self, facts: Facts, _span: Span) -> bool:
        """Whether it is so for a dossier."""
        return any(getattr(facts, column) is not None for column in self.columns)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text is one of some."""

    column: str
    values: tuple[str, ...]

    def holds(self, facts: Facts, _span: Span) -> bool:
        """Whether it is so for a dossier."""
        return getattr(facts, self.column) in self.values


@dataclass(frozen=True, slots=True)
class More:
    """A number is above another."""

    column: str
    than: int

    def holds(self, facts: Facts, _span: Span) -> bool:
        """Whether it is so for a dossier."""
        value = getattr(facts, self.column)
        return value is not None and value > self.than


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes-or-no column says yes."""

    column: str

    def holds(self, facts: Facts, _span: Span) -> bool:
        """Whether it is so for a dossier."""
        return getattr(facts, self.column) is True


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts, span: Span) -> bool:
        """Whether it is so for a dossier."""
        return all(part.holds(facts, span) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts, span: Span) -> bool:
        """Whether it is so for a dossier."""
        return any(part.holds(facts, span) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition

    def holds(self, facts: Facts, span: Span) -> bool:
        """Whether it is so for a dossier."""
        return not self.part.holds(facts, span)


Condition = Compare | Known | OneOf | More | Flag | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Words:
    """What a formula means by its words: `finish`, and its yardstick."""

    finish: Columns
    due_at: Columns
    on_time_from: Columns
    late_from: Columns
    by_date: bool
    """Compare dates (hours by the instant); otherwise always the instants."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads conditions for one formula."""

    words: Words
    named: Mapping[str, Any]

    def read(self, raw: Any) -> Condition:
        """The condition that a value of a data file means.

        Raises:
            WrongCondition: it is none.
        """
        if isinstance(raw, str):
            return self._atom(raw.strip())
        if isinstance(raw, Sequence):
            return All(tuple(self.read(part) for part in raw))
        if isinstance(raw, Mapping) and len(raw) == 1:
            (word, inner), *_ = raw.items()
            if word == "not":
                return Not(self.read(inner))
            if word in ("all", "any") and isinstance(inner, Sequence) and not isinstance(inner, str):
                parts = tuple(self.read(part) for part in inner)
                return All(parts) if word == "all" else AnyOf(parts)
        raise WrongCondition(condition=str(raw))

    def _atom(self, text: str) -> Condition:
        if text in self.named:
            return self.read(self.named[text])
        if KINDS.get(text) == "bool":
            return Flag(text)
        if found := re.fullmatch(r"(\w+) (<=|>=|<|>) (\w+)", text):
            return self._compared(text, found[1], found[2], found[3])
        if found := re.fullmatch(r"(\w+) (early|on_time|late)", text):
            return self._judged(text, found[1], found[2])
        if found := re.fullmatch(r"(\w+) (known|unknown)", text):
            known = Known((found[1],) if found[1] in KINDS else self._columns(text, found[1]))
            return known if found[2] == "known" else Not(known)
        if (found := re.fullmatch(r"(\w+) (?:=|in) (\w+(?:, ?\w+)*)", text)) and KINDS.get(found[1]) == "str":
            return OneOf(found[1], tuple(part.strip() for part in found[2].split(",")))
        raise WrongCondition(condition=text)

    def _compared(self, text: str, left: str, sign: str, right: str) -> Condition:
        if right.isdigit() and sign == ">" and KINDS.get(left) == "int":
            return More(left, int(right))
        return Compare(self._columns(text, left), sign[0] == "<", "=" in sign, self._columns(text, right))

    def _judged(self, text: str, what: str, verdict: str) -> Condition:
        at, words = self._columns(text, what), self.words
        on_time_from, late_from = words.on_time_from, words.late_from
        if what == END:
            if verdict != "late":
                raise WrongCondition(condition=text)
            return Compare(late_from if words.by_date else words.due_at, True, False, at)
        if words.by_date:
            early, late = Compare(at, True, False, on_time_from), Compare(at, False, True, late_from)
            both = All((Compare(at, False, True, on_time_from), Compare(at, True, False, late_from)))
        else:
            early, late = Compare(at, True, False, words.due_at), Compare(at, False, False, words.due_at)
            both = All((Compare(at, False, True, words.due_at), Compare(at, True, True, words.due_at)))
        if verdict == "on_time":
            return both
        return early if verdict == "early" else late

    def _columns(self, text: str, name: str) -> Columns:
        words = {
            "finish": self.words.finish,
            "on_time_from": self.words.on_time_from,
            "late_from": self.words.late_from,
            START: (START,),
            END: (END,),
        }
        if name in words:
            return words[name]
        if KINDS.get(name) != "datetime":
            raise WrongCondition(condition=text, unknown=name)
        return (name,)


def _moment(columns: Columns, facts: Facts, span: Span) -> datetime | None:
    for name in columns:
        if name in (START, END):
            return span.start if name == START else span.end
        found: datetime | None = getattr(facts, name)
        if found is not None:
            return found
    return None
