"""The way in and out: log-in, log-out, and on from a session that had ended."""

from __future__ import annotations

import json
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Caller, log_out
from api.deps import PRE_LOGIN_COOKIE, SESSION_COOKIE, caller_of, desk_of, needs
from api.error_kinds import CsrfRefused, MalformedRequest, SignInFailed, TooManyAttempts
from api.errors import shown
from api.language import language_of
from api.pages.rendering import login_page, resend_page
from api.routes.session import give_cookie, open_session

router = APIRouter(include_in_schema=False)
HOME = "/dossiers"
SEE_OTHER = 303


@router.get("/")
def home() -> Response:
    """The list of dossiers."""
    return RedirectResponse(HOME, SEE_OTHER)


@router.get("/login")
def show_log_in(request: Request, next: str = "", out: int = 0) -> Response:
    """The log-in; who is signed in already goes on at once."""
    if caller_of(request) is not None:
        return RedirectResponse(own_path(next), SEE_OTHER)
    message = "login.logged_out" if out else ("login.needed" if next else "")
    return login_page(request, message=message, target=next)


@router.post("/login")
def do_log_in(request: Request) -> Response:
    """Log in and go on, with what was typed before the session ended."""
    typed = {name: values[0] for name, values in request.state.form.items()}
    cookie = request.cookies.get(PRE_LOGIN_COOKIE, "")
    if not cookie or not secrets.compare_digest(cookie.encode(), typed.get("csrf", "").encode()):
        raise CsrfRefused
    target, kept = own_path(typed.get("next", "")), _kept(typed.get("kept", ""))
    try:
        opened = open_session(request, typed.get("login", ""), typed.get("password", ""))
    except (SignInFailed, TooManyAttempts) as error:
        refused = shown(error)
        message = refused.title(language_of(request))
        return login_page(request, status=refused.status, message=message, target=target, kept=kept)
    if kept:
        response: Response = resend_page(request, target, kept, caller=_signed_in(request, opened.token))
    else:
        response = RedirectResponse(target, SEE_OTHER)
    give_cookie(response, desk_of(request), opened)
    response.delete_cookie(PRE_LOGIN_COOKIE, path="/login")
    return response


@router.post("/logout")
def do_log_out(request: Request, caller: Annotated[Caller, needs(None)]) -> Response:
    """End the session."""
    log_out(desk_of(request).office.engine, request.cookies.get(SESSION_COOKIE, ""))
    response = RedirectResponse("/login?out=1", SEE_OTHER)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def own_path(target: str) -> str:
    """A path of this application; anything else gives the list of dossiers."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\", "/login", "/logout"))
    return target if safe and "\\" not in target and target.isprintable() else HOME


def _kept(text: str) -> dict[str, list[str]]:
    try:
        found: Any = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise MalformedRequest(problem="what was kept of the form cannot be read")
    return {str(k): [str(v) for v in vs] for k, vs in found.items() if isinstance(vs, list)}


def _signed_in(request: Request, token: str) -> Caller | None:
    request.scope["headers"] = [(k, v) for k, v in request.scope["headers"] if k.lower() != b"cookie"] + [
        (b"cookie", f"{SESSION_COOKIE}={token}".encode())
    ]
    fresh = Request(request.scope)
    fresh.state.caller = None
    del fresh.state.caller
    return caller_of(fresh)
