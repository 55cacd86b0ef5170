"""Construction permits and land procedures: literal limits, the versions around 1 July 2026, scope, pauses."""

from __future__ import annotations

import gzip
import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from procedures.catalogue import load_catalogue
from procedures.errors import NotInForce, OutsideScope
from procedures.limits import AreaClass
from procedures.schema import Authority, Definition
from procedures.steps import Kind

CATALOGUE = load_catalogue()
EXTRA = os.environ.get("MOTCUA_EXTRA_DATA")
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


THANH_HOA = [
    ("1.115490", "division", 7, 17),
    ("1.115492", "ordinary", 3, 13),
    ("1.115492", "resurvey", 5, 15),
    ("1.115493", "lost_certificate", 5, 15),
    ("1.115493", "lost_page", 5, 15),
    ("1.115494", "allocation", 10, 20),
    ("1.115495", "auction", 10, 20),
    ("1.115496", "change_purpose", 10, 20),
    ("1.115496", "change_form", 10, 20),
    ("1.115496", "extend_term", 10, 20),
    ("1.115496", "adjust_project_term", 10, 20),
    ("1.115503", "extension", 10, 20),
    ("1.115504", "adjustment", 5, 5),
    ("1.115508", "change_purpose", 5, 15),
    ("1.115510", "continued_use", 4, 14),
    ("1.115511", "new_facts", 3, 13),
    ("1.115511", "restriction", 4, 14),
    ("1.115511", "landslide", 5, 15),
    ("1.115513", "debt_deletion", 1, 1),
    ("1.115514", "remaining_area", 10, 20),
    ("1.115515", "combined_use", 15, 20),
    ("1.115515", "renewal", 15, 20),
    ("1.115516", "correction", 5, 15),
    ("1.115517", "revocation", 12, 22),
    ("1.115518", "residential", 17, 20),
    ("1.115519", "whole_area", 10, 20),
    ("1.115520", "first_registration", 13, 23),
    ("1.115521", "first_registration", 13, 23),
    ("1.115534", "residential_area", 15, 25),
    ("1.115535", "other_purpose", 7, 17),
    ("1.115536", "redetermination", 10, 30),
    ("1.115537", "land_exchange", 10, 20),
    ("1.115538", "transfer", 5, 15),
    ("1.115538", "sublease", 3, 13),
    ("1.115542", "agreement", 4, 14),
    ("1.115542", "underground", 7, 17),
    ("1.115542", "public_asset", 5, 15),
    ("1.115543", "gift", 5, 5),
]
BRANCH = (
    "1.115490",
    "1.115492",
    "1.115493",
    "1.115508",
    "1.115510",
    "1.115511",
    "1.115513",
    "1.115538",
    "1.115542",
)
LAND = sorted({code for code, *_ in THANH_HOA} | {"1.115452", "1.115453", "3.000610"})


def land(code: str) -> Definition:
    (found,) = CATALOGUE.versions(code)
    return found


@pytest.mark.parametrize(("code", "case", "normal", "difficult"), THANH_HOA)
def test_limits_of_land_procedures_in_thanh_hoa_by_area_class(
    code: str, case: str, normal: int, difficult: int
) -> None:
    assert (case, "working_days", normal, difficult) in limits(land(code))


def test_every_land_case_of_thanh_hoa_is_in_the_table_and_in_that_scope() -> None:
    here = [d for d in CATALOGUE.of_field("dat-dai") if d.scope.provinces == ("38",)]
    assert sorted((d.code, c.id) for d in here for c in d.cases) == sorted((code, case) for code, case, *_ in THANH_HOA)


def test_settlement_of_a_dispute_in_bac_ninh_takes_45_or_60_days() -> None:
    assert limits(land("1.115452")) == [("settlement", "calendar_days", 45, 60)]
    assert land("1.115452").scope.provinces == ("24",)


def test_an_access_way_is_confirmed_in_five_working_days_in_da_nang() -> None:
    assert limits(land("3.000610")) == [("access_way", "working_days", 5, 5)]
    assert land("3.000610").scope.provinces == ("48",)


def test_the_new_certificate_after_a_revocation_may_add_ten_days() -> None:
    limit = land("1.115517").case(None).time_limit
    assert limit.resolve(AreaClass.NORMAL, ("certificate_after_revocation",)).amount == 22


