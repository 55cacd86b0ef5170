"""Grants limited to a field or a province: nobody gives, sees or resets more than they hold."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from sqlalchemy import update

from dossiers.personal_tables import GrantRow
from dossiers.session import writing
from dossiers.tables import DossierRow
from tests.api.conftest import PASSWORD, Answer, Web, hidden
from tests.samples import COMMUNE

HERE = {"province": "38", "commune": COMMUNE}


def limit(web: Web, staff_id: str, field: str) -> None:
    with writing(web.office.engine) as session:
        session.execute(update(GrantRow).where(GrantRow.staff_id == staff_id).values(field=field))


@pytest.fixture
def send(web: Web) -> Any:
    """Requests of an administrator of civil status in one commune, signed in."""
    limit(web, web.person("administrator", login="quan-tri-ho-tich"), "ho-tich")
    secret = hidden(web.page("/login").text, "csrf")
    login = {"csrf": secret, "login": "quan-tri-ho-tich", "password": PASSWORD}
    assert web.send("/login", login).status == 303
    headers = {"x-csrf-token": hidden(web.page("/account").text, "csrf")}

    def post(path: str, **body: Any) -> Answer:
        return web.call("POST", path, json=body, headers=headers)

    return post


@pytest.mark.parametrize(
    ("grant", "status"),
    [
        (HERE | {"role": "signatory", "field": "ho-tich"}, 201),
        (HERE | {"role": "administrator", "field": "ho-tich"}, 201),
        (HERE | {"role": "signatory", "field": "dat-dai"}, 403),
        (HERE | {"role": "signatory"}, 403),
        (HERE | {"role": "administrator"}, 403),
        ({"role": "signatory", "province": "38", "field": "ho-tich"}, 403),
        ({"role": "signatory", "province": "38", "commune": "14797", "field": "ho-tich"}, 403),
        (HERE | {"role": "signatory", "field": "khong-co"}, 422),
    ],
)
def test_an_administrator_of_one_field_gives_roles_in_that_field_only(
    web: Web, send: Any, grant: dict[str, str], status: int
) -> None:
    made = send("/staff", login="nguoi-moi", name="Người mới", password="y" * 12, grants=[grant])
    assert made.status == status, made.text
    colleague = web.person("clerk")
    limit(web, colleague, "ho-tich")
    assert send(f"/staff/{colleague}/grants", **grant).status == status


@pytest.mark.parametrize(("field", "status"), [("", 403), ("dat-dai", 403), ("ho-tich", 204)])
def test_an_administrator_of_one_field_resets_passwords_in_that_field_only(
    web: Web, send: Any, field: str, status: int
) -> None:
    supervisor = web.person("supervisor")
    limit(web, supervisor, field)
    assert send(f"/staff/{supervisor}/password", password="z" * 12).status == status
    assert send(f"/staff/{supervisor}/deactivate").status == (403 if status == 403 else 200)


def test_a_password_set_anew_ends_the_tokens_of_the_account(web: Web, send: Any) -> None:
    token = web.token("supervisor")
    limit(web, web.person("supervisor"), "ho-tich")
    cookies = dict(web.client.cookies)
    web.client.cookies.clear()
    assert web.call("GET", "/session", token).status == 200
    web.client.cookies.update(cookies)
    assert send(f"/staff/{web.person('supervisor')}/password", password="z" * 12).status == 204
    web.client.cookies.clear()
    assert web.call("GET", "/session", token).status == 401


def test_a_password_changed_by_its_holder_ends_the_tokens_of_the_account(web: Web) -> None:
    staff_id = web.person("clerk", login="van-thu")
    web.people["clerk", COMMUNE] = staff_id
    token, other = web.token("clerk"), web.token("supervisor")
    secret = hidden(web.page("/login").text, "csrf")
    web.send("/login", {"csrf": secret, "login": "van-thu", "password": PASSWORD})
    csrf = hidden(web.page("/account").text, "csrf")
    new = {"csrf": csrf, "present": PASSWORD, "new": "mat-khau-moi-dai", "again": "mat-khau-moi-dai"}
    assert web.send("/account/password", new).headers["location"] == "/account?changed=1"
    web.client.cookies.clear()
    assert web.call("GET", "/session", token).status == 401
    assert web.call("GET", "/session", other).status == 200


def test_figures_of_all_fields_need_a_role_in_all_fields(web: Web) -> None:
    token = web.token("case_officer")
    path = f"/figures/2026-03?commune={COMMUNE}"
    assert web.call("GET", path, token).status == 200
    limit(web, web.person("case_officer"), "dat-dai")
    got = web.call("GET", path, token)
    assert (got.status, got.body["title"]) == (403, "Bạn không có vai trò được làm việc này ở đây.")


@pytest.mark.parametrize(("province", "sees"), [("38", True), ("04", True), ("01", False)])
def test_a_list_and_a_dossier_agree_on_who_may_see_across_provinces(
    web_on_each: Web, province: str, sees: bool
) -> None:
    web = web_on_each
    code = web.register()
    with writing(web.office.engine) as session:  # no longer taken in so, but older rows may be
        session.execute(update(DossierRow).values(commune="01321", province="04"))
    auditor = web.token("province_auditor", commune="", province=province)
    assert web.call("GET", f"/dossiers/{code}", auditor).status == (200 if sees else 403)
    listed = [one["code"] for one in web.call("GET", "/dossiers", auditor).body["items"]]
    assert listed == ([code] if sees else [])


def test_a_role_whose_commune_lies_in_another_province_reaches_nothing(web: Web) -> None:
    code = web.register()
    odd = web.token("clerk", commune=COMMUNE, province="04", login="")
    assert web.call("GET", f"/dossiers/{code}", odd).status == 403
    assert web.call("GET", "/dossiers", odd).body["items"] == []


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "[null, Infinity]",
        "[null, 1e308]",
        "[null, 1.5]",
        "[null, true]",
        "[null, -5]",
        "[null, 1000000000000000000000000000000]",
        '["0001-01-01T00:00:00+14:00", 1]',
        '["0001-01-01T00:00:00+00:00", 1]',
        '["9999-12-31T23:59:59-14:00", 1]',
        '["2026-03-02T09:00:00+00:00", "1"]',
        "[0, 1]",
        "[" * 140,
        "{}",
    ],
)
def test_a_cursor_that_no_list_gave_is_malformed(web_on_each: Web, text: str) -> None:
    got = web_on_each.call("GET", f"/dossiers?cursor={cursor(text)}", web_on_each.token("clerk"))
    assert (got.status, got.body["type"]) == (422, "urn:motcua:error:malformed_command")


def test_a_cursor_of_the_list_itself_still_leads_on(web_on_each: Web) -> None:
    codes = [web_on_each.register(), web_on_each.register()]
    token = web_on_each.token("receiving_officer")
    first = web_on_each.call("GET", "/dossiers?limit=1", token).body
    assert json.loads(base64.urlsafe_b64decode(first["next_cursor"] + "==")) == [None, 1]
    second = web_on_each.call("GET", f"/dossiers?limit=1&cursor={first['next_cursor']}", token).body
    assert [one["code"] for one in (*first["items"], *second["items"])] == codes
    assert second["next_cursor"] is None
