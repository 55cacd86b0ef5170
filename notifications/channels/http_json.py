"""Text messages and Zalo through whatever gateway a province has: one request, its JSON made from a template."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

import httpx
from jinja2 import TemplateError
from sqlalchemy import Engine

from dossiers.settings import Settings
from notifications.channels.base import (
    Accepted,
    Channel,
    Contact,
    Outcome,
    OutcomeUnknown,
    Outgoing,
    TryLater,
    Undeliverable,
)
from notifications.channels.gateway_file import Facts, Gateway, Meaning, filled, found_at, own_environment, read_gateway
from notifications.channels.posting import AddressRefused, Answered, by_status, check_url, json_headers, post
from notifications.errors import BrokenGateway
from notifications.sms_text import fitted, phone_digits, segments

OUR_FAULT = frozenset({401, 403, 404, 405, 407})
"""Statuses by which a gateway refuses us, not the recipient: every other message would fare alike."""

log = logging.getLogger(__name__)


class HttpJsonChannel(Channel):
    """One request per message to the gateway that a file describes."""

    needs: ClassVar[Contact] = Contact.PHONE

    def __init__(self, gateway: Gateway, settings: Settings) -> None:
        """Post to that gateway.

        Raises:
            BrokenGateway: an environment variable that it names is missing, or its address may not be called.
        """
        self.gateway, self.settings = gateway, settings
        self.secrets = gateway.secret_values(own_environment())
        try:
            check_url(gateway.url, settings)
        except AddressRefused as problem:
            raise BrokenGateway(problem=str(problem)) from None
        self._client: httpx.AsyncClient | None = None

    @classmethod
    def file(cls, settings: Settings) -> Path | None:
        """The file that describes the gateway of this channel."""
        raise NotImplementedError

    @classmethod
    def offered(cls, settings: Settings) -> bool:
        """Where a gateway is set up, and in the demonstration."""
        return cls.file(settings) is not None or settings.mode == "demo"

    @classmethod
    def open(cls, engine: Engine, settings: Settings, *, now: datetime) -> Self | None:
        """None without a gateway, or with a broken one: then messages wait, and the log says why."""
        path = cls.file(settings)
        if path is None:
            return None
        try:
            return cls(read_gateway(path), settings)
        except BrokenGateway:
            log.exception("the gateway of %s cannot be used: its messages wait", cls.__name__)
            return None

    async def send(self, message: Outgoing) -> Outcome:
        """Hand the message to the gateway."""
        digits = phone_digits(message.address)
        if digits is None:
            return Undeliverable("that is no usable phone number")
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=self.gateway.timeout_seconds, follow_redirects=False)
        try:
            body = json.dumps(filled(self.gateway.body, self.context(message, digits)), ensure_ascii=False).encode()
            headers = filled(self.gateway.headers, {"secrets": self.secrets, "message_id": message.message_id})
        except (TemplateError, TypeError, ValueError) as problem:
            return TryLater(f"the gateway's template does not work: {type(problem).__name__}: {problem}"[:200])
        request = self._client.build_request(
            self.gateway.method, self.gateway.url, content=body, headers=json_headers(headers)
        )
        answer = await post(self._client, request)
        outcome = self._read(answer) if isinstance(answer, Answered) else answer
        return _masked(outcome, digits)

    def context(self, message: Outgoing, digits: str) -> Mapping[str, Any]:
        """What the templates of the gateway's file may use."""
        accents = self.settings.sms_accents
        text = fitted(message.short or message.subject, accents=accents, most_segments=self.settings.sms_most_segments)
        return {
            "message_id": message.message_id,
            "to": digits,
            "text": text,
            "segments": segments(text),
            "accents": accents,
            "full_text": message.body,
            "subject": message.subject,
            "notice": message.notice,
            "language": message.language,
            "data": Facts(message.data),
            "secrets": self.secrets,
        }

    def _read(self, answer: Answered) -> Outcome:
        mapping = self.gateway.answer
        if answer.status in mapping.status:
            return _outcome(mapping.status[answer.status], answer.phrase)
        outcome = by_status(answer)
        if isinstance(outcome, Undeliverable) and answer.status in OUR_FAULT:
            return TryLater(outcome.reason, channel_down=True)
        if isinstance(outcome, TryLater) and answer.status < httpx.codes.BAD_REQUEST:
            return TryLater(outcome.reason, channel_down=True)
        if not isinstance(outcome, Accepted) or not mapping.path:
            return outcome
        try:
            code = found_at(json.loads(answer.body), mapping.path)
        except ValueError:
            code = None
        if code is None:
            return OutcomeUnknown(f"{answer.phrase}, but its answer has no {mapping.path}")
        return _outcome(mapping.meaning_of(code), f"{answer.phrase}, {mapping.path} {code}"[:200])

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()


def _outcome(meaning: Meaning, reason: str) -> Outcome:
    outcomes: dict[Meaning, Outcome] = {
        "accepted": Accepted(),
        "later": TryLater(reason),
        "undeliverable": Undeliverable(reason),
        "unknown": OutcomeUnknown(reason),
    }
    return outcomes[meaning]


def _masked(outcome: Outcome, digits: str) -> Outcome:
    if isinstance(outcome, Accepted) or digits not in outcome.reason:
        return outcome
    reason = outcome.reason.replace(digits, "•")
    return TryLater(reason, outcome.channel_down) if isinstance(outcome, TryLater) else type(outcome)(reason)


class SmsChannel(HttpJsonChannel):
    """Text messages."""

    @classmethod
    def file(cls, settings: Settings) -> Path | None:
        """`MOTCUA_SMS_GATEWAY`."""
        return settings.sms_gateway


class ZaloChannel(HttpJsonChannel):
    """Notices through Zalo."""

    @classmethod
    def file(cls, settings: Settings) -> Path | None:
        """`MOTCUA_ZALO_GATEWAY`."""
        return settings.zalo_gateway
