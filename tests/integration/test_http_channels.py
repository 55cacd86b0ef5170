"""Gateways against a real HTTP server that accepts, postpones, refuses, breaks off and stays silent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlmodel import col

from dossiers.office import Office
from dossiers.session import reading
from dossiers.settings import Settings
from notifications.channels import offered_channels, open_channels
from notifications.channels.base import Accepted, Outcome, OutcomeUnknown, Outgoing, TryLater, Undeliverable
from notifications.channels.http_json import SmsChannel
from notifications.messages import resolve
from notifications.outbox import DeliveryReport, deliver
from notifications.routing import route
from notifications.tables import MessageRow
from tests.desk import MONDAY, Desk
from tests.http_server import DROP, SILENCE, Gateway, gateway
from tests.samples import RECEIVER

MINUTE = timedelta(minutes=1)
LEASE_OVER = MONDAY + timedelta(minutes=3)
NOWHERE = create_engine("sqlite://")
FILE = """
url: {url}
timeout_seconds: 1
secrets: {{key: TEST_SMS_KEY}}
headers: {{Authorization: "Bearer {{{{ secrets.key }}}}"}}
body:
  to: "{{{{ to }}}}"
  content: "{{{{ text }}}}"
  unicode: "{{{{ accents }}}}"
  parts: "{{{{ segments }}}}"
  request: "motcua-{{{{ message_id }}}}"
  brand: UBND
{more}
"""
CODES = "answer: {path: data.0.code, accepted: [0], later: [7], undeliverable: [13]}"


@pytest.fixture
def server() -> Iterator[Gateway]:
    with gateway() as running:
        yield running


def settings_for(server: Gateway, folder: Path, more: str = "", **others: object) -> Settings:
    file = folder / "gateway.yaml"
    file.write_text(FILE.format(url=server.url, more=more), encoding="utf-8")
    return Settings(sms_gateway=file, allow_plain_http=True, **others)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SMS_KEY", "s3cret")


def message(**changes: object) -> Outgoing:
    given: dict[str, object] = {
        "message_id": "ab" * 16,
        "address": "0912 345 678",
        "name": "Lò Thị B",
        "subject": "Hồ sơ MC-1",
        "body": "Dài",
        "language": "vi",
        "created_at": MONDAY,
        "short": 'Hồ sơ "MC-1" {{ 7 * 7 }}\nđã có kết quả',
        "notice": "receipt",
        "recipient": "body:3",
    }
    return Outgoing(**(given | changes))  # type: ignore[arg-type]


async def sent(settings: Settings, outgoing: Outgoing | None = None) -> Outcome:
    channel = SmsChannel.open(NOWHERE, settings, now=MONDAY)
    assert channel is not None
    try:
        return await channel.send(outgoing or message())
    finally:
        await channel.close()


async def test_the_template_is_filled_with_data_and_never_with_markup(server: Gateway, tmp_path: Path) -> None:
    assert await sent(settings_for(server, tmp_path)) == Accepted()
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/send")
    assert request.headers["authorization"] == "Bearer s3cret"
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.json == {
        "to": "84912345678",
        "content": 'Hồ sơ "MC-1" {{ 7 * 7 }} đã có kết quả',
        "unicode": True,
        "parts": 1,
        "request": "motcua-" + "ab" * 16,
        "brand": "UBND",
    }
    assert await sent(settings_for(server, tmp_path, sms_accents=False)) == Accepted()
    assert server.requests[1].json["content"] == 'Ho so "MC-1" {{ 7 * 7 }} da co ket qua'
    assert server.requests[1].json["unicode"] is False


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Accepted()),
        (202, Accepted()),
        (302, TryLater("HTTP 302 Found: redirects are not followed", channel_down=True)),
        (400, Undeliverable("HTTP 400 Bad Request")),
        (401, TryLater("HTTP 401 Unauthorized", channel_down=True)),
        (404, TryLater("HTTP 404 Not Found", channel_down=True)),
        (422, Undeliverable("HTTP 422 Unprocessable Entity")),
        (429, TryLater("HTTP 429 Too Many Requests")),
        (500, TryLater("HTTP 500 Internal Server Error")),
        (503, TryLater("HTTP 503 Service Unavailable")),
        (599, TryLater("HTTP 599")),
    ],
)
async def test_the_status_says_what_became_of_it(
    server: Gateway, tmp_path: Path, status: int, outcome: Outcome
) -> None:
    server.answer(status, location="http://127.0.0.1:1/elsewhere")
    assert await sent(settings_for(server, tmp_path)) == outcome
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"data": [{"code": 0}]}, Accepted()),
        ({"data": [{"code": "7"}]}, TryLater("HTTP 200 OK, data.0.code 7")),
        ({"data": [{"code": 13}]}, Undeliverable("HTTP 200 OK, data.0.code 13")),
        ({"data": [{"code": 99}]}, OutcomeUnknown("HTTP 200 OK, data.0.code 99")),
        ({"data": []}, OutcomeUnknown("HTTP 200 OK, but its answer has no data.0.code")),
        (b"<html>", OutcomeUnknown("HTTP 200 OK, but its answer has no data.0.code")),
    ],
)
async def test_a_gateways_own_code_goes_before_a_2xx(
    server: Gateway, tmp_path: Path, body: object, outcome: Outcome
) -> None:
    server.answer(200, body)
    assert await sent(settings_for(server, tmp_path, CODES)) == outcome


async def test_a_status_can_be_given_another_meaning(server: Gateway, tmp_path: Path) -> None:
    server.answer(504)
    assert await sent(settings_for(server, tmp_path, "answer: {status: {504: unknown}}")) == OutcomeUnknown(
        "HTTP 504 Gateway Timeout"
    )


@pytest.mark.parametrize("end", [DROP, SILENCE])
async def test_silence_after_the_content_leaves_the_outcome_unknown(server: Gateway, tmp_path: Path, end: int) -> None:
    server.answer(end)
    outcome = await sent(settings_for(server, tmp_path))
    assert isinstance(outcome, OutcomeUnknown)
    assert len(server.requests) == 1


async def test_a_refused_connection_is_for_later_for_every_message(tmp_path: Path) -> None:
    with gateway() as closed:
        pass
    outcome = await sent(settings_for(closed, tmp_path))
    assert isinstance(outcome, TryLater)
    assert outcome.channel_down
    assert "ConnectError" in outcome.reason


async def test_what_is_no_phone_number_leaves_the_house_never(server: Gateway, tmp_path: Path) -> None:
    outcome = await sent(settings_for(server, tmp_path), message(address="hàng xóm"))
    assert outcome == Undeliverable("that is no usable phone number")
    assert server.requests == []


def test_a_gateway_that_cannot_be_used_leaves_its_messages_waiting(
    server: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(server, tmp_path)
    assert SmsChannel.open(NOWHERE, settings, now=MONDAY) is not None
    assert SmsChannel.open(NOWHERE, settings.model_copy(update={"allow_plain_http": False}), now=MONDAY) is None
    monkeypatch.delenv("TEST_SMS_KEY")
    assert SmsChannel.open(NOWHERE, settings, now=MONDAY) is None
    assert "sms" not in open_channels(NOWHERE, settings, now=MONDAY)
    assert offered_channels(settings) == {"email", "counter", "sms"}
    assert offered_channels(Settings()) == {"email", "counter"}
    assert offered_channels(Settings(mode="demo")) == {"email", "counter", "sms", "zalo", "webhook"}


async def test_a_fact_that_a_notice_does_not_have_is_null(server: Gateway, tmp_path: Path) -> None:
    settings = settings_for(server, tmp_path)
    assert settings.sms_gateway is not None
    settings.sms_gateway.write_text(
        f"url: {server.url}\nbody: {{by: '{{{{ data.answer_by }}}}', c: '{{{{ data.code }}}}'}}"
    )
    assert await sent(settings, message(data={"code": "MC-1"})) == Accepted()
    assert server.requests[0].json == {"by": None, "c": "MC-1"}


def routed(office: Office, *, now: datetime = MONDAY) -> Desk:
    """A dossier whose receipt waits to go out as a text message."""
    desk = Desk(office)
    desk.register(now, applicant={"name": "Lò Thị B", "phone": "0912345678"})
    desk.do("accept", now, RECEIVER)
    desk.machine(now)
    route(office, now=now, channels={"sms", "counter"})
    return desk


def row_of(office: Office, desk: Desk) -> MessageRow:
    with reading(office.engine) as session:
        return session.scalars(select(MessageRow).where(col(MessageRow.dossier_id) == desk.row.id)).one()


async def test_a_receipt_goes_out_as_a_text_message(office: Office, server: Gateway, tmp_path: Path) -> None:
    desk = routed(office)
    server.answer(503)
    server.answer(400, {"error": "84912345678"})
    settings = settings_for(server, tmp_path)
    assert await deliver(office, settings, now=MONDAY) == DeliveryReport(later=1)
    assert row_of(office, desk).next_try_at == MONDAY + MINUTE
    assert await deliver(office, settings, now=MONDAY + MINUTE) == DeliveryReport(undeliverable=1)
    first, second = server.requests
    assert first.json == second.json
    assert first.json["content"] == (
        "Hồ sơ MC-14845-260302-0001 đã được tiếp nhận, hẹn trả kết quả 17:00 ngày 09/03/2026."
    )
    assert "Lò" not in first.body.decode()
    assert first.json["parts"] == 2


CHILD = """
import asyncio, sys
from datetime import datetime
from dossiers.session import engine_for
from dossiers.settings import settings
from notifications.outbox import deliver
from tests.conftest import make_office
from tests.samples import sample

