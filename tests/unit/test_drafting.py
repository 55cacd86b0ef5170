"""Snippets of law text and what drafting reads in them; every expected value is written by hand."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from procedures.drafting import Draft, draft
from procedures.drafting.drafts import draft_row
from procedures.drafting.limits_in_text import limits_in_text
from procedures.drafting.passages import Passage, clean
from procedures.drafting.records import read_records
from procedures.drafting.remarks import Notebook
from procedures.drafting.writing import as_yaml, write_drafts
from procedures.drafting_commands import draft as draft_command
from procedures.loader import load_file, load_folder


def read(text: str, kind: str = "channel") -> list[tuple[object, ...]]:
    """Kind, amount, unit, area class of each limit of a text; a cut-off instead of the amount."""
    found = limits_in_text([Passage(kind, "here", text)], Notebook())
    return [(f.kind, str(f.cut_off or f.amount or ""), f.unit, f.area) for f in found]


def unread(text: str, kind: str = "channel") -> list[str]:
    """The codes of what was not understood."""
    notes = Notebook()
    limits_in_text([Passage(kind, "here", text)], notes)
    return [r.code for r in notes.not_understood]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Không quá 05 ngày làm việc kể từ ngày nhận đủ hồ sơ.", ("limit", "5", "working_days", None)),
        ("17,5 ngày làm việc", ("limit", "17.5", "working_days", None)),
        ("Không quá 07 (bảy) ngày làm việc", ("limit", "7", "working_days", None)),
        ("Thời hạn giải quyết: mười lăm ngày.", ("limit", "15", "calendar_days", None)),
        ("Ba mươi ngày kể từ ngày nhận hồ sơ", ("limit", "30", "calendar_days", None)),
        ("24 giờ kể từ khi nhận đủ hồ sơ", ("limit", "24", "hours", None)),
        ("04 giờ làm việc", ("limit", "4", "working_hours", None)),
        ("Không quá 03 tháng kể từ ngày thụ lý", ("limit", "3", "months", None)),
        ("Giải quyết ngay trong ngày tiếp nhận", ("same_day", "", "same_day", None)),
        (
            "Trong ngày; nhận hồ sơ sau 15 giờ thì trả kết quả trong ngày làm việc tiếp theo.",
            ("same_day", "15:00:00", "same_day", None),
        ),
        (
            "Trường hợp cần xác minh thì thời hạn được kéo dài thêm không quá 05 ngày làm việc.",
            ("addition", "5", "working_days", None),
        ),
        (
            "Đối với các xã miền núi; hải đảo; vùng sâu thì thời gian được tăng thêm 10 ngày làm việc.",
            ("addition", "10", "working_days", "difficult"),
        ),
    ],
)
def test_a_limit_of_a_channel_is_read(text: str, expected: tuple[object, ...]) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Trong thời hạn 10 ngày làm việc kể từ ngày nhận đủ hồ sơ, Chủ tịch Ủy ban nhân dân xã quyết định trợ cấp.",
            ("limit", "10", "working_days", None),
        ),
        (
            "Trong thời hạn 02 ngày làm việc, công chức thông báo cho người nộp bổ sung hồ sơ.",
            ("step", "2", "working_days", None),
        ),
        ("Trong thời hạn 07 ngày làm việc, người nộp hồ sơ phải bổ sung.", ("applicant", "7", "working_days", None)),
        (
            "Người yêu cầu có trách nhiệm kiểm tra và xác nhận (tối đa một ngày).",
            ("applicant", "1", "calendar_days", None),
        ),
        (
            "Sở Nội vụ trả lời trong thời hạn 05 ngày làm việc kể từ ngày nhận được văn bản lấy ý kiến.",
            ("other_body", "5", "working_days", None),
        ),
        (
            "Đơn vị đo đạc có trách nhiệm thực hiện trích đo trong thời gian không quá 05 ngày làm việc.",
            ("other_body", "5", "working_days", None),
        ),
        (
            "Niêm yết công khai tại trụ sở Ủy ban nhân dân cấp xã trong thời gian 15 ngày.",
            ("posting", "15", "calendar_days", None),
        ),
    ],
)
def test_a_deadline_of_a_step_is_read_with_whom_it_binds(text: str, expected: tuple[object, ...]) -> None:
    assert read(text, "step") == [expected]


def test_both_area_classes_of_one_sentence_are_read() -> None:
    text = "Đối với địa bàn miền núi: 20 ngày làm việc; các xã còn lại: 15 ngày làm việc."
    assert read(text) == [("limit", "20", "working_days", "difficult"), ("limit", "15", "working_days", "normal")]


def test_parts_of_a_limit_are_no_limits_of_their_own() -> None:
    text = "Không quá 13 ngày làm việc (đăng ký không quá 10 ngày làm việc; cấp giấy không quá 03 ngày làm việc)"
    assert read(text) == [
        ("limit", "13", "working_days", None),
        ("phase", "10", "working_days", None),
        ("phase", "3", "working_days", None),
    ]


def test_an_alternative_in_brackets_is_a_limit() -> None:
    text = "10 ngày làm việc (hoặc 7 ngày làm việc đối với nhà ở riêng lẻ)"
    assert read(text) == [("limit", "10", "working_days", None), ("limit", "7", "working_days", None)]


def test_each_ground_of_excluded_time_is_a_pause() -> None:
    text = (
        "Thời gian trên không bao gồm thời gian luân chuyển hồ sơ giấy; xác định nghĩa vụ tài chính; thời gian trưng "
        "cầu giám định, thời gian niêm yết công khai, đăng tin."
    )
    found = limits_in_text([Passage("channel", "here", text)], Notebook())
    assert [(f.kind, f.words) for f in found] == [
        ("pause", "thời gian luân chuyển hồ sơ giấy"),
        ("pause", "xác định nghĩa vụ tài chính"),
        ("pause", "thời gian trưng cầu giám định"),
        ("pause", "thời gian niêm yết công khai, đăng tin"),
    ]
    assert {f.sentence for f in found} == {text}


def test_a_list_of_excluded_time_may_go_on_over_several_lines() -> None:
    text = "Thời hạn trên không bao gồm thời gian sau đây:\na) Thời gian đo đạc;\nb) Thời gian nộp tiền.\nHồ sơ: 01 bộ."
    assert [r[0] for r in read(text)] == ["pause", "pause"]


def test_rest_days_are_no_pause() -> None:
    assert read("10 ngày làm việc, không kể ngày nghỉ, ngày lễ.") == [("limit", "10", "working_days", None)]


def test_decomposed_letters_and_broken_lines_read_the_same() -> None:
    text = "Không quá 05 ngày\nlàm việc kể từ ngày nhận hồ sơ"
    assert read(text) == [("limit", "5", "working_days", None)]
    assert clean("đăng k\u200eý\u00a0 hộ   tịch ") == "đăng ký hộ tịch"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("Trong thời hạn từ 03 đến 05 ngày làm việc.", "channel", "range"),
        ("02 tuần kể từ ngày nhận hồ sơ", "channel", "unknown_unit"),
        ("Giải quyết ngay khi nhận được hồ sơ.", "channel", "at_once"),
        ("Giấy khám sức khỏe được cấp không quá 06 tháng.", "document", "other_time"),
        ("Cư trú liên tục 06 tháng trở lên.", "condition", "other_time"),
        ("Người hưởng trợ cấp 36 tháng.", "condition", "no_cue"),
        ("Cuộc họp bắt đầu lúc 8 giờ 30.", "step", "clock_alone"),
        ("Công chức niêm yết tại trụ sở.", "step", "no_duration"),
    ],
)
def test_what_is_not_plain_is_listed_and_not_guessed(text: str, kind: str, code: str) -> None:
    assert read(text, kind) == []
    assert unread(text, kind) == [code]


def test_dates_and_document_numbers_are_no_limits() -> None:
    text = "Theo Nghị định số 49/2026/NĐ-CP ngày 31 tháng 01 năm 2026, trước ngày 01/7/2004, ngày, tháng, năm sinh."
    assert read(text) == []
    assert unread(text) == []


def record(**changes: Any) -> dict[str, Any]:
    """A record of a field that the catalogue does not have."""
    return {
        "code": "1.999001",
        "name": "Trợ cấp xã hội hằng tháng",
        "category": {"name": "Bảo trợ xã hội"},
        "departmentPromulgateName": "UBND tỉnh Thanh Hóa",
        "departmentsAuthority": [{"name": "Chủ tịch Ủy ban nhân dân cấp xã"}],
        "executionMethods": [
            {
                "submissionMethod": "DIRECT",
                "processingTime": 10,
                "processingTimeUnit": "WORKING_DAY",
                "description": "",
            },
            {"submissionMethod": "ONLINE", "processingTime": 8, "processingTimeUnit": "WORKING_DAY", "description": ""},
        ],
        "cases": [
            {"code": "1.999001.01", "name": "Người cao tuổi", "processingDay": {"qty": 7, "type": "WORKING_DAY"}}
        ],
        "executionSteps": [{"name": "Bước 1", "description": "Người đề nghị nộp hồ sơ."}],
        "executionCases": [
            {
                "name": "Giấy tờ phải nộp",
                "profileComponents": [{"name": "Tờ khai", "code": "K1", "originalQty": 1, "copyQty": 0}],
            }
        ],
        "legalBasisesDetails": [{"code": "20/2021/NĐ-CP", "name": "Chính sách trợ giúp xã hội"}],
        "resultsDetails": [{"name": "Quyết định trợ cấp", "code": "R1"}],
        "updatedAt": 1783926516458,
        **changes,
    }


def test_a_record_of_an_unknown_field_becomes_a_draft_that_loads(tmp_path: Path) -> None:
    one = draft(record())
    assert one.report.loads
    paths = write_drafts([one], tmp_path)
    assert paths[0] == tmp_path / "bao-tro-xa-hoi" / "1.999001-tro-cap-xa-hoi-hang-thang.yaml"
    loaded = load_file(paths[0])
    assert (loaded.field, loaded.scope.provinces, loaded.competent_authority) == (
        "bao-tro-xa-hoi",
        ("38",),
        "commune_chair",
    )
    assert loaded.effective.from_ == date(2026, 7, 13)
    limit = loaded.cases[0].time_limit
    assert (limit.unit, str(limit.amount.normal if limit.amount else "")) == ("working_days", "7")
    assert [s.id for s in loaded.steps] == [
        "issue_receipt",
        "appraise",
        "sign",
        "issue_result",
        "publish_result",
        "hand_over",
        "refuse",
    ]
    assert (loaded.documents[0].official_code, loaded.documents[0].originals) == ("K1", 1)
    assert [b.id for b in loaded.legal_basis] == ["portal", "20-2021-nd-cp"]
    assert loaded.review.status == "unverified"


def test_disagreements_of_channels_and_cases_are_kept_and_flagged() -> None:
    report = draft(record()).report
    assert [(str(f.amount), f.where) for f in report.found] == [("10", "channel"), ("8", "channel"), ("7", "case")]
    assert [r.code for r in report.disagreements] == ["channels_differ", "case_not_channel"]
    assert (
        report.disagreements[0].message.en == "The channels give different limits: 10 ngày làm việc, 8 ngày làm việc."
    )


def test_assumptions_name_what_was_not_in_the_record() -> None:
    codes = {r.code for r in draft(record()).report.assumptions}
    assert {"effective_from", "new_field", "no_english", "skeleton", "authority", "required_as_recorded"} <= codes


def test_a_number_written_as_text_is_read_and_noted() -> None:
    cases = [{"code": "1.999001.01", "name": "A", "processingDay": {"qty": "7,5", "type": "DAY"}}]
    one = draft(record(cases=cases, executionMethods=[]))
    assert [(str(f.amount), f.unit) for f in one.report.found] == [("7.5", "calendar_days")]
    assert [r.code for r in one.report.faults] == ["number_as_text"]
    assert one.report.loads


def test_area_classes_of_text_and_cases_make_one_case() -> None:
    text = "Không quá 05 ngày làm việc. Đối với các xã miền núi, vùng sâu thì thời gian không quá 15 ngày làm việc."
    days = [
        {"code": f"1.999001.0{n}", "name": "A", "processingDay": {"qty": q, "type": "WORKING_DAY"}}
        for n, q in ((1, 15), (2, 5))
    ]
    methods = [{"processingTime": 5, "processingTimeUnit": "WORKING_DAY", "description": text}]
    definition = draft(record(cases=days, executionMethods=methods)).definition
    assert definition is not None
    assert [{k: str(v) for k, v in c["time_limit"]["amount"].items()} for c in definition["cases"]] == [
        {"normal": "5", "difficult": "15"}
    ]


def test_one_day_with_a_cut_off_is_same_day() -> None:
    step = "Nếu tiếp nhận hồ sơ sau 15 giờ thì trả kết quả trong ngày làm việc tiếp theo."
    cases = [{"code": "1.999001.01", "name": "A", "processingDay": {"qty": 1, "type": "WORKING_DAY"}}]
    definition = draft(record(cases=cases, executionSteps=[{"description": step}])).definition
    assert definition is not None
    limit = definition["cases"][0]["time_limit"]
    assert (limit["unit"], limit["cut_off"], limit["note"]) == ("same_day", "15:00", step)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "ABC"}, "no_code"),
        ({"code": None}, "no_code"),
        ({"name": ""}, "no_name"),
        ({"executionMethods": None, "cases": None}, "no_limit"),
        ({"resultsDetails": []}, "no_result"),
        ({"updatedAt": "yesterday"}, "no_update"),
        ({"cases": "none"}, "wrong_type"),
        ({"executionMethods": [None, 3]}, "wrong_type"),
    ],
)
def test_a_broken_record_is_a_row_in_the_report(changes: dict[str, Any], code: str) -> None:
    report = draft(record(**changes), row=9).report
    assert report.row == 9
    assert code in [r.code for r in report.faults]


def test_files_of_each_form_are_read(tmp_path: Path) -> None:
    one, two = json.dumps(record()), json.dumps(record(code="1.999002"))
    texts = {"a.json": one, "b.json": f"[{one},{two}]", "c.jsonl": f"{one}\nnot json\n{two}\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(f"{one}\n{two}".encode()))
    assert [len(read_records(tmp_path / n)) for n in ("a.json", "b.json", "c.jsonl", "d.jsonl.gz")] == [1, 2, 3, 2]
    drafts = [draft_row(r) for r in read_records(tmp_path / "c.jsonl")]
    assert [d.report.loads for d in drafts] == [True, False, True]
    assert [r.code for r in drafts[1].report.faults] == ["not_json"]


def test_a_code_that_occurs_twice_keeps_both_drafts(tmp_path: Path) -> None:
    drafts: list[Draft] = [draft(record(), row=1), draft(record(), row=2)]
    assert [p.name for p in write_drafts(drafts, tmp_path)] == [
        "1.999001-tro-cap-xa-hoi-hang-thang.yaml",
        "1.999001-tro-cap-xa-hoi-hang-thang-row-2.yaml",
        "report.json",
    ]
    assert load_folder(tmp_path).problems == ()


def test_yaml_has_exact_numbers_and_no_aliases() -> None:
    definition = draft(record()).definition
    assert definition is not None
    text = as_yaml(definition)
    assert "&id" not in text
    assert yaml.safe_load(text)["cases"][0]["time_limit"]["amount"] == {"normal": 7}


def test_the_command_says_what_loads_and_exits_accordingly(tmp_path: Path) -> None:
    import typer

    app = typer.Typer()
    app.command()(draft_command)
    good, bad = tmp_path / "good.json", tmp_path / "bad.jsonl"
    good.write_text(json.dumps(record()), "utf-8")
    bad.write_text(json.dumps(record()) + "\n[]\n", "utf-8")
    run = CliRunner().invoke
    done = run(app, [str(good), "--out", str(tmp_path / "out")])
    assert (done.exit_code, "1 records, 1 drafts load" in done.output) == (0, True)
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))[0]["code"] == "1.999001"
    told = run(app, [str(bad), "--json"])
    assert (told.exit_code, [r["loads"] for r in json.loads(told.stdout)]) == (1, [True, False])
    assert run(app, [str(tmp_path / "nothing.json")]).exit_code == 2
