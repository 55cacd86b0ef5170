"""Figures that provinces published, reproduced by their formulas; the table that does not add up is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from performance.errors import DoesNotReconcile
from performance.formulas import formula, percent
from performance.sums import reconciled, reconciled_with


def rated(name: str, **counted: int) -> tuple[str | None, Fraction | None]:
    one = formula(name)
    rate = one.rate_of({**dict.fromkeys(one.columns, 0), **counted})
    return one.percent_of(rate), rate


def test_vinh_phuc_of_those_falling_due() -> None:
    assert rated("falling_due", due_met=19255, due_missed=689) == ("96.55", Fraction(19255, 19944))


def test_lam_dong_of_the_resolved_and_what_the_open_late_ones_would_make_of_it() -> None:
    resolved = {"early": 600000, "on_time": 35593, "late": 643272 - 635593}
    assert rated("of_resolved", **resolved) == ("98.81", Fraction(635593, 643272))
    assert rated("strict", **resolved, open_late=1222) == ("98.62", Fraction(635593, 644494))


def test_gia_lai_of_everything_handled() -> None:
    share = rated(
        "of_handled", received_online=2000, received_direct_or_post=900, carried_over=72, late=150, open_late=40
    )
    assert share == ("93.61", Fraction(2972 - 190, 2972))


def test_phu_tho_progress_and_its_score() -> None:
    late = 184513 - 144625
    shown, rate = rated("phutho", done_in_time=140000, still_open_in_time=4625, done_late=late)
    assert (shown, rate) == ("78.38", Fraction(144625, 184513))
    assert formula("phutho").score_of(rate) == "15.68"


@pytest.mark.parametrize(
    ("score", "shown"),
    [(Fraction(1777, 100), "88.9"), (Fraction(1863, 100), "93.2")],  # Thanh Hoá, Cao Bằng
)
def test_the_score_is_twenty_times_the_rate(score: Fraction, shown: str) -> None:
    rate = score / 20
    assert percent(rate, 1) == shown
    assert Fraction(formula("qd766_progress").score_of(rate) or 0) == score


def test_thua_thien_hue_is_refused_and_the_difference_named() -> None:
    classified = {"early": 200000, "on_time": 40000, "late": 7529}
    with pytest.raises(DoesNotReconcile) as refused:
        reconciled_with(formula("of_resolved"), classified, {"outcome": 257141}, where="Thừa Thiên Huế")
    assert refused.value.facts == {
        "formula": "of_resolved",
        "where": "Thừa Thiên Huế",
        "numbers": {"outcome as stated": 257141, "outcome": 247529},
        "difference": 9612,
    }


def test_a_form_that_adds_up_gives_its_totals() -> None:
    counted = {"received_online": 3, "carried_over": 2, "early": 1, "refused": 1, "open_late": 3}
    assert reconciled(formula("ii06a"), counted) == {"received": 5, "outcome": 5}
    assert reconciled(formula("btp07a"), {**counted, "accepted": 5, "not_accepted": 4})["submitted"] == 9


def test_a_form_whose_sides_differ_is_refused() -> None:
    with pytest.raises(DoesNotReconcile, match="difference=-1"):
        reconciled(formula("ii06a"), {"received_online": 3, "early": 4})
    with pytest.raises(DoesNotReconcile, match="'accepted': 3, 'received': 4"):
        reconciled(formula("btp07a"), {"received_online": 4, "early": 4, "accepted": 3})
