"""E-mail over SMTP. The answer decides: 4xx is for later, 5xx about the recipient or the message is final."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from email.charset import QP, Charset
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from typing import Any, ClassVar, Self

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
_WIRE = compat32.clone(linesep="\r\n")
_QUOTED = Charset("utf-8")
_QUOTED.body_encoding = QP  # readable by hand, and no line longer than SMTP allows


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
        if not is_address(self.settings.mail_from):
            return TryLater("the setting mail_from is no e-mail address", channel_down=True)
        if not is_address(message.address):
            return Undeliverable("that is no usable e-mail address")
        content = mail(message, sender=self.settings.mail_from).as_bytes(policy=_WIRE)
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


def mail(message: Outgoing, *, sender: str) -> MIMEText:
    """The message as MIME. Message-ID and Date stay the same at every attempt."""
    built = MIMEText(message.body, "plain", _QUOTED)  # type: ignore[arg-type]  # typeshed knows only names of charsets
    built["Message-ID"] = f"<{message.message_id}@{domain(sender)}>"
    built["Date"] = format_datetime(message.created_at)
    built["From"] = sender
    # The newer EmailMessage loses blanks where it folds encoded words (seen in Python 3.11); Header does not.
    headers: dict[str, Any] = {
        "To": _mailbox(message.name, message.address),
        "Subject": Header(message.subject, "utf-8", header_name="Subject"),
    }
    for name, value in headers.items():
        built[name] = value
    built["Auto-Submitted"] = "auto-generated"
    built["Content-Language"] = message.language
    return built


def _mailbox(name: str, address: str) -> Header:
    header = Header(header_name="To")
    if name:
        header.append(name, "utf-8")
    header.append(f"<{address}>", "us-ascii")
    return header


def is_address(text: str) -> bool:
    """Whether a text is exactly one e-mail address, in ASCII as plain SMTP needs it."""
    try:
        return Address(addr_spec=text).addr_spec == text and text.isascii() and "@" in text
    except (HeaderParseError, ValueError, IndexError):
        return False


def domain(address: str) -> str:
    """What stands behind the @ of an address."""
    return address.rpartition("@")[2] or "localhost"
