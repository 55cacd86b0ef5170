"""E-mail over SMTP. The answer decides: 4xx is for later, 5xx about the recipient or the message is final."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import ClassVar, Self

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
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

TIMEOUT_SECONDS = 15
"""Longest wait for one answer of the server."""
GOODBYE_SECONDS = 2
IMPLICIT_TLS_PORT = 465
PERMANENT = 500


class EmailChannel(Channel):
    """One SMTP conversation per message."""

    needs: ClassVar[Contact] = Contact.EMAIL

    def __init__(self, settings: Settings) -> None:
        """Send through the server that the settings name."""
        self.settings = settings

    @classmethod
    def open(cls, engine: Engine, settings: Settings, *, now: datetime) -> Self | None:
        """None without an SMTP server in the settings."""
        return cls(settings) if settings.smtp_host else None

    async def send(self, message: Outgoing) -> Outcome:
        """Hand the message to the server.

        Until the content is on its way a lost connection means: not sent. From then on it means: nobody knows.
        """
        try:
            content = mail(message, sender=self.settings.mail_from).as_bytes(policy=SMTP_POLICY)
            message.address.encode("ascii")
        except (HeaderParseError, ValueError, IndexError) as error:
            return Undeliverable(f"no usable e-mail address ({type(error).__name__})")
        client = self._client()
        try:
            return await self._converse(client, message.address, content)
        finally:
            with suppress(SMTPException, OSError):
                await client.quit(timeout=GOODBYE_SECONDS)
            client.close()

    def _client(self) -> SMTP:
        given = self.settings
        implicit = given.smtp_port == IMPLICIT_TLS_PORT
        return SMTP(
            hostname=given.smtp_host,
            port=given.smtp_port,
            username=given.smtp_user or None,
            password=given.smtp_password.get_secret_value() or None,
            local_hostname=domain(given.mail_from),
            use_tls=implicit,
            start_tls=given.smtp_start_tls and not implicit,
            timeout=TIMEOUT_SECONDS,
        )

    async def _converse(self, client: SMTP, address: str, content: bytes) -> Outcome:
        try:
            await client.connect()
            await client.mail(self.settings.mail_from)
        except (SMTPException, OSError, ValueError) as error:
            # Whatever the server has against us here, it has against every message: never the recipient's fault.
            return TryLater(said(error), channel_down=True)
        try:
            await client.rcpt(address)
        except SMTPRecipientRefused as error:
            return _refused(error)
        except (SMTPException, OSError) as error:
            return TryLater(said(error), channel_down=True)
        try:
            await client.data(content)
        except SMTPDataError as error:
            return _refused(error)
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            return OutcomeUnknown(said(error))
        return Accepted()


def _refused(error: SMTPResponseException) -> Outcome:
    return Undeliverable(said(error)) if error.code >= PERMANENT else TryLater(said(error))


def said(error: Exception) -> str:
    """What the server answered, or what went wrong, in one line."""
    if isinstance(error, SMTPResponseException):
        return " ".join(f"{error.code} {error.message}".split())
    return " ".join(f"{type(error).__name__}: {error}".split())


def mail(message: Outgoing, *, sender: str) -> EmailMessage:
    """The message as MIME. Message-ID and Date stay the same at every attempt.

    Raises:
        HeaderParseError, ValueError, IndexError: the address is not one.
    """
    built = EmailMessage(policy=SMTP_POLICY)
    built["Message-ID"] = f"<{message.message_id}@{domain(sender)}>"
    built["Date"] = message.created_at
    built["From"] = Address(addr_spec=sender)
    built["To"] = Address(display_name=message.name, addr_spec=message.address)
    built["Subject"] = message.subject
    built["Auto-Submitted"] = "auto-generated"
    built["Content-Language"] = message.language
    built.set_content(message.body, charset="utf-8", cte="quoted-printable")
    return built


def domain(address: str) -> str:
    """What stands behind the @ of an address."""
    return address.rpartition("@")[2] or "localhost"
