"""The shell: due dates and explanations without any server, JSON shapes and exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import app, complain, main
from dossiers.errors import MalformedCommand


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def answer(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_worked_example_of_three_working_days_over_tet() -> None:
    found = answer("due", "--from", "2026-02-13T09:00", "--limit", "3", "--unit", "working_days")
    assert found["due_on"] == "2026-02-25"
    assert found["due_at"] == "2026-02-25T17:00:00+07:00"
    counted = [d["date"] for d in found["days"] if d["counted"]]
    assert counted == ["2026-02-23", "2026-02-24", "2026-02-25"]
    kinds = {d["date"]: d["kind"] for d in found["days"]}
    assert kinds["2026-02-13"] == "before_start"
    assert kinds["2026-02-14"] == "weekend"
    assert kinds["2026-02-16"] == "public_holiday"


def test_the_same_with_a_pause() -> None:
    found = answer(
        "due",
        "--from",
        "2026-02-13T09:00",
        "--limit",
        "3",
        "--unit",
        "working_days",
        "--province",
        "38",
        "--pause",
        "2026-02-25T08:00/2026-02-27T10:00",
    )
    assert found["due_on"] == "2026-03-02"


@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-04-28T15:00", "2026-04-28"), ("2026-04-28T15:01", "2026-04-29"), ("2026-04-29T15:01", "2026-05-04")],
)
def test_a_procedure_by_its_own_rules(start: str, due: str) -> None:
    assert answer("due", "--procedure", "1.001193", "--commune", "01795", "--from", start)["due_on"] == due


def test_a_naive_instant_is_vietnamese_and_a_zoned_one_is_itself() -> None:
    local = answer("due", "--from", "2026-03-02T06:00", "--limit", "24", "--unit", "hours")
    zoned = answer("due", "--from", "2026-03-01T23:00:00+00:00", "--limit", "24", "--unit", "hours")
    assert local["due_at"] == zoned["due_at"] == "2026-03-03T06:00:00+07:00"


def test_an_explanation_in_both_languages() -> None:
    common = ("explain", "--from", "2026-02-13T09:00", "--limit", "3", "--unit", "working_days")
    assert "25/02/2026" in "\n".join(answer(*common)["sentences"])
    assert "25/02/2026" in "\n".join(answer(*common, "--lang", "en")["sentences"]) or "25 February 2026" in "\n".join(
        answer(*common, "--lang", "en")["sentences"]
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "yesterday", "--limit", "3", "--unit", "working_days"),
        ("--from", "2026-02-13T09:00", "--limit", "3", "--unit", "weeks"),
        ("--from", "2026-02-13T09:00", "--limit", "three", "--unit", "working_days"),
        ("--from", "2026-02-13T09:00", "--limit", "-1", "--unit", "working_days"),
        ("--from", "2026-02-13T09:00", "--limit", "nan", "--unit", "working_days"),
        ("--from", "2026-02-13T09:00", "--limit", "3", "--unit", "working_days", "--pause", "2026-02-25"),
        ("--from", "2026-02-13T09:00", "--limit", "3", "--unit", "working_days", "--pause", "2026-02-25/2026-02-24"),
        ("--from", "2026-02-13T09:00", "--procedure", "1.001193", "--limit", "3"),
        (
            "--from",
            "2026-02-13T09:00",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    result = run("due", *arguments)
    assert isinstance(result.exception, MalformedCommand)


def test_a_refusal_is_said_in_both_languages_with_exit_code_two(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["motcua", "due", "--from", "2026-02-13T09:00", "--procedure", "1.999999"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "thủ tục" in said.lower()
    assert "There is no such procedure" in said


def test_a_refusal_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["motcua", "due", "--json"])
    complain(MalformedCommand(problem="x"))
    said = json.loads(capsys.readouterr().err)
    assert said["facts"] == {"problem": "x"}
    assert said["title"]
    assert said["title_en"]
