"""What a formula says of itself: the shape of `formulas.yaml`, and the exact arithmetic of its rate. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field, model_validator

from performance.conditions import KINDS, Words
from performance.fact_types import Yardstick
from procedures.base import Frozen, Names

COLUMNS = (
    "received_online",
    "received_direct_or_post",
    "carried_over",
    "early",
    "on_time",
    "late",
    "open_in_time",
    "open_late",
    "ended_otherwise",
)
"""The columns of the monthly table (`performance.reports`)."""
Reviewed = Literal["verified", "unverified"]
Counts = Literal["citizen", "body"]
"""Each linked group once, as the citizen sees it; or each part once, with the body that handles it."""


class Described(Frozen):
    """A condition with a name."""

    names: Names
    when: Any
    why: Names | None = None
    """Why a dossier is in it."""
    otherwise: Names | None = None
    """Why a dossier is not in it."""


class Rule(Frozen):
    """How a formula treats one kind of dossier, and where that comes from."""

    how: Names
    source: str = Field(min_length=5)
    review: Reviewed


class GroupData(Frozen):
    """Classes that share out a population: the first that fits counts, and one always fits."""

    of: str
    classes: tuple[str, ...] = Field(min_length=1)


class Rate(Frozen):
    """What is divided: sums of classes. `complement`: one minus that."""

    numerator: tuple[str, ...] = Field(min_length=1)
    denominator: tuple[str, ...] = Field(min_length=1)
    complement: bool = False


class Score(Frozen):
    """Points for the whole rate."""

    points: int = Field(gt=0)
    decimals: int = 2


class Average(Frozen):
    """A mean that is shown beside the rate: of a column, apart for each value of another."""

    of: str
    by: str
    decimals: int = 2


class Rounding(Frozen):
    """How a rate is shown as per cent. The exact fraction is kept."""

    decimals: int = Field(ge=0, le=6)
    mode: Literal["half_up"] = "half_up"


class Formula(Frozen):
    """One published figure: what it counts, how, and the rate where it has one."""

    id: str
    names: Names
    source: str = Field(min_length=5)
    review: Reviewed
    note: Names | None = None
    yardstick: tuple[Yardstick, ...] = Field(min_length=1)
    """The first of them that a dossier has."""
    finish: tuple[str, ...] = Field(min_length=1)
    """When a dossier counts as finished: the first of these columns that is known."""
    comparison: Literal["date", "instant"]
    """`date`: dates in Vietnam, instants for limits in hours. `instant`: always the instants."""
    counts: Counts = "citizen"
    groups: dict[str, GroupData] = Field(min_length=1)
    marks: tuple[str, ...] = ()
    """Counted beside the groups; they may overlap."""
    rate: Rate | None = None
    score: Score | None = None
    average: Average | None = None
    rounding: Rounding = Rounding(decimals=2)
    rules: str

    @model_validator(mode="after")
    def _names_are_known(self) -> Formula:
        known = set(self.columns)
        if len(known) != len(self.columns):
            raise ValueError("a class stands in two groups")
        divided = {*self.rate.numerator, *self.rate.denominator} if self.rate else set()
        unknown = divided - known | {c for c in self.finish if KINDS.get(c) != "datetime"}
        if self.average:
            unknown |= {self.average.of, self.average.by} - set(KINDS)
        if unknown:
            raise ValueError(f"unknown columns: {', '.join(sorted(unknown))}")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every class that is counted, group after group."""
        return tuple(name for group in self.groups.values() for name in group.classes)

    @property
    def words(self) -> Words:
        """What its conditions mean by their words."""
        return Words(
            finish=self.finish,
            due_at=tuple(f"{y}_at" for y in self.yardstick),
            on_time_from=tuple(f"{y}_on_time_from" for y in self.yardstick),
            late_from=tuple(f"{y}_late_from" for y in self.yardstick),
            by_date=self.comparison == "date",
        )

    def parts(self, counted: Mapping[str, int]) -> tuple[int, int] | None:
        """Numerator and denominator of the rate, as counted; None for a formula without a rate."""
        if self.rate is None:
            return None
        below = sum(counted[c] for c in self.rate.denominator)
        above = sum(counted[c] for c in self.rate.numerator)
        return (below - above if self.rate.complement else above), below

    def rate_of(self, counted: Mapping[str, int]) -> Fraction | None:
        """The exact rate; None, that is "no data", when nothing is in the denominator or there is no rate."""
        found = self.parts(counted)
        return Fraction(*found) if found and found[1] else None

    def score_of(self, rate: Fraction | None) -> str | None:
        """The points for a rate, rounded as the formula says; None without data or points."""
        if rate is None or self.score is None:
            return None
        return rounded(rate * self.score.points, self.score.decimals)

    def percent_of(self, rate: Fraction | None) -> str | None:
        """The rate as per cent, rounded as the formula says; None stays None."""
        return percent(rate, self.rounding.decimals)


class Library(Frozen):
    """The whole data file."""

    conditions: dict[str, Any]
    perspectives: dict[Counts, Described]
    populations: dict[str, Described]
    classes: dict[str, Described]
    special_cases: dict[str, Described]
    rule_sets: dict[str, dict[str, Rule]]
    formulas: dict[str, Formula]

    @model_validator(mode="after")
    def _references_resolve(self) -> Library:
        for formula in self.formulas.values():
            rules = set(self.rule_sets.get(formula.rules, {}))
            if rules != set(self.special_cases):
                raise ValueError(f"{formula.id}: a rule for each of {', '.join(self.special_cases)}")
            for group in formula.groups.values():
                unknown = {*group.classes, *formula.marks} - set(self.classes) | {group.of} - set(self.populations)
                if unknown:
                    raise ValueError(f"{formula.id}: unknown {', '.join(sorted(unknown))}")
        return self


def rounded(value: Fraction, decimals: int) -> str:
    """A number that is not negative with so many decimals, half rounded up."""
    scale = 10**decimals
    units = (value * scale * 2 + 1) // 2
    return f"{units // scale}.{units % scale:0{decimals}d}" if decimals else str(units)


def percent(rate: Fraction | None, decimals: int = 2) -> str | None:
    """A rate as per cent, half rounded up; None stays None."""
    return None if rate is None else rounded(rate * 100, decimals)
