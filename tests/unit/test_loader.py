from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from procedures.errors import BrokenDefinition
from procedures.loader import load_file, load_folder, read_definition, read_file
from procedures.problems import Problem
from procedures.schema import Definition
from tests.definition_texts import PROCEDURE, changed, read, shown


def only(*changes: tuple[str, str]) -> Problem:
    loaded = read(*changes)
    assert loaded.definition is None
    assert len(loaded.problems) == 1, loaded.problems
    return loaded.problems[0]


def test_the_example_of_the_guide_loads() -> None:
    loaded = read()
    assert loaded.problems == ()
    assert isinstance(loaded.definition, Definition)
    assert loaded.definition.code == "9.000100"
    assert [s.id for s in loaded.definition.steps] == [
        "issue_receipt",
        "appraise",
        "sign",
        "issue",
        "publish",
        "hand_over",
        "refuse",
    ]


def test_a_code_without_quotes_is_a_number_and_the_mend_is_to_quote_it() -> None:
    problem = only(("'9.000100'", "9.000100"))
    assert (problem.file, problem.line, problem.path, problem.code) == ("p.yaml", 1, "code", "unquoted")
    assert problem.message.en == "9.000100 has no quotes and reads as a number; a text is needed here."
    assert problem.mend.en == "Put it in quotes: '9.000100'."
    assert problem.message.vi == "9.000100 không có dấu nháy nên bị hiểu là số; ở đây cần chữ."
    assert problem.mend.vi == "Đặt trong dấu nháy: '9.000100'."


def test_a_trailing_zero_of_an_unquoted_code_is_kept_in_the_mend() -> None:
    assert only(("'9.000100'", "1.115520")).mend.en == "Put it in quotes: '1.115520'."


def test_an_unknown_key_gets_the_nearest_known_one() -> None:
    loaded = read(("    originals: 1", "    orignals: 1"))
    assert shown(loaded.problems) == [(22, "documents[0].orignals", "unknown_key")]
    assert loaded.problems[0].mend.en.startswith("Did you mean 'originals'? Known keys: id, names, originals, copies,")
    assert loaded.problems[0].mend.vi.startswith("Có phải bạn muốn viết 'originals'? Các khoá dùng được: id, names,")


def test_an_unknown_key_of_the_alias_level_knows_from() -> None:
    loaded = read(("{from: 2026-07-01}", "{form: 2026-07-01}"))
    assert shown(loaded.problems) == [(3, "effective.form", "unknown_key"), (3, "effective.from", "missing")]
    assert loaded.problems[0].mend.en == "Did you mean 'from'? Known keys: from, until."
    assert loaded.problems[1].mend.en == "Add `from: 2026-07-01`."


def test_a_missing_key_says_what_to_add() -> None:
    problem = only(("start: issue_receipt\n", ""))
    assert (problem.line, problem.path) == (1, "start")
    assert problem.mend.en == "Add `start: issue_receipt`."
    assert problem.message.vi == "Thiếu khoá 'start'."


def test_a_missing_key_deep_down_stands_on_the_line_of_its_parent() -> None:
    problem = only(("      source: [law]\n", ""))
    assert (problem.line, problem.path, problem.code) == (15, "cases[0].time_limit.source", "missing")
    assert problem.mend.en == "Add `source: [law]`."


def test_a_value_that_is_not_allowed_lists_the_allowed_ones() -> None:
    problem = only(("unit: working_days", "unit: working_day"))
    assert (problem.line, problem.path, problem.code) == (16, "cases[0].time_limit.unit", "not_allowed")
    assert problem.mend.en == (
        "Did you mean 'working_days'? Use one of: working_days, working_hours, calendar_days, hours, months, same_day."
    )


