"""The desk: pages for people, without scripts, in two languages, that never lose what was typed."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from dossiers.personal_tables import AccessRow
from dossiers.session import reading
from tests.api.conftest import Web, hidden
from tests.api.test_dossiers import machine
from tests.samples import COMMUNE, at

BIRTH = "1.001193"


def form_of(html: str, action: str) -> str:
    """The form of an action on a dossier's page."""
    found = re.search(rf'<form method="post" action="/dossiers/[^"]+/actions/{action}".*?</form>', html, re.DOTALL)
    assert found, action
    return found[0]


def filled(html: str, **fields: str) -> dict[str, str]:
    """The hidden fields of a form together with what somebody types."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', html)) | fields


def test_who_is_not_signed_in_is_led_to_the_log_in_and_back(web: Web) -> None:
    code = web.register()
    got = web.page(f"/dossiers/{code}?show_id=1")
    assert (got.status, got.headers["location"]) == (303, f"/login?next=%2Fdossiers%2F{code}%3Fshow_id%3D1")
    assert web.page("/").headers["location"] == "/dossiers"


def test_a_dossier_is_taken_in_and_accepted_by_forms(web: Web) -> None:
    web.sign_in("receiving_officer")
    chosen = web.page("/dossiers/new")
    assert 'href="/dossiers/new/9.000001"' in chosen.text
    assert 'href="/dossiers/new/9.000002"' not in chosen.text, "of another province"
    assert 'href="/dossiers/new/9.000003"' not in chosen.text, "not in force"
    page = web.page("/dossiers/new/9.000001")
    fields = filled(page.text) | {
        "applicant.name": "Lò Thị Bưởi",
        "applicant.personal_id_number": "038 190 001 234",
        "form.purpose": "vay vốn",
        "intake_commune": COMMUNE,
        "channel": "direct",
        "document.to_khai": "original",
    }
    sent = web.send("/dossiers/new/9.000001", fields)
    assert sent.headers["location"] == "/dossiers/MC-14845-260302-0001?done=register"
    shown = web.page(sent.headers["location"])
    assert "Đã nhận hồ sơ MC-14845-260302-0001." in shown.text
    assert "•••••••••234" in shown.text
    assert "038190001234" not in shown.text
    accepted = web.send(
        "/dossiers/MC-14845-260302-0001/actions/accept",
        filled(form_of(shown.text, "accept")) | {"document.to_khai": "original", "case": "normal"},
    )
    assert accepted.headers["location"] == "/dossiers/MC-14845-260302-0001?done=accept"
    after = web.page(accepted.headers["location"])
    assert "Đã thực hiện: Tiếp nhận." in after.text
    assert "17:00 09/03/2026" in after.text


def test_sending_the_same_form_twice_takes_in_once(web: Web) -> None:
    web.sign_in("receiving_officer")
    fields = filled(web.page("/dossiers/new/9.000001").text) | {"applicant.name": "Lò Thị Bưởi"}
    first = web.send("/dossiers/new/9.000001", fields)
    again = web.send("/dossiers/new/9.000001", fields)
    assert first.headers["location"] == again.headers["location"]
    assert web.events() == 1


def test_a_refused_intake_shows_what_is_wrong_and_keeps_what_was_typed(web: Web) -> None:
    web.now = at("2026-11-23T09:00")
    web.sign_in("receiving_officer")
    page = web.page(f"/dossiers/new/{BIRTH}")
    fields = filled(page.text) | {"applicant.name": "Lò Thị Bưởi", "applicant.phone": "abc", "channel": "postal"}
    got = web.send(f"/dossiers/new/{BIRTH}", fields)
    assert got.status == 422
    assert "Số điện thoại chưa đúng, ví dụ 0912 345 678." in got.text
    assert 'value="Lò Thị Bưởi"' in got.text
    assert '<option value="postal" selected>' in got.text
    assert hidden(got.text, "key") == fields["key"]
    wrong_form = web.send(f"/dossiers/new/{BIRTH}", fields | {"applicant.phone": ""})
    assert wrong_form.status == 422
    assert "Cần điền trường này." in wrong_form.text
    assert 'value="Lò Thị Bưởi"' in wrong_form.text
    assert web.events() == 0


def test_a_step_is_finished_with_one_click(web: Web) -> None:
    code = web.accepted()
    machine(web)
    web.sign_in("case_officer")
    page = web.page(f"/dossiers/{code}")
    form = form_of(page.text, "complete_step")
    assert re.findall(r'name="outcome" value="(\w+)"', form) == ["ok", "split", "ask", "wait", "fee", "unfit"]
    sent = web.send(f"/dossiers/{code}/actions/complete_step", filled(form, outcome="ok", note="đủ"))
    assert sent.headers["location"] == f"/dossiers/{code}?done=complete_step"
    after = web.page(f"/dossiers/{code}")
    assert "Lúc này hồ sơ không chờ bạn làm gì." in after.text


def test_a_click_on_a_page_that_somebody_has_overtaken_is_refused_in_place(web: Web) -> None:
    code = web.accepted()
    machine(web)
    web.sign_in("case_officer")
    form = form_of(web.page(f"/dossiers/{code}").text, "request_supplement")
    web.act(code, "pause", "supervisor", reason="survey")
    before = web.events()
    fields = filled(form) | {"item.0.problem": "Thiếu chữ ký ở trang hai", "item.0.document": "to_khai"}
    got = web.send(f"/dossiers/{code}/actions/request_supplement", fields)
    assert got.status == 412
    assert "Người khác vừa thay đổi hồ sơ" in got.text
    assert "Thiếu chữ ký ở trang hai" in got.text
    assert web.events() == before
    again = web.send(
        f"/dossiers/{code}/actions/request_supplement",
        filled(form_of(got.text, "request_supplement")) | {"item.0.problem": "Thiếu chữ ký ở trang hai"},
    )
    assert again.status == 303


def test_what_was_typed_is_shown_even_when_the_action_is_no_longer_offered(web: Web) -> None:
    code = web.register()
    web.sign_in("receiving_officer")
    form = form_of(web.page(f"/dossiers/{code}").text, "request_supplement")
    web.act(code, "withdraw", "supervisor", reason="ông ấy đổi ý")
    fields = filled(form) | {"item.0.problem": "Thiếu giấy chứng sinh"}
    got = web.send(f"/dossiers/{code}/actions/request_supplement", fields)
    assert got.status == 412
    assert "Nội dung bạn đã nhập được giữ ở đây" in got.text
    assert "Thiếu giấy chứng sinh" in got.text


def test_a_missing_document_is_named_in_the_readers_language(web: Web) -> None:
    code = web.register(documents={})
    web.sign_in("receiving_officer")
    form = form_of(web.page(f"/dossiers/{code}").text, "accept")
    got = web.send(f"/dossiers/{code}/actions/accept", filled(form))
    assert got.status == 409
    assert "Thiếu thành phần hồ sơ bắt buộc" in got.text
    assert "Tờ khai" in re.findall(r'role="alert".*?</div>', got.text, re.DOTALL)[0]


def test_a_supplement_asks_for_everything_at_once_and_dates_can_lie_back(web: Web) -> None:
    code = web.register(documents={})
    web.now = at("2026-03-02T11:00")
    web.sign_in("receiving_officer")
    form = form_of(web.page(f"/dossiers/{code}").text, "request_supplement")
    fields = filled(form) | {
        "item.0.problem": "Thiếu tờ khai",
        "item.2.problem": "Ảnh mờ",
        "item.2.guidance": "Chụp lại",
        "occurred_at": "2026-03-02T10:30",
        "backdating_reason": "mất điện",
    }
    assert web.send(f"/dossiers/{code}/actions/request_supplement", fields).status == 303
    event = web.call("GET", f"/dossiers/{code}/timeline", web.token("receiving_officer")).body[-1]
    assert event["occurred_at"] == "2026-03-02T03:30:00Z"
    assert event["facts"]["items"] == [{"problem": "Thiếu tờ khai"}, {"problem": "Ảnh mờ", "guidance": "Chụp lại"}]


def test_pages_speak_english_when_asked_and_remember_it(web: Web) -> None:
    code = web.accepted()
    web.sign_in("case_officer")
    got = web.page(f"/dossiers/{code}?lang=en")
    assert '<html lang="en">' in got.text
    assert "Why this date? Explained day by day" in got.text
    assert "motcua_lang=en" in got.headers["set-cookie"]
    assert "Dossiers" in web.page("/dossiers").text
    back = web.page("/dossiers?lang=vi").text
    assert "Chờ tôi xử lý" in back
    assert "Chờ tôi xử lý" in web.page("/dossiers").text


def test_a_name_with_markup_stays_a_name(web: Web) -> None:
    evil = {"name": '<script>alert("1")</script>', "address": '" onmouseover="x'}
    code = web.register(applicant=evil, form={"purpose": "{{ 7*7 }}<b>"})
    web.sign_in("receiving_officer")
    for path in ("/dossiers", f"/dossiers/{code}", '/dossiers?q="><script>'):
        text = web.page(path).text
        assert "<script" not in text
        assert 'onmouseover="x' not in text.replace("&#34;", "&quot;")
    assert "{{ 7*7 }}&lt;b&gt;" in web.page(f"/dossiers/{code}").text


def test_every_answer_carries_the_headers_that_protect_it(web: Web) -> None:
    code = web.register()
    web.sign_in("receiving_officer")
    for path in ("/dossiers", f"/dossiers/{code}", "/login", "/khong-co", "/api/v1/dossiers"):
        got = web.page(path)
        policy = got.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'")
        assert "unsafe" not in policy
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["x-frame-options"] == "DENY"
        assert got.headers["referrer-policy"] == "same-origin"
        assert got.headers["cache-control"] == "no-store"
    style = re.findall(r'href="(/static/[^"]+)"', web.page("/dossiers").text)[0]
    assert web.page(style).headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_first_view_is_small(web: Web) -> None:
    for _ in range(30):
        web.register()
    code = web.accepted()
    machine(web)
    web.now = at("2026-11-23T09:00")
    web.sign_in("receiving_officer", "case_officer", "supervisor", "signatory", "clerk")
    style = len(web.page("/static/desk.css").text.encode())
    for path in ("/dossiers?view=all", f"/dossiers/{code}", "/dossiers/new", "/dossiers/new/1.115520"):
        got = web.page(path)
        assert got.status == 200, path
        assert len(got.text.encode()) + style < 50_000, path


def test_looking_at_pages_is_recorded(web: Web) -> None:
    code = web.register()
    web.sign_in("receiving_officer")
    with reading(web.office.engine) as session:
        before = len(session.execute(select(AccessRow.id)).all())
    web.page(f"/dossiers/{code}")
    whole = web.page(f"/dossiers/{code}?show_id=1")
    assert "038190001234" in whole.text
    web.page("/dossiers?view=all")
    with reading(web.office.engine) as session:
        rows = session.execute(select(AccessRow.what).order_by(AccessRow.id)).scalars().all()
    assert rows[before:] == ["page dossier", "page dossier with identity number", "page list"]


def test_a_demonstration_says_so_and_production_never_names_its_accounts(web: Web) -> None:
    assert "Bản trình diễn" not in web.page("/login").text
    assert "motcua-demo" not in web.page("/login").text


def test_a_dossier_of_another_commune_is_not_shown(web: Web) -> None:
    code = web.register()
    web.sign_in("receiving_officer", commune="14797")
    got = web.page(f"/dossiers/{code}")
    assert got.status == 403
    assert "Bạn không có vai trò được làm việc này ở đây." in got.text
    assert code not in web.page("/dossiers?view=all").text


@pytest.mark.parametrize("path", ["/dossiers/MC-0", "/khong-co-trang-nay"])
def test_what_does_not_exist_says_so_in_words(web: Web, path: str) -> None:
    web.sign_in("receiving_officer")
    got = web.page(path)
    assert got.status == 404
    assert "<h1>Không có" in got.text


@pytest.mark.parametrize("view", ["mine", "overdue", "due_soon", "open", "all", "rubbish"])
def test_every_view_of_the_list_opens(web: Web, view: str) -> None:
    web.accepted()
    web.sign_in("receiving_officer", "case_officer")
    got = web.page(f"/dossiers?view={view}&status=rubbish&role=rubbish&field=rubbish2&q=x")
    assert got.status == 200


def test_a_body_that_is_no_form_is_refused(web: Web) -> None:
    web.sign_in("receiving_officer")
    got = web.client.post("/dossiers/new/9.000001", json={"a": 1})
    assert got.status_code == 415


def test_every_form_of_the_desk_does_what_it_says(web: Web) -> None:
    code = web.accepted()
    machine(web)
    web.sign_in("receiving_officer", "case_officer", "supervisor", "clerk")

    def click(action: str, **fields: str) -> None:
        page = web.page(f"/dossiers/{code}")
        typed = {k.replace("__", "."): v for k, v in fields.items()}
        got = web.send(f"/dossiers/{code}/actions/{action}", filled(form_of(page.text, action)) | typed)
        assert got.status == 303, (action, re.sub(r"<[^>]+>", " ", got.text)[-3000:])

    click("pause", reason="survey", note="chờ đo")
    click("resume")
    click("record_payment", fee="le_phi", amount_vnd="8.000", how="cash", receipt="B-01")
    paid = web.call("GET", f"/dossiers/{code}", web.token("supervisor")).body["revision"]
    click("correct", corrects=str(paid), what="payment", reason="Thu nhầm")
    click("record_exemption", fee="le_phi", ground="Hộ nghèo")
    click("extend", until="2026-03-12T16:00", reason="Chờ xác minh", apology="Xin lỗi ông bà")
    click("correct", corrects="1", what="channel", channel="postal", reason="Ghi nhầm")
    click("complete_step", outcome="ask")
    click("consult", bodies="Công an xã\n\nTrạm y tế\n", question="Có ý kiến gì không?")
    click("answer_consultation", number="1", answer="consent")
    click("answer_consultation", number="2", answer="opinion", text="Cần làm rõ")
    click("return_to_step", step="appraise", reason="Xem lại cho kỹ")
    click("complete_step", outcome="ok")
    web.sign_in("signatory", "clerk", "receiving_officer")
    click("complete_step", outcome="signed", note="Đồng ý")
    click("issue_result", result="paper", number="15/UBND", outcome="done")
    machine(web)
    click("hand_over", how="counter", to="representative", rating="5", comment="Nhanh")
    click("reopen", reason="Sai tên trên giấy", step="appraise", whose="commune")
    click("propose_stop", reason="Theo yêu cầu cơ quan khác", legal_ground="Điều 9")
    assert "cần người thứ hai xác nhận" in web.page(f"/dossiers/{code}").text
    web.sign_in("supervisor")
    click("stop", remark="Đồng ý dừng")
    timeline = web.call("GET", f"/dossiers/{code}/timeline", web.token("supervisor")).body
    facts = {e["type"]: e["facts"] for e in timeline}
    assert facts["PaymentRecorded"] == {"fee": "le_phi", "amount_vnd": 8000, "how": "cash", "receipt": "B-01"}
    assert facts["DeadlineExtended"]["promised_at"] == "2026-03-12T10:00:00.000000+00:00"
    assert [c["body"] for c in facts["ConsultationRequested"]["consultations"]] == ["Công an xã", "Trạm y tế"]
    assert facts["ResultHandedOver"] == {"how": "counter", "to": "representative", "rating": 5, "comment": "Nhanh"}
    assert facts["DossierStopped"] == {
        "proposal": next(e["revision"] for e in timeline if e["type"] == "StopProposed"),
        "reason": "Theo yêu cầu cơ quan khác",
        "legal_ground": "Điều 9",
        "remark": "Đồng ý dừng",
    }
    page = web.page(f"/dossiers/{code}").text
    for shown in ("8.000 đ", "Công an xã", "Điều 9", "17:00 12/03/2026", "Người được ủy quyền"):
        assert shown in page


def test_an_extension_without_length_says_so_beside_its_field(web: Web) -> None:
    code = web.accepted()
    web.sign_in("supervisor")
    form = form_of(web.page(f"/dossiers/{code}").text, "extend")
    got = web.send(f"/dossiers/{code}/actions/extend", filled(form, reason="mưa bão", apology="xin lỗi"))
    assert got.status == 422
    assert "Nhập số ngày hoặc thời điểm hẹn mới, chỉ một trong hai." in got.text
    assert ">mưa bão</textarea>" in got.text
