"""A dossier's timeline from the shell and by REST: events and the rungs reached, in one order."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import cli
from dossiers.office import Office
from dossiers.session import reading
from dossiers.sweep import sweep
from dossiers.views import open_view, timeline, timeline_with_rungs
from tests.desk import Desk
from tests.samples import at


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A dossier with two rungs behind it; the third was swept up when the fourth was not reached yet."""
    monkeypatch.setattr("dossiers.timeline_commands.office", lambda: office)
    found = Desk(office).accepted()
    sweep(office, now=at("2026-03-05T11:30"))
    found.appraised("ok", at("2026-03-05T15:00"))
    return found


def test_the_shell_shows_rungs_among_the_events(desk: Desk) -> None:
    lines = CliRunner().invoke(cli.app, ["dossier", desk.code]).stdout.splitlines()
    assert [" ".join(line.split()[:5]) for line in lines[4:]] == [
        "! 2026-03-05T07:00:00+07:00 Ngày cuối để",
        "! 2026-03-05T11:00:00+07:00 Đã dùng 50%",
        "4 2026-03-05T15:00:00+07:00 StepCompleted case_officer",
    ]


def test_as_known_at_a_cut_there_are_events_only(desk: Desk) -> None:
    shown = json.loads(CliRunner().invoke(cli.app, ["dossier", desk.code, "--cut", "99", "--json"]).stdout)
    assert (len(shown["events"]), shown["warnings"]) == (4, [])
    now = json.loads(CliRunner().invoke(cli.app, ["dossier", desk.code, "--json"]).stdout)
    assert now["warnings"][1] == {
        "rung": "used_50",
        "number": 0,
        "clock_period": 0,
        "legal_moment": "2026-03-05T11:00:00+07:00",
        "recorded_at": "2026-03-05T11:30:00+07:00",
        "explained": {
            "vi": "Đã dùng 50% thời hạn lúc 11:00 05/03/2026 (ghi nhận 11:30); báo cho: người đang giữ hồ sơ",
            "en": "50% of the time is used at 11:00 05/03/2026 (recorded 11:30); to be told: the holder",
        },
    }


def test_warnings_have_no_revision_and_change_nothing_of_the_events(desk: Desk) -> None:
    with reading(desk.office.engine) as session:
        view = open_view(desk.office, session, desk.code, now=at("2026-03-05T16:00"))
        entries = timeline_with_rungs(desk.office, session, view, personal=False)
        plain = timeline(session, view, personal=False)
    assert [e for e in entries if e.warning is None] == plain
    assert [(e.revision, e.type, e.facts["rung"], e.actor) for e in entries if e.warning] == [
        (None, "Warning", "supplement_window", "system"),
        (None, "Warning", "used_50", "system"),
    ]
