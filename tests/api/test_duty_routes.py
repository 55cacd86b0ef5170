"""The duty board, the register of consultations, and what a dossier says of its group and of a stop proposed."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cli import app
from tests.api.conftest import Web
from tests.api.test_dossiers import machine
from tests.samples import COMMUNE, at


def test_the_board_counts_and_lists_what_a_commune_owes(web_on_each: Web) -> None:
    web = web_on_each
    code = web.register()
    token = web.token("supervisor")
    web.now = at("2026-03-10T09:00")
    got = web.call("GET", f"/duties?commune={COMMUNE}", token)
    counts = got.body["communes"][COMMUNE]
    assert {name: n for name, n in counts.items() if n} == {"acceptance_late": 1}
    assert len(counts) == 14
    listed = web.call("GET", f"/duties/acceptance_late?commune={COMMUNE}", token).body["items"]
    assert [(one["dossier"], one["status"]) for one in listed] == [(code, "submitted")]
    auditor = web.token("province_auditor", commune="", province="38")
    whole = web.call("GET", "/duties?province=38", auditor)
    assert (whole.status, list(whole.body["communes"])) == (200, [COMMUNE])
    assert web.call("GET", "/duties?province=04", auditor).status == 403
    assert web.call("GET", f"/duties/nonsense?commune={COMMUNE}", token).status == 422


def test_the_register_shows_who_was_asked_and_how_long_is_left(web_on_each: Web) -> None:
    web = web_on_each
    code = web.accepted()
    machine(web)
    web.act(code, "complete_step", "case_officer", occurrence=2, outcome="ask")
    web.act(code, "consult", "case_officer", occurrence=3, bodies=["Công an xã"], question="Có phù hợp không?")
    token = web.token("supervisor")
    (line,) = web.call("GET", "/consultations?state=open", token).body["items"]
    shown = (line["dossier"], line["body"], line["on_silence"], line["answered_at"], line["left_minutes"])
    assert shown == (code, "Công an xã", "consent", None, 1320)  # 6 hours of Monday, 8 of Tuesday and of Wednesday
    assert web.call("GET", "/consultations?state=deemed", token).body["items"] == []
    elsewhere = web.token("supervisor", commune="01321", province="04")
    assert web.call("GET", "/consultations", elsewhere).body["items"] == []


def test_a_dossier_says_that_a_stop_was_proposed(web: Web) -> None:
    code = web.accepted()
    machine(web)
    web.act(code, "propose_stop", "case_officer", reason="Có tranh chấp", legal_ground="Điều 1")
    shown = web.call("GET", f"/dossiers/{code}", web.token("supervisor")).body
    assert (shown["stop_proposal"]["revision"], shown["group"], shown["body"]) == (4, [], None)
    own = web.act(code, "stop", "case_officer")
    assert own.status == 403
    offered = web.call("GET", f"/dossiers/{code}/actions", web.token("signatory")).body["actions"]
    given = {one["action"]: one["given"] for one in offered}
    assert (given["stop"], given["decline_stop"]) == ({"proposal": 4}, {"proposal": 4})
    assert "propose_stop" not in given
    assert web.act(code, "stop", "signatory", proposal=4).body["status"] == "stopped"


def test_the_same_from_a_shell(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.register()
    monkeypatch.setattr("dossiers.duty_commands.office", lambda: web.office)
    monkeypatch.setattr("dossiers.duty_commands.now", lambda: at("2026-03-02T16:00"))
    got = CliRunner().invoke(app, ["duties", "--commune", COMMUNE, "--json"])
    assert json.loads(got.stdout)["duties"]["acceptance_in_time"] == 1
    words = CliRunner().invoke(app, ["duties", "--commune", COMMUNE])
    assert "     1  Chờ tiếp nhận, trong hạn / waiting for acceptance, in time" in words.stdout
    empty = CliRunner().invoke(app, ["consultations", "--state", "late", "--json"])
    assert json.loads(empty.stdout) == {"consultations": []}
