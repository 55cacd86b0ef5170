"""Dossiers over REST: taken in, listed by what presses most, looked at, explained, acted on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dossiers.actions.automatic import do_automatic_step
from dossiers.personal_tables import AccessRow
from dossiers.session import reading, writing
from dossiers.wakeups import claim
from tests.api.conftest import SUBMISSION, Web
from tests.samples import COMMUNE, at

LEASE = timedelta(seconds=60)


def machine(web: Web) -> None:
    """Do every automatic step that waits, as the worker would."""
    while True:
        with writing(web.office.engine) as session:
            claims = claim(session, now=web.now, lease=LEASE, owner="test", limit=50)
        if not claims:
            return
        for one in claims:
            ref = one.ref
            do_automatic_step(
                web.office, wake_up=ref.wake_up, attempt=ref.attempt, owner="test", now=web.now, lease=LEASE
            )


def test_registering_names_the_dossier_and_where_to_find_it(web_on_each: Web) -> None:
    token = web_on_each.token("receiving_officer")
    got = web_on_each.call("POST", "/dossiers", token, json=SUBMISSION)
    assert got.status == 201
    assert got.body == {
        "dossier": "MC-14845-260302-0001",
        "revision": 1,
        "status": "submitted",
        "open_steps": [],
        "events": ["SubmissionRegistered"],
        "absent_until": None,
    }
    assert got.headers["location"] == "/api/v1/dossiers/MC-14845-260302-0001"
    assert got.headers["etag"] == '"1"'


def test_a_dossier_goes_all_the_way(web_on_each: Web) -> None:
    web = web_on_each
    code = web.accepted()
    machine(web)
    assert web.act(code, "complete_step", "case_officer", occurrence=2, outcome="ok").body["open_steps"] == [
        {"occurrence": 3, "step": "sign", "kind": "human", "role": "signatory", "assignee": None}
    ]
    web.act(code, "complete_step", "signatory", occurrence=3, outcome="signed")
    assert web.act(code, "issue_result", "clerk", result="paper", number="12/UBND").body["status"] == "finished"
    machine(web)
    assert web.act(code, "hand_over", "receiving_officer", how="counter").body["status"] == "handed_over"
    token = web.token("receiving_officer")
    timeline = web.call("GET", f"/dossiers/{code}/timeline", token).body
    assert [(e["type"], e["actor_name"]) for e in timeline] == [
        ("SubmissionRegistered", "Nguyễn Văn A"),
        ("DossierAccepted", "Nguyễn Văn A"),
        ("ReceiptIssued", "system"),
        ("StepCompleted", "Nguyễn Văn A"),
        ("StepCompleted", "Nguyễn Văn A"),
        ("ResultIssued", "Nguyễn Văn A"),
        ("ResultPublished", "system"),
        ("ResultHandedOver", "Nguyễn Văn A"),
    ]
    web.now = at("2026-03-02T10:00")
    figures = web.call("GET", f"/figures/2026-03?commune={COMMUNE}", token)
    assert [(r["commune"], r["early"], r["on_time_percent"]) for r in figures.body["rows"]] == [("14845", 1, "100.00")]
    same = web.call(
        "GET",
        f"/figures/2026-03?commune={COMMUNE}",
        token,
        headers={"If-None-Match": figures.headers["etag"]},
    )
    assert same.status == 304


def test_a_human_hand_over_is_seen_by_the_next_desk_at_once(web_on_each: Web) -> None:
    web = web_on_each
    code = web.accepted()
    machine(web)
    signatory = web.token("signatory")
    assert web.call("GET", "/dossiers?mine=true", signatory).body["items"] == []
    web.act(code, "complete_step", "case_officer", occurrence=2, outcome="ok")
    assert [one["code"] for one in web.call("GET", "/dossiers?mine=true", signatory).body["items"]] == [code]


def test_the_due_date_is_explained_day_by_day_in_both_languages(web: Web) -> None:
    code = web.accepted()
    got = web.call("GET", f"/dossiers/{code}/due", web.token("case_officer")).body
    assert (got["due_on"], got["due_at"]) == ("2026-03-09", "2026-03-09T10:00:00+00:00")
    assert [(d["date"], d["kind"], d["counted"]) for d in got["days"]] == [
        ("2026-03-02", "before_start", False),
        ("2026-03-03", "working", True),
        ("2026-03-04", "working", True),
        ("2026-03-05", "working", True),
        ("2026-03-06", "working", True),
        ("2026-03-07", "weekend", False),
        ("2026-03-08", "weekend", False),
        ("2026-03-09", "working", True),
    ]
    assert got["explanation"]["vi"][0] == "1. Thời hạn giải quyết là 5 ngày làm việc; chỉ tính ngày làm việc."
    assert got["explanation"]["en"][0] == "1. The time limit is 5 working days; only working days count."


def test_before_acceptance_there_is_nothing_to_explain(web: Web) -> None:
    code = web.register()
    assert web.call("GET", f"/dossiers/{code}/due", web.token("case_officer")).body == {
        "dossier": code,
        "started": False,
    }


def test_a_pause_is_named_in_the_explanation(web: Web) -> None:
    code = web.accepted()
    web.now = at("2026-03-03T08:00")
    assert web.act(code, "pause", "case_officer", reason="survey", note="chờ đo").status == 200
    web.now = at("2026-03-04T08:00")
    got = web.call("GET", f"/dossiers/{code}/due", web.token("case_officer")).body
    assert (got["state"], got["paused"]) == ("paused", True)
    assert any("đo đạc" in sentence for sentence in got["explanation"]["vi"])


def test_the_actions_offered_are_those_of_the_role(web: Web) -> None:
    code = web.accepted()
    machine(web)
    got = web.call("GET", f"/dossiers/{code}/actions", web.token("case_officer")).body
    assert got["revision"] == 3
    offered = {one["action"]: one for one in got["actions"]}
    assert sorted(offered) == [
        "complete_step",
        "correct",
        "extend",
        "pause",
        "propose_stop",
        "record_exemption",
        "record_payment",
        "request_supplement",
    ]
    step = offered["complete_step"]
    assert step["given"] == {"occurrence": 2}
    assert [c["id"] for c in step["choices"]["outcome"]] == ["ok", "split", "ask", "wait", "fee", "unfit"]
    assert web.call("GET", f"/dossiers/{code}/actions", web.token("clerk")).body["actions"] != got["actions"]


@pytest.mark.parametrize("role", ["case_officer", "signatory", "supervisor", "receiving_officer"])
def test_whatever_is_offered_with_its_first_choices_is_accepted_by_the_gate(web: Web, role: str) -> None:
    texts: dict[str, Any] = {
        "complete_step": {},
        "return_to_step": {"reason": "xem lại"},
        "refuse": {"reason": "không đủ"},
        "extend": {"amount": "1", "reason": "bận việc", "apology": "xin lỗi"},
        "record_payment": {"amount_vnd": 8000, "how": "cash"},
        "record_exemption": {"ground": "hộ nghèo"},
        "request_supplement": {"items": [{"problem": "thiếu"}]},
        "withdraw": {"reason": "thôi ạ"},
        "propose_stop": {"reason": "dừng ạ", "legal_ground": "Điều 1"},
        "correct": {"corrects": 1, "what": "channel", "channel": "postal", "reason": "nhầm"},
    }
    code = web.accepted()
    machine(web)
    offered = web.call("GET", f"/dossiers/{code}/actions", web.token(role)).body["actions"]
    assert len(offered) >= 4
    for one in offered:
        fresh = web.accepted()
        machine(web)
        command = dict(one["given"]) | texts.get(one["action"], {})
        for name, choices in one["choices"].items():
            if name not in ("items", "documents"):
                command.setdefault(name, choices[0]["id"])
        if one["action"] == "assign":
            command["assignee"] = one["choices"]["assignee"][0]["id"]
        got = web.act(fresh, one["action"], role, **command)
        assert got.status == 200, (one["action"], got.text)


def test_the_list_puts_what_presses_most_first_and_pages_through_all(web_on_each: Web) -> None:
    web = web_on_each
    waiting = [web.register() for _ in range(3)]
    late = web.accepted()
    web.now = at("2026-03-03T09:00")
    later = web.accepted()
    web.now = at("2026-03-10T09:00")
    token = web.token("supervisor")
    seen: list[str] = []
    cursor = ""
    for _ in range(9):
        page = web.call("GET", f"/dossiers?limit=2&cursor={cursor}", token).body
        seen += [one["code"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
    assert seen == [late, later, *waiting]
    due = web.call("GET", "/dossiers?due=overdue", token).body["items"]
    assert [(one["code"], one["standing"], one["due_on"]) for one in due] == [(late, "overdue", "2026-03-09")]
    soon = web.call("GET", "/dossiers?due=due_soon", token).body["items"]
    assert [(one["code"], one["standing"]) for one in soon] == [(later, "due_soon")]


def test_the_list_filters(web: Web) -> None:
    first, accepted = web.register(), web.accepted()
    other = SUBMISSION["applicant"] | {"name": "Thao Văn Sếnh", "personal_id_number": "038190009999"}
    second = web.register(applicant=other, official_code="H56.14-260302-0007")
    token = web.token("supervisor")

    def codes(query: str) -> list[str]:
        got = web.call("GET", f"/dossiers?{query}", token)
        assert got.status == 200, got.text
        return [one["code"] for one in got.body["items"]]

    assert codes("status=submitted") == [first, second]
    assert codes("status=submitted&status=in_progress") == [accepted, first, second]
    assert codes("q=038190009999") == [second]
    assert codes("q=Sếnh") == [second]
    assert codes("q=H56.14") == [second]
    assert codes("q=0001") == [first]
    assert codes("q=%25") == []
    assert codes("commune=14797") == []
    assert codes("field=dat-dai") == []
    assert codes("field=ho-tich&due=open") == [accepted, first, second]
    assert codes("role=case_officer") == []
    machine(web)
    assert codes("role=case_officer") == [accepted]
    assert web.call("GET", "/dossiers?status=lost", token).status == 422


def test_identity_numbers_are_masked_and_every_view_is_recorded(web: Web) -> None:
    code = web.register()
    token = web.token("case_officer")
    masked = web.call("GET", f"/dossiers/{code}", token)
    assert masked.body["applicant"]["personal_id"] == "•••••••••234"
    assert "038190001234" not in masked.text
    whole = web.call("GET", f"/dossiers/{code}?show_id=1", token)
    assert whole.body["applicant"]["personal_id"] == "038190001234"
    web.call("GET", f"/dossiers/{code}/timeline", token)
    web.call("GET", "/dossiers", token)
    with reading(web.office.engine) as session:
        rows = session.execute(select(AccessRow).order_by(AccessRow.id)).scalars().all()
    assert [row.what for row in rows] == [
        "api dossier",
        "api dossier with identity number",
        "api timeline",
        "api list",
    ]
    assert {row.actor for row in rows} == {web.people["case_officer", COMMUNE]}
    assert {row.dossier_id for row in rows} == {1}


def test_looking_never_moves_the_revision(web: Web) -> None:
    code = web.register()
    before = web.events()
    got = web.call("GET", f"/dossiers/{code}", web.token("case_officer"))
    assert (got.headers["etag"], got.body["revision"]) == ('"1"', 1)
    assert web.events() == before


def test_what_the_law_has_brought_about_is_shown_before_it_is_recorded(web: Web) -> None:
    code = web.accepted()
    machine(web)
    web.act(code, "request_supplement", "case_officer", items=[{"problem": "thiếu chữ ký"}])
    web.now = at("2026-03-06T09:00")  # the applicant had until the end of 4 March
    token = web.token("case_officer")
    got = web.call("GET", f"/dossiers/{code}", token)
    assert (got.body["status"], got.body["revision"], got.headers["etag"]) == ("refused", 4, '"4"')
    last = web.call("GET", f"/dossiers/{code}/timeline", token).body[-1]
    assert (last["type"], last["recorded"], last["occurred_at"]) == (
        "DossierRefused",
        False,
        "2026-03-04T17:00:00Z",
    )
    assert web.events() == 4
    assert web.act(code, "pause", "case_officer", reason="survey").status == 409


def test_procedures_are_public_and_searched_without_accents(web: Web) -> None:
    found = web.call("GET", "/procedures?q=khai sinh&on=2026-11-23").body
    assert [one["code"] for one in found if one["code"] == "1.001193"] == ["1.001193"]
    one = web.call("GET", "/procedures/1.001193?on=2026-11-23").body
    assert one["names"]["vi"] == "Đăng ký khai sinh"
    assert web.call("GET", "/procedures/9.000002?province=38").body["type"] == "urn:motcua:error:outside_scope"
    assert [v["version"] for v in web.call("GET", "/procedures/9.000001/versions").body] == [1]
    assert web.call("GET", "/procedures/9.000001/versions/1").body["code"] == "9.000001"
    assert web.call("GET", "/procedures/9.000001/versions/2").status == 404
    assert [c["code"] for c in web.call("GET", "/communes?q=muong lat&province=38").body] == ["14845"]


def test_the_queues_show_what_waits_without_personal_data(web: Web) -> None:
    code = web.accepted()
    got = web.call("GET", "/queues/wake-ups", web.token("supervisor"))
    assert got.body["counts"] == {"waiting": 1}
    assert [(w["dossier_code"], w["step"], w["attempt"]) for w in got.body["waiting"]] == [(code, "issue_receipt", 0)]
    assert web.call("GET", "/queues/messages", web.token("supervisor")).body == {"counts": {}, "waiting": []}
    neighbour = web.token("supervisor", commune="14797")
    assert web.call("GET", "/queues/wake-ups", neighbour).body == {"counts": {}, "waiting": []}


def test_openapi_shows_the_shape_of_every_command(web: Web) -> None:
    described = web.client.get("/api/v1/openapi.json").json()
    shape = described["paths"]["/api/v1/dossiers/{code}/actions/request_supplement"]["post"]
    reference = shape["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert reference == "#/components/schemas/RequestSupplement"
    assert described["components"]["schemas"]["RequestSupplement"]["required"] == ["items"]
    assert {p["name"] for p in shape["parameters"]} == {"code", "Idempotency-Key", "If-Match"}
    assert web.client.get("/docs").status_code == 404


def test_the_application_says_whether_it_lives_and_whether_it_can_work(web: Web) -> None:
    assert web.client.get("/healthz").json() == {"status": "ok"}
    assert web.client.get("/readyz").json() == {"status": "ready"}
    with web.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    assert web.client.get("/readyz").status_code == 503
