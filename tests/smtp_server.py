"""A real SMTP server on a free port of this machine, which answers as a test tells it to."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
DROP = "drop"
"""Instead of an answer after DATA: the connection is cut."""


@dataclass
class PostOffice:
    """What the server got, and what it answers: by recipient at RCPT and after DATA, to all at MAIL."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    at_mail: str = ""
    at_rcpt: dict[str, str] = field(default_factory=dict)
    after_data: dict[str, str] = field(default_factory=dict)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        if self.at_mail:
            return self.at_mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        answer = self.at_rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.after_data.get(envelope.rcpt_tos[0], "250 OK")
        if answer == DROP or answer.startswith("250"):
            content = cast(bytes, envelope.content)
            self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=default)))  # type: ignore[arg-type]
        if answer == DROP:
            cast(Any, server.transport).abort()
        return answer

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]


@contextmanager
def post_office(tls: ssl.SSLContext | None = None) -> Iterator[PostOffice]:
    """The server, running until the end of the block."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    office = PostOffice(port=port)
    controller = Controller(office, hostname=HOST, port=port, tls_context=tls)  # type: ignore[arg-type]
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
