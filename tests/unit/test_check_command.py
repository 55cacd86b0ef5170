from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from procedures.commands import check
from tests.definition_texts import FIELDS, PROCEDURE, changed


@pytest.fixture
def run() -> Any:
    app = typer.Typer()
    app.command()(check)
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fields.yaml").write_text(FIELDS, "utf-8")
    (tmp_path / "p.yaml").write_text(PROCEDURE, "utf-8")
    return tmp_path


def test_the_built_in_procedures_are_in_order(run: Any) -> None:
    result = run()
    assert (result.exit_code, result.stdout.splitlines()[-1].split(", ")[1]) == (0, "0 lỗi")


def test_a_folder_of_a_province_is_in_order(run: Any, folder: Path) -> None:
    result = run(folder, "--language", "en")
    assert (result.exit_code, result.stdout) == (0, "1 files, 0 errors, 0 warnings\n")


def test_a_problem_is_printed_with_place_message_and_mend(run: Any, folder: Path) -> None:
    (folder / "p.yaml").write_text(changed(("{signed: issue}", "{signed: isue}")), "utf-8")
    result = run(folder)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{folder / 'p.yaml'}:52 steps[2].outcomes.signed: LỖI / ERROR: Không có bước 'isue'.",
        "    → Có phải bạn muốn viết 'issue'? Thêm bước đó, hoặc trỏ đến end.",
        "1 tệp, 1 lỗi, 0 lưu ý",
    ]


def test_json_says_the_same(run: Any, folder: Path) -> None:
    (folder / "p.yaml").write_text(changed(("'9.000100'", "9.000100")), "utf-8")
    result = run(folder, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "files": 1,
        "errors": 1,
        "problems": [
            {
                "severity": "error",
                "code": "unquoted",
                "file": str(folder / "p.yaml"),
                "line": 1,
                "path": "code",
                "message": {
                    "vi": "9.000100 không có dấu nháy nên bị hiểu là số; ở đây cần chữ.",
                    "en": "9.000100 has no quotes and reads as a number; a text is needed here.",
                },
                "mend": {"vi": "Đặt trong dấu nháy: '9.000100'.", "en": "Put it in quotes: '9.000100'."},
            }
        ],
    }


def test_warnings_alone_are_in_order(run: Any, folder: Path) -> None:
    text = changed(("    outcome_names: {signed: {vi: Đã ký, en: Signed}}\n", ""))
    (folder / "p.yaml").write_text(text, "utf-8")
    result = run(folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "1 tệp, 0 lỗi, 1 lưu ý"


def test_a_file_that_repeats_a_built_in_version_is_refused(run: Any, folder: Path) -> None:
    (folder / "p.yaml").write_text(changed(("'9.000100'", "'1.001193'")), "utf-8")
    result = run(folder, "--json")
    assert result.exit_code == 1
    codes = [p["code"] for p in json.loads(result.stdout)["problems"]]
    assert codes == ["repeated_version", "versions_overlap"]


def test_one_file_can_be_checked(run: Any, folder: Path) -> None:
    (folder / "p.yaml").write_text(changed(("field: moi-truong", "field: ho-tich")), "utf-8")
    assert run(folder / "p.yaml").exit_code == 0


@pytest.mark.parametrize("kind", ["missing", "empty", "latin"])
def test_what_cannot_be_read_exits_with_two(run: Any, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "there"
    if kind == "empty":
        target.mkdir()
    elif kind == "latin":
        target = tmp_path / "x.yaml"
        target.write_bytes(b"a: \xe9")
    assert run(target).exit_code == 2
    assert json.loads(run(target, "--json").stdout)["errors"] == 1


def test_the_printed_text_survives_a_lone_surrogate(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(PROCEDURE.replace("Environmental registration", '"\\ud800"'), "utf-8")
    assert run(path).exit_code == 1
    assert run(path, "--json").exit_code == 1
