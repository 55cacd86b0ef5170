"""What a formula says of one dossier: whether it counts it, in which classes, and by which rules. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from performance.conditions import Span
from performance.errors import NoClass
from performance.fact_types import Facts
from performance.formulas import Compiled, Counts, compiled, library
from procedures.base import Names


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a dossier stands where it stands.

    `kind` says what `of` names: a `class`, the population or perspective that `left_out` the dossier, or a special kind
    that has a `rule`.
    """

    kind: Literal["class", "left_out", "rule"]
    of: str
    words: Names
    source: str
    review: str


@dataclass(frozen=True, slots=True)
class Placement:
    """One dossier under one formula in one period."""

    formula: str
    counts: Counts
    classes: dict[str, str]
    """The class in each group that counts the dossier."""
    marks: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def counted(self) -> bool:
        """Whether the formula counts the dossier at all."""
        return bool(self.classes)

    @property
    def all(self) -> tuple[str, ...]:
        """Classes and marks."""
        return (*self.classes.values(), *self.marks)


def place(name: str, facts: Facts, span: Span, *, counts: Counts | None = None) -> Placement:
    """Where a formula counts a dossier in a period, and why.

    A period that is not over ends at the moment of asking. `counts` instead of the formula's own perspective.

    Raises:
        UnknownFormula: there is none of that id.
        NoClass: the classes of a group leave the dossier out, which is a fault of the formula.
    """
    found = compiled(name, counts)
    classes, marks = classes_of(found, facts, span), marks_of(found, facts, span)
    return Placement(name, found.counts, classes, marks, tuple(_reasons(found, classes, facts, span)))


def classes_of(found: Compiled, facts: Facts, span: Span) -> dict[str, str]:
    """The class of each group that counts the dossier: the first that fits.

    Raises:
        NoClass: a group counts it and none of its classes fits.
    """
    classes: dict[str, str] = {}
    for group, data in found.groups.items():
        if not data.of.holds(facts, span):
            continue
        fits = next((name for name, condition in data.classes if condition.holds(facts, span)), None)
        if fits is None:
            raise NoClass(formula=found.formula.id, group=group)
        classes[group] = fits
    return classes


def marks_of(found: Compiled, facts: Facts, span: Span) -> tuple[str, ...]:
    """The marks that hold."""
    return tuple(name for name, mark in found.marks.items() if mark.holds(facts, span))


def count(name: str, dossiers: Iterable[Facts], span: Span, *, counts: Counts | None = None) -> dict[str, int]:
    """How many dossiers fall in each class and mark of a formula.

    Raises:
        UnknownFormula: there is none of that id.
        NoClass: a group counts a dossier and none of its classes fits.
    """
    found, counted = compiled(name, counts), Counter[str]()
    for facts in dossiers:
        counted.update(classes_of(found, facts, span).values())
        counted.update(marks_of(found, facts, span))
    return {c: counted[c] for c in (*found.formula.columns, *found.formula.marks)}


def _reasons(found: Compiled, classes: dict[str, str], facts: Facts, span: Span) -> Iterable[Reason]:
    data, formula = library(), found.formula
    for group, content in formula.groups.items():
        if group in classes:
            described = data.classes[classes[group]]
            yield Reason("class", classes[group], described.why or described.names, formula.source, formula.review)
        elif left_out := data.populations[content.of].otherwise:
            view = data.perspectives[found.counts]
            whose = found.whose.holds(facts, span)
            words = left_out if whose else view.otherwise or view.names
            yield Reason("left_out", content.of if whose else found.counts, words, formula.source, formula.review)
    for kind, applies in found.special.items():
        if applies.holds(facts, span):
            rule = data.rule_sets[formula.rules][kind]
            yield Reason("rule", kind, rule.how, rule.source, rule.review)
