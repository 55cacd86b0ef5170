"""Formulas as data, exact rates, and what does not add up."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from pydantic import ValidationError

from performance.errors import UnknownFormula, WrongPeriod
from performance.formulas import Formula, formula, percent
from performance.reports import Period, Row


def counted(**numbers: int) -> dict[str, int]:
    return {**dict.fromkeys(formula("ii06a").columns, 0), **numbers}


def test_nothing_resolved_is_no_data_and_never_a_hundred_per_cent() -> None:
    row = Row("14845", counted(), 0)
    assert row.on_time_rate is None
    assert row.as_dict()["on_time_rate"] is None
    assert row.as_dict()["on_time_percent"] is None


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (Fraction(635593, 643272), "98.81"),  # Lâm Đồng's published rate of resolved dossiers
        (Fraction(19255, 19944), "96.55"),  # Vĩnh Phúc's published rate
        (Fraction(1), "100.00"),
        (Fraction(0), "0.00"),
        (Fraction(1, 3), "33.33"),
        (Fraction(12345, 1000000), "1.23"),
        (Fraction(99995, 100000), "100.00"),
    ],
)
def test_per_cent_with_two_decimals_rounded_half_up(rate: Fraction, shown: str) -> None:
    assert percent(rate) == shown


def test_a_row_reconciles_only_when_all_three_agree() -> None:
    good = counted(received_online=3, carried_over=2, early=1, late=1, open_in_time=1, open_late=1, refused=1)
    assert Row("14845", good, 5).reconciles
    assert not Row("14845", good, 6).reconciles
    assert not Row("14845", {**good, "early": 2}, 5).reconciles


def test_a_month_is_local() -> None:
    july = Period.month("2026-07")
    assert july.start == datetime(2026, 6, 30, 17, tzinfo=UTC)
    assert july.end == datetime(2026, 7, 31, 17, tzinfo=UTC)
    assert Period.month("2026-12").end == datetime(2026, 12, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize("name", ["2026-13", "2026-00", "07/2026", "", "2026-7", "0000-01", "2026-Q5"])
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(WrongPeriod):
        Period.month(name)


def test_an_unknown_formula_names_the_known_ones() -> None:
    with pytest.raises(UnknownFormula, match="on_time_of_resolved"):
        formula("best")


def test_a_formula_may_only_divide_classes_that_it_counts() -> None:
    raw = formula("strict").model_dump()
    rate = {"numerator": ("happy",), "denominator": ("early",)}
    with pytest.raises(ValidationError, match="unknown columns: happy"):
        Formula.model_validate({**raw, "rate": rate})
