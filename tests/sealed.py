"""A small sealed ledger for tests, and hands that change it past the program."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from dossiers.office import Office
from dossiers.session import reading, writing
from performance.findings import Kind
from performance.seal_keys import SealKey
from performance.seals import take_seals
from performance.verifying import verify
from tests.desk import Desk
from tests.samples import CASE, RECEIVER, at

SECRET = "07" * 32


def key() -> SealKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return SealKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SECRET)))


def seal(office: Office, when: str, **more: Any) -> int:
    """Seal everything; gives the number of the last seal."""
    return take_seals(office.engine, key(), now=at(when), **more)[-1].number


def two_sealed(office: Office) -> tuple[Desk, Desk]:
    """Two dossiers: sealed, one of them going on, sealed again."""
    first, second = Desk(office).accepted(), Desk(office).accepted(at("2026-03-03T09:00"))
    assert seal(office, "2026-03-03T20:00") == 1
    first.do("request_supplement", at("2026-03-04T10:00"), CASE, items=[{"problem": "thiếu chữ ký"}])
    first.do("receive_supplement", at("2026-03-05T10:00"), RECEIVER)
    assert seal(office, "2026-03-05T20:00") == 2
    return first, second


def unguard(office: Office) -> None:
    """Drop every trigger, as somebody with the rights of the database's owner could."""
    with writing(office.engine) as session:
        if office.engine.dialect.name == "sqlite":
            names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                session.execute(text(f"DROP TRIGGER {name}"))
            return
        for table in ("events", "seals", "seal_leaves", "seal_nodes", "publications"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def change(office: Office, statement: str, **values: Any) -> None:
    with writing(office.engine) as session:
        session.execute(text(statement), values)


def ask(office: Office, statement: str, **values: Any) -> Any:
    with reading(office.engine) as session:
        return session.execute(text(statement), values).scalar_one()


def findings(office: Office, **more: Any) -> list[tuple[Kind, str | None, int | None, int | None]]:
    found = verify(office.engine, public_key=key().public, **more)
    return [(f.kind, f.dossier, f.revision, f.seal) for f in found.findings]
