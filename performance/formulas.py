"""Formulas as data: what a figure counts, by which yardstick, what its rate divides, and where it comes from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from performance.conditions import All, Condition, Reader
from performance.errors import UnknownFormula
from performance.formula_types import COLUMNS, Counts, Formula, Library, percent, rounded

__all__ = [
    "COLUMNS",
    "Compiled",
    "Counts",
    "Formula",
    "Group",
    "Library",
    "compile_formula",
    "compiled",
    "formula",
    "formulas",
    "library",
    "percent",
    "read_library",
    "rounded",
]

FILE = Path(__file__).parent / "formulas.yaml"


@dataclass(frozen=True, slots=True)
class Group:
    """A group ready to be asked: its whole population, and its classes in order."""

    of: Condition
    classes: tuple[tuple[str, Condition], ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A formula whose conditions have been read."""

    formula: Formula
    counts: Counts
    whose: Condition
    """The perspective: which dossiers of a linked group it looks at."""
    groups: dict[str, Group]
    marks: dict[str, Condition]
    special: dict[str, Condition]
    """Which special kinds a dossier is of; each has a rule in `Library.rules`."""


def read_library(text: str) -> Library:
    """The formulas of a data file. `like` (a rule set) and `same_as` (a formula) take what is not said from another.

    Raises:
        UnknownFormula: an entry takes from one that is not there, or from itself.
        pydantic.ValidationError: the file is not as it has to be.
    """
    raw = yaml.safe_load(text)
    sets = {name: _resolved(raw["rule_sets"], name, "like") for name in raw["rule_sets"]}
    found = {name: {**_resolved(raw["formulas"], name, "same_as"), "id": name} for name in raw["formulas"]}
    return Library.model_validate({**raw, "rule_sets": sets, "formulas": found})


def _resolved(entries: Mapping[str, Any], name: str, key: str, *above: str) -> dict[str, Any]:
    """An entry with what it takes from another; a note is not taken over."""
    if name in above or name not in entries:
        raise UnknownFormula(formula=name, named_by=above[-1] if above else "", known=sorted(entries))
    own = {k: v for k, v in entries[name].items() if k != key}
    if key not in entries[name]:
        return own
    base = _resolved(entries, entries[name][key], key, *above, name)
    return {**{k: v for k, v in base.items() if k != "note"}, **own}


@cache
def library() -> Library:
    """The formulas that come with the program, read once."""
    return read_library(FILE.read_text(encoding="utf-8"))


def formulas() -> dict[str, Formula]:
    """All formulas by id."""
    return library().formulas


def formula(name: str) -> Formula:
    """One formula.

    Raises:
        UnknownFormula: there is none of that id.
    """
    found = formulas().get(name)
    if found is None:
        raise UnknownFormula(formula=name, known=sorted(formulas()))
    return found


@cache
def compiled(name: str, counts: Counts | None = None) -> Compiled:
    """A formula with its conditions read; `counts` instead of the formula's own.

    Raises:
        UnknownFormula: there is none of that id.
        WrongCondition: the data file holds a condition that cannot be read.
    """
    return compile_formula(formula(name), library(), counts)


def compile_formula(one: Formula, data: Library, counts: Counts | None = None) -> Compiled:
    """A formula of any library with its conditions read.

    Raises:
        WrongCondition: the library holds a condition that cannot be read.
    """
    reader, view = Reader(one.words, data.conditions), counts or one.counts
    whose = reader.read(data.perspectives[view].when)
    groups = {
        name: Group(
            All((whose, reader.read(data.populations[group.of].when))),
            tuple((c, reader.read(data.classes[c].when)) for c in group.classes),
        )
        for name, group in one.groups.items()
    }
    marks: dict[str, Condition] = {m: All((whose, reader.read(data.classes[m].when))) for m in one.marks}
    special = {name: reader.read(case.when) for name, case in data.special_cases.items()}
    return Compiled(one, view, whose, groups, marks, special)