def test_the_branch_of_the_land_registration_office_decides_what_the_commune_only_takes_in() -> None:
    others = [c for c in LAND if land(c).competent_authority is Authority.LAND_REGISTRATION_BRANCH]
    assert tuple(others) == BRANCH
    for code in BRANCH:
        found = land(code)
        assert found.clock_starts == "competent_body_receipt"
        assert found.step("issue_receipt").targets("done") == ("forward_to_branch",)
        assert [s.id for s in found.steps if s.role == "signatory"] in ([], ["sign_lease"])


@pytest.mark.parametrize("code", LAND)
def test_no_land_procedure_is_in_force_before_july_2026_or_in_cao_bang(code: str) -> None:
    with pytest.raises(NotInForce):
        CATALOGUE.in_force(code, LAST_OLD_DAY, (land(code).scope.provinces or ("",))[0])
    with pytest.raises(OutsideScope):
        CATALOGUE.in_force(code, date(2026, 11, 23), "04")


@pytest.mark.parametrize(
    ("code", "step", "amount", "unit"),
    [
        ("1.115493", "post_publicly", 10, "calendar_days"),
        ("1.115493", "publish_notice", 10, "calendar_days"),
        ("1.115519", "post_publicly", 15, "working_days"),
        ("1.115534", "post_publicly", 15, "working_days"),
    ],
)
def test_the_clock_stands_still_while_something_is_posted(code: str, step: str, amount: int, unit: str) -> None:
    found = land(code).step(step)
    assert found.answer_within is not None
    assert (found.answer_within.amount, found.answer_within.unit) == (amount, unit)
    pause = land(code).pause(found.pauses or "")
    assert pause is not None
    assert pause.maximum is not None
    assert (pause.maximum.amount, pause.maximum.unit, pause.whose_time) == (amount, unit, "public")


@pytest.mark.parametrize("code", LAND)
def test_waiting_for_money_or_the_tax_office_holds_the_clock(code: str) -> None:
    held = {s.id: s.pauses for s in land(code).steps if s.id in ("await_payment", "await_tax_notice")}
    assert held in (
        {},
        {"await_payment": "payment"},
        {"await_payment": "payment", "await_tax_notice": "financial_obligation"},
    )


def test_exclusions_missing_in_a_record_come_from_the_general_rule_and_say_so() -> None:
    borrowed = {c for c in LAND for p in land(c).pauses if p.source == ("portal_1_115515",)}
    assert borrowed == {
        "1.115490",
        "1.115493",
        "1.115494",
        "1.115495",
        "1.115496",
        "1.115503",
        "1.115504",
        "1.115513",
        "1.115518",
        "1.115521",
        "1.115534",
        "1.115536",
        "1.115537",
        "1.115538",
        "1.115542",
    }
    assert all("1.115515" in (land(c).review.note or "") for c in borrowed)


@pytest.mark.parametrize("code", [*CONSTRUCTION, *LAND])
def test_every_version_helps_the_officer_and_claims_no_check(code: str) -> None:
    for found in CATALOGUE.versions(code):
        assert (found.review.status, bool(found.review.note)) == ("unverified", True)
        assert all(d.guidance or d.check_question for d in found.documents)
        assert any(d.check_question for d in found.documents)
        assert any(d.common_faults for d in found.documents)
        assert any(s.check_question or s.guidance for s in found.steps if s.kind is Kind.HUMAN)


@pytest.mark.needs_data
@pytest.mark.skipif(not EXTRA, reason="MOTCUA_EXTRA_DATA is not set: the national records are not here")
@pytest.mark.parametrize("code", [c for c in (*CONSTRUCTION, *LAND) if c not in BRANCH])
def test_official_document_codes_are_those_of_the_national_record(code: str) -> None:
    with gzip.open(Path(EXTRA or "") / "portal-procedures.jsonl.gz", "rt", encoding="utf-8") as lines:
        (record,) = [r for r in map(json.loads, lines) if r["code"] == code]
    published = {p["code"] for e in record["executionCases"] for p in e.get("profileComponents", [])}
    ours = {d.official_code for found in CATALOGUE.versions(code) for d in found.documents if d.official_code}
    assert ours <= published
