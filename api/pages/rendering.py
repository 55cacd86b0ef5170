"""Drawing pages: templates, the facts that every page shows, and errors as pages."""

from __future__ import annotations

import hashlib
import json
import secrets
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader

from api.deps import PRE_LOGIN_COOKIE, SAFE, Desk, caller_of, desk_of
from api.errors import Shown
from api.language import LANGUAGE_COOKIE, LANGUAGES, language_of, say
from api.pages import presenting
from dossiers.authority import grants_for
from dossiers.permitted import Action

STATIC = Path(__file__).parent.parent / "static"
TEMPLATES = Path(__file__).parent.parent / "templates"
YEAR_SECONDS = 31_536_000
_UNSIGNED, _FORBIDDEN = 401, 403
_NOT_KEPT = frozenset({"csrf", "password", "kept", "next"})


@cache
def environment() -> Environment:
    """The templates; every value is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"static": static_address, "new_key": lambda: secrets.token_urlsafe(16)}
    made.filters |= presenting.FILTERS
    made.tests["shown_in"] = lambda one, form: form.is_shown(one)
    return made


@cache
def static_address(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep it for a year."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def page(request: Request, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
    """A page in the reader's language, with what every page shows."""
    desk = desk_of(request)
    language = language_of(request)
    caller = facts.pop("caller", None)
    shown = {
        "lang": language,
        "t": partial(say, language),
        "caller": caller,
        "csrf": caller.csrf if caller else "",
        "may_take_in": bool(caller and grants_for(caller.actor, Action.REGISTER_SUBMISSION)),
        "demo": desk.settings.mode == "demo",
        "other_language": _other_language(request, language),
        "path": request.url.path,
        "message": "",
    }
    text = environment().get_template(template).render(**(shown | facts))
    response = HTMLResponse(text, status, headers={"content-language": language})
    if request.query_params.get("lang") in LANGUAGES:
        remember_language(response, desk, language)
    return response


def remember_language(response: Response, desk: Desk, language: str) -> None:
    """Keep the language in the browser for a year."""
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="lax", secure=desk.secure, httponly=True, path="/"
    )


def _other_language(request: Request, language: str) -> str:
    path = request.url.path if request.method in SAFE else "/dossiers"
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k not in ("lang", "show_id")]
    return f"{path}?{urlencode([*pairs, ('lang', 'en' if language == 'vi' else 'vi')])}"


def error_page(request: Request, found: Shown) -> Response:
    """An error for people: the log-in where nobody is signed in, else a page that says what and where to go on."""
    if found.status == _UNSIGNED:
        return _to_log_in(request)
    if found.type.endswith(":csrf_refused") and (kept := kept_of(request)):
        return resend_page(request, request.url.path, kept, caller=caller_of(request))
    language = language_of(request)
    return page(
        request,
        "problem.html",
        status=found.status,
        caller=_caller_if_possible(request, found),
        title=found.title(language),
        facts=presenting.facts_as_text(found.facts),
        status_code=found.status,
    )


def _caller_if_possible(request: Request, found: Shown) -> Any:
    # Where the database does not answer, asking it who is signed in would fail again.
    if found.status >= 500 or not hasattr(request.state, "caller"):  # noqa: PLR2004
        return None
    return request.state.caller


def _to_log_in(request: Request) -> Response:
    if request.method in SAFE:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        where = "/login" if target in ("/", "/dossiers") else f"/login?{urlencode({'next': target})}"
        return RedirectResponse(where, 303)
    kept = kept_of(request)
    message = "login.expired" if kept else "login.needed"
    return login_page(request, status=_UNSIGNED, message=message, target=request.url.path, kept=kept)


def kept_of(request: Request) -> dict[str, list[str]]:
    """What somebody typed into our own form and could not be taken; empty when the form came from elsewhere."""
    if request.headers.get("sec-fetch-site", "") != "same-origin":
        return {}
    return {k: v for k, v in request.state.form.items() if k not in _NOT_KEPT}


def login_page(
    request: Request,
    *,
    status: int = 200,
    message: str = "",
    target: str = "",
    kept: dict[str, list[str]] | None = None,
) -> HTMLResponse:
    """The log-in, with a secret of its own against forms from elsewhere, keeping what was typed before."""
    from api.pages.demo import accounts

    desk = desk_of(request)
    secret = request.cookies.get(PRE_LOGIN_COOKIE) or secrets.token_urlsafe(24)
    made = page(
        request,
        "login.html",
        status=status,
        pre_csrf=secret,
        message=message,
        target=target,
        kept=json.dumps(kept, ensure_ascii=False) if kept else "",
        typed=next(iter(request.state.form.get("login", [])), ""),
        demo_accounts=accounts(desk),
    )
    made.set_cookie(PRE_LOGIN_COOKIE, secret, httponly=True, samesite="strict", secure=desk.secure, path="/login")
    return made


def resend_page(request: Request, target: str, kept: dict[str, list[str]], *, caller: Any) -> HTMLResponse:
    """What was typed before the session ended, to be sent on with one click."""
    return page(request, "resend.html", caller=caller, target=target, kept=kept)
