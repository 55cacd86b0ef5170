"""Errors on their way out: problem+json for machines, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.error_kinds import ApiError, DatabaseBusy, InternalFault, MalformedRequest, MethodNotAllowed, NoSuchPage
from api.errors import Shown, shown
from api.language import language_of
from api.request_body import Receive, Scope, Send
from api.security import ALWAYS
from dossiers.errors import DossierError
from notifications.errors import NotificationError
from performance.errors import PerformanceError
from procedures.errors import ProcedureError

OURS = (ApiError, ProcedureError, DossierError, NotificationError, PerformanceError)
log = logging.getLogger("motcua.api")

PageOf = Callable[[Request, Shown], Response]
_EXTRA_HEADERS = {
    401: {"www-authenticate": "Bearer"},
    413: {"connection": "close"},
    429: {"retry-after": "300"},
    503: {"retry-after": "5"},
}


def install(app: FastAPI, page_of: PageOf) -> None:
    """Make every error of the application an answer. `page_of` draws the page for people."""

    def answer(request: Request, error: Exception) -> Response:
        return _answer(request, error, page_of)

    for kind in (
        *OURS,
        RequestValidationError,
        HTTPException,
        OperationalError,
        Exception,
    ):
        app.add_exception_handler(kind, answer)


def _answer(request: Request, error: Exception, page_of: PageOf) -> Response:
    found = shown(_ours(error))
    if found.status >= 500:  # noqa: PLR2004 - our own faults go to the log with everything, and out without
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    answer = as_json(request, found) if request.url.path.startswith("/api/") else page_of(request, found)
    if found.status == 500:  # noqa: PLR2004
        for name, value in ALWAYS.items():  # this answer is made outside of what adds the headers to all others
            answer.headers[name] = value
    return answer


def as_json(request: Request, found: Shown) -> Response:
    """A problem+json answer (RFC 9457)."""
    headers = _EXTRA_HEADERS.get(found.status, {}) | {"content-language": language_of(request)}
    body = found.as_dict(language_of(request))
    return JSONResponse(body, found.status, headers, media_type="application/problem+json")


def _ours(error: Exception) -> Exception:
    if isinstance(error, RequestValidationError):
        return MalformedRequest(problems=[_problem(one) for one in error.errors()])
    if isinstance(error, HTTPException):
        return {404: NoSuchPage(), 405: MethodNotAllowed()}.get(error.status_code, MalformedRequest())
    if isinstance(error, OperationalError):
        return DatabaseBusy()
    return error if isinstance(error, OURS) else InternalFault()


def _problem(one: dict[str, Any]) -> dict[str, str]:
    # What was given is not repeated: it may be personal, and it may be ten megabytes.
    return {"field": ".".join(str(part) for part in one["loc"] if part != "body"), "problem": one["msg"]}


def refusal(page_of: PageOf) -> Callable[[Scope, Receive, Send, ApiError], Awaitable[None]]:
    """How the body reader refuses, before any route is found."""

    async def refuse(scope: Scope, receive: Receive, send: Send, error: ApiError) -> None:
        request = Request(scope, receive)
        await _answer(request, error, page_of)(scope, receive, send)

    return refuse
