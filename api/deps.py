"""What routes ask for: the time, the office, who calls, and the one declaration of what a route needs."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Depends, Request

from api.auth import Caller, Throttle, caller_of_session, caller_of_token
from api.error_kinds import CsrfRefused, NotSignedIn
from dossiers.authority import Actor, Permission, authorise, grants_for
from dossiers.errors import NoAuthority
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.session import reading
from dossiers.settings import Settings
from dossiers.store import find
from dossiers.views import may_view
from procedures.communes import commune as commune_of

SESSION_COOKIE = "motcua_session"
PRE_LOGIN_COOKIE = "motcua_form"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ALL_FIELDS = ""
"""Asked as a field, only a grant without a field covers it (None would let a grant of any one field through)."""

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The present instant, in UTC. The only place of this floor that asks the machine for it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """What every request of one application shares."""

    office: Office
    settings: Settings
    clock: Clock
    throttle: Throttle

    @property
    def secure(self) -> bool:
        """Whether cookies are for HTTPS only."""
        return self.settings.mode == "production"


def desk_of(request: Request) -> Desk:
    """What the application of a request shares."""
    found: Desk = request.app.state.desk
    return found


def now_of(request: Request) -> datetime:
    """The instant at which a request is handled; the same however often it is asked."""
    if not hasattr(request.state, "now"):
        request.state.now = desk_of(request).clock()
    found: datetime = request.state.now
    return found


def caller_of(request: Request) -> Caller | None:
    """Who asks, by token or by session cookie; None when nobody is signed in. Looked up once per request."""
    if not hasattr(request.state, "caller"):
        request.state.caller = _find_caller(request)
    found: Caller | None = request.state.caller
    return found


def _find_caller(request: Request) -> Caller | None:
    desk, now = desk_of(request), now_of(request)
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return caller_of_token(desk.office.engine, token.strip(), now=now)
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        return None
    idle = timedelta(minutes=desk.settings.session_idle_minutes)
    return caller_of_session(desk.office.engine, cookie, now=now, idle=idle)


def check_csrf(request: Request, expected: str) -> None:
    """Nothing, when the form (or the header X-CSRF-Token) carries the secret of the session.

    Raises:
        CsrfRefused: it does not.
    """
    given = request.headers.get("x-csrf-token") or next(iter(request.state.form.get("csrf", [])), "")
    if not secrets.compare_digest(given.encode(), expected.encode()):
        raise CsrfRefused


Where = Callable[[Request, Actor, Permission], None]


def anywhere(_request: Request, actor: Actor, permission: Permission) -> None:
    """The actor holds the permission somewhere; the route limits what it shows to those places."""
    if not grants_for(actor, permission):
        raise NoAuthority(action=permission.value, actor=actor.id)


def at_dossier(request: Request, actor: Actor, permission: Permission) -> None:
    """The actor holds the permission where the dossier of the path is decided, or where it was taken in."""
    with reading(desk_of(request).office.engine) as session:
        row = find(session, request.path_params["code"])
    if not may_view(actor, row, permission):
        raise NoAuthority(action=permission.value, commune=row.commune, actor=actor.id)


def at_place(request: Request, actor: Actor, permission: Permission) -> None:
    """The actor holds the permission in the commune of the query; without one, in the whole province of the query."""
    province, commune = _place_asked(request)
    authorise(actor, permission, province=province, commune=commune)


def at_place_in_all_fields(request: Request, actor: Actor, permission: Permission) -> None:
    """As `at_place`, by a grant that is not limited to a field: for what cannot be shown field by field."""
    province, commune = _place_asked(request)
    authorise(actor, permission, province=province, commune=commune, field=ALL_FIELDS)


def at_place_or_own(request: Request, actor: Actor, permission: Permission) -> None:
    """As `at_place_in_all_fields`; without a place, by any grant in all fields: the route shows what those cover."""
    if request.query_params.get("commune") or request.query_params.get("province"):
        at_place_in_all_fields(request, actor, permission)
    elif not any(not grant.field for grant in grants_for(actor, permission)):
        raise NoAuthority(action=permission.value, actor=actor.id)


def _place_asked(request: Request) -> tuple[str, str | None]:
    commune = request.query_params.get("commune") or None
    province = commune_of(commune).province_code if commune else request.query_params.get("province", "")
    return province, commune


@dataclass(frozen=True)
class Needs:
    """A dependency: the caller is signed in and holds what the route needs. Each route has one, or is public.

    An `Action` is checked by the gate itself, in the transaction and where the dossier is; here it only says who must
    be signed in. None: being signed in is enough. With a session cookie, anything but reading needs the CSRF secret.
    """

    what: Permission | Action | None
    where: Where = anywhere

    def __call__(self, request: Request) -> Caller:
        """The caller.

        Raises:
            NotSignedIn: nobody is signed in, or the token is not valid (any more).
            CsrfRefused: the form does not carry the secret of the session.
            NoAuthority: no role of the caller allows it there.
        """
        caller = caller_of(request)
        if caller is None:
            raise NotSignedIn
        if caller.csrf is not None and request.method not in SAFE:
            check_csrf(request, caller.csrf)
        if isinstance(self.what, Permission):
            self.where(request, caller.actor, self.what)
        return caller


def needs(what: Permission | Action | None, where: Where = anywhere) -> Any:
    """The declaration of what a route needs, for `Annotated[Caller, ...]`."""
    return Depends(Needs(what, where))
