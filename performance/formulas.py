"""Formulas as data: what a rate divides, by which yardstick, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, model_validator

from performance.errors import UnknownFormula
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
"""Everything that a report counts, dossier by dossier, without overlap inside each group."""


class Formula(Frozen):
    """One published figure: its columns, and the rate beside it where it has one."""

    id: str
    names: Names
    source: str
    review: Literal["verified", "unverified"]
    yardstick: Literal["legal_due"]
    finish_event: Literal["result_issued"]
    comparison: Literal["date"]
    columns: tuple[str, ...] = Field(min_length=1)
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _columns_exist(self) -> Formula:
        unknown = {*self.columns, *self.numerator, *self.denominator} - set(COLUMNS)
        if unknown:
            raise ValueError(f"unknown columns: {', '.join(sorted(unknown))}")
        return self

    def rate(self, counted: Mapping[str, int]) -> Fraction | None:
        """The exact rate; None, that is "no data", when nothing is in the denominator."""
        below = sum(counted[c] for c in self.denominator)
        return Fraction(sum(counted[c] for c in self.numerator), below) if below else None


@cache
def formulas() -> dict[str, Formula]:
    """All formulas by id."""
    text = (Path(__file__).parent / "formulas.yaml").read_text(encoding="utf-8")
    return {f["id"]: Formula.model_validate(f) for f in yaml.safe_load(text)["formulas"]}


def formula(name: str) -> Formula:
    """One formula.

    Raises:
        UnknownFormula: there is none of that id.
    """
    found = formulas().get(name)
    if found is None:
        raise UnknownFormula(formula=name, known=sorted(formulas()))
    return found


def percent(rate: Fraction | None) -> str | None:
    """A rate as per cent with two decimals, half rounded up; None stays None."""
    if rate is None:
        return None
    hundredths = (rate * 10_000 * 2 + 1) // 2
    return f"{hundredths // 100}.{hundredths % 100:02d}"
