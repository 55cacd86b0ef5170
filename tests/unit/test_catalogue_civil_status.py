"""Civil status, certification, adoption and the linked groups: every limit written by hand, and the days of the law."""

from __future__ import annotations

import gzip
import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from procedures.catalogue import choose_case, load_catalogue
from procedures.errors import NotInForce
from procedures.limits import AreaClass, CountFrom
from procedures.schema import Definition
from procedures.steps import Act, Automatic, Kind

EXTRA = os.environ.get("MOTCUA_EXTRA_DATA")
FIELDS = ("ho-tich", "chung-thuc", "nuoi-con-nuoi", "lien-thong")
TODAY = date(2026, 11, 23)
DAY_BEFORE, DAY_OF = date(2026, 8, 31), date(2026, 9, 1)

LIMITS = {
    "1.000080": {"standard": "7 wd", "with_verification": "12 wd"},
    "1.000094": {"standard": "3 wd", "with_verification": "8 wd"},
    "1.000110": {"standard": "15:00"},
    "1.000419": {"standard": "5 wd"},
    "1.000593": {"standard": "5 wd"},
    "1.000656": {"standard": "15:00", "with_verification": "5 wd"},
    "1.000689": {"standard": "3 wd +5"},
    "1.000893": {"standard": "5 wd"},
    "1.000894": {"standard": "15:00", "with_verification": "5 wd"},
    "1.001022": {"standard": "3 wd +5"},
    "1.001193": {"standard": "15:00", "with_verification": "3 wd", "abandoned_child": "15:00"},
    "1.001669": {"standard": "5 wd"},
    "1.001695": {"standard": "10 d"},
    "1.001766": {"standard": "15:00", "with_verification": "3 wd"},
    "1.003583": {"standard": "5 wd"},
    "1.004746": {"standard": "5 wd"},
    "1.004772": {"standard": "5 wd"},
    "1.004827": {"standard": "15:00", "with_verification": "3 wd"},
    "1.004837": {"appointed": "3 wd", "natural": "3 wd"},
    "1.004845": {"standard": "2 wd"},
    "1.004859": {"correction": "3 wd +3", "change": "3 wd +3", "ethnicity": "3 wd +3", "completion": "15:00"},
    "1.004873": {"standard": "3 wd", "reissue_not_returned": "3 wd"},
    "1.004884": {"standard": "5 wd"},
    "1.005461": {"standard": "5 wd"},
    "2.000497": {"standard": "5 wd", "with_verification": "10 wd"},
    "2.000513": {"standard": "5 wd"},
    "2.000522": {"standard": "5 wd"},
    "2.000528": {"standard": "15:00"},
    "2.000547": {"standard": "15:00", "with_verification": "3 wd"},
    "2.000554": {"standard": "5 wd", "with_verification": "8 wd"},
    "2.000635": {"standard": "15:00", "archive_search": "15 wd"},
    "2.000748": {"correction": "3 wd +3", "change": "3 wd +3", "ethnicity": "3 wd +3", "completion": "15:00"},
    "2.000756": {"standard": "2 wd"},
    "2.000779": {"standard": "10 d"},
    "2.000806": {"standard": "5 wd", "with_verification": "10 wd"},
    "2.000815": {"standard": "15:00 +2"},
    "2.000884": {"standard": "15:00"},
    "2.000908": {"standard": "15:00"},
    "2.000942": {"standard": "15:00 +2"},
    "2.000992": {"standard": "15:00"},
    "2.001008": {"standard": "15:00"},
    "2.001019": {"standard": "2 wd"},
    "2.001263": {"standard": "30 d"},
    "2.002189": {"standard": "5 wd"},
    "2.002516": {"standard": "1 wd"},
    "2.002913": {"standard": "24 h", "with_verification": "3 wd"},
    "3.000322": {"standard": "3 wd"},
    "3.000323": {"standard": "3 wd"},
    "3.000722": {"standard": "3 wd after 15:00", "with_verification": "5 wd after 15:00"},
    "9.900100": {"standard": "24 h"},
    "9.900101": {"standard": "2 wd", "with_verification": "5 wd"},
    "9.900102": {"standard": "3 wd"},
    "9.900103": {"standard": "5 wd"},
    "9.900104": {"standard": "1 wd"},
    "9.900105": {"benefit": "8 wd", "stop_monthly": "2 wd"},
    "9.900106": {"standard": "3 wd"},
    "9.900107": {"standard": "18 wd"},
}
"""On 2026-11-23, per case: working days, calendar days, hours, or the cut-off of a same-day limit; +n may be added."""

