"""Every route for every role in every kind of place. The expectations are written out here, not read from the table."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import SUBMISSION, Web
from tests.samples import COMMUNE

ROLES = (
    "receiving_officer",
    "case_officer",
    "head_of_division",
    "signatory",
    "clerk",
    "supervisor",
    "province_auditor",
    "administrator",
)
HERE, NEIGHBOUR, ELSEWHERE = (COMMUNE, "38"), ("14797", "38"), ("01321", "04")
PLACES = {"here": HERE, "neighbour": NEIGHBOUR, "elsewhere": ELSEWHERE}
DESK, STEP = {"receiving_officer", "supervisor"}, {"receiving_officer", "case_officer", "head_of_division", "signatory"}
OFFICE = STEP | {"clerk", "supervisor"}
CASE = {"case_officer", "head_of_division", "signatory", "supervisor"}

ACTIONS: dict[str, set[str]] = {
    "apply_elapsed": OFFICE,
    "forward": DESK,
    "receive_at_competent_body": DESK | {"case_officer"},
    "accept": DESK,
    "refuse": {"receiving_officer", "signatory", "supervisor"},
    "assign": {"supervisor", "head_of_division", "signatory"},
    "complete_step": STEP | {"clerk"},
    "return_to_step": {"case_officer", "head_of_division", "signatory", "clerk", "supervisor"},
    "request_supplement": DESK | {"case_officer"},
    "receive_supplement": DESK | {"case_officer"},
    "pause": CASE,
    "resume": CASE | {"receiving_officer"},
    "extend": {"signatory", "supervisor", "case_officer"},
    "apologise": {"signatory", "supervisor", "case_officer"},
    "consult": CASE,
    "answer_consultation": CASE | {"receiving_officer", "clerk"},
    "record_payment": DESK | {"case_officer", "clerk"},
    "record_exemption": DESK | {"case_officer", "clerk"},
    "issue_result": {"clerk", "signatory", "case_officer"},
    "hand_over": DESK | {"clerk"},
    "withdraw": DESK,
    "propose_stop": OFFICE,
    "decline_stop": {"signatory", "supervisor"},
    "stop": {"signatory", "supervisor"},
    "reopen": {"signatory", "supervisor"},
    "correct": DESK | {"case_officer"},
    "apply_calendar": {"supervisor", "administrator"},
    "move_to_version": {"supervisor", "administrator"},
    "remove_document": DESK | {"case_officer"},
    "rate": DESK | {"clerk"},
}
COMMANDS: dict[str, dict[str, Any]] = {
    "refuse": {"reason": "không đủ"},
    "assign": {"occurrence": 99, "assignee": "x"},
    "complete_step": {"occurrence": 99},
    "return_to_step": {"step": "x", "reason": "sai rồi"},
    "request_supplement": {"items": [{"problem": "thiếu"}]},
    "pause": {"reason": "x"},
    "resume": {"reason": "x"},
    "extend": {"amount": "1", "reason": "bận việc", "apology": "xin lỗi"},
    "consult": {"occurrence": 99, "bodies": ["xã bên"], "question": "sao ạ"},
    "answer_consultation": {"number": 1, "answer": "consent"},
    "record_payment": {"fee": "x", "amount_vnd": 1, "how": "cash"},
    "record_exemption": {"fee": "x", "ground": "hộ nghèo"},
    "issue_result": {"result": "x"},
    "withdraw": {"reason": "thôi ạ"},
    "propose_stop": {"reason": "dừng ạ", "legal_ground": "Điều 1"},
    "decline_stop": {"reason": "không dừng"},
    "apologise": {"until": "2026-04-01T09:00:00+07:00", "reason": "bận việc", "apology": "xin lỗi"},
    "remove_document": {"id": "0" * 32},
    "rate": {"rating": 5},
    "reopen": {"reason": "mở ạ"},
    "correct": {"corrects": 1, "what": "payment", "reason": "nhầm"},
    "apply_calendar": {"reason": "bão số 5"},
    "move_to_version": {"version": 99, "reason": "luật mới"},
}
READS: dict[str, set[str]] = {
    "/dossiers/{code}": OFFICE | {"province_auditor"},
    "/dossiers/{code}/timeline": OFFICE | {"province_auditor"},
    "/dossiers/{code}/due": OFFICE | {"province_auditor"},
    "/dossiers/{code}/actions": OFFICE | {"province_auditor"},
    f"/duties?commune={COMMUNE}": OFFICE | {"province_auditor"},
    f"/duties/apology_owed?commune={COMMUNE}": OFFICE | {"province_auditor"},
    f"/figures/2026-03?commune={COMMUNE}": OFFICE | {"province_auditor", "administrator"},
}
ANYWHERE: dict[str, set[str]] = {
    "/dossiers": OFFICE | {"province_auditor"},
    "/consultations": OFFICE | {"province_auditor"},
    "/queues/wake-ups": {"supervisor", "province_auditor", "administrator"},
    "/queues/messages": {"supervisor", "province_auditor", "administrator"},
    "/staff": {"administrator"},
}
PERSONAL = OFFICE
PROVINCE_WIDE = {"province_auditor", "administrator"}


def holders(web: Web) -> dict[tuple[str, str], str]:
    """A token for each role in each place; auditors and administrators hold theirs in the whole province."""
    found = {}
    for role in ROLES:
        for name, (commune, province) in PLACES.items():
            where = {"commune": "" if role in PROVINCE_WIDE else commune, "province": province}
            found[role, name] = web.token(role, **where)
    return found


def reaches(role: str, place: str) -> bool:
    """Whether a role held in that place reaches the dossier here."""
    return place == "here" or (place == "neighbour" and role in PROVINCE_WIDE)


DONE_ELSEWHERE = {"withdraw", "propose_stop", "request_supplement", "extend", "record_payment", "refuse"}


def test_every_action_for_every_role_in_every_place(web: Web) -> None:
    code, tokens = web.accepted(), holders(web)
    before = web.events()
    wrong = []
    for action, allowed in ACTIONS.items():
        for (role, place), token in tokens.items():
            expected = role in allowed and reaches(role, place)
            if expected and action in DONE_ELSEWHERE:
                continue  # would be done; each of them is done in a test of its own
            path = f"/dossiers/{code}/actions/{action}"
            got = web.call("POST", path, token, json=COMMANDS.get(action, {}), headers={"If-Match": '"2"'})
            refused = got.status == 403 and got.body["facts"].get("action") == action
            if refused == expected:
                wrong.append((action, role, place, got.status))
    assert wrong == []
    assert web.events() == before


@pytest.mark.parametrize("action", ["withdraw", "propose_stop", "request_supplement", "extend", "refuse"])
def test_who_holds_the_role_here_is_let_through(web: Web, action: str) -> None:
    for role in sorted(ACTIONS[action]):
        code = web.accepted()
        got = web.act(code, action, role, **COMMANDS[action])
        if action == "refuse" and role == "receiving_officer":
            assert got.status == 403  # once accepted, only who may sign refuses
        else:
            assert got.status == 200, (role, got.text)


def test_registering_for_every_role_in_every_place(web: Web) -> None:
    wrong = []
    for (role, place), token in holders(web).items():
        got = web.call("POST", "/dossiers", token, json=SUBMISSION)
        expected = 201 if place == "here" and role in DESK else 403
        if got.status != expected:
            wrong.append((role, place, got.status))
    assert wrong == []
    assert web.events() == 2


def test_reading_a_dossier_for_every_role_in_every_place(web: Web) -> None:
    code, tokens = web.register(), holders(web)
    wrong = []
    for path, allowed in READS.items():
        for (role, place), token in tokens.items():
            got = web.call("GET", path.format(code=code), token)
            expected = 200 if role in allowed and reaches(role, place) else 403
            if got.status != expected:
                wrong.append((path, role, place, got.status))
    assert wrong == []


def test_lists_and_queues_for_every_role_show_only_what_it_reaches(web: Web) -> None:
    code, tokens = web.register(), holders(web)
    wrong = []
    for path, allowed in ANYWHERE.items():
        for (role, place), token in tokens.items():
            if path == "/staff":
                continue
            got = web.call("GET", path, token)
            if got.status != (200 if role in allowed else 403):
                wrong.append((path, role, place, got.status))
            elif path == "/dossiers" and role in allowed:
                shown = [one["code"] for one in got.body["items"]]
                if shown != ([code] if reaches(role, place) else []):
                    wrong.append((path, role, place, shown))
    assert wrong == []


def test_the_desk_for_every_role_in_every_place(web: Web) -> None:
    code = web.register()
    wrong = []
    for role in ROLES:
        for name, (commune, province) in PLACES.items():
            web.sign_in(role, commune="" if role in PROVINCE_WIDE else commune, province=province)
            sees = role in OFFICE | {"province_auditor"}
            checks = {
                "/dossiers": 200 if sees else 303,
                f"/dossiers/{code}": 200 if sees and reaches(role, name) else 403,
            }
            for path, expected in checks.items():
                if (got := web.page(path).status) != expected:
                    wrong.append((path, role, name, got))
    assert wrong == []


def test_an_auditor_sees_the_dossier_but_nobody_in_it(web: Web) -> None:
    code = web.register(form={"purpose": "vay vốn riêng tư"})
    token = web.token("province_auditor", commune="", province="38")
    got = web.call("GET", f"/dossiers/{code}", token)
    assert (got.body["applicant"], got.body["form"]) == (None, None)
    listed = web.call("GET", "/dossiers", token).body["items"]
    assert [one["person"] for one in listed] == [None]
    web.act(code, "withdraw", "receiving_officer", reason="ông Bưởi đổi ý")
    timeline = web.call("GET", f"/dossiers/{code}/timeline", token)
    assert timeline.body[1]["facts"] == {"reason": "•••"}
    for searched in ("Bưởi", "038190001234"):
        assert web.call("GET", f"/dossiers?q={searched}", token).body["items"] == []
    web.sign_in("province_auditor", commune="", province="38")
    page = web.page(f"/dossiers/{code}")
    assert page.status == 200
    assert "Bưởi" not in page.text
    assert "Vai trò của bạn không được xem dữ liệu cá nhân." in page.text


def test_a_role_in_one_field_does_not_reach_another(web: Web) -> None:
    from dossiers.personal_tables import GrantRow
    from dossiers.session import writing

    code = web.register()
    token = web.token("clerk", commune="15568")
    with writing(web.office.engine) as session:
        staff = web.people["clerk", "15568"]
        session.add(GrantRow(staff_id=staff, role="receiving_officer", province="38", commune=COMMUNE, field="dat-dai"))
    assert web.call("GET", f"/dossiers/{code}", token).status == 403
    assert web.call("POST", "/dossiers", token, json=SUBMISSION).status == 403


def test_staff_of_the_intake_commune_see_a_dossier_that_another_commune_decides(web: Web) -> None:
    token = web.token("receiving_officer", commune="14797")
    body = SUBMISSION | {"intake_commune": "14797"}
    code = web.call("POST", "/dossiers", token, json=body).body["dossier"]
    assert web.call("GET", f"/dossiers/{code}", token).status == 200
    assert [one["code"] for one in web.call("GET", "/dossiers", token).body["items"]] == [code]
    assert web.call("POST", f"/dossiers/{code}/actions/accept", token, json={}).status == 409
    assert web.call("POST", f"/dossiers/{code}/actions/forward", token, json={}).status == 200
    here = web.token("receiving_officer")
    assert web.call("POST", f"/dossiers/{code}/actions/receive_at_competent_body", token, json={}).status == 403
    assert web.call("POST", f"/dossiers/{code}/actions/receive_at_competent_body", here, json={}).status == 200


def test_figures_of_a_province_need_a_role_in_the_province(web: Web) -> None:
    auditor = web.token("province_auditor", commune="", province="38")
    assert web.call("GET", "/figures/2026-03?province=38", auditor).status == 200
    assert web.call("GET", "/figures/2026-03?province=04", auditor).status == 403
    assert web.call("GET", "/figures/2026-03?province=38", web.token("supervisor")).status == 403
    own = web.call("GET", "/figures/2026-03", auditor)
    assert (own.status, own.body["rows"]) == (200, [])


def test_an_administrator_manages_accounts_of_its_own_province_only(web: Web) -> None:
    admin = web.token("administrator", commune="", province="38", scopes=("read", "act", "figures"))
    assert web.call("GET", "/staff", admin).status == 403  # not by a token, whatever its scopes
    web.person("administrator", commune="", province="38", login="quan-tri")
    csrf = web.call("POST", "/session", json={"login": "quan-tri", "password": "mat-khau-thu-nghiem"}).body["csrf"]
    headers = {"X-CSRF-Token": csrf}
    new = {
        "login": "hoa.nt",
        "name": "Nguyễn Thị Hoa",
        "password": "mot-mat-khau-dai",
        "grants": [{"role": "clerk", "province": "38", "commune": COMMUNE}],
    }
    made = web.call("POST", "/staff", json=new, headers=headers)
    assert (made.status, made.body["login"]) == (201, "hoa.nt")
    assert web.call("POST", "/staff", json=new, headers=headers).body["title"] == (
        "Tên đăng nhập này đã có người dùng."
    )
    abroad = new | {"login": "xa.xoi", "grants": [{"role": "clerk", "province": "04", "commune": "01321"}]}
    assert web.call("POST", "/staff", json=abroad, headers=headers).status == 403
    mixed = new | {"login": "nham.tinh", "grants": [{"role": "clerk", "province": "38", "commune": "01321"}]}
    assert web.call("POST", "/staff", json=mixed, headers=headers).status == 404
    path = f"/staff/{made.body['id']}"
    given = web.call("POST", f"{path}/grants", json={"role": "supervisor", "province": "38"}, headers=headers)
    assert [g["role"] for g in given.body["grants"]] == ["clerk", "supervisor"]
    contact = {"email": "hoa@example.vn", "phone": "0912 345 678"}
    told = web.call("PUT", f"{path}/contact", json=contact, headers=headers).body
    assert (told["email"], told["phone"]) == ("hoa@example.vn", "0912 345 678")
    stranger = web.person("clerk", commune="01321", province="04")
    assert web.call("POST", f"/staff/{stranger}/deactivate", headers=headers).status == 403
    assert web.call("PUT", f"/staff/{stranger}/contact", json=contact, headers=headers).status == 403
    assert web.call("POST", f"{path}/deactivate", headers=headers).body["active"] is False
    assert web.call("POST", f"{path}/deactivate").status == 403  # the secret is missing
