"""Log-in for browsers and for programs that start with a password."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Caller, OpenSession, log_in, log_out
from api.deps import SESSION_COOKIE, Desk, desk_of, needs, now_of
from api.error_kinds import SignInFailed
from api.shapes import REFUSALS

router = APIRouter(prefix="/session", tags=["session"], responses=REFUSALS)
SignedIn = Annotated[Caller, needs(None)]


class LogIn(BaseModel):
    """Name and password of an account."""

    model_config = ConfigDict(extra="forbid")

    login: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=200)


def open_session(request: Request, login: str, password: str) -> OpenSession:
    """A new session for a name and a password.

    Raises:
        TooManyAttempts: too many failures from this address lately.
        SignInFailed: whatever the cause.
    """
    desk, now = desk_of(request), now_of(request)
    address = request.client.host if request.client else ""
    desk.throttle.check(address, now)
    try:
        return log_in(
            desk.office.engine,
            login=login,
            password=password,
            now=now,
            lasts=timedelta(hours=desk.settings.session_hours),
            old_token=request.cookies.get(SESSION_COOKIE),
        )
    except SignInFailed:
        desk.throttle.failed(address, now)
        raise


def give_cookie(response: Response, desk: Desk, opened: OpenSession) -> None:
    """Put the session's token into the browser."""
    response.set_cookie(
        SESSION_COOKIE,
        opened.token,
        max_age=desk.settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=desk.secure,
        path="/",
    )


@router.post("")
def start(request: Request, response: Response, given: LogIn) -> dict[str, Any]:
    """Log in. The session is a cookie; send `csrf` as X-CSRF-Token with everything but GET."""
    opened = open_session(request, given.login, given.password)
    give_cookie(response, desk_of(request), opened)
    return {"id": opened.staff_id, "name": opened.name, "csrf": opened.csrf}


@router.get("")
def look(caller: SignedIn) -> dict[str, Any]:
    """Who you are and what you hold."""
    grants = [
        {"role": g.role.value, "province": g.province, "commune": g.commune, "field": g.field}
        for g in caller.actor.grants
    ]
    scopes = sorted(caller.actor.scopes) if caller.actor.scopes is not None else None
    return {"id": caller.actor.id, "name": caller.actor.name, "grants": grants, "scopes": scopes, "csrf": caller.csrf}


@router.delete("", status_code=204)
def end(request: Request, response: Response, caller: SignedIn) -> None:
    """Log out."""
    token = request.cookies.get(SESSION_COOKIE)
    if caller.csrf is not None and token:
        log_out(desk_of(request).office.engine, token)
    response.delete_cookie(SESSION_COOKIE, path="/")
