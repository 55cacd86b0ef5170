"""Signed webhooks: a message as JSON to an address that a body has given, so that its own system can take it in.

The receiver recomputes the signature over the time stamp, a dot and the raw body (`signature`), refuses old time
stamps, and drops a `Motcua-Message` that it has seen.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
import logging
import ssl
from datetime import datetime
from typing import ClassVar, Self

import httpx
from sqlalchemy import Engine

from dossiers.settings import Settings
from notifications.channels.base import Channel, Contact, Outcome, Outgoing, TryLater, Undeliverable
from notifications.channels.posting import (
    AddressRefused,
    Answered,
    Network,
    by_status,
    check_url,
    json_headers,
    pinned,
    post,
    said,
)
from notifications.errors import BrokenGateway

TIMEOUT_SECONDS = 15

log = logging.getLogger(__name__)


class WebhookChannel(Channel):
    """One request per message, signed with a key of the recipient's own."""

    needs: ClassVar[Contact] = Contact.WEBHOOK

    def __init__(self, settings: Settings, *, now: datetime) -> None:
        """Sign with the key that the settings give; `now` is the time stamp of the pass.

        Raises:
            BrokenGateway: the list of private networks cannot be read.
        """
        self.settings, self.now = settings, now
        self.networks = networks(settings.webhook_networks)
        self._client: httpx.AsyncClient | None = None

    @classmethod
    def offered(cls, settings: Settings) -> bool:
        """Where a key is set, and in the demonstration."""
        return bool(settings.webhook_key.get_secret_value()) or settings.mode == "demo"

    @classmethod
    def open(cls, engine: Engine, settings: Settings, *, now: datetime) -> Self | None:
        """None without a key, or with a broken list of networks: then messages wait, and the log says why."""
        if not settings.webhook_key.get_secret_value():
            return None
        try:
            return cls(settings, now=now)
        except BrokenGateway:
            log.exception("webhooks cannot be sent: they wait")
            return None

    async def send(self, message: Outgoing) -> Outcome:
        """Hand the message to the body's system."""
        try:
            check_url(message.address, self.settings)
            async with asyncio.timeout(TIMEOUT_SECONDS):
                url, host = await pinned(message.address, self.networks)
        except AddressRefused as problem:
            return Undeliverable(str(problem))
        except (OSError, UnicodeError, httpx.InvalidURL) as problem:
            return TryLater(said(problem))
        if self._client is None:
            # No connection is kept: it is known by its address, and two bodies may have one, each with its certificate.
            self._client = httpx.AsyncClient(
                timeout=TIMEOUT_SECONDS,
                follow_redirects=False,
                trust_env=False,
                verify=ssl.create_default_context(),
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        body = content(message)
        stamp = str(int(self.now.timestamp()))
        key = key_for(self.settings.webhook_key.get_secret_value(), message.recipient)
        headers = {
            "host": host if url.port is None else f"{host}:{url.port}",
            "motcua-message": message.message_id,
            "motcua-timestamp": stamp,
            "motcua-signature": signature(key, stamp, body),
        }
        request = self._client.build_request(
            "POST", url, content=body, headers=json_headers(headers), extensions={"sni_hostname": host}
        )
        answer = await post(self._client, request)
        outcome = by_status(answer) if isinstance(answer, Answered) else answer
        # Another body's system may be up while this one is down.
        return TryLater(outcome.reason) if isinstance(outcome, TryLater) else outcome

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()


def content(message: Outgoing) -> bytes:
    """The request's body: the same bytes at every attempt."""
    shown = {
        "id": message.message_id,
        "notice": message.notice,
        "language": message.language,
        "created_at": message.created_at.isoformat(),
        "subject": message.subject,
        "text": message.body,
        "data": dict(message.data),
    }
    return json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def key_for(secret: str, recipient: str) -> str:
    """The key (hex) that one recipient gets, derived from ours: none can forge what another receives."""
    return hmac.new(secret.encode(), f"motcua webhook {recipient}".encode(), hashlib.sha256).hexdigest()


def signature(key: str, timestamp: str, body: bytes) -> str:
    """`v1=` and HMAC-SHA256 (hex) of the time stamp, a dot and the raw body, under the key's text."""
    return "v1=" + hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def networks(text: str) -> tuple[Network, ...]:
    """The networks that a setting lists.

    Raises:
        BrokenGateway: one of them is no network.
    """
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as problem:
        raise BrokenGateway(problem=f"webhook_networks: {problem}") from None
