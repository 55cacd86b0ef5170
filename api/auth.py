"""Who is asking: log-in with lockout, browser sessions, API tokens. Tokens are stored only as hashes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select, update
from sqlmodel import Session, col

from api.errors import SignInFailed, TooManyAttempts, UnknownToken
from dossiers.authority import Actor
from dossiers.people import actor_for, hash_password, password_matches, token_hash
from dossiers.personal_tables import ApiTokenRow, SessionRow, StaffRow
from dossiers.session import reading, writing

MOST_FAILURES = 5
"""After so many failed log-ins in a row an account is locked for a while."""
LOCKED_FOR = timedelta(minutes=15)
SEEN_EVERY = timedelta(seconds=60)
"""How exactly the last request of a session is remembered; spares a write per request."""
SCOPES = frozenset({"read", "act", "figures"})
TOKEN_PREFIX = "mc_"
"""Makes a leaked token findable."""

_NOBODY = hash_password(secrets.token_hex(16))
"""Verified in place of a missing account's hash, so that an unknown login takes as long as a wrong password."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and how: with a browser session (then forms carry its `csrf`) or with a token."""

    actor: Actor
    csrf: str | None = None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A new log-in: the token for the cookie and the secret for the forms."""

    token: str
    csrf: str
    staff_id: str
    name: str


@dataclass(slots=True)
class Throttle:
    """Failed log-ins per address within a window of time; kept in memory, per process."""

    most: int = 30
    window: timedelta = timedelta(minutes=5)
    failures: dict[str, list[datetime]] = field(default_factory=dict)

    def check(self, address: str, now: datetime) -> None:
        """Nothing, while the address may still try.

        Raises:
            TooManyAttempts: it failed too often lately.
        """
        recent = [at for at in self.failures.get(address, ()) if at > now - self.window]
        if recent:
            self.failures[address] = recent
        else:
            self.failures.pop(address, None)
        if len(recent) >= self.most:
            raise TooManyAttempts

    def failed(self, address: str, now: datetime) -> None:
        """Count one failure."""
        self.failures.setdefault(address, []).append(now)


def log_in(
    engine: Engine, *, login: str, password: str, now: datetime, lasts: timedelta, old_token: str | None = None
) -> OpenSession:
    """A new session; the one before in the same browser ends.

    Raises:
        SignInFailed: whatever the cause; the answer does not tell whether the account exists or is locked.
    """
    staff_id, name = _verified(engine, login.strip(), password, now)
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with writing(engine) as session:
        session.execute(update(StaffRow).where(col(StaffRow.id) == staff_id).values(failed_logins=0, locked_until=None))
        if old_token:
            session.execute(delete(SessionRow).where(col(SessionRow.token_hash) == token_hash(old_token)))
        session.execute(delete(SessionRow).where(col(SessionRow.expires_at) <= now))
        session.add(
            SessionRow(
                token_hash=token_hash(token),
                staff_id=staff_id,
                csrf=csrf,
                created_at=now,
                seen_at=now,
                expires_at=now + lasts,
            )
        )
    return OpenSession(token, csrf, staff_id, name)


def _verified(engine: Engine, login: str, password: str, now: datetime) -> tuple[str, str]:
    # The failure is counted before the slow check, so that guesses sent all at once do not slip past the count.
    with writing(engine) as session:
        row = session.execute(
            select(StaffRow).where(col(StaffRow.login) == login).with_for_update()
        ).scalar_one_or_none()
        usable = row is not None and row.active and not (row.locked_until and row.locked_until > now)
        if row is not None and usable:
            row.failed_logins += 1
            if row.failed_logins >= MOST_FAILURES:
                row.locked_until, row.failed_logins = now + LOCKED_FOR, 0
    matches = password_matches(row.password_hash if row and usable else _NOBODY, password)
    if row is None or not usable or not matches:
        raise SignInFailed
    return row.id, row.name


def log_out(engine: Engine, token: str) -> None:
    """End a session."""
    with writing(engine) as session:
        session.execute(delete(SessionRow).where(col(SessionRow.token_hash) == token_hash(token)))


def caller_of_session(engine: Engine, token: str, *, now: datetime, idle: timedelta) -> Caller | None:
    """Who holds that session, or None when it is unknown, too old, unused for too long or its account closed."""
    key = token_hash(token)
    with reading(engine) as session:
        row = session.get(SessionRow, key)
        if row is None or row.expires_at <= now or row.seen_at + idle <= now:
            return None
        actor = actor_for(session, row.staff_id)
        csrf, seen = row.csrf, row.seen_at
    if actor is None:
        return None
    if now - seen >= SEEN_EVERY:
        with writing(engine) as session:
            session.execute(update(SessionRow).where(col(SessionRow.token_hash) == key).values(seen_at=now))
    return Caller(actor, csrf)


def caller_of_token(engine: Engine, token: str, *, now: datetime) -> Caller | None:
    """Who holds that API token, or None when it is unknown, expired, revoked or its account closed."""
    with reading(engine) as session:
        query = select(ApiTokenRow).where(col(ApiTokenRow.token_hash) == token_hash(token))
        row = session.execute(query).scalar_one_or_none()
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            return None
        actor = actor_for(session, row.staff_id, scopes=frozenset(row.scopes.split()))
    return Caller(actor) if actor else None


def create_token(
    session: Session, *, staff_id: str, name: str, scopes: Iterable[str], now: datetime, lasts: timedelta
) -> tuple[ApiTokenRow, str]:
    """A new API token: its row and, only this once, the token itself."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = ApiTokenRow(
        id=secrets.token_hex(8),
        token_hash=token_hash(token),
        staff_id=staff_id,
        name=name,
        scopes=" ".join(sorted(SCOPES & set(scopes))),
        created_at=now,
        expires_at=now + lasts,
    )
    session.add(row)
    session.flush()
    return row, token


def tokens_of(session: Session, staff_id: str) -> list[ApiTokenRow]:
    """The tokens of an account, newest first."""
    query = select(ApiTokenRow).where(col(ApiTokenRow.staff_id) == staff_id)
    return list(session.execute(query.order_by(col(ApiTokenRow.created_at).desc())).scalars())


def revoke_token(session: Session, *, staff_id: str, token_id: str, now: datetime) -> None:
    """End a token of an account; repeating it changes nothing.

    Raises:
        UnknownToken: the account has no such token.
    """
    row = session.get(ApiTokenRow, token_id)
    if row is None or row.staff_id != staff_id:
        raise UnknownToken(token=token_id)
    row.revoked_at = row.revoked_at or now
    session.flush()
