"""Who is asking: log-in with lockout, browser sessions, API tokens. Tokens are stored only as hashes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, Select, and_, delete, select, update
from sqlmodel import Session, col

from api.error_kinds import SignInFailed, TooManyAttempts, UnknownToken
from dossiers.authority import Actor, Grant, StaffRole
from dossiers.delegation import held_on
from dossiers.people import hash_password, password_matches, token_hash
from dossiers.personal_tables import ApiTokenRow, GrantRow, SessionRow, StaffRow
from dossiers.session import reading, writing
from dossiers.working_time import local_date

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


def change_password(
    engine: Engine, *, staff_id: str, present: str, new: str, now: datetime, session_token: str
) -> None:
    """A new password for an account; its other sessions and its API tokens end. Wrong guesses count as failed log-ins.

    Raises:
        SignInFailed: the present password is wrong, or the account is locked.
    """
    with reading(engine) as session:
        row = session.get(StaffRow, staff_id)
        login = row.login if row else ""
    _verified(engine, login, present, now)
    values = {"password_hash": hash_password(new), "failed_logins": 0, "locked_until": None}
    with writing(engine) as session:
        session.execute(update(StaffRow).where(col(StaffRow.id) == staff_id).values(**values))
        other = col(SessionRow.token_hash) != token_hash(session_token)
        session.execute(delete(SessionRow).where(col(SessionRow.staff_id) == staff_id, other))
        revoke_tokens_of(session, staff_id=staff_id, now=now)


def log_out(engine: Engine, token: str) -> None:
    """End a session."""
    with writing(engine) as session:
        session.execute(delete(SessionRow).where(col(SessionRow.token_hash) == token_hash(token)))


def caller_of_session(engine: Engine, token: str, *, now: datetime, idle: timedelta) -> Caller | None:
    """Who holds that session, or None when it is unknown, too old, unused for too long or its account closed."""
    key = token_hash(token)
    query = _people(now, col(SessionRow.csrf), col(SessionRow.seen_at), col(SessionRow.expires_at))
    query = query.join(SessionRow, col(SessionRow.staff_id) == col(StaffRow.id))
    rows = _read(engine, query.where(col(SessionRow.token_hash) == key))
    if not rows or rows[0].expires_at <= now or rows[0].seen_at + idle <= now:
        return None
    if now - rows[0].seen_at >= SEEN_EVERY:
        with writing(engine) as session:
            session.execute(update(SessionRow).where(col(SessionRow.token_hash) == key).values(seen_at=now))
    return Caller(_actor(rows), rows[0].csrf)


def caller_of_token(engine: Engine, token: str, *, now: datetime) -> Caller | None:
    """Who holds that API token, or None when it is unknown, expired, revoked or its account closed."""
    query = _people(now, col(ApiTokenRow.scopes), col(ApiTokenRow.expires_at), col(ApiTokenRow.revoked_at))
    query = query.join(ApiTokenRow, col(ApiTokenRow.staff_id) == col(StaffRow.id))
    rows = _read(engine, query.where(col(ApiTokenRow.token_hash) == token_hash(token)))
    if not rows or rows[0].revoked_at is not None or rows[0].expires_at <= now:
        return None
    return Caller(_actor(rows, frozenset(rows[0].scopes.split())))


def _people(now: datetime, *columns: Any) -> Select[Any]:
    # Every request asks this, so it is one query: an active account, a row for each grant that it holds today.
    grants = (GrantRow.role, GrantRow.province, GrantRow.commune, GrantRow.field, GrantRow.first_on, GrantRow.last_on)
    held = and_(col(GrantRow.staff_id) == col(StaffRow.id), held_on(local_date(now)))
    query: Select[Any] = (
        select(StaffRow.id, StaffRow.name, *grants, *columns)  # type: ignore[call-overload]
        .select_from(StaffRow)
        .outerjoin(GrantRow, held)
        .where(col(StaffRow.active))
        .order_by(col(GrantRow.id))
    )
    return query


def _read(engine: Engine, query: Select[Any]) -> Sequence[Row[Any]]:
    with engine.execution_options(motcua_read_only=True).connect() as connection:
        return connection.execute(query).all()


def _actor(rows: Sequence[Row[Any]], scopes: frozenset[str] | None = None) -> Actor:
    held = [r for r in rows if r.role is not None]
    grants = tuple(Grant(StaffRole(r.role), r.province, r.commune, r.field, r.first_on, r.last_on) for r in held)
    return Actor(id=rows[0].id, name=rows[0].name, grants=grants, scopes=scopes)


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


def revoke_tokens_of(session: Session, *, staff_id: str, now: datetime) -> None:
    """End every token of an account that has not ended yet."""
    still_open = (col(ApiTokenRow.staff_id) == staff_id, col(ApiTokenRow.revoked_at).is_(None))
    session.execute(update(ApiTokenRow).where(*still_open).values(revoked_at=now))
    session.flush()
