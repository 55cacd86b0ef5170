"""Which events colleagues and bodies are told of, and that nobody is told of what they did."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.settings import Settings, settings
from notifications.channels.base import Contact, Outgoing
from notifications.contents import compose
from notifications.outbox import DeliveryReport, deliver
from notifications.preferences import set_preference
from notifications.routing import route
from notifications.rules import Mode
from tests.desk import MONDAY, Desk
from tests.http_server import gateway
from tests.samples import CASE, RECEIVER, SIGNER, SUPERVISOR, at
from tests.smtp_server import HOST, post_office
from tests.staff import absent, body, member
from tests.told import rows, told

TUESDAY = at("2026-03-03T09:00")


def accepted(office: Office) -> Desk:
    desk = Desk(office).accepted()
    route(office, now=MONDAY)
    return desk


def first_text(office: Office, notice: str) -> Outgoing:
    row = next(r for r in rows(office) if r.notice == notice)
    with reading(office.engine) as session:
        found = compose(office, session, row, needs=Contact.NOTHING)
    assert isinstance(found, Outgoing)
    return found


def test_who_is_given_a_step_is_told_and_who_takes_it_is_not(office: Office) -> None:
    member(office, "case1", "case_officer")
    member(office, SUPERVISOR.id, "supervisor")
    desk = accepted(office)
    desk.do("assign", TUESDAY, SUPERVISOR, occurrence=2, assignee="case1")
    desk.do("assign", TUESDAY, SUPERVISOR, occurrence=2, assignee=None)
    route(office, now=TUESDAY)
    assert told(office) == [("staff:case1", "assigned", "email")]
    outgoing = first_text(office, "assigned")
    assert outgoing.subject == "Hồ sơ MC-14845-260302-0001: được giao cho bạn"
    assert "Bước xử lý: appraise\nHẹn trả kết quả: 17:00 ngày 09/03/2026\n" in outgoing.body
    assert "Lò Thị B" not in outgoing.body


def test_whoever_gets_it_back_is_told(office: Office) -> None:
    member(office, "case1", "case_officer")
    member(office, SIGNER.id, "signatory")
    desk = accepted(office)
    desk.appraised("ok", TUESDAY)
    desk.do("return_to_step", TUESDAY, SIGNER, step="appraise", reason="Thiếu căn cứ")
    route(office, now=TUESDAY)
    assert told(office) == [("staff:case1", "returned", "email")]
    assert "Thiếu căn cứ" not in first_text(office, "returned").body


def test_a_supplement_during_processing_is_told_to_whoever_goes_on(office: Office) -> None:
    member(office, "case1", "case_officer")
    member(office, RECEIVER.id, "receiving_officer")
    desk = accepted(office)
    desk.do("request_supplement", TUESDAY, SUPERVISOR, items=[{"problem": "Thiếu chữ ký"}])
    desk.do("receive_supplement", TUESDAY, RECEIVER)
    route(office, now=TUESDAY)
    assert told(office) == [("staff:case1", "supplement_received", "email")]


def test_a_proposal_to_stop_goes_to_those_who_decide_once_each(office: Office) -> None:
    member(office, "chair", "signatory", "supervisor")
    member(office, "boss", "supervisor")
    member(office, SIGNER.id, "signatory")
    absent(office, "boss", date(2026, 3, 3), date(2026, 3, 3))
    desk = accepted(office)
    desk.do("propose_stop", TUESDAY, SIGNER, reason="Có tranh chấp", legal_ground="Điều 19")
    route(office, now=TUESDAY)
    assert told(office) == [("staff:chair", "stop_proposed", "email")]
    assert "Căn cứ nêu trong đề nghị: Điều 19\n" in first_text(office, "stop_proposed").body


def test_silence_that_counts_as_an_answer_is_told_to_the_holder(office: Office) -> None:
    member(office, "signer1", "signatory")
    body(office, "Công an xã", email="ca@example.vn")
    desk = accepted(office)
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã", "Thuế"], question="Có phù hợp?")
    late = at("2026-03-09T09:00")
    desk.do("answer_consultation", late, CASE, number=1, answer="consent")
    route(office, now=late)
    assert ("body:1", "consultation_asked", "email") in told(office)
    found = [r for r in rows(office) if r.notice == "consultation_answered"]
    assert {r.recipient for r in found} == {"staff:signer1"}
    assert first_text(office, "consultation_answered").subject == (
        "Hồ sơ MC-14845-260302-0001: Công an xã không trả lời trong thời hạn"
    )


def test_who_has_switched_it_off_is_not_told(office: Office) -> None:
    key = member(office, "case1", "case_officer")
    with writing(office.engine) as session:
        set_preference(session, key, "*", Mode.OFF, by="test", now=MONDAY)
    desk = accepted(office)
    desk.do("assign", TUESDAY, SUPERVISOR, occurrence=2, assignee="case1")
    route(office, now=TUESDAY)
    assert told(office) == []


def test_a_text_message_waits_for_the_morning_and_mail_does_not(office: Office, tmp_path: Path) -> None:
    night = at("2026-03-02T22:00")
    for contact in ({"phone": "0912345678"}, {"email": "b@example.vn"}):
        desk = Desk(office)
        desk.register(night, applicant={"name": "Lò Thị B", **contact})
        desk.do("refuse", night, RECEIVER, reason="Không thuộc thẩm quyền")
    route(office, now=night, channels={"email", "sms", "counter"})
    assert [(r.channel, r.next_try_at) for r in rows(office)] == [
        ("sms", at("2026-03-03T07:00")),
        ("email", night),
    ]
    with gateway() as server, post_office() as post:
        file = tmp_path / "sms.yaml"
        file.write_text(f"url: {server.url}\nbody: {{text: '{{{{ text }}}}'}}", encoding="utf-8")
        given = Settings(sms_gateway=file, allow_plain_http=True, smtp_host=HOST, smtp_port=post.port)
        assert asyncio.run(deliver(office, given, now=night)) == DeliveryReport(accepted=1)
        assert (len(server.requests), len(post.mails)) == (0, 1)
        assert asyncio.run(deliver(office, given, now=at("2026-03-03T07:00"))) == DeliveryReport(accepted=1)
        assert server.requests[0].json["text"].startswith("Hồ sơ MC-14845-260302-0001 không được giải quyết.")


@pytest.fixture
def shell(office: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MOTCUA_DATABASE_URL", office.engine.url.render_as_string(hide_password=False))
    settings.cache_clear()

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli.app, ["notices", *arguments])
        return result.exit_code, result.output

    yield run
    settings.cache_clear()


def test_the_same_from_a_shell(office: Office, shell: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path))
    settings.cache_clear()
    member(office, "desk1", "receiving_officer")
    desk = Desk(office)
    desk.register(applicant={"name": "Lò Thị B", "email": "b,c@example.vn"})
    desk.do("refuse", MONDAY, RECEIVER, reason="Không thuộc thẩm quyền")
    route(office, now=MONDAY)
    with post_office() as post:
        given = Settings(smtp_host=HOST, smtp_port=post.port)
        assert asyncio.run(deliver(office, given, now=MONDAY)) == DeliveryReport(undeliverable=1)
        (row,) = rows(office)
        code, shown = shell("undeliverable", "--actor", "desk1", "--json")
        assert code == 1
        assert [one["message_id"] for one in json.loads(shown)] == [row.message_id]
        assert shell("resend", row.message_id, "--actor", "desk1") == (0, f"{row.message_id}: waiting\n")
        assert asyncio.run(deliver(office, given, now=rows(office)[0].next_try_at)) == DeliveryReport(undeliverable=1)
        assert shell("close", row.message_id, "--actor", "desk1", "--how", "post")[0] == 0
        assert rows(office)[0].last_error == "told by post"
        assert shell("undeliverable", "--actor", "desk1") == (0, "Không có / none\n")
        assert shell("prefer", "--actor", "desk1", "*", "digest") == (0, "*: digest\n")
        assert shell("prefer", "--actor", "desk1", "*", "default") == (0, "mặc định / default\n")
        monkeypatch.setenv("MOTCUA_SMTP_HOST", HOST)
        monkeypatch.setenv("MOTCUA_SMTP_PORT", str(post.port))
        settings.cache_clear()
        assert shell("test-channel", "email", "a@example.vn") == (0, "Accepted\n")
        assert post.mails[-1]["Subject"] == "Thử kênh gửi tin / test message"
        assert shell("test-channel", "email", "nobody") == (1, "Undeliverable: that is no usable e-mail address\n")
