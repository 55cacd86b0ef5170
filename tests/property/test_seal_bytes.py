"""Any single changed byte of any column of a sealed event is found, and the event is named."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from dossiers.office import Office
from dossiers.session import engine_for, reading, writing
from performance.findings import Kind
from performance.verifying import verify
from tests.sealed import key, two_sealed, unguard

TEXTS = ("type", "occurred_at", "recorded_at", "actor", "payload", "previous_hash", "hash")
NUMBERS = ("id", "dossier_id", "revision", "cut")


def _stored(office: Office, row_id: int, column: str) -> Any:
    sqlite = office.engine.dialect.name == "sqlite"
    shown = column if column in NUMBERS else f"CAST({column} AS {'BLOB' if sqlite else 'text'})"
    if not sqlite and column.endswith("_at"):
        shown = f"CAST({column} AT TIME ZONE 'UTC' AS text)"
    with reading(office.engine) as session:
        return session.execute(text(f"SELECT {shown} FROM events WHERE id = :i"), {"i": row_id}).scalar_one()


def _changed(stored: Any, at: int, new: int) -> Any:
    """The stored value with one byte (of a number: one digit) replaced."""
    if isinstance(stored, int):
        digits = list(str(stored))
        digits[at % len(digits)] = str(new % 10)
        return int("".join(digits))
    raw = bytearray(stored.encode() if isinstance(stored, str) else stored)
    raw[at % len(raw)] = new
    return bytes(raw)


def _write(office: Office, row_id: int, column: str, value: Any) -> None:
    sqlite, cast = office.engine.dialect.name == "sqlite", ":v"
    if isinstance(value, bytes):
        kinds = {"payload": "json", "occurred_at": "timestamp", "recorded_at": "timestamp"}
        cast = "CAST(:v AS TEXT)" if sqlite else f"CAST(CAST(:v AS text) AS {kinds.get(column, 'text')})"
        cast += " AT TIME ZONE 'UTC'" if not sqlite and column.endswith("_at") else ""
        value = value if sqlite else value.decode()
    with writing(office.engine) as session:
        session.execute(text(f"UPDATE events SET {column} = {cast} WHERE id = :i"), {"v": value, "i": row_id})


@pytest.mark.parametrize("column", [*TEXTS, *NUMBERS])
def test_a_changed_byte_is_found_and_named(sealed_office: tuple[Office, dict[int, Any]], column: str) -> None:
    office, events = sealed_office
    draw = random.Random(f"bytes of {column}")
    for _ in range(12):
        _one_byte(office, events, column, draw.choice(sorted(events)), draw.randrange(500), draw.randrange(256))


def _one_byte(office: Office, events: dict[int, Any], column: str, row_id: int, at: int, new: int) -> None:
    before = _stored(office, row_id, column)
    raw = before.encode() if isinstance(before, str) else before
    after = _changed(before, at, new)
    try:
        _write(office, row_id, column, after)
    except (IntegrityError, DataError, StatementError, UnicodeDecodeError, ValueError):
        return  # the database takes no such value
    now_id = after if column == "id" else row_id
    try:
        stored = _stored(office, now_id, column)
        found = verify(office.engine, public_key=key().public).findings
    finally:
        _write(office, now_id, column, raw)
    if stored == before:
        assert found == []
    else:
        assert events[row_id] in {(f.dossier, f.revision) for f in found}
    assert verify(office.engine, public_key=key().public).findings == []


@pytest.fixture
def sealed_office(office: Office) -> Any:
    first, second = two_sealed(office)
    unguard(office)
    named: dict[int, Any] = {}
    for desk in (first, second):
        with reading(office.engine) as session:
            rows = session.execute(
                text("SELECT id, revision FROM events WHERE dossier_id = :d"), {"d": desk.row.id}
            ).all()
        named |= {i: (desk.code, revision) for i, revision in rows}
    yield office, named
    engine_for(str(office.engine.url.render_as_string(hide_password=False))).dispose()


def test_a_file_that_is_no_text_any_more_is_named_too(office: Office) -> None:
    first, _ = two_sealed(office)
    unguard(office)
    if office.engine.dialect.name == "sqlite":
        with writing(office.engine) as session:
            session.execute(text("UPDATE events SET actor = CAST(x'ff00fe' AS TEXT) WHERE cut = 2"))
    else:
        with writing(office.engine) as session:
            session.execute(text("UPDATE events SET occurred_at = 'infinity' WHERE cut = 2"))
    found = verify(office.engine, public_key=key().public).findings
    assert [(f.kind, f.dossier, f.revision) for f in found] == [(Kind.CHANGED, first.code, 2)]
