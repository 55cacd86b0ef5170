"""Backups hold the contents of documents, or are refused; what is restored is checked by its hash."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dossiers.backup import backup, restore
from dossiers.document_errors import DocumentsNotWhole
from dossiers.document_store import DocumentStore
from dossiers.documents import add_document, open_document, stored_files
from dossiers.errors import NotABackup
from dossiers.office import Office
from dossiers.session import engine_for, reading
from dossiers.tables import DossierRow
from tests import papers
from tests.conftest import make_office
from tests.desk import Desk
from tests.postgres import throw_away
from tests.samples import CASE, RECEIVER, at, sample

TUESDAY = at("2026-03-03T09:00")
BIG = papers.SIGNED_XML.replace(b"</van-ban>", b"<!--" + b"x" * 600_000 + b"--></van-ban>")


@pytest.fixture
def full(office: Office, tmp_path: Path) -> Desk:
    desk = Desk(replace(office, documents=DocumentStore(tmp_path / "documents"))).accepted()
    for content in (papers.pdf(), BIG, papers.pdf(), papers.picture("PNG")):
        with desk.office.documents.receiving() as received:
            received.write(content)
            add_document(desk.office, desk.code, received, actor=RECEIVER, now=TUESDAY, filename=None)
    removed = next(d for d in desk.state.stored.values() if d.sha256 == sha(papers.picture("PNG")))
    desk.do("remove_document", TUESDAY, RECEIVER, id=removed.id)
    return desk


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, postgres: str) -> Iterator[Office]:
    target = DocumentStore(tmp_path / "restored", most_bytes=1_000)
    if request.param == "sqlite":
        yield replace(make_office(engine_for(f"sqlite:///{tmp_path / 'restored.db'}"), sample()), documents=target)
    else:
        with throw_away(postgres) as url:
            yield replace(make_office(engine_for(url), sample()), documents=target)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def on_disk(store: DocumentStore) -> list[str]:
    return sorted(p.name for p in store.folder.rglob("*") if p.is_file() and p.name != "lock")


def test_documents_come_back_with_their_dossiers(full: Desk, empty: Office, tmp_path: Path) -> None:
    written = backup(full.office.engine, tmp_path / "b.gz", full.office.documents)
    assert (written.documents, written.missing) == (2, ())
    assert restore(empty.engine, tmp_path / "b.gz", empty.documents) == written
    assert on_disk(empty.documents) == sorted([sha(papers.pdf()), sha(BIG)])
    with reading(empty.engine) as session:
        files = stored_files(session, 1, personal=True)
    assert sorted(f.size_bytes for f in files) == [305, 305, 600_134]
    big = next(f for f in files if f.sha256 == sha(BIG))
    opened = open_document(empty, full.code, big.id, actor=CASE, now=TUESDAY)
    assert b"".join(opened.pieces) == BIG


def test_a_backup_that_would_lack_documents_is_refused(full: Desk, tmp_path: Path) -> None:
    full.office.documents.path_of(sha(BIG)).unlink()
    full.office.documents.path_of(sha(papers.pdf())).write_bytes(papers.pdf(300))
    with pytest.raises(DocumentsNotWhole) as refused:
        backup(full.office.engine, tmp_path / "b.gz", full.office.documents)
    assert refused.value.facts["contents"] == {sha(BIG): "missing", sha(papers.pdf()): "changed"}
    assert [p.name for p in tmp_path.glob("b.gz*")] == []


def test_what_can_still_be_saved_is_saved_on_demand(full: Desk, empty: Office, tmp_path: Path) -> None:
    full.office.documents.path_of(sha(BIG)).unlink()
    written = backup(full.office.engine, tmp_path / "b.gz", full.office.documents, despite_damage=True)
    assert (written.documents, written.missing) == (1, (sha(BIG),))
    assert restore(empty.engine, tmp_path / "b.gz", empty.documents).missing == (sha(BIG),)
    assert on_disk(empty.documents) == [sha(papers.pdf())]


def test_a_backup_whose_documents_were_touched_changes_nothing(full: Desk, empty: Office, tmp_path: Path) -> None:
    backup(full.office.engine, tmp_path / "b.gz", full.office.documents)
    lines = gzip.decompress((tmp_path / "b.gz").read_bytes()).decode().splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith('["#content"'))
    swapped = lines[first].replace(json.loads(lines[first])[1], sha(b"other"))
    broken = {
        "without": [line for line in lines if not line.startswith('["#content"')],
        "one_piece_less": [*lines[:first], *lines[first + 1 :]],
        "swapped": [*lines[:first], swapped, *lines[first + 1 :]],
    }
    for name, content in broken.items():
        end = json.loads(content[-1]) | {"sha256": sha("".join(content[:-1]).encode())}
        path = tmp_path / f"{name}.gz"
        path.write_bytes(gzip.compress("".join([*content[:-1], json.dumps(end) + "\n"]).encode()))
        with pytest.raises(NotABackup):
            restore(empty.engine, path, empty.documents)
    assert not empty.documents.folder.exists()
    restore(empty.engine, tmp_path / "b.gz", empty.documents)
    with reading(empty.engine) as session:
        assert session.execute(select(func.count()).select_from(DossierRow)).scalar_one() == 1