given = settings()
office = make_office(engine_for(given.url), sample())
print(asyncio.run(deliver(office, given, now=datetime.fromisoformat(sys.argv[1]))))
"""


@pytest.mark.parametrize(("point", "arrived"), [("outbox.before_send", 0), ("outbox.after_send_before_record", 1)])
async def test_a_sender_killed_in_between_loses_nothing_and_doubles_at_most_once(
    office: Office, server: Gateway, tmp_path: Path, point: str, arrived: int
) -> None:
    desk, next_one = routed(office), routed(office)
    settings = settings_for(server, tmp_path)
    environment = {
        **os.environ,
        "MOTCUA_DATABASE_URL": office.engine.url.render_as_string(hide_password=False),
        "MOTCUA_FAILPOINTS": point,
        "MOTCUA_SMS_GATEWAY": str(settings.sms_gateway),
        "MOTCUA_ALLOW_PLAIN_HTTP": "1",
    }
    command = [sys.executable, "-c", CHILD, MONDAY.isoformat()]
    killed = subprocess.run(command, env=environment, check=False, capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(server.requests) == arrived
    assert await deliver(office, settings, now=LEASE_OVER) == DeliveryReport(accepted=1, unknown=1)
    row = row_of(office, desk)
    assert (row.state, row.last_error) == ("unknown", "the sender ended between sending and recording")
    assert row_of(office, next_one).state == "accepted"
    resolve(office, row.message_id, "resend", actor="clerk", now=LEASE_OVER)
    assert await deliver(office, settings, now=LEASE_OVER) == DeliveryReport(accepted=1)
    ours = [r for r in server.requests if r.json["request"] == f"motcua-{row.message_id}"]
    assert len(ours) == arrived + 1
