"""Every rule of the schema, broken once, as the loader reports it; and what the shapes answer."""

from __future__ import annotations

from datetime import date

import pytest

from procedures.base import Names
from procedures.errors import UnknownCase
from procedures.schema import Effective, Scope
from procedures.wording import RULES
from tests.definition_texts import changed, read, shown

STEP = "  - id: appraise\n    names: {vi: Thẩm định, en: Appraise}\n    kind: human\n    role: case_officer\n"
ASK = STEP.replace("kind: human", "kind: consultation")
WAIT = STEP.replace("kind: human", "kind: wait")
LIMIT = "      unit: working_days\n      amount: {normal: 5}\n"
PHASES = (
    "      phases:\n"
    "        - {id: one, names: {vi: a, en: a}, amount: {normal: 2, difficult: 4}, source: [law]}\n"
    "        - {id: two, names: {vi: b, en: b}, amount: {normal: 3}, source: [law]}\n"
)


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "code"),
    [
        (
            "{status: unverified, note: 'Ví dụ minh họa, không phải thủ tục thật.'}",
            "{status: verified, checked_by: Lan}",
            10,
            "review",
            "verified_needs_checker",
        ),
        ("field: moi-truong\n", "field: moi-truong\nscope: {provinces: ['1']}\n", 5, "scope", "two_digit_province"),
        ("field: moi-truong\n", "field: moi-truong\nscope: {provinces: ['٣٨']}\n", 5, "scope", "two_digit_province"),
        ("{from: 2026-07-01}", "{from: 2026-07-01, until: 2026-07-01}", 3, "effective", "until_before_from"),
        ("    type: text\n", "    type: choice\n", 25, "form[0]", "choices_with_choice"),
        (
            "    type: text\n",
            "    type: text\n    choices: [{id: a, names: {vi: a, en: a}}]\n",
            25,
            "form[0]",
            "choices_with_choice",
        ),
        ("    type: text\n", "    type: text\n    pattern: '['\n", 25, "form[0]", "broken_pattern"),
        (
            "    type: text\n",
            "    type: number\n    minimum: 5\n    maximum: 4.5\n",
            25,
            "form[0]",
            "minimum_above_maximum",
        ),
        (STEP, STEP.replace("    role: case_officer\n", ""), 40, "steps[1]", "human_needs_role"),
        (STEP, STEP + "    does: notify_applicant\n", 40, "steps[1]", "human_does_automatic"),
        ("    outcomes: {done: appraise}\n", "    outcomes: {ok: appraise}\n", 35, "steps[0]", "automatic_shape"),
        ("    does: issue_receipt\n", "", 35, "steps[0]", "automatic_shape"),
        ("    does: issue_receipt\n", "    does: hand_over\n", 35, "steps[0]", "automatic_shape"),
        (
            "    kind: automatic\n    does: issue_receipt\n",
            "    kind: linked\n    does: open_linked_dossiers\n",
            35,
            "steps[0]",
            "linked_needs_opens",
        ),
        (STEP, ASK, 40, "steps[1]", "consultation_shape"),
        (STEP, ASK + "    answer_within: {amount: 2, unit: working_days}\n", 40, "steps[1]", "consultation_shape"),
        (STEP, WAIT, 40, "steps[1]", "wait_needs_for"),
        (STEP, WAIT + "    wait_for: time\n    on_time_up: approved\n", 40, "steps[1]", "wait_time_pair"),
        (
            STEP,
            WAIT + "    wait_for: time\n    answer_within: {amount: 7, unit: calendar_days}\n    on_time_up: over\n",
            40,
            "steps[1]",
            "time_up_is_outcome",
        ),
        (LIMIT, LIMIT.replace("working_days", "same_day"), 15, "cases[0].time_limit", "same_day_alone"),
        (LIMIT, "      unit: same_day\n", 15, "cases[0].time_limit", "same_day_needs_cut_off"),
        (LIMIT, "      unit: working_days\n", 15, "cases[0].time_limit", "amount_or_phases"),
        (LIMIT, LIMIT + "      count_from: next_working_day\n", 15, "cases[0].time_limit", "next_day_needs_cut_off"),
        (LIMIT, LIMIT + PHASES, 15, "cases[0].time_limit", "phases_add_up"),
        ("{from: 2026-07-01}", "{from: 5}", 3, "effective.from", "no_date_or_time"),
        ("{normal: 5}", "{normal: false}", 17, "cases[0].time_limit.amount.normal", "no_number"),
    ],
)
def test_each_rule_is_refused_where_it_is_broken(old: str, new: str, line: int, path: str, code: str) -> None:
    loaded = read((old, new))
    assert shown(loaded.problems) == [(line, path, code)]
    assert "{" not in loaded.problems[0].message.vi.replace("{done", "").replace("{normal", "")


