"""The first nine real procedures against their sources: what the portal published, and the text of the law."""

from __future__ import annotations

import gzip
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from procedures.catalogue import DEFINITIONS, load_catalogue, load_fields
from procedures.checks import check_all
from procedures.json_schema import SCHEMA_FILE, definition_schema_text
from procedures.limits import AreaClass
from procedures.loader import load_folder
from procedures.problems import errors_among
from procedures.schema import Definition
from procedures.steps import Act, Automatic, Kind

PORTAL = Path(__file__).parent.parent / "data" / "portal"
CODES = (
    "1.000656",
    "1.001193",
    "1.004873",
    "1.013225",
    "1.013227",
    "1.115453",
    "1.115516",
    "1.115520",
    "2.000635",
)
PRESENT = {"1.013225": 2, "1.013227": 2}
"""The version tested here, where it is not the first."""
EXTRA = os.environ.get("MOTCUA_EXTRA_DATA")


def definition(code: str) -> Definition:
    return load_catalogue().version(code, PRESENT.get(code, 1))


def record(code: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PORTAL / f"{code}.json").read_text("utf-8"))
    return found


def test_no_check_finds_an_error_anywhere_nor_a_warning_in_these_nine() -> None:
    report = load_folder(DEFINITIONS)
    assert report.problems == ()
    found = check_all(report.files, load_fields())
    assert errors_among(found) == ()
    assert [p for p in found if Path(p.file).name.startswith(CODES)] == []


def test_each_file_is_named_after_its_code_and_field() -> None:
    for loaded in load_folder(DEFINITIONS).files:
        path, found = Path(loaded.file), loaded.definition
        assert found is not None
        assert path.name.startswith(f"{found.code}-")
        assert path.parent.name == found.field


@pytest.mark.parametrize(
    ("code", "case", "unit", "normal", "difficult"),
    [
        ("1.001193", "standard", "same_day", "0", "0"),
        ("1.001193", "with_verification", "working_days", "3", "3"),
        ("1.001193", "abandoned_child", "same_day", "0", "0"),
        ("1.000656", "standard", "same_day", "0", "0"),
        ("1.000656", "with_verification", "working_days", "5", "5"),
        ("1.004873", "standard", "working_days", "3", "3"),
        ("1.004873", "reissue_not_returned", "working_days", "3", "3"),
        ("2.000635", "standard", "same_day", "0", "0"),
        ("2.000635", "archive_search", "working_days", "15", "15"),
        ("1.115520", "first_registration", "working_days", "13", "23"),
        ("1.115516", "correction", "working_days", "5", "15"),
        ("1.115453", "mediation", "calendar_days", "30", "30"),
        ("1.013225", "house", "working_days", "7", "7"),
        ("1.013225", "other_works", "working_days", "10", "10"),
        ("1.013227", "extension", "working_days", "5", "5"),
    ],
)
def test_limits_are_those_of_the_sources(code: str, case: str, unit: str, normal: str, difficult: str) -> None:
    limit = definition(code).case(case).time_limit
    in_normal, in_difficult = limit.resolve(AreaClass.NORMAL), limit.resolve(AreaClass.DIFFICULT)
    assert (in_normal.unit.value, in_normal.amount, in_difficult.amount) == (unit, Decimal(normal), Decimal(difficult))


def test_every_case_is_in_the_table_above() -> None:
    assert [(c, len(definition(c).cases)) for c in CODES] == [
        ("1.000656", 2),
        ("1.001193", 3),
        ("1.004873", 2),
        ("1.013225", 2),
        ("1.013227", 1),
        ("1.115453", 1),
        ("1.115516", 1),
        ("1.115520", 1),
        ("2.000635", 2),
    ]


def test_same_day_procedures_cut_off_at_fifteen_hours() -> None:
    found = {
        c: case.time_limit.cut_off.strftime("%H:%M")
        for c in CODES
        for case in definition(c).cases
        if case.time_limit.cut_off
    }
    assert found == {"1.000656": "15:00", "1.001193": "15:00", "2.000635": "15:00"}


def test_the_phases_of_the_first_registration_are_ten_and_three_days() -> None:
    phases = definition("1.115520").case(None).time_limit.phases
    assert [(p.id, p.amount.normal, p.amount.difficult) for p in phases] == [
        ("registration", 10, 20),
        ("certificate", 3, 3),
    ]


