"""Forms that no page of ours made: a clear refusal, never a fault."""

from __future__ import annotations

import pytest

from tests.api.conftest import Web, hidden

SUBMIT = {"key": "k", "revision": "2"}


@pytest.mark.parametrize("kept", ["[" * 100_000, '{"a":' * 50_000, "9" * 5000, "[]", "null", "rác"])
def test_a_log_in_with_an_unreadable_kept_form_is_malformed(web: Web, kept: str) -> None:
    secret = hidden(web.page("/login").text, "csrf")
    got = web.send("/login", {"csrf": secret, "login": "x", "password": "y", "kept": kept})
    assert got.status == 422
    assert "Yêu cầu không đúng định dạng." in got.text


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 10, "٣", "1e3", "-"])
def test_a_number_that_no_page_offered_is_malformed(web: Web, number: str) -> None:
    code = web.accepted()
    csrf = web.sign_in("receiving_officer", "case_officer", "clerk")
    before = web.events()
    for action, name in (("complete_step", "occurrence"), ("answer_consultation", "number")):
        path = f"/dossiers/{code}/actions/{action}"
        got = web.send(path, SUBMIT | {"csrf": csrf, "key": f"{action}-k", name: number, "answer": "consent"})
        assert 400 <= got.status < 500, (action, got.status)
    assert web.events() == before


@pytest.mark.parametrize("action", ["register_submission", "khong-co"])
def test_an_action_without_a_form_is_not_found(web: Web, action: str) -> None:
    code = web.accepted()
    csrf = web.sign_in("receiving_officer")
    got = web.send(f"/dossiers/{code}/actions/{action}", SUBMIT | {"csrf": csrf})
    assert got.status == 404
    assert "Không có thao tác này." in got.text