def test_silence_that_means_something_needs_a_source() -> None:
    asked = ASK + "    answer_within: {amount: 2, unit: working_days}\n    on_silence: consent\n"
    loaded = read((STEP, asked), ("{approved: sign, not_eligible: refuse}", "{answered: sign}"))
    assert shown(loaded.problems) == [(40, "steps[1]", "silence_needs_source")]


def test_every_rule_of_the_schema_has_a_test_above() -> None:
    mark = test_each_rule_is_refused_where_it_is_broken.pytestmark[0]  # type: ignore[attr-defined]
    assert set(RULES) - {row[4] for row in mark.args[1]} == {"silence_needs_source"}


def test_the_message_of_phases_names_both_sums() -> None:
    problem = read((LIMIT, LIMIT + PHASES)).problems[0]
    assert problem.message.en == "The phases add up to 7 (difficult), amount says 5."
    assert problem.message.vi == "Các giai đoạn cộng lại được 7 (difficult), nhưng amount ghi 5."


def test_the_mend_of_a_wrong_time_up_lists_the_outcomes() -> None:
    wait = WAIT + "    wait_for: time\n    answer_within: {amount: 7, unit: calendar_days}\n    on_time_up: over\n"
    assert read((STEP, wait)).problems[0].mend.en == "Use one of the outcomes: approved, not_eligible."


def test_a_version_applies_from_its_first_day_to_the_day_before_until() -> None:
    effective = Effective.model_validate({"from": "2026-07-01", "until": "2027-03-01"})
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2027, 2, 28), date(2027, 3, 1)]
    assert [effective.covers(d) for d in days] == [False, True, True, False]


def test_a_scope_covers_its_provinces_only_and_no_scope_covers_all() -> None:
    assert [Scope(provinces=("38",)).covers(p) for p in ("38", "04")] == [True, False]
    assert Scope().covers("04")


def test_names_speak_english_when_asked_and_vietnamese_otherwise() -> None:
    names = Names(vi="Khai sinh", en="Birth")
    assert [names.in_language(x) for x in ("vi", "en", "fr")] == ["Khai sinh", "Birth", "Khai sinh"]


def test_a_definition_finds_its_parts() -> None:
    definition = read().definition
    assert definition is not None
    assert definition.step("sign").outcomes == {"signed": "issue"}
    assert definition.case(None).id == "standard"
    assert definition.case("standard").default
    assert definition.pause("posting") is None
    with pytest.raises(KeyError):
        definition.step("nowhere")
    with pytest.raises(UnknownCase) as caught:
        definition.case("other")
    assert caught.value.facts == {"procedure": "9.000100", "case": "other", "known": ("standard",)}


def test_the_targets_of_an_outcome_leave_out_the_end() -> None:
    text = changed(("{signed: issue}", "{signed: [issue, refuse], dropped: end}"))
    definition = read(text=text).definition
    assert definition is not None
    sign = definition.step("sign")
    assert sign.targets("signed") == ("issue", "refuse")
    assert sign.targets("dropped") == ()
    assert sign.all_targets() == {"issue", "refuse"}