def test_public_posting_lasts_fifteen_working_days_at_most() -> None:
    pause = definition("1.115520").pause("public_posting")
    assert pause is not None
    assert pause.maximum is not None
    assert (pause.maximum.amount, pause.maximum.unit, pause.whose_time) == (15, "working_days", "public")


@pytest.mark.parametrize(("code", "days"), [("1.013225", 2), ("1.013227", 1)])
def test_construction_asks_once_and_refuses_when_the_applicant_is_silent(code: str, days: int) -> None:
    rule = definition(code).supplement
    assert rule is not None
    assert rule.applicant_deadline is not None
    assert (rule.maximum_requests, rule.when_deadline_passes) == (1, "refuse")
    assert (rule.applicant_deadline.amount, rule.applicant_deadline.unit) == (days, "working_days")
    assert rule.unverified is not None


@pytest.mark.parametrize(
    ("code", "days", "silence"),
    [("1.013225", 2, "consent"), ("1.013227", 2, "consent"), ("1.004873", 3, "proceed"), ("1.001193", 3, None)],
)
def test_consulted_bodies_have_their_time_and_their_silence_its_meaning(
    code: str, days: int, silence: str | None
) -> None:
    (step,) = [s for s in definition(code).steps if s.kind is Kind.CONSULTATION]
    assert step.answer_within is not None
    assert (step.answer_within.amount, step.answer_within.unit, step.on_silence) == (days, "working_days", silence)


def test_a_copy_of_an_extract_costs_eight_thousand_dong() -> None:
    assert [(f.amount_vnd, f.per) for f in definition("2.000635").fees] == [(8000, "copy")]


def test_an_applicant_who_does_not_answer_within_a_day_has_confirmed_the_draft() -> None:
    step = definition("1.001193").step("confirm_draft")
    assert step.answer_within is not None
    assert (step.answer_within.amount, step.answer_within.unit, step.on_time_up) == (1, "calendar_days", "confirmed")


@pytest.mark.parametrize("code", CODES)
def test_every_path_starts_with_a_receipt_and_ends_with_telling_and_handing_over(code: str) -> None:
    found = definition(code)
    for case in found.cases:
        assert found.step(case.start_step or found.start).does is Automatic.ISSUE_RECEIPT
    (issue,) = [s for s in found.steps if s.does is Act.ISSUE_RESULT]
    (publish,) = issue.targets("issued")
    assert found.step(publish).does is Automatic.PUBLISH_RESULT
    (hand_over,) = found.step(publish).targets("done")
    assert found.step(hand_over).does is Act.HAND_OVER
    assert found.step(hand_over).outcomes == {"handed_over": "end"}


@pytest.mark.parametrize("code", CODES)
def test_official_document_codes_are_those_of_the_portal_record(code: str) -> None:
    published = {c["code"] for e in record(code)["executionCases"] for c in e["profileComponents"]}
    ours = {d.official_code for d in definition(code).documents if d.official_code}
    assert ours <= published


@pytest.mark.parametrize("code", CODES)
def test_nothing_claims_to_be_verified(code: str) -> None:
    review = definition(code).review
    assert review.status == "unverified"
    assert review.note


@pytest.mark.parametrize("code", CODES)
def test_officers_who_are_no_specialists_get_help(code: str) -> None:
    found = definition(code)
    assert any(d.check_question for d in found.documents)
    assert any(d.common_faults for d in found.documents)
    assert any(s.guidance or s.check_question for s in found.steps if s.kind is Kind.HUMAN)
    assert all(d.guidance or d.check_question for d in found.documents)


def test_the_json_schema_is_that_of_the_models() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == definition_schema_text()


@pytest.mark.needs_data
@pytest.mark.skipif(not EXTRA, reason="MOTCUA_EXTRA_DATA is not set: the national records are not here")
def test_the_copied_records_are_those_of_the_national_portal() -> None:
    with gzip.open(Path(EXTRA or "") / "portal-procedures.jsonl.gz", "rt", encoding="utf-8") as lines:
        published = {r["code"]: r for r in map(json.loads, lines)}
    assert [record(c) == published[c] for c in CODES] == [True] * 9
