"""Each static check with a definition that is broken in one place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from procedures.check_limits import office_hours
from procedures.check_wording import CHECKS
from procedures.checks import check_all, check_definition
from procedures.limits import TimeLimit
from procedures.loader import Loaded, read_definition
from procedures.problems import Problem, errors_among
from tests.definition_texts import PROCEDURE, changed, read, shown

FIELDS = {"moi-truong", "ho-tich"}
LIMIT = "      unit: working_days\n      amount: {normal: 5}\n"
APPROVED = "{approved: sign, not_eligible: refuse}"
SIGN = "    outcomes: {signed: issue}\n"


def problems(*changes: tuple[str, str], text: str = PROCEDURE) -> tuple[Problem, ...]:
    loaded = read(*changes, text=text)
    assert loaded.problems == ()
    return check_all([loaded], FIELDS)


def step(name: str, outcomes: str, more: str = "") -> str:
    return (
        f"  - id: {name}\n    names: {{vi: a, en: a}}\n    kind: human\n    role: case_officer\n{more}"
        f"    outcomes: {outcomes}\n    outcome_names: {{ok: {{vi: a, en: a}}}}\n"
    )


def forked(join: str = "    join: [ask_one, ask_two]\n", one: str = "{ok: weigh}", two: str = "{ok: weigh}") -> str:
    """The example with two parallel steps between appraising and signing."""
    return changed(
        (APPROVED, "{approved: [ask_one, ask_two], not_eligible: refuse}"),
        (
            "  - id: sign\n",
            step("ask_one", one) + step("ask_two", two) + step("weigh", "{ok: sign}", join) + "  - id: sign\n",
        ),
    )


def test_the_example_of_the_guide_is_in_order() -> None:
    assert problems() == ()


def test_parallel_branches_with_a_join_are_in_order() -> None:
    assert problems(text=forked()) == ()


@pytest.mark.parametrize(
    ("changes", "line", "path", "code"),
    [
        ([("start: issue_receipt", "start: receipt")], 33, "start", "unknown_step"),
        ([(SIGN, SIGN.replace("issue", "isue"))], 52, "steps[2].outcomes.signed", "unknown_step"),
        (
            [("    default: true\n", "    default: true\n    start_step: x\n")],
            15,
            "cases[0].start_step",
            "unknown_step",
        ),
        ([(SIGN, "    outcomes: {signed: [issue, end]}\n")], 52, "steps[2].outcomes.signed", "end_beside_steps"),
        ([("  - id: sign\n", step("lost", "{ok: sign}") + "  - id: sign\n")], 48, "steps[2]", "unreachable_step"),
        ([("    outcomes: {refused: end}\n", "    outcomes: {refused: refuse}\n")], 78, "steps[6].outcomes", "no_end"),
        (
            [("    outcomes: {handed_over: end}\n", "    outcomes: {handed_over: issue}\n")],
            54,
            "steps[3]",
            "result_twice",
        ),
        (
            [
                ("{approved: sign, not", "{approved: hand_over, maybe: sign, not"),
                ("      approved:", "      maybe: {vi: a, en: a}\n      approved:"),
            ],
            35,
            "steps[0]",
            "ends_without_result",
        ),
        (
            [
                ("{issued: publish}", "{issued: refuse, ok: publish}"),
                ("{issued: {vi: Đã ban hành, en: Issued}}", "{issued: {vi: a, en: a}, ok: {vi: a, en: a}}"),
            ],
            54,
            "steps[3]",
            "refuses_after_result",
        ),
        ([("    does: hand_over\n", "")], 54, "steps[3]", "no_hand_over"),
        ([("    does: publish_result\n", "    does: notify_applicant\n")], 54, "steps[3]", "not_published"),
        (
            [("    does: refuse\n", "    does: issue_result\n"), ("{refused: end}", "{refused: publish}")],
            34,
            "steps",
            "no_refusal",
        ),
        (
            [
                ("start: issue_receipt\n", "start: appraise\n"),
                ("    default: true\n", "    default: true\n    start_step: issue_receipt\n"),
            ],
            41,
            "steps[1]",
            "no_receipt",
        ),
        (
            [("    outcome_names: {signed: {vi: Đã ký, en: Signed}}\n", "")],
            52,
            "steps[2].outcomes.signed",
            "unnamed_outcome",
        ),
        (
            [("{signed: {vi: Đã ký, en: Signed}}", "{signed: {vi: a, en: a}, sined: {vi: a, en: a}}")],
            53,
            "steps[2].outcome_names.sined",
            "names_no_outcome",
        ),
        (
            [("      source: [law]\n", "      source: [law, decree]\n")],
            18,
            "cases[0].time_limit.source",
            "unknown_source",
        ),
        (
            [("    outcomes: {signed: issue}\n", "    outcomes: {signed: issue}\n    pauses: payment\n")],
            53,
            "steps[2].pauses",
            "unknown_pause",
        ),
        ([("    originals: 1\n", "    cases: [standart]\n")], 22, "documents[0].cases", "unknown_case"),
        ([("    default: true\n", "    default: false\n")], 11, "cases", "default_cases"),
        (
            [("    default: true\n", "    default: true\n    chosen_when: [{field: ownr, equals: a}]\n")],
            15,
            "cases[0].chosen_when[0].field",
            "unknown_form_field",
        ),
        (
            [("    default: true\n", "    default: true\n    chosen_when: [{field: owner}]\n")],
            15,
            "cases[0].chosen_when[0]",
            "condition_without_value",
        ),
        (
            [("    default: true\n", "    default: true\n    chosen_when: [{field: owner, equals: true}]\n")],
            15,
            "cases[0].chosen_when[0]",
            "impossible_condition",
        ),
        ([("field: moi-truong", "field: moi-truon")], 4, "field", "unknown_field"),
        (
            [("field: moi-truong\n", "field: moi-truong\nscope: {provinces: ['38', '99']}\n")],
            5,
            "scope.provinces[1]",
            "unknown_province",
        ),
        (
            [
                (
                    "form:\n",
                    "fees: [{id: f, names: {vi: a, en: a}, kind: fee, source: [law], by_province: {'99': 1}}]\nform:\n",
                )
            ],
            24,
            "fees[0].by_province.99",
            "unknown_province",
        ),
        (
            [
                (
                    "    kind: automatic\n    does: publish_result\n",
                    "    kind: linked\n    does: open_linked_dossiers\n"
                    "    opens: [{procedure: '9.999999', names: {vi: a, en: a}, body: b}]\n",
                ),
                (
                    "  - id: hand_over\n",
                    "  - id: tell\n    names: {vi: a, en: a}\n    kind: automatic\n    does: publish_result\n"
                    "    outcomes: {done: hand_over}\n  - id: hand_over\n",
                ),
                ("    outcomes: {done: hand_over}\n  - id: tell", "    outcomes: {done: tell}\n  - id: tell"),
            ],
            65,
            "steps[4].opens[0].procedure",
            "unknown_linked_procedure",
        ),
        (
            [("    outcomes: {signed: issue}\n", "    limit_hours: 40.5\n    outcomes: {signed: issue}\n")],
            15,
            "cases[0].time_limit",
            "steps_exceed_limit",
        ),
        (
            [
                (LIMIT, "      unit: same_day\n      cut_off: '15:00'\n"),
                ("    outcomes: {signed: issue}\n", "    limit_hours: 2\n    outcomes: {signed: issue}\n"),
            ],
            15,
            "cases[0].time_limit",
            "same_day_steps",
        ),
        (
            [
                (
                    "documents:\n",
                    "supplement:\n  applicant_deadline: {amount: 6, unit: working_days}\n  clock: run\n"
                    "  source: [law]\ndocuments:\n",
                )
            ],
            20,
            "supplement.applicant_deadline",
            "applicant_longer_than_limit",
        ),
        ([("form:\n", "  - {id: application, names: {vi: a, en: a}}\nform:\n")], 24, "documents[1].id", "repeated_id"),
    ],
)
def test_each_check_names_the_place(changes: list[tuple[str, str]], line: int, path: str, code: str) -> None:
    found = [p for p in problems(*changes) if p.code == code]
    assert shown(found) == [(line, path, code)]
    assert found[0].severity == CHECKS[code].severity


@pytest.mark.parametrize(
    ("text", "line", "path", "code"),
    [
        (forked(join=""), 60, "steps[4]", "branches_meet"),
        (forked(join="    join: [ask_one, ask_two, appraise]\n"), 64, "steps[4].join", "joins_unknown"),
        (forked(join="    join: [ask_one]\n"), 64, "steps[4].join", "leads_to_join_unnamed"),
        (
            forked().replace("{approved: [ask_one, ask_two], not", "{approved: ask_one, again: ask_two, not"),
            64,
            "steps[4].join",
            "join_never_opens",
        ),
    ],
)
def test_each_check_of_parallel_branches(text: str, line: int, path: str, code: str) -> None:
    found = [p for p in problems(text=text) if p.code == code]
    assert shown(found) == [(line, path, code)]


def test_a_refusal_in_one_branch_is_no_meeting() -> None:
    text = forked(one="{ok: weigh, no: refuse}", two="{ok: weigh, no: refuse}")
    assert [p.code for p in problems(text=text) if p.severity == "error"] == []


def test_a_branch_that_goes_round_through_the_fork_is_no_meeting() -> None:
    text = forked(one="{ok: weigh, again: appraise}")
    assert [p.code for p in problems(text=text) if p.severity == "error"] == []


def test_messages_name_what_is_meant() -> None:
    (problem,) = problems((SIGN, SIGN.replace("issue", "isue")))
    assert problem.message.en == "There is no step 'isue'."
    assert problem.mend.en == "Did you mean 'issue'? Add the step, or point to end."
    assert problem.message.vi == "Không có bước 'isue'."
    assert problem.mend.vi == "Có phải bạn muốn viết 'issue'? Thêm bước đó, hoặc trỏ đến end."


def test_internal_limits_equal_to_the_statutory_limit_are_allowed() -> None:
    assert problems(("    outcomes: {signed: issue}\n", "    limit_hours: 40\n    outcomes: {signed: issue}\n")) == ()


def test_the_longest_path_counts_not_the_sum_of_all_steps() -> None:
    text = PROCEDURE.replace("    role: signatory\n", "    role: signatory\n    limit_hours: 30\n")
    assert text.count("limit_hours") == 2
    assert problems(text=text) == ()


def test_steps_of_a_loop_count_once_each() -> None:
    text = changed((SIGN, "    limit_hours: 30\n    outcomes: {signed: issue, redo: appraise}\n"))
    text = text.replace("    role: case_officer\n", "    role: case_officer\n    limit_hours: 11\n")
    (problem,) = [p for p in problems(text=text) if p.severity == "error"]
    assert problem.message.en == (
        "The internal limits add up to 41 hours, more than the statutory 40 hours (case 'standard')."
    )


@pytest.mark.parametrize(
    ("unit", "hours"), [("working_days", "56"), ("working_hours", "7"), ("calendar_days", "40"), ("hours", "1.67")]
)
def test_statutory_limits_in_office_hours(unit: str, hours: str) -> None:
    limit = TimeLimit.model_validate({"unit": unit, "amount": {"normal": 7}, "source": ["law"]})
    assert str(office_hours(limit).quantize(type(limit.amount.normal)("0.01")).normalize()) == hours.replace(  # type: ignore[union-attr]
        "40", "4E+1"
    )


def version(number: int, effective: str, scope: str = "") -> Loaded:
    text = changed(("version: 1", f"version: {number}"), ("{from: 2026-07-01}", effective))
    return read_definition(text.replace("field: moi", f"{scope}field: moi"), f"v{number}.yaml")


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([version(1, "{from: 2026-01-01, until: 2026-07-01}"), version(2, "{from: 2026-07-01}")], []),
        (
            [version(1, "{from: 2026-01-01}"), version(2, "{from: 2026-07-01}")],
            [("v2.yaml", 3, "effective", "versions_overlap")],
        ),
        (
            [version(2, "{from: 2026-07-01}"), version(1, "{from: 2026-01-01, until: 2026-07-02}")],
            [("v2.yaml", 3, "effective", "versions_overlap")],
        ),
        (
            [version(1, "{from: 2026-01-01, until: 2026-06-30}"), version(2, "{from: 2026-07-01}")],
            [("v2.yaml", 3, "effective.from", "versions_gap")],
        ),
        (
            [
                version(1, "{from: 2026-01-01}", "scope: {provinces: ['38']}\n"),
                version(2, "{from: 2026-07-01}", "scope: {provinces: ['24']}\n"),
            ],
            [],
        ),
        (
            [
                version(1, "{from: 2026-01-01}", "scope: {provinces: ['38', '24']}\n"),
                version(2, "{from: 2026-07-01}", "scope: {provinces: ['24']}\n"),
            ],
            [("v2.yaml", 3, "effective", "versions_overlap")],
        ),
        (
            [version(1, "{from: 2026-01-01, until: 2026-07-01}"), version(1, "{from: 2026-07-01}")],
            [("v1.yaml", 2, "version", "repeated_version")],
        ),
    ],
)
def test_versions_follow_each_other_without_overlap_or_gap(
    versions: Sequence[Loaded], expected: list[tuple[str, int, str, str]]
) -> None:
    found = check_all(versions, FIELDS)
    assert [(p.file, p.line, p.path, p.code) for p in found] == expected


def test_a_gap_names_the_days() -> None:
    versions = [version(1, "{from: 2026-01-01, until: 2026-06-30}"), version(2, "{from: 2026-07-01}")]
    (problem,) = check_all(versions, FIELDS)
    assert problem.message.en == "No version is in force from 2026-06-30 until 2026-07-01."


def test_a_file_in_the_folder_of_another_field_is_pointed_out() -> None:
    loaded = read_definition(PROCEDURE, "x/definitions/ho-tich/p.yaml")
    (problem,) = check_all([loaded], FIELDS)
    assert (problem.code, problem.severity, problem.line) == ("wrong_folder", "warning", 4)


def test_every_kind_of_finding_has_a_test() -> None:
    rows = [
        *(row[3] for row in test_each_check_names_the_place.pytestmark[0].args[1]),  # type: ignore[attr-defined]
        *(row[3] for row in test_each_check_of_parallel_branches.pytestmark[0].args[1]),  # type: ignore[attr-defined]
    ]
    elsewhere = {"versions_overlap", "versions_gap", "repeated_version", "wrong_folder"}
    assert set(CHECKS) - set(rows) == elsewhere


def test_warnings_do_not_forbid() -> None:
    found = problems(("    outcome_names: {signed: {vi: Đã ký, en: Signed}}\n", ""))
    assert [p.severity for p in found] == ["warning"]
    assert errors_among(found) == ()


def test_one_definition_can_be_checked_without_a_file() -> None:
    loaded = read((SIGN, SIGN.replace("issue", "isue")))
    assert loaded.definition is not None
    assert [(p.file, p.line, p.code) for p in check_definition(loaded.definition)] == [("", 1, "unknown_step")]
