"""One's own account: roles and places, and a new password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Caller, change_password
from api.deps import SESSION_COOKIE, desk_of, needs, now_of
from api.error_kinds import SignInFailed
from api.pages.rendering import page

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Caller, needs(None)]
SHORTEST = 10


@router.get("/account")
def show_account(request: Request, caller: SignedIn, changed: int = 0) -> Response:
    """Name, roles and places."""
    return page(request, "account.html", caller=caller, problem="", message="account.changed" if changed else "")


@router.post("/account/password")
def set_own_password(request: Request, caller: SignedIn) -> Response:
    """A new password, for who knows the present one; every other session of the account ends."""
    typed = {name: values[0] for name, values in request.state.form.items()}
    new, problem = typed.get("new", ""), ""
    if len(new) < SHORTEST:
        problem = "account.too_short"
    elif new != typed.get("again", ""):
        problem = "account.differs"
    else:
        try:
            change_password(
                desk_of(request).office.engine,
                staff_id=caller.actor.id,
                present=typed.get("present", ""),
                new=new,
                now=now_of(request),
                session_token=request.cookies.get(SESSION_COOKIE, ""),
            )
        except SignInFailed:
            problem = "account.wrong"
    if problem:
        return page(request, "account.html", status=422, caller=caller, problem=problem)
    return RedirectResponse("/account?changed=1", 303)
