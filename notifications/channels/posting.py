"""One request with a message in it: what may be addressed, and what each way to fail means for the message."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from dossiers.settings import Settings
from notifications.channels.base import Accepted, Outcome, OutcomeUnknown, TryLater, Undeliverable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PORTS = {"https": 443, "http": 80}
MOST_ANSWER_BYTES = 100_000
_NOT_HEARD = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""Failures before a byte of the message has left."""


class AddressRefused(ValueError):
    """That address may not be called."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: the status, and the body's beginning."""

    status: int
    body: bytes

    @property
    def phrase(self) -> str:
        """The status in words."""
        known = self.status in HTTPStatus._value2member_map_
        return f"HTTP {self.status} {HTTPStatus(self.status).phrase}" if known else f"HTTP {self.status}"


def check_url(url: str, settings: Settings) -> None:
    """Nothing, when the address is one that messages may be posted to.

    Raises:
        AddressRefused: not https (nor http where the settings allow it), no host, or a password in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise AddressRefused(f"that is no usable address: {problem}") from None
    if parts.scheme not in (("https", "http") if settings.allow_plain_http else ("https",)):
        raise AddressRefused("only https addresses are called")
    if not parts.hostname or parts.username is not None or parts.password is not None or port == 0:
        raise AddressRefused("that is no usable address")


async def pinned(url: str, networks: Sequence[Network]) -> tuple[httpx.URL, str]:
    """The address with its host looked up once, and the host: what was checked is what is called.

    Raises:
        AddressRefused: it leads to a machine or network that is not public and not allowed.
        OSError: the name is not known.
    """
    asked = httpx.URL(url)
    port = asked.port or PORTS[asked.scheme]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(asked.host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    allowed = [a for a in addresses if may_be_called(a, networks)]
    if len(allowed) < len(addresses) or not allowed:
        raise AddressRefused("the address leads into a network that may not be called")
    return asked.copy_with(host=str(allowed[0])), asked.host


def may_be_called(address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: Sequence[Network]) -> bool:
    """Whether an address is a public one, or in a network that was allowed."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address.version == n.version and address in n for n in networks):
        return True
    return address.is_global and not address.is_multicast


async def post(client: httpx.AsyncClient, request: httpx.Request) -> Answered | Outcome:
    """The answer, or what a failure means: before the content has left "later", from then on "nobody knows"."""
    try:
        response = await client.send(request, stream=True, follow_redirects=False)
        try:
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_ANSWER_BYTES:
                    break
            return Answered(response.status_code, body)
        finally:
            await response.aclose()
    except _NOT_HEARD as error:
        return TryLater(said(error), channel_down=True)
    except (httpx.HTTPError, httpx.StreamError) as error:
        return OutcomeUnknown(said(error))


def by_status(answer: Answered) -> Outcome:
    """What a status means by default. A redirect is never followed: it would take the message elsewhere."""
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Accepted()
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return TryLater(f"{answer.phrase}: redirects are not followed")
    again = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in again:
        return TryLater(answer.phrase)
    return Undeliverable(answer.phrase)


def said(error: Exception) -> str:
    """What went wrong, in one line, without the address."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def json_headers(more: Mapping[str, Any]) -> dict[str, str]:
    """Headers of a JSON request."""
    return {"content-type": "application/json; charset=utf-8", "user-agent": "motcua"} | {
        name: str(value) for name, value in more.items()
    }
