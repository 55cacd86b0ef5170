"""Bad input: each a clear error in Vietnamese and English, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import NINE, SUBMISSION, Web
from tests.samples import COMMUNE, at

UNCHANGED = "nothing was written"


def refused(web: Web, before: int, got: Any, status: int, name: str, vi: str, en: str) -> None:
    assert got.status == status, got.text
    assert got.headers["content-type"] == "application/problem+json"
    assert got.body["type"] == f"urn:motcua:error:{name}"
    assert got.body["title"] == vi
    assert got.body["title_en"] == en
    assert got.body["status"] == status
    assert web.events() == before, UNCHANGED


SUBMISSIONS = {
    "unknown procedure": (
        {"procedure": "1.999999"},
        (404, "unknown_procedure", "Không có thủ tục này.", "There is no such procedure."),
    ),
    "not in force": (
        {"procedure": "9.000003"},
        (
            409,
            "not_in_force",
            "Thủ tục không có phiên bản nào có hiệu lực vào ngày đó.",
            "The procedure has no version in force on that day.",
        ),
    ),
    "not of this province": (
        {"procedure": "9.000002"},
        (
            409,
            "outside_scope",
            "Thủ tục không áp dụng tại tỉnh này.",
            "The procedure is not in force in that province.",
        ),
    ),
    "unknown commune": (
        {"commune": "99999"},
        (
            404,
            "unknown_commune",
            "Không có xã, phường, đặc khu nào mang mã này.",
            "There is no commune with that code.",
        ),
    ),
    "unknown document": (
        {"documents": {"bang_lai": "copy"}},
        (
            404,
            "unknown_document",
            "Thủ tục không có thành phần hồ sơ này.",
            "The procedure requires no such document.",
        ),
    ),
    "unknown form field": (
        {"form": {"la": "gi"}},
        (
            422,
            "form_refused",
            "Biểu mẫu còn thiếu hoặc có giá trị không đúng.",
            "The form is incomplete or has values that do not fit; `problems` names each field.",
        ),
    ),
    "unknown case": (
        {"case": "khong_co"},
        (404, "unknown_case", "Thủ tục không có trường hợp này.", "The procedure has no such case."),
    ),
    "dated in the future": (
        {"occurred_at": "2026-03-05T09:00:00+07:00", "backdating_reason": "nhầm"},
        (
            409,
            "in_the_future",
            "Không thể ghi thời điểm trong tương lai.",
            "An action cannot be dated in the future.",
        ),
    ),
    "dated back without a reason": (
        {"occurred_at": "2026-02-27T09:00:00+07:00"},
        (409, "backdating_needs_reason", "Ghi lùi ngày phải có lý do.", "An action dated back needs a reason."),
    ),
}
MALFORMED = ("malformed_request", "Yêu cầu không đúng định dạng.", "The request is not well formed.")


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_submission_is_refused_clearly(web_on_each: Web, name: str) -> None:
    changes, expected = SUBMISSIONS[name]
    token, before = web_on_each.token("receiving_officer"), web_on_each.events()
    got = web_on_each.call("POST", "/dossiers", token, json=SUBMISSION | changes)
    refused(web_on_each, before, got, *expected)


ACTIONS: dict[str, tuple[str, str, dict[str, Any], tuple[int, str, str, str]]] = {
    "missing document": (
        "accept",
        "receiving_officer",
        {},
        (
            409,
            "missing_documents",
            "Thiếu thành phần hồ sơ bắt buộc: đánh dấu giấy tờ đã có hoặc yêu cầu bổ sung.",
            "Required documents are missing: ask for a supplement, or tick them.",
        ),
    ),
    "step not open": (
        "assign",
        "supervisor",
        {"occurrence": 7, "assignee": "x"},
        (
            409,
            "not_permitted_now",
            "Hồ sơ đang ở trạng thái không cho phép thao tác này.",
            "The dossier's state does not allow this action now.",
        ),
    ),
    "no role": (
        "accept",
        "clerk",
        {},
        (
            403,
            "no_authority",
            "Bạn không có vai trò được làm việc này ở đây.",
            "You hold no role that may do this here.",
        ),
    ),
    "area class unknown": (
        "accept",
        "receiving_officer",
        {"case": "area", "documents": {"to_khai": "original"}},
        (
            409,
            "area_class_needed",
            "Thời hạn phụ thuộc loại địa bàn của xã: hãy chọn loại địa bàn.",
            "The time limit depends on the area class of the commune, which is unknown: choose it and say who chose.",
        ),
    ),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_refused_clearly(web_on_each: Web, name: str) -> None:
    action, role, command, expected = ACTIONS[name]
    code = web_on_each.register(documents={})
    before = web_on_each.events()
    refused(web_on_each, before, web_on_each.act(code, action, role, **command), *expected)


def test_a_step_that_is_not_open_cannot_be_completed(web_on_each: Web) -> None:
    code = web_on_each.accepted()
    before = web_on_each.events()
    got = web_on_each.act(code, "complete_step", "case_officer", occurrence=9, outcome="ok")
    refused(web_on_each, before, got, 409, "step_not_open", "Bước này hiện không mở.", "That step is not open.")
    assert got.body["facts"]["open"] == ["1:issue_receipt"]


def test_a_stale_revision_is_refused_with_the_actual_one(web_on_each: Web) -> None:
    code = web_on_each.register()
    web_on_each.act(code, "request_supplement", "receiving_officer", items=[{"problem": "thiếu chữ ký"}])
    before = web_on_each.events()
    got = web_on_each.call(
        "POST",
        f"/dossiers/{code}/actions/withdraw",
        web_on_each.token("receiving_officer"),
        json={"reason": "không cần nữa"},
        headers={"If-Match": '"1"'},
    )
    refused(
        web_on_each,
        before,
        got,
        412,
        "stale_revision",
        "Người khác vừa thay đổi hồ sơ: xem lại hồ sơ rồi mới thực hiện.",
        "Somebody else has changed the dossier meanwhile: look at it again before you act.",
    )
    assert got.body["facts"] == {
        "dossier": code,
        "expected": 1,
        "actual": 2,
        "status": "incomplete",
        "held_by": "người nộp hồ sơ (đang chờ bổ sung)",
        "holders": [],
    }


def test_an_if_match_that_is_no_revision_is_malformed(web: Web) -> None:
    code = web.register()
    before = web.events()
    token = web.token("receiving_officer")
    path = f"/dossiers/{code}/actions/withdraw"
    got = web.call("POST", path, token, json={"reason": "thôi vậy"}, headers={"If-Match": '"abc"'})
    refused(web, before, got, 422, *MALFORMED)


def test_the_same_command_under_the_same_key_gives_the_first_answer(web_on_each: Web) -> None:
    token, headers = web_on_each.token("receiving_officer"), {"Idempotency-Key": "k-1"}
    first = web_on_each.call("POST", "/dossiers", token, json=SUBMISSION, headers=headers)
    web_on_each.now = at("2026-03-02T10:00")
    again = web_on_each.call("POST", "/dossiers", token, json=SUBMISSION, headers=headers)
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert web_on_each.events() == 1


def test_a_repeated_action_gives_the_first_answer_even_when_the_revision_has_moved_on(web_on_each: Web) -> None:
    code = web_on_each.register()
    token = web_on_each.token("receiving_officer")
    given = {"json": {}, "headers": {"Idempotency-Key": "k-2", "If-Match": '"1"'}}
    first = web_on_each.call("POST", f"/dossiers/{code}/actions/accept", token, **given)
    again = web_on_each.call("POST", f"/dossiers/{code}/actions/accept", token, **given)
    assert first.status == 200
    assert (again.status, again.body) == (200, first.body)
    assert web_on_each.events() == 2


def test_another_body_under_the_same_key_is_refused(web_on_each: Web) -> None:
    token, headers = web_on_each.token("receiving_officer"), {"Idempotency-Key": "k-3"}
    web_on_each.call("POST", "/dossiers", token, json=SUBMISSION, headers=headers)
    before = web_on_each.events()
    other = SUBMISSION | {"channel": "postal"}
    got = web_on_each.call("POST", "/dossiers", token, json=other, headers=headers)
    refused(
        web_on_each,
        before,
        got,
        409,
        "key_reused_for_another_command",
        "Mã chống gửi trùng (Idempotency-Key) đã dùng cho một nội dung khác.",
        "The idempotency key was already used for another command.",
    )


def test_ten_megabytes_are_refused_unread(web: Web) -> None:
    body = SUBMISSION | {"official_code": "x" * 10_000_000}
    got = web.call("POST", "/dossiers", web.token("receiving_officer"), json=body)
    refused(
        web,
        0,
        got,
        413,
        "body_too_large",
        "Nội dung gửi lên vượt quá dung lượng cho phép.",
        "The request is larger than allowed.",
    )
    assert got.body["facts"]["allowed"] == 1_000_000
    assert got.headers["connection"] == "close"


def test_ten_megabytes_that_do_not_say_so_are_refused_at_the_limit(web: Web) -> None:
    taken = 0

    def chunks() -> Any:
        nonlocal taken
        for _ in range(160):
            taken += 65_536
            yield b" " * 65_536

    got = web.call(
        "POST",
        "/dossiers",
        web.token("receiving_officer"),
        content=chunks(),
        headers={"content-type": "application/json"},
    )
    assert (got.status, got.body["type"]) == (413, "urn:motcua:error:body_too_large")
    assert web.events() == 0


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"procedure": ', "Expecting value"),
        (b"\xff\xfe\x00", "utf-16"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": "\\u0000"}', "text holds NUL or a lone surrogate"),
        (b'{"a": "\\ud800"}', "text holds NUL or a lone surrogate"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{" + b'"a":{' * 5_000 + b"}" * 5_001, "nested too deeply"),
    ],
)
def test_broken_json_is_refused(web: Web, body: bytes, problem: str) -> None:
    headers = {"content-type": "application/json"}
    got = web.call("POST", "/dossiers", web.token("receiving_officer"), content=body, headers=headers)
    refused(web, 0, got, 422, *MALFORMED)
    assert problem in got.body["facts"]["problem"]


WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    ({"applicant": "Lò Thị Bưởi"}, "applicant"),
    ({"applicant": {}}, "applicant.name"),
    ({"applicant": {"name": ["a"]}}, "applicant.name"),
    ({"applicant": {"name": "A", "personal_id_number": "12"}}, "applicant.personal_id_number"),
    ({"commune": 14845}, "commune"),
    ({"commune": "١٤٨٤٥"}, "commune"),
    ({"documents": ["to_khai"]}, "documents"),
    ({"documents": {"to_khai": "scan"}}, "documents.to_khai"),
    ({"channel": "fax"}, "channel"),
    ({"occurred_at": "2026-03-02T08:00:00", "backdating_reason": "x"}, "occurred_at"),
    ({"surprise": 1}, "surprise"),
]


@pytest.mark.parametrize(("changes", "name"), WRONG_TYPES)
def test_wrong_types_name_the_field(web: Web, changes: dict[str, Any], name: str) -> None:
    got = web.call("POST", "/dossiers", web.token("receiving_officer"), json=SUBMISSION | changes)
    refused(web, 0, got, 422, *MALFORMED)
    assert name in [p["field"] for p in got.body["facts"]["problems"]]


def test_a_refusal_never_repeats_what_was_given(web: Web) -> None:
    body = SUBMISSION | {"applicant": {"name": "A", "personal_id_number": "038190001234x"}}
    got = web.call("POST", "/dossiers", web.token("receiving_officer"), json=body)
    assert got.status == 422
    assert "038190001234" not in got.text


def test_what_is_no_json_is_refused(web: Web) -> None:
    token = web.token("receiving_officer")
    got = web.call("POST", "/dossiers", token, content=b"a=b", headers={"content-type": "text/plain"})
    refused(
        web,
        0,
        got,
        415,
        "unsupported_media",
        "Hãy gửi JSON với Content-Type: application/json.",
        "Send JSON with Content-Type: application/json.",
    )


def test_nobody_signed_in_is_asked_to(web: Web) -> None:
    got = web.call("POST", "/dossiers", json=SUBMISSION)
    refused(web, 0, got, 401, "not_signed_in", "Bạn cần đăng nhập trước.", "Sign in first.")
    assert got.headers["www-authenticate"] == "Bearer"


def test_unknown_things_are_404(web: Web) -> None:
    token = web.token("receiving_officer")
    assert web.call("GET", "/dossiers/MC-14845-260302-9999", token).body["title"] == "Không có hồ sơ này."
    assert web.call("GET", "/khong-co", token).body["title"] == "Không có trang này."
    assert web.call("POST", "/dossiers/MC-14845-260302-9999/actions/dance", token, json={}).status == 404
    assert web.call("GET", "/procedures/1.999999").body["title"] == "Không có thủ tục này."
    assert web.call("PUT", "/dossiers", token, json={}).status == 405


@pytest.mark.parametrize("path", ["/dossiers/a%00b", "/dossiers?q=%00", "/procedures/%00"])
def test_a_nul_in_the_address_is_malformed(web_on_each: Web, path: str) -> None:
    assert web_on_each.call("GET", path, web_on_each.token("receiving_officer")).status == 422


def test_a_cursor_of_somebody_elses_making_is_malformed(web: Web) -> None:
    got = web.call("GET", "/dossiers?cursor=rubbish", web.token("receiving_officer"))
    refused(
        web,
        0,
        got,
        422,
        "malformed_command",
        "Nội dung thao tác không đúng định dạng.",
        "The command does not have the shape that the action needs.",
    )


def test_the_shown_wording_follows_accept_language(web: Web) -> None:
    english = web.call("GET", "/dossiers", headers={"accept-language": "en-GB,en;q=0.9,vi;q=0.3"})
    assert english.body["detail"] == "Sign in first."
    assert english.headers["content-language"] == "en"
    other = web.call("GET", "/dossiers", headers={"accept-language": "fr-FR"})
    assert other.body["detail"] == "Bạn cần đăng nhập trước."


def test_a_fault_of_ours_shows_nothing_of_the_inside(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_facts: Any) -> None:
        raise RuntimeError("secret inside")

    code = web.register()
    monkeypatch.setattr("api.routes.dossiers.open_view", broken)
    got = web.call("GET", f"/dossiers/{code}", web.token("receiving_officer"))
    assert got.status == 500
    assert got.body["title"] == "Hệ thống gặp sự cố; chưa có gì thay đổi. Vui lòng thử lại."
    assert got.body["facts"] == {}
    assert "secret" not in got.text
    assert got.headers["x-content-type-options"] == "nosniff"


def test_intake_in_another_commune_asks_for_the_role_there(web: Web) -> None:
    body = SUBMISSION | {"intake_commune": "14797"}
    got = web.call("POST", "/dossiers", web.token("receiving_officer"), json=body)
    assert (got.status, got.body["facts"]["commune"]) == (403, "14797")
    assert COMMUNE != "14797"
    assert web.events() == 0
    assert web.now == NINE