def test_a_value_of_two_vocabularies_lists_both() -> None:
    problem = only(("does: issue_result", "does: issue_reslt"))
    assert (problem.line, problem.path, problem.code) == (58, "steps[3].does", "not_allowed")
    assert problem.mend.en == (
        "Did you mean 'issue_result'? Use one of: issue_receipt, publish_result, notify_applicant,"
        " open_linked_dossiers, issue_result, hand_over, refuse."
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "message"),
    [
        ("version: 1", "version: one", 2, "version", "'one' does not fit: expected a whole number."),
        ("version: 1", "version: '1'", 2, "version", "'1' does not fit: expected a whole number."),
        ("version: 1", "version: true", 2, "version", "true does not fit: expected a whole number."),
        ("version: 1", "version: 1.5", 2, "version", "1.5 does not fit: expected a whole number."),
        ("version: 1", "version: 0", 2, "version", "0 is too small: must be at least 1."),
        ("default: true", "default: 1", 14, "cases[0].default", "1 does not fit: expected true or false."),
        ("default: true", "default: yes", 14, "cases[0].default", "'yes' does not fit: expected true or false."),
        (
            "{normal: 5}",
            "{normal: five}",
            17,
            "cases[0].time_limit.amount.normal",
            "'five' does not fit: expected a number.",
        ),
        ("{normal: 5}", "{normal: true}", 17, "cases[0].time_limit.amount.normal", "true is not a number."),
        (
            "{normal: 5}",
            "{normal: 0}",
            17,
            "cases[0].time_limit.amount.normal",
            "0 is too small: must be greater than 0.",
        ),
        (
            "{normal: 5}",
            "{normal: 1001}",
            17,
            "cases[0].time_limit.amount.normal",
            "1001 is too big: must be at most 1000.",
        ),
        (
            "{normal: 5}",
            "{normal: 1.2345}",
            17,
            "cases[0].time_limit.amount.normal",
            "1.2345 does not fit: expected at most 3 decimal places.",
        ),
        ("{normal: 5}", "5", 17, "cases[0].time_limit.amount", "5 does not fit: expected keys with values."),
        ("from: 2026-07-01", "from: 2026-02-30", 3, "effective.from", "'2026-02-30' does not fit: expected a date."),
        (
            "from: 2026-07-01",
            "from: 20260701",
            3,
            "effective.from",
            "20260701 is neither a date (year-month-day) nor a time (hour:minute).",
        ),
        (
            "      source: [law]",
            "      source: law",
            18,
            "cases[0].time_limit.source",
            "'law' does not fit: expected a list.",
        ),
        ("      source: [law]", "      source: []", 18, "cases[0].time_limit.source", "This must not be empty."),
        (
            "document: Luật Bảo vệ môi trường số 72/2020/QH14",
            "document:",
            9,
            "legal_basis[0].document",
            "This must not be empty.",
        ),
        (
            "field: moi-truong",
            "field: Môi trường",
            4,
            "field",
            "'Môi trường' does not have the form ^[a-z][a-z0-9-]*$.",
        ),
        ("code: '9.000100'", "code: '9.1'", 1, "code", "'9.1' does not have the form ^\\d\\.\\d{6}$."),
        (
            "{done: appraise}",
            "{done: 5}",
            39,
            "steps[0].outcomes.done",
            "5 has no quotes and reads as a number; a text is needed here.",
        ),
        (
            "{done: appraise}",
            "{done: {a: b}}",
            39,
            "steps[0].outcomes.done",
            "{'a': 'b'} does not fit: expected a text or a list.",
        ),
    ],
)
def test_a_wrong_value_says_what_was_expected(old: str, new: str, line: int, path: str, message: str) -> None:
    problem = only((old, new))
    assert (problem.file, problem.line, problem.path) == ("p.yaml", line, path)
    assert problem.message.en == message
    assert problem.mend.vi
    assert problem.mend.en


def test_a_comma_inside_braces_is_recognised() -> None:
    loaded = read(("{vi: Thẩm định, en: Appraise}", "{vi: Thẩm định, kiểm tra, en: Appraise}"))
    assert shown(loaded.problems) == [(41, "steps[1].names.kiểm tra", "comma_in_braces")]
    assert loaded.problems[0].mend.en == "Put the whole text in single quotes."


def test_broken_rules_of_the_schema_come_with_their_mend() -> None:
    problem = only(("    role: case_officer\n", ""))
    assert (problem.line, problem.path, problem.code) == (40, "steps[1]", "human_needs_role")
    assert problem.mend.en == "Add role, e.g. role: case_officer."
    assert problem.message.vi == "Bước human phải ghi role."