SHORT = {"working_days": "wd", "calendar_days": "d", "hours": "h"}


def today(code: str) -> Definition:
    return load_catalogue().in_force(code, TODAY, "38")


def mine() -> list[Definition]:
    return [d for d in load_catalogue().definitions if d.field in FIELDS]


def in_words(definition: Definition) -> dict[str, str]:
    words = {}
    for case in definition.cases:
        limit = case.time_limit.resolve(AreaClass.UNKNOWN)
        cut_off = limit.cut_off.strftime("%H:%M") if limit.cut_off else ""
        text = cut_off if limit.unit.value == "same_day" else f"{limit.amount:f} {SHORT[limit.unit.value]}"
        if limit.count_from is CountFrom.NEXT_WORKING_DAY:
            text += f" after {cut_off}"
        words[case.id] = text + "".join(f" +{a.amount:f}" for a in case.time_limit.additions)
    return words


@pytest.mark.parametrize("code", LIMITS)
def test_limits_of_today_are_those_of_the_sources(code: str) -> None:
    assert in_words(today(code)) == LIMITS[code]


def test_the_table_above_holds_every_procedure_in_force_today() -> None:
    assert sorted({d.code for d in mine() if d.effective.covers(TODAY)}) == sorted(LIMITS)


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("2.000986", {"standard": "20 d +2 +5"}),
        ("2.001023", {"standard": "15 d +2 +5"}),
        ("2.002622", {"standard": "15:00"}),
    ],
)
def test_the_old_groups_end_with_august_2026(code: str, limits: dict[str, str]) -> None:
    catalogue = load_catalogue()
    assert in_words(catalogue.in_force(code, DAY_BEFORE, "38")) == limits
    with pytest.raises(NotInForce):
        catalogue.in_force(code, DAY_OF, "38")


@pytest.mark.parametrize("code", ["3.000722", "2.002913"])
def test_the_new_groups_begin_in_september_2026(code: str) -> None:
    catalogue = load_catalogue()
    with pytest.raises(NotInForce):
        catalogue.in_force(code, DAY_BEFORE, "38")
    assert catalogue.in_force(code, DAY_OF, "38").version == 1


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("9.900101", {"standard": "15 d"}, {"standard": "2 wd", "with_verification": "5 wd"}),
        ("9.900102", {"standard": "10 d"}, {"standard": "3 wd"}),
    ],
)
def test_the_bodies_of_the_birth_group_changed_their_limits(
    code: str, before: dict[str, str], after: dict[str, str]
) -> None:
    catalogue = load_catalogue()
    assert in_words(catalogue.in_force(code, DAY_BEFORE, "38")) == before
    assert in_words(catalogue.in_force(code, DAY_OF, "38")) == after


@pytest.mark.parametrize("code", ["1.001193", "1.000656", "1.000894", "1.004873", "2.000635"])
def test_the_law_of_march_2027_is_announced_as_a_second_version(code: str) -> None:
    catalogue = load_catalogue()
    first, second = catalogue.versions(code)
    assert catalogue.in_force(code, date(2027, 2, 28), "38") is first
    assert catalogue.in_force(code, date(2027, 3, 1), "38") is second
    assert in_words(second) == in_words(first)
    assert second.transition is not None
    assert "trước 01/3/2027" in second.transition
    assert second.guidance is not None
    assert second.guidance.startswith("Từ 01/3/2027 người dân đăng ký hộ tịch tại bất kỳ Ủy ban nhân dân cấp xã nào")
    assert all((c.time_limit.unverified or "").startswith("Chép từ phiên bản 1") for c in second.cases)


def test_the_death_group_gives_a_death_certificate_from_march_2027() -> None:
    catalogue = load_catalogue()
    results = [catalogue.in_force("2.002913", day, "38").results[0].names.vi for day in (TODAY, date(2027, 3, 1))]
    assert results == ["Trích lục khai tử", "Giấy chứng tử"]


def opened(code: str, on: date) -> dict[str, list[tuple[str, str, str | None]]]:
    steps = load_catalogue().in_force(code, on, "38").steps
    return {s.id: [(o.procedure, o.body, o.case) for o in s.opens] for s in steps if s.kind is Kind.LINKED}


