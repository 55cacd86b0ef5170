"""Absences, cover, reassignment, exemptions and dated roles over REST: who may, and what is answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import SUBMISSION, Answer, Web
from tests.api.test_authority import ROLES
from tests.samples import COMMUNE, at

DAYS = {"first_on": "2026-03-04", "last_on": "2026-03-06"}
OFFICE = set(ROLES) - {"province_auditor", "administrator"}


def browser(web: Web, *roles: str, **where: str) -> Any:
    """Calls of somebody who is signed in: what no token may do."""
    secret = web.sign_in(*roles, **where)
    cookies = dict(web.client.cookies)

    def call(method: str, path: str, **body: Any) -> Answer:
        web.client.cookies.clear()
        web.client.cookies.update(cookies)
        given: dict[str, Any] = {"json": body} if method == "POST" else {"params": body or None}
        got = web.call(method, path, headers={"x-csrf-token": secret}, **given)
        web.client.cookies.clear()
        return got

    return call


def test_who_asks_and_who_decides(web: Web) -> None:
    asked = {role: web.call("POST", "/absences", web.token(role), json=DAYS).status for role in ROLES}
    assert asked == {role: 201 if role in OFFICE else 403 for role in ROLES}
    assert web.call("POST", "/absences", web.token("clerk", scopes=("read",)), json=DAYS).status == 403
    person = web.person("clerk")
    number = web.call("GET", "/absences", web.token("clerk")).body[0]["id"]
    approve = {"decision": "approve"}
    for role in ROLES:
        got = web.call("POST", f"/absences/{number}/decision", web.token(role), json=approve)
        assert got.status == 403, role  # a token decides nothing, not even a supervisor's
    elsewhere = browser(web, "supervisor", commune="14797")
    assert elsewhere("POST", f"/absences/{number}/decision", **approve).status == 403
    assert elsewhere("GET", "/absences").body == []
    here = browser(web, "supervisor")
    assert here("GET", "/absences", staff=person).body[0]["state"] == "planned"
    got = here("POST", f"/absences/{number}/decision", **approve)
    assert (got.status, got.body["state"], got.body["substitute"]) == (200, "approved", None)
    assert {one["why"] for one in got.body["uncovered"]} == {"nobody"}
    again = here("POST", f"/absences/{number}/decision", **approve)
    assert (again.status, again.body["title"]) == (409, "Đợt vắng mặt này đã được quyết định hoặc đã qua.")


def test_the_preview_is_for_oneself_and_the_supervisor(web: Web) -> None:
    person = web.person("case_officer")
    path = f"/absences/preview?staff={person}&first_on=2026-03-04&last_on=2026-03-06"
    assert web.call("GET", path, web.token("case_officer")).status == 200
    assert web.call("GET", path, web.token("clerk")).status == 403
    assert browser(web, "supervisor")("GET", path).status == 200
    assert browser(web, "supervisor", commune="14797")("GET", path).status == 403
    assert web.call("GET", "/absences/preview?first_on=x&last_on=y", web.token("clerk")).status == 422
    assert web.call("GET", "/absences/99/preview", web.token("clerk")).status == 404


@pytest.mark.parametrize("role", ROLES)
def test_who_sees_the_coverage(web: Web, role: str) -> None:
    wide = role in {"province_auditor", "administrator"}
    token = web.token(role, commune="" if wide else COMMUNE)
    allowed = wide or role == "supervisor"
    assert web.call("GET", f"/coverage?commune={COMMUNE}", token).status == (200 if allowed else 403)
    assert web.call("GET", "/coverage?commune=14797", token).status == (200 if wide else 403)
    assert web.call("GET", "/coverage?province=38", token).status == (200 if wide else 403)
    assert web.call("GET", "/coverage?province=04", token).status == 403


def test_the_coverage_of_a_commune_and_of_its_province(web: Web) -> None:
    for role in ("receiving_officer", "case_officer", "signatory", "clerk"):
        web.person(role)
    got = web.call("GET", f"/coverage?commune={COMMUNE}", web.token("supervisor")).body
    assert {(g["role"], g["why"]) for g in got["gaps"]} == {("head_of_division", "nobody")}
    assert any("9.000001" in g["procedures"] for g in got["gaps"])
    whole = web.call("GET", "/coverage?province=38", web.token("province_auditor", commune="")).body
    assert (whole["communes"], len(whole["without_staff"])) == (1, 165)
    assert whole["gaps"] == got["gaps"]


def test_steps_are_given_to_another_person(web: Web) -> None:
    code = web.accepted()
    found = web.call("GET", f"/dossiers/{code}", web.token("supervisor")).body["open_steps"]
    assert found[0]["step"] == "issue_receipt"  # the machine's: nothing to give
    officer = web.person("case_officer")
    body = {"from": None, "to": officer, "filter": {"dossiers": [code]}}
    for role in ("receiving_officer", "case_officer", "clerk"):
        assert web.call("POST", "/reassign", web.token(role), json=body).status == 403, role
    key = {"Idempotency-Key": "k"}
    got = web.call("POST", "/reassign", web.token("supervisor"), json=body, headers=key)
    assert (got.status, got.body["results"]) == (200, [])
    other = web.call("POST", "/reassign", web.token("supervisor"), json=body | {"to": None}, headers=key)
    assert (other.status, other.body["type"]) == (409, "urn:motcua:error:key_reused_for_another_command")
    nobody = web.call("POST", "/reassign", web.token("supervisor"), json={"from": None, "to": officer})
    assert nobody.status == 409
    listed = web.call("GET", f"/colleagues?commune={COMMUNE}", web.token("clerk")).body
    assert {one["id"] for one in listed} >= {officer}
    assert web.call("GET", "/colleagues?commune=14797", web.token("clerk")).status == 403


def test_exemptions_are_the_administrators(web: Web) -> None:
    new = {"commune": COMMUNE, "ground": "Văn bản do cơ quan nêu", "first_on": "2026-03-02"}
    for role in ROLES:
        assert web.call("POST", "/exemptions", web.token(role), json=new).status == 403, role
    admin = browser(web, "administrator", commune="")
    made = admin("POST", "/exemptions", **new)
    assert (made.status, made.body["field"], made.body["last_on"]) == (201, "", None)
    assert admin("POST", "/exemptions", **(new | {"commune": "01321"})).status == 403
    assert admin("POST", "/exemptions", **(new | {"field": "khong-co"})).status == 422
    assert admin("POST", "/exemptions", **(new | {"ground": "ngắn"})).status == 422
    seen = web.call("GET", "/exemptions", web.token("supervisor"))
    assert [one["id"] for one in seen.body] == [made.body["id"]]
    assert web.call("GET", "/exemptions", web.token("clerk")).status == 403
    assert web.call("GET", "/exemptions", web.token("supervisor", commune="14797")).body == []
    ended = admin("POST", f"/exemptions/{made.body['id']}/end")
    assert (ended.status, ended.body["last_on"]) == (200, "2026-03-01")


def test_a_dated_role_is_held_on_its_days_only(web_on_each: Web) -> None:
    web = web_on_each
    deputy, token = web.person("clerk"), web.token("clerk", days=60)
    grant = {"role": "receiving_officer", "province": "38", "commune": COMMUNE}
    dated = grant | {"first_on": "2026-03-03", "last_on": "2026-03-04"}
    admin = browser(web, "administrator", commune="")
    wrong = admin("POST", f"/staff/{deputy}/grants", **(dated | {"last_on": "2026-03-02"}))
    assert wrong.status == 422
    given = admin("POST", f"/staff/{deputy}/grants", **dated)
    assert given.body["grants"][-1] == grant | {"field": "", "first_on": "2026-03-03", "last_on": "2026-03-04"}
    seen = {}
    for when in ("2026-03-02T23:59", "2026-03-03T00:00", "2026-03-04T23:59", "2026-03-05T00:00"):
        web.now = at(when)
        seen[when] = web.call("POST", "/dossiers", token, json=SUBMISSION).status
    assert list(seen.values()) == [403, 201, 201, 403]
    assert len(web.call("GET", "/session", token).body["grants"]) == 1


def test_a_stale_action_says_who_has_the_dossier_now(web: Web) -> None:
    code = web.register()
    got = web.call(
        "POST",
        f"/dossiers/{code}/actions/accept",
        web.token("receiving_officer"),
        json={},
        headers={"If-Match": '"0"'},
    )
    assert (got.status, got.body["facts"]["held_by"]) == (412, "công chức tiếp nhận (chưa giao cho ai)")
    assert "held_by: công chức tiếp nhận" in got.body["detail"]


def test_the_submission_desk_of_a_whole_province_sees_what_came_in(web: Web) -> None:
    code = web.register()
    wide = web.token("receiving_officer", commune="")
    assert [one["code"] for one in web.call("GET", "/dossiers?mine=true", wide).body["items"]] == [code]