def test_a_key_given_twice_names_both_lines() -> None:
    problem = only(("version: 1\n", "version: 1\nversion: 2\n"))
    assert (problem.line, problem.code) == (3, "duplicate_key")
    assert problem.message.en == "The key 'version' was already given on line 2."


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("code: [1, 2\nversion: 1\n", 2, "broken_yaml"),
        ("a: b: c\n", 1, "broken_yaml"),
        ("a: 'x\n", 2, "broken_yaml"),
        ("a:\n\t- b\n", 2, "broken_yaml"),
        ("a: \x00\n", 1, "broken_yaml"),
        ("code: '1.000001'\n---\ncode: '1.000002'\n", 2, "broken_yaml"),
        ("", 1, "not_a_mapping"),
        ("# nothing but a remark\n", 1, "not_a_mapping"),
        ("- a\n- b\n", 1, "not_a_mapping"),
        ("just a sentence\n", 1, "not_a_mapping"),
        ("a: &x [1]\nb: *x\n", 1, "no_alias"),
        ("a: &x [*x]\n", 1, "no_alias"),
        ("[a, b]: 1\n", 1, "key_not_text"),
        ("a: " + "[" * 100_000, 1, "too_deep"),
        ("a: " + "[" * 41 + "]" * 41, 1, "too_deep"),
    ],
)
def test_text_that_is_no_definition_is_one_problem_and_no_traceback(text: str, line: int, code: str) -> None:
    loaded = read_definition(text, "p.yaml")
    assert loaded.definition is None
    assert (loaded.problems[0].line, loaded.problems[0].code) == (line, code)


def test_tags_and_keys_that_are_no_texts_are_refused() -> None:
    loaded = read_definition("a: !!python/object:os.system x\n12: y\n", "p.yaml")
    found = [(p.line, p.path, p.code) for p in loaded.problems if p.code in ("no_tag", "key_not_text")]
    assert found == [(1, "a", "no_tag"), (2, "", "key_not_text")]


def test_words_that_yaml_1_1_would_turn_are_texts_here() -> None:
    loaded = read(
        ("note: 'Ví dụ minh họa, không phải thủ tục thật.'", "checked_by: no, on: 2026-11-23, note: off"),
        ("      unit: working_days\n      amount: {normal: 5}", "      unit: same_day\n      cut_off: 15:00"),
    )
    definition = loaded.definition
    assert definition is not None, loaded.problems
    assert definition.review.checked_by == "no"
    assert definition.review.note == "off"
    assert definition.cases[0].time_limit.cut_off is not None
    assert definition.cases[0].time_limit.cut_off.isoformat() == "15:00:00"


def test_decimals_are_exact() -> None:
    loaded = read(("{normal: 5}", "{normal: 17.5, difficult: 27.125}"))
    assert loaded.definition is not None
    amount = loaded.definition.cases[0].time_limit.amount
    assert amount is not None
    assert (amount.normal, amount.difficult) == (Decimal("17.5"), Decimal("27.125"))


def test_several_problems_come_in_the_order_of_the_file() -> None:
    loaded = read(
        ("version: 1", "version: x"),
        ("kind: automatic\n    does: issue_receipt", "kind: automatc\n    does: issue_receipt"),
        ("start: issue_receipt\n", ""),
    )
    assert shown(loaded.problems) == [
        (1, "start", "missing"),
        (2, "version", "wanted"),
        (36, "steps[0].kind", "not_allowed"),
    ]


def test_load_file_raises_with_all_problems(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(changed(("version: 1", "version: x")), "utf-8")
    with pytest.raises(BrokenDefinition) as caught:
        load_file(path)
    assert [(p.file, p.line, p.path) for p in caught.value.facts["problems"]] == [(str(path), 2, "version")]


def test_load_file_gives_the_definition(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("\ufeff" + PROCEDURE, "utf-8")
    assert load_file(path).names.en == "Environmental registration"


def test_files_that_cannot_be_read_are_problems(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: b\nc: \xe9\n")
    big = tmp_path / "big.yaml"
    big.write_text("# " + "x" * 600_000)
    missing = tmp_path / "missing.yaml"
    assert [(p.line, p.message.en) for p in read_file(latin).problems] == [
        (2, "The file cannot be read: not UTF-8 at line 2.")
    ]
    assert [p.message.en for p in read_file(big).problems] == ["The file cannot be read: larger than 512 KB."]
    assert [p.message.en for p in read_file(missing).problems] == [
        "The file cannot be read: No such file or directory."
    ]


def test_a_folder_reports_good_and_bad_files(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.yaml").write_text(PROCEDURE, "utf-8")
    (tmp_path / "x" / "b.yml").write_text("code: [", "utf-8")
    (tmp_path / "fields.yaml").write_text("x: {names: {vi: x, en: x}}", "utf-8")
    (tmp_path / "readme.txt").write_text("code: [", "utf-8")
    report = load_folder(tmp_path)
    assert [d.code for d in report.definitions] == ["9.000100"]
    assert [(p.file, p.code) for p in report.problems] == [(str(tmp_path / "x" / "b.yml"), "broken_yaml")]


def test_a_problem_reads_as_one_line() -> None:
    assert (
        str(only(("version: 1", "version: 0")))
        == "p.yaml:2 version: 0 is too small: must be at least 1. Make it at least 1."
    )