RESIDENCE = ("9.900101", "Công an", None)
INSURANCE = ("9.900102", "Bảo hiểm xã hội", None)
DELETION = ("9.900104", "Công an", None)


def test_the_birth_group_opens_the_birth_and_then_the_other_bodies() -> None:
    assert opened("3.000722", TODAY) == {
        "open_birth": [("9.900100", "Ủy ban nhân dân cấp xã", None)],
        "open_next": [RESIDENCE, INSURANCE],
        "open_next_with_card": [RESIDENCE, INSURANCE, ("9.900103", "Công an", None)],
    }
    assert opened("2.000986", DAY_BEFORE) == {"open_next": [RESIDENCE, INSURANCE]}
    assert opened("2.001023", DAY_BEFORE) == {"open_next": [INSURANCE]}


def test_the_death_group_opens_the_body_that_pays() -> None:
    health, interior = ("9.900106", "Cơ quan y tế", None), ("9.900107", "Cơ quan nội vụ", None)
    assert opened("2.002913", TODAY) == {
        "open_residence": [DELETION],
        "open_insurance": [DELETION, ("9.900105", "Bảo hiểm xã hội", "benefit")],
        "open_stop": [DELETION, ("9.900105", "Bảo hiểm xã hội", "stop_monthly")],
        "open_health_only": [health],
        "open_interior_only": [interior],
        "open_health": [DELETION, health],
        "open_interior": [DELETION, interior],
    }


@pytest.mark.parametrize("code", ["2.000986", "2.001023", "3.000722", "2.002913"])
def test_what_a_group_opens_is_in_force_on_every_day_of_the_group(code: str) -> None:
    catalogue = load_catalogue()
    for group in catalogue.versions(code):
        last = group.effective.until or date(2030, 1, 1)
        for link in (o for s in group.steps for o in s.opens):
            for day in (group.effective.from_, last):
                child = catalogue.in_force(link.procedure, day, "38")
                assert link.case is None or child.case(link.case).id == link.case
                assert child.clock_starts == "competent_body_receipt" or child.code == "9.900100"


@pytest.mark.parametrize("code", ["3.000722", "9.900100", "2.002913", "9.900105", "9.900106", "9.900107"])
def test_the_applicant_of_a_group_has_seven_working_days_and_then_it_stops(code: str) -> None:
    rule = today(code).supplement
    assert rule is not None
    assert rule.applicant_deadline is not None
    assert (rule.applicant_deadline.amount, rule.applicant_deadline.unit) == (7, "working_days")
    assert (rule.when_deadline_passes, rule.clock) == ("stop", "pause")


def test_the_householder_has_five_working_days_that_do_not_count() -> None:
    step = today("9.900101").step("owner_confirms")
    assert step.pauses == "owner_confirmation"
    assert step.answer_within is not None
    assert (step.answer_within.amount, step.answer_within.unit) == (5, "working_days")


@pytest.mark.parametrize("code", ["1.004772", "1.004884", "1.000893", "2.000522"])
def test_the_police_have_twenty_days_and_then_the_office_goes_on(code: str) -> None:
    step = today(code).step("ask_police")
    assert step.answer_within is not None
    assert (step.answer_within.amount, step.answer_within.unit, step.on_silence) == (20, "calendar_days", "proceed")
    pause = today(code).pause("police_verification")
    assert pause is not None
    assert pause.maximum is not None
    assert (step.pauses, pause.maximum.amount, pause.whose_time) == ("police_verification", 20, "other_agency")


@pytest.mark.parametrize("code", ["2.000779", "1.001695"])
def test_a_recognition_with_a_foreigner_is_posted_for_five_working_days(code: str) -> None:
    step = today(code).step("post_notice")
    assert step.answer_within is not None
    assert (step.answer_within.amount, step.answer_within.unit, step.on_time_up, step.pauses) == (
        5,
        "working_days",
        "no_objection",
        None,
    )


def test_an_adoption_has_ten_days_to_hear_and_twenty_to_register() -> None:
    phases = today("2.001263").case(None).time_limit.phases
    assert [(p.id, p.amount.normal) for p in phases] == [("opinions", 10), ("registration", 20)]


