"""`motcua calendar ...` and `motcua procedures impact | replay`, over a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli import app
from dossiers import calendar_commands, procedure_commands
from dossiers.authority import Grant, StaffRole
from dossiers.errors import CalendarRefused, MalformedCommand, NoAuthority, UnknownActor
from dossiers.office import Office
from dossiers.people import add_staff
from dossiers.session import writing
from dossiers.settings import Settings
from tests.desk import Desk
from tests.integration.test_calendar_decisions import STORM, TUESDAY
from tests.integration.test_version_impact import finished, second
from tests.samples import CASE, sample


@pytest.fixture
def shell(
    sqlite_office: Callable[..., Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[datetime], Office]:
    """An office whose calendars lie in a folder; the commands work on it, at the moment given."""
    folder = tmp_path / "calendars"
    folder.mkdir()
    office = replace(sqlite_office(sample()), calendars=folder)
    monkeypatch.setattr("dossiers.settings.settings", lambda: Settings(home=tmp_path, calendars=folder))

    def at_moment(now: datetime) -> Office:
        for commands in (calendar_commands, procedure_commands):
            monkeypatch.setattr(commands, "office", lambda: office)
            monkeypatch.setattr(commands, "now", lambda: now)
        return office

    return at_moment


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def answer(*arguments: str, code: int = 0) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def staff(office: Office, login: str, role: str) -> None:
    """An account with one role in the whole province."""
    with writing(office.engine) as session:
        add_staff(session, login=login, name="Lê Văn C", password="mat-khau-dai", grants=[Grant(StaffRole(role), "38")])


def test_a_decision_is_tried_out_then_installed_and_applied(
    shell: Callable[[datetime], Office], tmp_path: Path
) -> None:
    office = shell(TUESDAY)
    desk = Desk(office).accepted()
    staff(office, "chi-huy", "supervisor")
    (tmp_path / "storm.yaml").write_text(STORM, encoding="utf-8")
    given = ("--with", str(tmp_path / "storm.yaml"))
    tried = answer("calendar", "impact", *given, "--province", "38")
    assert tried["looked_at"] == 1
    assert tried["changed_days"] == [
        {"date": "2026-03-05", "before": "working", "after": "local_closure", "name": "Bão"}
    ]
    assert [(m["dossier"], m["due_before"], m["due_after"], m["promise"]) for m in tried["moved"]] == [
        (desk.code, "2026-03-09T17:00:00+07:00", "2026-03-10T17:00:00+07:00", "before_due")
    ]
    assert (tried["become_late"], tried["promised_after_due"], tried["unreadable"]) == ([], [], {})
    text = run("calendar", "impact", *given).stdout
    assert "1 hồ sơ đổi hạn, 0 thành quá hạn" in text
    assert "giữ ngày hẹn, trước hạn mới" in text
    assert not (tmp_path / "calendars" / "storm.yaml").exists()
    done = answer("calendar", "apply", *given, "--reason", "Bão số 5", "--actor", "chi-huy")
    assert [m["dossier"] for m in done["applied"]] == [desk.code]
    assert done["refused"] == {}
    assert str(desk.row.due_on) == "2026-03-10"
    new = Desk(office).accepted()
    assert str(new.row.due_on) == "2026-03-10"
    again = answer("calendar", "apply", *given, "--reason", "Bão số 5", "--actor", "chi-huy")
    assert again == {"applied": [], "refused": {}}
    assert answer("calendar", "keep") == {"kept": [], "lost": {}}


def test_who_may_not_decide_installs_nothing(shell: Callable[[datetime], Office], tmp_path: Path) -> None:
    office = shell(TUESDAY)
    desk = Desk(office).accepted()
    staff(office, "thu-ly", "case_officer")
    staff(office, "chi-huy", "supervisor")
    (tmp_path / "storm.yaml").write_text(STORM, encoding="utf-8")
    given = ("calendar", "apply", "--with", str(tmp_path / "storm.yaml"))
    refusals = [
        (("--reason", "Bão số 5", "--actor", "thu-ly"), NoAuthority),
        (("--reason", "Bão số 5", "--actor", "khong-co"), UnknownActor),
        (("--reason", "x", "--actor", "chi-huy"), MalformedCommand),
    ]
    for more, error in refusals:
        assert isinstance(run(*given, *more).exception, error)
    assert list((tmp_path / "calendars").iterdir()) == []
    (tmp_path / "calendars" / "storm.yaml").write_text("days: []\n", encoding="utf-8")
    assert isinstance(run(*given, "--reason", "Bão số 5", "--actor", "chi-huy").exception, CalendarRefused)
    assert str(desk.row.due_on) == "2026-03-09"


def definition_file(folder: Path, **changes: Any) -> str:
    """A file that declares version 2 of the sample."""
    path = folder / "new.yaml"
    raw = second(**changes).model_dump(mode="json", by_alias=True, exclude_none=True)
    path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(path)


def test_a_new_version_is_tried_out_on_open_dossiers(shell: Callable[[datetime], Office], tmp_path: Path) -> None:
    desk = Desk(shell(TUESDAY)).accepted()
    desk.do("pause", TUESDAY, CASE, reason="survey")
    given = ("procedures", "impact", "--with", definition_file(tmp_path))
    found = answer(*given)
    assert (found["procedure"], found["version"], found["looked_at"]) == ("9.000001", 2, 1)
    assert [(m["dossier"], m["due_after"], m["paused"]) for m in found["moved"]] == [
        (desk.code, "2026-03-05T17:00:00+07:00", True)
    ]
    without_rule = run("procedures", "impact", "--with", definition_file(tmp_path, transition=None)).stdout
    assert "không có quy định chuyển tiếp" in without_rule


def test_past_dossiers_are_shown_side_by_side(shell: Callable[[datetime], Office], tmp_path: Path) -> None:
    office = shell(TUESDAY)
    for day in ("2026-03-05", "2026-03-06"):
        finished(office, day)
    given = ("procedures", "replay", "--procedure", "9.000001", "--with", definition_file(tmp_path))
    found = answer(*given, "--period", "2026-03")
    assert found["real"] == {"early": 2, "on_time": 0, "late": 0, "rate": "2/2"}
    assert found["would_be"] == {"early": 0, "on_time": 1, "late": 1, "rate": "1/2"}
    assert [c["verdict_after"] for c in found["changed"]] == ["on_time", "late"]
    assert len(found["assumptions"]) == 5
    text = run(*given, "--period", "2026-03").stdout
    assert "2/2 (100.0 %)" in text
    assert "1/2 (50.0 %)" in text
    empty = run(*given, "--period", "2026-04").stdout
    assert empty.count("không có dữ liệu / no data") == 2
    assert isinstance(run(*given, "--period", "tháng tư").exception, MalformedCommand)
