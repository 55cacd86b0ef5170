"""Bodies are read once, up to a limit, and checked before anybody sees them: size, media type, JSON, broken text."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from api.error_kinds import ApiError, BodyTooLarge, MalformedRequest, UnsupportedMedia

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Scope, Receive, Send, ApiError], Awaitable[None]]

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 500
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_BROKEN = dict.fromkeys((0, *range(0xD800, 0xE000)))
"""NUL and lone surrogates: no database column takes them."""


class BodyReader:
    """ASGI middleware. Leaves the fields of a form as `request.state.form` (name to list of values)."""

    def __init__(
        self, app: App, *, most_bytes: int, refuse: Refuse, streamed: Callable[[str, str], bool] = lambda *_: False
    ) -> None:
        """Bodies of more than `most_bytes` are refused without reading them to the end.

        The bodies of requests that are `streamed` (by method and path) are left to their routes, unread.
        """
        self.streamed = streamed
        self.app = app
        self.most_bytes = most_bytes
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body already read, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["form"] = {}
        try:
            _check_address(scope)
            body: bytes | None = None
            if self.streamed(scope["method"], scope["path"]):
                pass
            elif scope["method"] in _WITHOUT_BODY:
                body = b""
            else:
                body = await self._read(scope, receive)
                _check(scope, body, state)
        except ApiError as error:
            await self.refuse(scope, receive, send, error)
            return
        await self.app(scope, receive if body is None else _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        announced = _header(scope, b"content-length")
        if announced.isdigit() and int(announced) > self.most_bytes:
            raise BodyTooLarge(bytes=int(announced), allowed=self.most_bytes)
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b""
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self.most_bytes:
                raise BodyTooLarge(bytes=size, allowed=self.most_bytes)
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _check_address(scope: Scope) -> None:
    if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
        raise MalformedRequest(problem="NUL in the address")


def _check(scope: Scope, body: bytes, state: dict[str, Any]) -> None:
    media = _header(scope, b"content-type").split(";")[0].strip().lower()
    if scope["path"].startswith("/api/"):
        if body:
            if media != "application/json":
                raise UnsupportedMedia(given=media)
            _check_json(body)
    elif body:
        if media != FORM:
            raise UnsupportedMedia(given=media)
        state["form"] = _form(body)


def _header(scope: Scope, name: bytes) -> str:
    return next((v.decode("latin-1") for k, v in scope["headers"] if k == name), "")


def _check_json(body: bytes) -> None:
    try:
        value = json.loads(body, parse_constant=_no_constant)
        if _has_broken_text(value):
            raise MalformedRequest(problem="text holds NUL or a lone surrogate")
    except json.JSONDecodeError as error:
        raise MalformedRequest(problem=error.msg, line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise MalformedRequest(problem="nested too deeply") from None
    except ValueError as error:
        raise MalformedRequest(problem=str(error)[:200]) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _has_broken_text(value: Any) -> bool:
    if isinstance(value, str):
        return value.translate(_BROKEN) != value
    if isinstance(value, dict):
        return any(_has_broken_text(k) or _has_broken_text(v) for k, v in value.items())
    return isinstance(value, list) and any(_has_broken_text(v) for v in value)


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedRequest(problem="the form cannot be read") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name.translate(_BROKEN), []).append(value.translate(_BROKEN).replace("\r\n", "\n"))
    return found
