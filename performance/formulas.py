"""Formulas as data: what a figure counts, by which yardstick, what its rate divides, and where it comes from. Pure."""

from __future__ import annotations

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
        pydantic.ValidationError: the file is not as it has to be.
    """
    raw = yaml.safe_load(text)
    sets: dict[str, Any] = {}
    for name, rules in raw["rule_sets"].items():
        sets[name] = {**sets.get(rules.get("like"), {}), **{k: v for k, v in rules.items() if k != "like"}}
    found: dict[str, Any] = {}
    for name, data in raw["formulas"].items():
        base = {k: v for k, v in found.get(data.get("same_as"), {}).items() if k != "note"}
        found[name] = {**base, **{k: v for k, v in data.items() if k != "same_as"}, "id": name}
    return Library.model_validate({**raw, "rule_sets": sets, "formulas": found})


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
