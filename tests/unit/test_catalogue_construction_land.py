"""Construction permits and land procedures against their sources: literal limits, versions around 1 July 2026, scope."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from procedures.catalogue import load_catalogue
from procedures.errors import NotInForce, OutsideScope
from procedures.limits import AreaClass
from procedures.schema import Definition
from procedures.steps import Kind

CATALOGUE = load_catalogue()
CONSTRUCTION = ("1.009122", "1.013225", "1.013226", "1.013227", "1.013228", "1.013229", "1.013232")
LAST_OLD_DAY, FIRST_NEW_DAY = date(2026, 6, 30), date(2026, 7, 1)


def permit(code: str, on: date) -> Definition:
    return CATALOGUE.in_force(code, on, "48")


def limits(found: Definition) -> list[tuple[str, str, Decimal, Decimal]]:
    return [
        (c.id, c.time_limit.unit.value, amounts[0], amounts[1])
        for c in found.cases
        for amounts in [tuple(c.time_limit.resolve(a).amount for a in (AreaClass.NORMAL, AreaClass.DIFFICULT))]
    ]


@pytest.mark.parametrize(
    ("code", "unit", "house", "other"),
    [
        ("1.013225", "working_days", 7, 10),
        ("1.013226", "working_days", 7, 9),
        ("1.013229", "working_days", 7, 10),
        ("1.013232", "working_days", 7, 10),
        ("1.009122", "calendar_days", 10, 15),
    ],
)
def test_limits_of_permits_until_30_june_2026(code: str, unit: str, house: int, other: int) -> None:
    assert limits(permit(code, LAST_OLD_DAY)) == [
        ("house", unit, house, house),
        ("other_works", unit, other, other),
    ]


@pytest.mark.parametrize(
    ("code", "house", "other"),
    [("1.013225", 7, 10), ("1.013226", 7, 9), ("1.013229", 7, 9), ("1.013232", 7, 10), ("1.009122", 7, 10)],
)
def test_limits_of_permits_from_1_july_2026(code: str, house: int, other: int) -> None:
    # Nghị định 217/2026/NĐ-CP art. 54.1b
    assert limits(permit(code, FIRST_NEW_DAY)) == [
        ("house", "working_days", house, house),
        ("other_works", "working_days", other, other),
    ]


@pytest.mark.parametrize(("code", "case"), [("1.013227", "extension"), ("1.013228", "reissue")])
def test_extension_and_reissue_take_five_working_days_under_both_laws(code: str, case: str) -> None:
    for day in (LAST_OLD_DAY, FIRST_NEW_DAY):
        assert limits(permit(code, day)) == [(case, "working_days", 5, 5)]


@pytest.mark.parametrize("code", CONSTRUCTION)
def test_the_decree_of_july_2026_is_version_two_without_gap_or_overlap(code: str) -> None:
    old, new = CATALOGUE.versions(code)
    assert (old.version, old.effective.until) == (1, date(2026, 7, 1))
    assert (new.version, new.effective.from_, new.effective.until) == (2, date(2026, 7, 1), None)
    assert permit(code, LAST_OLD_DAY).version == 1
    assert permit(code, FIRST_NEW_DAY).version == 2
    assert new.transition is not None
    assert "Điều 76 khoản 19" in new.transition


@pytest.mark.parametrize("code", CONSTRUCTION)
def test_each_law_is_cited_only_in_its_own_version(code: str) -> None:
    old, new = CATALOGUE.versions(code)
    assert "nd217" not in [b.id for b in old.legal_basis]
    assert "nd217" in [b.id for b in new.legal_basis]
    assert "nd175" not in [b.id for b in new.legal_basis]


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("1.009122", 2),
        ("1.013225", 2),
        ("1.013226", 2),
        ("1.013227", 1),
        ("1.013228", 1),
        ("1.013229", 2),
        ("1.013232", 2),
    ],
)
def test_since_july_2026_one_supplement_then_refusal(code: str, days: int) -> None:
    # Nghị định 217/2026/NĐ-CP art. 54.2b and 54.3b
    rule = permit(code, FIRST_NEW_DAY).supplement
    assert rule is not None
    assert rule.applicant_deadline is not None
    assert (rule.applicant_deadline.amount, rule.applicant_deadline.unit) == (days, "working_days")
    assert (rule.maximum_requests, rule.when_deadline_passes) == (1, "refuse")


@pytest.mark.parametrize("code", CONSTRUCTION)
def test_since_july_2026_silence_of_a_consulted_body_for_two_working_days_is_consent(code: str) -> None:
    (step,) = [s for s in permit(code, FIRST_NEW_DAY).steps if s.kind is Kind.CONSULTATION]
    assert step.answer_within is not None
    assert (step.answer_within.amount, step.answer_within.unit, step.on_silence) == (2, "working_days", "consent")


@pytest.mark.parametrize("code", ["1.013225", "1.013226", "1.013229", "1.013232"])
def test_before_july_2026_a_consulted_body_had_twelve_days(code: str) -> None:
    (step,) = [s for s in permit(code, LAST_OLD_DAY).steps if s.kind is Kind.CONSULTATION]
    assert step.answer_within is not None
    assert (step.answer_within.amount, step.answer_within.unit, step.on_silence) == (12, "calendar_days", "consent")


def test_the_time_limited_permit_belongs_to_da_nang_alone() -> None:
    with pytest.raises(OutsideScope) as caught:
        CATALOGUE.in_force("1.009122", FIRST_NEW_DAY, "38")
    assert caught.value.facts["provinces"] == ("48",)
    assert CATALOGUE.in_force("1.013226", FIRST_NEW_DAY, "38").scope.provinces is None


def test_da_nang_charged_fifty_and_a_hundred_thousand_dong() -> None:
    fees = permit("1.009122", LAST_OLD_DAY).fees
    assert [(f.id, f.amount_vnd) for f in fees] == [("permit_charge_house", 50000), ("permit_charge_works", 100000)]


def test_nothing_is_claimed_for_permits_before_the_period_that_the_record_covers() -> None:
    with pytest.raises(NotInForce):
        CATALOGUE.in_force("1.013225", date(2026, 1, 14), "38")
