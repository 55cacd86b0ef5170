"""The folder of contents: whole or not at all, never beyond the limit, never served changed."""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dossiers.document_errors import DocumentDamaged, DocumentEmpty, DocumentTooLarge
from dossiers.document_store import CHUNK, DocumentStore

HELLO = hashlib.sha256(b"hello").hexdigest()


def put(store: DocumentStore, *pieces: bytes) -> str:
    with store.receiving() as received:
        for piece in pieces:
            received.write(piece)
        received.finish()
        with store.adding():
            store.keep(received)
        return received.sha256


def breaks_off(store: DocumentStore) -> None:
    with store.receiving() as received:
        received.write(b"half")
        raise OSError("broke off")


def files(store: DocumentStore) -> list[str]:
    found = (p.relative_to(store.folder) for p in store.folder.rglob("*") if p.is_file())
    return sorted(str(p) for p in found if p.name != "lock")


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents", most_bytes=1_000_000)


def test_a_content_lies_under_its_hash_once(store: DocumentStore) -> None:
    assert put(store, b"hel", b"lo") == HELLO
    assert put(store, b"hello") == HELLO
    assert files(store) == [f"2c/{HELLO}"]
    assert b"".join(store.read(HELLO, 5)) == b"hello"
    assert store.path_of(HELLO).stat().st_mode & 0o777 == 0o600


def test_the_limit_holds_to_the_byte_and_nothing_beyond_it_reaches_the_disk(store: DocumentStore) -> None:
    exact = put(store, bytes(999_999), b"x")
    assert store.path_of(exact).stat().st_size == 1_000_000
    with store.receiving() as received:
        received.write(bytes(1_000_000))
        with pytest.raises(DocumentTooLarge):
            received.write(b"x")
        assert received.path.stat().st_size == 1_000_000
    assert files(store) == [f"{exact[:2]}/{exact}"]


def test_nothing_is_left_of_what_was_not_kept(store: DocumentStore) -> None:
    with store.receiving() as received, pytest.raises(DocumentEmpty):
        received.finish()
    with pytest.raises(OSError, match="broke off"):
        breaks_off(store)
    assert files(store) == []


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_contents_of_every_length_come_back_whole(store: DocumentStore, size: int) -> None:
    content = os.urandom(size)
    assert b"".join(store.read(put(store, content), size)) == content


def test_a_changed_content_is_never_served(store: DocumentStore) -> None:
    content = os.urandom(3 * CHUNK)
    sha256 = put(store, content)
    reading = store.read(sha256, len(content))
    taken = [next(reading)]
    store.path_of(sha256).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DocumentDamaged):
        taken += list(reading)
    assert sum(map(len, taken)) < len(content)
    with pytest.raises(DocumentDamaged) as damaged:
        store.read(sha256, len(content))
    assert damaged.value.facts["problem"] == "changed"
    store.path_of(sha256).write_bytes(content[:-1])
    with pytest.raises(DocumentDamaged):
        store.read(sha256, len(content))
    store.path_of(sha256).unlink()
    with pytest.raises(DocumentDamaged):
        store.read(sha256, len(content))
    assert put(store, content) == sha256  # sent once more, it is whole again
    store.check(sha256, len(content))


def test_many_uploads_of_the_same_content_at_once_make_one_file(store: DocumentStore) -> None:
    done: list[str] = []
    threads = [threading.Thread(target=lambda: done.append(put(store, b"hel", b"lo"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [HELLO] * 12
    assert files(store) == [f"2c/{HELLO}"]


def test_removing_waits_for_those_who_add(store: DocumentStore) -> None:
    put(store, b"hello")
    with store.adding(), store.removing(wait_seconds=0.1) as locked:
        assert locked is False
    with store.removing(wait_seconds=0.1) as locked:
        assert locked is True
        store.remove(HELLO)
    assert files(store) == []


def test_what_never_got_whole_is_cleared_when_it_is_old(store: DocumentStore) -> None:
    put(store, b"hello")
    for name, age in (("old.part", 0), ("new.part", 2_000_000_000)):
        path = store.folder / "incoming" / name
        path.write_bytes(b"x")
        os.utime(path, (age, age))
    assert store.clear_incoming(before=datetime(2026, 3, 2, tzinfo=UTC)) == 1
    assert files(store) == [f"2c/{HELLO}", "incoming/new.part"]