@pytest.mark.parametrize(
    ("code", "fees"),
    [
        ("2.000815", [(2000, "page"), (1000, "page")]),
        ("2.000884", [(10000, "case")]),
        ("2.001019", [(50000, "case")]),
        ("2.000908", [(0, "dossier")]),
        ("2.001008", [(None, "case")]),
        ("2.002516", [(8000, "copy")]),
        ("2.001263", [(400000, "dossier")]),
        ("1.000894", [(0, "dossier"), (None, "copy")]),
        ("1.001022", [(None, "dossier"), (None, "copy")]),
    ],
)
def test_fees_are_those_of_the_sources(code: str, fees: list[tuple[int | None, str]]) -> None:
    assert [(f.amount_vnd, f.per) for f in today(code).fees] == fees


@pytest.mark.parametrize(
    ("code", "form", "case"),
    [
        ("1.004859", {"kind": "completion"}, "completion"),
        ("1.004859", {"kind": "ethnicity"}, "ethnicity"),
        ("1.004859", {}, "correction"),
        ("1.004837", {"kind": "natural"}, "natural"),
        ("2.002913", {"situation": "needs_verification"}, "with_verification"),
        ("3.000722", {"situation": "ordinary"}, "standard"),
    ],
)
def test_the_form_chooses_the_case(code: str, form: dict[str, Any], case: str) -> None:
    assert choose_case(today(code), form).id == case


@pytest.mark.parametrize("definition", mine(), ids=lambda d: f"{d.code}-v{d.version}")
def test_every_definition_helps_the_officer_and_tells_the_applicant(definition: Definition) -> None:
    for case in definition.cases:
        assert definition.step(case.start_step or definition.start).does is Automatic.ISSUE_RECEIPT
    (issue,) = [s for s in definition.steps if s.does is Act.ISSUE_RESULT]
    assert [definition.step(t).does for t in issue.targets("issued")] == [Automatic.PUBLISH_RESULT]
    assert any(s.does is Act.HAND_OVER and s.outcomes == {"handed_over": "end"} for s in definition.steps)
    assert any(d.check_question for d in definition.documents)
    assert any(d.common_faults for d in definition.documents)
    assert all(d.guidance or d.check_question for d in definition.documents)
    assert any(s.common_faults and s.check_question for s in definition.steps)


@pytest.mark.parametrize("definition", mine(), ids=lambda d: f"{d.code}-v{d.version}")
def test_nothing_claims_to_be_verified(definition: Definition) -> None:
    assert definition.review.status == "unverified"
    assert definition.review.note


def test_local_codes_are_only_those_of_other_bodies_and_say_so() -> None:
    local = [d for d in mine() if d.code.startswith("9.")]
    assert sorted({d.code for d in local}) == [
        "9.900100",
        "9.900101",
        "9.900102",
        "9.900103",
        "9.900104",
        "9.900105",
        "9.900106",
        "9.900107",
    ]
    assert all((d.review.note or "").startswith("Mã 9.9… là mã nội bộ") for d in local)
    assert {d.field for d in local} == {"lien-thong"}


@pytest.mark.needs_data
@pytest.mark.skipif(not EXTRA, reason="MOTCUA_EXTRA_DATA is not set: the national records are not here")
def test_official_document_codes_are_those_of_the_portal_records() -> None:
    with gzip.open(Path(EXTRA or "") / "portal-procedures.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = {r["code"]: r for r in map(json.loads, lines)}
    for definition in (d for d in mine() if d.code in records):
        components = [c for e in records[definition.code]["executionCases"] for c in e["profileComponents"]]
        ours = {d.official_code for d in definition.documents if d.official_code}
        assert ours <= {c["code"] for c in components}, definition.code


@pytest.mark.needs_data
@pytest.mark.skipif(not EXTRA, reason="MOTCUA_EXTRA_DATA is not set: the national records are not here")
def test_limits_that_channels_or_cases_publish_plainly_are_ours() -> None:
    with gzip.open(Path(EXTRA or "") / "portal-procedures.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = {r["code"]: r for r in map(json.loads, lines)}
    plain = {"1.003583": 5, "1.000419": 5, "1.000593": 5, "1.004837": 3, "1.004845": 2, "2.000756": 2}
    for code, days in plain.items():
        channels = {(m["processingTime"], m["processingTimeUnit"]) for m in records[code]["executionMethods"]}
        assert channels == {(days, "WORKING_DAY")}
        assert today(code).case(None).time_limit.resolve().amount == Decimal(days)
