"""The dry run of a calendar decision over REST: who may ask, what it answers, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Web
from tests.samples import COMMUNE

STORM: dict[str, Any] = {
    "documents": [{"id": "storm", "document": "Công điện về bão"}],
    "days": [
        {
            "date": "2026-03-05",
            "kind": "local_closure",
            "names": {"vi": "Bão", "en": "Storm"},
            "where": {"provinces": ["38"]},
            "source": ["storm"],
        }
    ],
}
TEXT = """
documents: [{id: storm, document: Công điện về bão}]
days:
  - {date: 2026-03-05, kind: local_closure, names: {vi: Bão, en: Storm}, where: {communes: ['14845']}, source: [storm]}
"""
PATH = f"/calendar/impact?commune={COMMUNE}"


@pytest.mark.parametrize("calendar", [STORM, TEXT], ids=["object", "text"])
def test_a_decision_is_tried_out_and_nothing_changes(web_on_each: Web, calendar: Any) -> None:
    web = web_on_each
    code = web.accepted()
    before = web.events()
    got = web.call("POST", PATH, web.token("supervisor"), json={"calendar": calendar})
    assert got.status == 200, got.text
    assert got.body["looked_at"] == 1
    moved = got.body["moved"][0]
    assert (moved["dossier"], moved["due_before"], moved["due_after"]) == (
        code,
        "2026-03-09T17:00:00+07:00",
        "2026-03-10T17:00:00+07:00",
    )
    assert (got.body["become_late"], got.body["unreadable"]) == ([], {})
    assert web.events() == before


def test_who_may_ask_and_where(web: Web) -> None:
    web.accepted()
    wrong = []
    for role in ("receiving_officer", "case_officer", "head_of_division", "signatory", "clerk"):
        got = web.call("POST", PATH, web.token(role), json={"calendar": STORM})
        wrong += [(role, got.status)] if got.status != 403 else []
    for role in ("supervisor", "province_auditor", "administrator"):
        commune = COMMUNE if role == "supervisor" else ""
        got = web.call("POST", PATH, web.token(role, commune=commune), json={"calendar": STORM})
        wrong += [(role, got.status)] if got.status != 200 else []
        whole = web.call(
            "POST", "/calendar/impact?province=38", web.token(role, commune=commune), json={"calendar": STORM}
        )
        wrong += [(role, "province", whole.status)] if (whole.status == 200) is (role == "supervisor") else []
        away = web.token(role, commune="" if role != "supervisor" else "01321", province="04")
        got = web.call("POST", PATH, away, json={"calendar": STORM})
        wrong += [(role, "elsewhere", got.status)] if got.status != 403 else []
    assert wrong == []
    assert web.call("POST", PATH, json={"calendar": STORM}).status == 401
    assert web.call("POST", "/calendar/impact", web.token("supervisor"), json={"calendar": STORM}).status == 403


@pytest.mark.parametrize(
    "calendar",
    [
        "days: [",
        "days: [{date: 2026-03-07, kind: swapped_day_off}]",
        "unknown: 1",
        "just a text",
        "a: &a [x]\ndays: [*a]",
        "x" * 100_001,
        {"days": [{"date": "no date"}]},
        {"where": {}},
    ],
    ids=["yaml", "shape", "key", "text", "alias", "long", "date", "place"],
)
def test_a_decision_that_breaks_a_rule_is_refused_with_the_reason(web: Web, calendar: Any) -> None:
    got = web.call("POST", PATH, web.token("supervisor"), json={"calendar": calendar})
    assert got.status == 422, got.text
    assert got.body["type"] == "urn:motcua:error:calendar_refused"
    assert got.body["facts"] != {}
    assert "/tmp" not in got.text


def test_one_dossier_is_moved_by_a_recorded_act_only(web: Web) -> None:
    code = web.accepted()
    got = web.act(code, "apply_calendar", "supervisor", reason="Bão số 5")
    assert got.status == 409
    assert got.body["type"] == "urn:motcua:error:calendar_already_applied"
