"""Who is asking: log-in, lockout, sessions that end, tokens, and forms that must come from here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dossiers.personal_tables import ApiTokenRow, SessionRow, StaffRow
from dossiers.session import reading
from tests.api.conftest import PASSWORD, SUBMISSION, Web, hidden

WRONG = "Sai tên đăng nhập hoặc mật khẩu, hoặc đã thử quá nhiều lần: chờ 15 phút rồi thử lại."


def log_in(web: Web, login: str, password: str = PASSWORD) -> tuple[int, str]:
    got = web.call("POST", "/session", json={"login": login, "password": password})
    return got.status, got.body.get("title", "")


def test_a_log_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(web: Web) -> None:
    web.person("clerk", login="van-thu")
    got = web.call("POST", "/session", json={"login": "van-thu", "password": PASSWORD})
    assert got.status == 200
    cookie = got.headers["set-cookie"]
    assert cookie.startswith("motcua_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" in cookie
    assert "Max-Age=43200" in cookie
    assert web.call("GET", "/session").body["name"] == "Nguyễn Văn A"


def test_neither_token_nor_session_is_kept_readable(web: Web) -> None:
    web.person("clerk", login="van-thu")
    log_in(web, "van-thu")
    token = web.token("clerk")
    cookie = web.client.cookies["motcua_session"]
    with reading(web.office.engine) as session:
        kept = [*session.execute(select(SessionRow.token_hash)), *session.execute(select(ApiTokenRow.token_hash))]
    assert all(len(value) == 64 for (value,) in kept)
    assert token not in str(kept)
    assert cookie not in str(kept)


def test_the_answer_does_not_tell_whether_an_account_exists(web: Web) -> None:
    web.person("clerk", login="van-thu")
    assert log_in(web, "van-thu", "sai-mat-khau") == (401, WRONG)
    assert log_in(web, "khong-ai-ca", "sai-mat-khau") == (401, WRONG)


def test_five_failures_lock_the_account_for_fifteen_minutes(web: Web) -> None:
    web.person("clerk", login="van-thu")
    for _ in range(5):
        assert log_in(web, "van-thu", "sai-mat-khau") == (401, WRONG)
    assert log_in(web, "van-thu") == (401, WRONG)
    web.now += timedelta(minutes=14)
    assert log_in(web, "van-thu") == (401, WRONG)
    web.now += timedelta(minutes=1)
    assert log_in(web, "van-thu") == (200, "")


def test_four_failures_and_a_success_start_counting_again(web: Web) -> None:
    web.person("clerk", login="van-thu")
    for _ in range(2):
        for _ in range(4):
            log_in(web, "van-thu", "sai-mat-khau")
        assert log_in(web, "van-thu") == (200, "")


def test_one_address_may_not_try_for_ever(web: Web) -> None:
    for number in range(30):
        assert log_in(web, f"ai-do-{number}", "x")[0] == 401
    assert log_in(web, "ai-do-31", "x") == (429, "Có quá nhiều lần thử từ địa chỉ này: vui lòng chờ vài phút.")
    web.now += timedelta(minutes=6)
    assert log_in(web, "ai-do-31", "x")[0] == 401


def test_a_closed_account_cannot_log_in_and_its_session_ends(web: Web) -> None:
    staff = web.person("clerk", login="van-thu")
    log_in(web, "van-thu")
    token = web.token("clerk")
    with web.office.engine.begin() as connection:
        connection.execute(StaffRow.__table__.update().values(active=False))
    assert web.call("GET", "/session").status == 401
    assert web.call("GET", "/dossiers", token).status == 401
    assert log_in(web, "van-thu") == (401, WRONG)
    assert staff


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (60, 401)])
def test_a_session_ends_after_an_hour_without_a_request(web: Web, minutes: int, status: int) -> None:
    web.person("clerk", login="van-thu")
    log_in(web, "van-thu")
    web.now += timedelta(minutes=minutes)
    assert web.call("GET", "/session").status == status


def test_a_session_in_use_ends_after_twelve_hours(web: Web) -> None:
    web.person("clerk", login="van-thu")
    log_in(web, "van-thu")
    for _ in range(23):
        web.now += timedelta(minutes=31)
        assert web.call("GET", "/session").status == 200
    web.now += timedelta(minutes=8)
    assert web.call("GET", "/session").status == 401


def test_a_new_log_in_ends_the_session_before_it(web: Web) -> None:
    web.person("clerk", login="van-thu")
    log_in(web, "van-thu")
    first = web.client.cookies["motcua_session"]
    log_in(web, "van-thu")
    assert web.client.cookies["motcua_session"] != first
    web.client.cookies.clear()
    web.client.cookies.set("motcua_session", first)
    assert web.call("GET", "/session").status == 401


def test_log_out_ends_the_session_on_our_side_too(web: Web) -> None:
    csrf = web.sign_in("clerk")
    cookie = web.client.cookies["motcua_session"]
    assert web.send("/logout", {"csrf": csrf}).headers["location"] == "/login?out=1"
    web.client.cookies.set("motcua_session", cookie)
    assert web.call("GET", "/session").status == 401


def test_with_a_cookie_every_change_needs_the_secret(web: Web) -> None:
    web.person("receiving_officer", login="tiep-nhan")
    csrf = web.call("POST", "/session", json={"login": "tiep-nhan", "password": PASSWORD}).body["csrf"]
    bare = web.call("POST", "/dossiers", json=SUBMISSION)
    assert (bare.status, bare.body["type"]) == (403, "urn:motcua:error:csrf_refused")
    wrong = web.call("POST", "/dossiers", json=SUBMISSION, headers={"X-CSRF-Token": "đoán".encode()})
    assert wrong.status == 403
    assert web.events() == 0
    assert web.call("POST", "/dossiers", json=SUBMISSION, headers={"X-CSRF-Token": csrf}).status == 201


def test_a_form_without_its_secret_is_refused(web: Web) -> None:
    csrf = web.sign_in("receiving_officer")
    code = web.register()
    before = web.events()
    for fields in (
        {"reason": "thôi không cần"},
        {"csrf": "", "reason": "thôi"},
        {"csrf": csrf + "x", "reason": "thôi"},
    ):
        got = web.send(f"/dossiers/{code}/actions/withdraw", fields, sec_fetch_site="cross-site")
        assert got.status == 403
        assert "Biểu mẫu đã cũ hoặc đến từ trang khác" in got.text
    assert web.events() == before


def test_the_log_in_form_itself_needs_its_secret(web: Web) -> None:
    web.person("clerk", login="van-thu")
    web.page("/login")
    got = web.send("/login", {"csrf": "x", "login": "van-thu", "password": PASSWORD}, sec_fetch_site="cross-site")
    assert got.status == 403
    with reading(web.office.engine) as session:
        assert session.execute(select(func.count()).select_from(SessionRow)).scalar_one() == 0


def test_a_token_says_what_it_may(web: Web) -> None:
    code = web.register()
    only_read = web.token("receiving_officer", scopes=("read",))
    assert web.call("GET", f"/dossiers/{code}", only_read).status == 200
    assert web.call("POST", "/dossiers", only_read, json=SUBMISSION).status == 403
    assert web.call("POST", f"/dossiers/{code}/actions/withdraw", only_read, json={"reason": "thôi"}).status == 403
    only_figures = web.token("receiving_officer", scopes=("figures",))
    assert web.call("GET", "/figures/2026-03?commune=14845", only_figures).status == 200
    assert web.call("GET", f"/dossiers/{code}", only_figures).status == 403
    only_act = web.token("receiving_officer", scopes=("act",))
    assert web.call("GET", "/dossiers", only_act).status == 403
    assert web.call("POST", f"/dossiers/{code}/actions/accept", only_act, json={}).status == 200


def test_a_token_ends(web: Web) -> None:
    token = web.token("receiving_officer", days=1)
    assert web.call("GET", "/dossiers", token).status == 200
    web.now += timedelta(days=1)
    assert web.call("GET", "/dossiers", token).status == 401


def test_tokens_are_made_listed_and_revoked_by_their_holder(web: Web) -> None:
    web.person("clerk", login="van-thu")
    csrf = web.call("POST", "/session", json={"login": "van-thu", "password": PASSWORD}).body["csrf"]
    headers = {"X-CSRF-Token": csrf}
    made = web.call("POST", "/tokens", json={"name": "máy in", "scopes": ["read"], "days": 7}, headers=headers)
    assert made.status == 201
    token = made.body["token"]
    assert token.startswith("mc_")
    assert made.body["scopes"] == ["read"]
    assert made.body["expires_at"] == "2026-03-09T09:00:00+07:00"
    listed = web.call("GET", "/tokens")
    assert [one["name"] for one in listed.body] == ["máy in"]
    assert token not in listed.text
    web.client.cookies.clear()
    assert web.call("GET", "/dossiers", token).status == 200
    assert web.call("POST", "/tokens", token, json={"name": "x", "scopes": ["act"]}).status == 403
    log_in(web, "van-thu")
    csrf = web.call("GET", "/session").body["csrf"]
    path = f"/tokens/{made.body['id']}"
    assert web.call("DELETE", path, headers={"X-CSRF-Token": csrf}).status == 204
    web.client.cookies.clear()
    assert web.call("GET", "/dossiers", token).status == 401


def test_nobody_revokes_the_token_of_somebody_else(web: Web) -> None:
    web.token("clerk")
    with reading(web.office.engine) as session:
        other = session.execute(select(ApiTokenRow.id)).scalar_one()
    web.person("supervisor", login="giam-doc")
    csrf = web.call("POST", "/session", json={"login": "giam-doc", "password": PASSWORD}).body["csrf"]
    got = web.call("DELETE", f"/tokens/{other}", headers={"X-CSRF-Token": csrf})
    assert (got.status, got.body["title"]) == (404, "Không có mã truy cập này.")


def test_a_form_sent_after_the_session_ended_is_kept_and_sent_on(web: Web) -> None:
    csrf = web.sign_in("receiving_officer")
    code = web.register()
    web.now += timedelta(hours=2)
    before = web.events()
    fields = {"csrf": csrf, "key": "k-9", "revision": "1", "reason": "Gia đình chuyển đi"}
    asked = web.send(f"/dossiers/{code}/actions/withdraw", fields)
    assert asked.status == 401
    assert "Nội dung bạn vừa nhập vẫn được giữ" in asked.text
    assert web.events() == before
    web.person("receiving_officer", login="tro-lai")
    again = web.send(
        "/login",
        {
            "csrf": hidden(asked.text, "csrf"),
            "login": "tro-lai",
            "password": PASSWORD,
            "next": hidden(asked.text, "next"),
            "kept": '{"key": ["k-9"], "revision": ["1"], "reason": ["Gia đình chuyển đi"]}',
        },
    )
    assert again.status == 200
    assert "Gia đình chuyển đi" in again.text
    assert hidden(again.text, "key") == "k-9"
    sent = web.send(
        f"/dossiers/{code}/actions/withdraw",
        {"csrf": hidden(again.text, "csrf"), "key": "k-9", "revision": "1", "reason": "Gia đình chuyển đi"},
    )
    assert sent.headers["location"] == f"/dossiers/{code}?done=withdraw"
    assert web.events() == before + 1


def test_nothing_is_kept_of_a_form_from_another_site(web: Web) -> None:
    got = web.send("/dossiers/x/actions/withdraw", {"reason": "cài vào"}, sec_fetch_site="cross-site")
    assert got.status == 401
    assert "cài vào" not in got.text


@pytest.mark.parametrize(
    "target", ["https://xau.example", "//xau.example", "/\\xau.example", "/logout", "javascript:1"]
)
def test_a_log_in_never_leads_to_another_site(web: Web, target: str) -> None:
    web.person("clerk", login="van-thu")
    secret = hidden(web.page("/login").text, "csrf")
    got = web.send("/login", {"csrf": secret, "login": "van-thu", "password": PASSWORD, "next": target})
    assert got.headers["location"] == "/dossiers"


def test_a_password_is_changed_by_who_knows_it_and_ends_every_other_session(web: Web) -> None:
    csrf = web.sign_in("clerk")
    mine = web.client.cookies["motcua_session"]
    with reading(web.office.engine) as session:
        login = session.execute(select(StaffRow.login)).scalar_one()
    web.client.cookies.clear()
    log_in(web, login)
    elsewhere = web.client.cookies["motcua_session"]
    web.client.cookies.clear()
    web.client.cookies.set("motcua_session", mine)
    new = {"csrf": csrf, "new": "mat-khau-moi-dai", "again": "mat-khau-moi-dai"}
    wrong = web.send("/account/password", new | {"present": "sai-mat-khau"})
    assert (wrong.status, "Mật khẩu hiện tại không đúng." in wrong.text) == (422, True)
    short = web.send("/account/password", new | {"present": PASSWORD, "new": "ngan", "again": "ngan"})
    assert (short.status, "Mật khẩu có ít nhất 10 ký tự." in short.text) == (422, True)
    differs = web.send("/account/password", new | {"present": PASSWORD, "again": "mat-khau-khac-dai"})
    assert "Hai lần nhập mật khẩu mới không giống nhau." in differs.text
    done = web.send("/account/password", new | {"present": PASSWORD})
    assert done.headers["location"] == "/account?changed=1"
    assert "Đã đổi mật khẩu." in web.page("/account?changed=1").text
    web.client.cookies.clear()
    web.client.cookies.set("motcua_session", elsewhere)
    assert web.call("GET", "/session").status == 401
    web.client.cookies.clear()
    assert log_in(web, login) == (401, WRONG)
    assert log_in(web, login, "mat-khau-moi-dai") == (200, "")


def test_an_administrator_lands_on_the_account(web: Web) -> None:
    web.sign_in("administrator", commune="", province="38")
    assert web.page("/dossiers").headers["location"] == "/account"
    assert "Quản trị" in web.page("/account").text
