"""Webhooks against a real HTTP server: signed, addressed to nobody inside, and never followed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from dossiers.settings import Settings
from notifications.channels.base import Accepted, Outcome, Outgoing, TryLater, Undeliverable
from notifications.channels.webhook import WebhookChannel, key_for, signature
from tests.desk import MONDAY
from tests.http_server import HOST, Gateway, gateway

NOWHERE = create_engine("sqlite://")
SETTINGS = Settings(webhook_key="master", webhook_networks="127.0.0.0/8", allow_plain_http=True)  # type: ignore[arg-type]
MESSAGE = {
    "message_id": "ab" * 16,
    "name": "Công an xã",
    "subject": "Hồ sơ MC-1",
    "body": "Dài",
    "language": "vi",
    "created_at": MONDAY,
    "notice": "consultation_asked",
    "recipient": "body:3",
    "data": {"dossier_code": "MC-1"},
}


@pytest.fixture
def server() -> Iterator[Gateway]:
    with gateway() as running:
        yield running


def hook(server: Gateway, host: str = HOST) -> str:
    return f"http://{host}:{server.port}/motcua?x=1"


async def called(settings: Settings, address: str) -> Outcome:
    channel = WebhookChannel.open(NOWHERE, settings, now=MONDAY)
    assert channel is not None
    try:
        return await channel.send(Outgoing(address=address, **MESSAGE))
    finally:
        await channel.close()


async def test_a_webhook_is_signed_with_the_receivers_own_key(server: Gateway) -> None:
    assert await called(SETTINGS, hook(server, "localhost")) == Accepted()
    (request,) = server.requests
    assert request.path == "/motcua?x=1"
    assert request.headers["host"] == f"localhost:{server.port}"
    assert request.headers["motcua-message"] == "ab" * 16
    assert request.headers["motcua-timestamp"] == "1772416800"
    assert request.json["data"] == {"dossier_code": "MC-1"}
    assert request.json["id"] == "ab" * 16
    key = key_for("master", "body:3")
    assert key != key_for("master", "body:4")
    assert request.headers["motcua-signature"] == signature(key, "1772416800", request.body)
    assert request.headers["motcua-signature"] != signature(key, "1772416801", request.body)


def test_the_signature_can_be_recomputed_by_hand() -> None:
    # printf '1772416800.{}' | openssl dgst -sha256 -hmac key
    assert signature("key", "1772416800", b"{}") == (
        "v1=59705d478d0468222391e1e421fb1f52659146ec28e8be6a72feaa3c5881508f"
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, Accepted()),
        (301, TryLater("HTTP 301 Moved Permanently: redirects are not followed")),
        (401, Undeliverable("HTTP 401 Unauthorized")),
        (410, Undeliverable("HTTP 410 Gone")),
        (502, TryLater("HTTP 502 Bad Gateway")),
    ],
)
async def test_a_webhook_that_fails_says_nothing_about_the_others(
    server: Gateway, status: int, outcome: Outcome
) -> None:
    server.answer(status, location="http://127.0.0.1:1/")
    assert await called(SETTINGS, hook(server)) == outcome


@pytest.mark.parametrize(
    ("address", "networks", "plain", "reason"),
    [
        ("http://127.0.0.1:PORT/", "127.0.0.0/8", False, "only https addresses are called"),
        ("http://127.0.0.1:PORT/", "10.0.0.0/8", True, "the address leads into a network that may not be called"),
        ("http://localhost:PORT/", "", True, "the address leads into a network that may not be called"),
        ("http://[::ffff:127.0.0.1]:PORT/", "", True, "the address leads into a network that may not be called"),
        ("http://169.254.169.254/latest", "", True, "the address leads into a network that may not be called"),
        ("http://0.0.0.0:PORT/", "", True, "the address leads into a network that may not be called"),
        ("http://100.64.0.1/", "", True, "the address leads into a network that may not be called"),
        ("http://a:b@127.0.0.1:PORT/", "127.0.0.0/8", True, "that is no usable address"),
        ("ftp://127.0.0.1/", "127.0.0.0/8", True, "only https addresses are called"),
        ("file:///etc/passwd", "", True, "only https addresses are called"),
        ("http:///x", "", True, "that is no usable address"),
        ("http://127.0.0.1:99999/", "", True, "that is no usable address: Port out of range 0-65535"),
    ],
)
async def test_a_webhook_calls_nobody_inside(
    *, server: Gateway, address: str, networks: str, plain: bool, reason: str
) -> None:
    settings = SETTINGS.model_copy(update={"webhook_networks": networks, "allow_plain_http": plain})
    assert await called(settings, address.replace("PORT", str(server.port))) == Undeliverable(reason)
    assert server.requests == []


def test_without_a_key_or_with_a_broken_network_no_webhook_goes_out() -> None:
    assert WebhookChannel.open(NOWHERE, Settings(), now=MONDAY) is None
    broken = Settings(webhook_key="master", webhook_networks="10.0.0.0/40")  # type: ignore[arg-type]
    assert WebhookChannel.open(NOWHERE, broken, now=MONDAY) is None
