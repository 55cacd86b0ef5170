"""Documents of dossiers: content first, then one transaction; removed, retained, erased."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from dossiers.authority import SYSTEM, Actor
from dossiers.desk_tables import DocumentRow
from dossiers.document_errors import DocumentDamaged, DocumentNotReceived, DocumentTypeRefused
from dossiers.document_store import DocumentStore
from dossiers.document_upkeep import UpkeepReport, renew_keep_until, tidy
from dossiers.documents import add_document, open_document, remove_document, stored_files
from dossiers.erasure import erase_person
from dossiers.errors import KeyReusedForAnotherCommand, NoAuthority, UnknownDocument, UnknownStoredDocument
from dossiers.ledger_check import check
from dossiers.office import Office
from dossiers.personal_tables import AccessRow, FreeTextRow
from dossiers.retention import Retention, Review
from dossiers.session import reading
from tests import papers
from tests.desk import Desk
from tests.samples import CASE, RECEIVER, SUPERVISOR, at, officer

TUESDAY = at("2026-03-03T09:00")
KEEP = Retention(review=Review(status="unverified"))
TEN_YEARS = KEEP.model_copy(update={"fields": {"ho-tich": 10}})


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return Desk(replace(office, documents=DocumentStore(tmp_path / "documents", most_bytes=100_000))).accepted()


def upload(desk: Desk, content: bytes, now: datetime = TUESDAY, *, actor: Actor = RECEIVER, **more: Any) -> Any:
    with desk.office.documents.receiving() as received:
        received.write(content)
        return add_document(desk.office, desk.code, received, actor=actor, now=now, **more)


def on_disk(desk: Desk) -> list[str]:
    found = desk.office.documents.folder.rglob("*")
    return sorted(p.name for p in found if p.is_file() and p.name != "lock")


def rows(desk: Desk) -> list[DocumentRow]:
    with reading(desk.office.engine) as session:
        return list(session.execute(select(DocumentRow).order_by(col(DocumentRow.stored_at))).scalars())


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_document_is_stored_listed_and_read(desk: Desk) -> None:
    content = papers.pdf()
    before = desk.state
    answer = upload(desk, content, document="giay_to", filename="C:\\Giấy tờ.pdf", claimed_type="application/pdf")
    assert answer["events"] == ["DocumentStored"]
    assert answer["stored"] | {"id": ""} == {
        "id": "",
        "document": "giay_to",
        "sha256": sha(content),
        "size_bytes": len(content),
        "content_type": "application/pdf",
    }
    payload = desk.events[-1].payload
    assert "Giấy tờ" not in str(payload)  # the ledger has its HMAC only
    assert desk.state.documents == before.documents  # a stored file ticks nothing
    assert desk.state.moved_revision == before.moved_revision  # and makes nobody's view stale
    with reading(desk.office.engine) as session:
        (seen,) = stored_files(session, desk.row.id or 0, personal=True)
        (masked,) = stored_files(session, desk.row.id or 0, personal=False)
    assert (seen.filename, masked.filename) == ("Giấy tờ.pdf", None)
    assert (seen.stored_by, seen.stored_at) == (RECEIVER.id, TUESDAY)
    opened = open_document(desk.office, desk.code, seen.id, actor=CASE, now=TUESDAY)
    assert b"".join(opened.pieces) == content
    assert (opened.name, opened.content_type) == ("Giấy tờ.pdf", "application/pdf")
    with reading(desk.office.engine) as session:
        access = session.execute(select(AccessRow)).scalars().all()
    assert [(a.actor, a.what, a.dossier_id) for a in access] == [(CASE.id, "document", desk.row.id)]
    assert check(desk.office, now=TUESDAY).sound


def test_what_is_refused_leaves_nothing(desk: Desk) -> None:
    events = len(desk.events)
    with pytest.raises(DocumentTypeRefused):
        upload(desk, papers.EXE, filename="don.pdf")
    with pytest.raises(UnknownDocument):
        upload(desk, papers.pdf(), document="ho_chieu")
    with pytest.raises(NoAuthority):
        upload(desk, papers.pdf(), actor=officer("clerk", commune="14797"))
    assert (on_disk(desk), rows(desk), len(desk.events)) == ([], [], events)


def test_a_document_cannot_be_recorded_without_its_content(desk: Desk) -> None:
    given = {"sha256": "0" * 64, "size_bytes": 1, "content_type": "application/pdf"}
    for actor in (RECEIVER, SYSTEM):
        with pytest.raises(DocumentNotReceived):
            desk.do("store_document", TUESDAY, actor, id="a" * 32, **given)
    assert rows(desk) == []


def test_the_same_content_lies_there_once_and_goes_with_its_last_document(desk: Desk) -> None:
    content = papers.pdf()
    first, second = upload(desk, content)["stored"]["id"], upload(desk, content)["stored"]["id"]
    assert on_disk(desk) == [sha(content)]
    remove_document(desk.office, desk.code, first, actor=RECEIVER, now=TUESDAY)
    assert on_disk(desk) == [sha(content)]
    with pytest.raises(UnknownStoredDocument):
        open_document(desk.office, desk.code, first, actor=RECEIVER, now=TUESDAY)
    desk.do("remove_document", TUESDAY, RECEIVER, id=second)
    assert on_disk(desk) == []
    with pytest.raises(UnknownStoredDocument):
        remove_document(desk.office, desk.code, second, actor=RECEIVER, now=TUESDAY)
    with pytest.raises(NoAuthority):
        desk.do("remove_document", TUESDAY, RECEIVER, id=second, because="person_erased")


def test_a_removed_document_takes_its_name_along(desk: Desk) -> None:
    stored = upload(desk, papers.pdf(), filename="Nguyễn Văn A.pdf")["stored"]["id"]
    desk.do("remove_document", TUESDAY, RECEIVER, id=stored)
    (row,) = rows(desk)
    assert (row.filename, row.removed_because, row.removed_at) == (None, "wrong_document", TUESDAY)
    with reading(desk.office.engine) as session:
        texts = session.execute(select(col(FreeTextRow.text))).scalars().all()
    assert [t for t in texts if t and "Nguyễn" in t] == []
    assert check(desk.office, now=TUESDAY).sound


def test_one_key_stores_once(desk: Desk) -> None:
    first = upload(desk, papers.pdf(), key="k1", filename="a.pdf")
    assert upload(desk, papers.pdf(), key="k1", filename="a.pdf") == first
    assert len(rows(desk)) == 1
    with pytest.raises(KeyReusedForAnotherCommand):
        upload(desk, papers.pdf(300), key="k1", filename="a.pdf")
    assert on_disk(desk) == [sha(papers.pdf())]


def test_uploads_at_once_and_removals_between_lose_nothing(desk: Desk) -> None:
    content = papers.picture("PNG")
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            stored = upload(desk, content)["stored"]["id"]
            if number % 2:
                desk.do("remove_document", TUESDAY, RECEIVER, id=stored)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    live = [r for r in rows(desk) if r.removed_at is None]
    assert len(live) == 4
    assert on_disk(desk) == [sha(content)]
    desk.office.documents.check(sha(content), len(content))


def test_a_damaged_content_is_an_error_not_a_document(desk: Desk) -> None:
    stored = upload(desk, papers.pdf())["stored"]["id"]
    desk.office.documents.path_of(sha(papers.pdf())).write_bytes(papers.pdf()[:-1] + b"!")
    with pytest.raises(DocumentDamaged):
        open_document(desk.office, desk.code, stored, actor=RECEIVER, now=TUESDAY)


_UPLOAD = """
import sys
from pathlib import Path
from datetime import datetime
from dataclasses import replace
from dossiers.document_store import DocumentStore
from dossiers.documents import add_document
from dossiers.session import engine_for
from tests.conftest import make_office
from tests.papers import pdf
from tests.samples import RECEIVER, sample
url, folder, code, at = sys.argv[1:]
office = replace(make_office(engine_for(url), sample()), documents=DocumentStore(Path(folder)))
with office.documents.receiving() as received:
    received.write(pdf())
    add_document(office, code, received, actor=RECEIVER, now=datetime.fromisoformat(at))
"""


@pytest.mark.parametrize(
    ("point", "stored"), [("document.on_disk", 0), ("document.before_commit", 0), ("document.after_commit", 1)]
)
def test_a_crash_leaves_at_most_a_content_that_housekeeping_removes(
    desk: Desk, database_url: str, point: str, stored: int
) -> None:
    folder = desk.office.documents.folder
    command = [sys.executable, "-c", _UPLOAD, database_url, str(folder), desk.code, TUESDAY.isoformat()]
    done = subprocess.run(command, env={**os.environ, "MOTCUA_FAILPOINTS": point}, check=False, capture_output=True)
    assert done.returncode == -9, done.stderr
    assert len(rows(desk)) == stored
    assert on_disk(desk) == [sha(papers.pdf())]
    wall = datetime.now(UTC)
    assert tidy(desk.office, KEEP, now=wall + timedelta(hours=23)) == UpkeepReport(0, 0, 0)
    orphans = 1 - stored
    assert tidy(desk.office, KEEP, now=wall + timedelta(hours=25)) == UpkeepReport(0, orphans, 0)
    assert on_disk(desk) == [sha(papers.pdf())] * stored


def closed(desk: Desk) -> None:
    desk.do("withdraw", TUESDAY, RECEIVER, reason="không làm nữa")


def test_without_a_rule_documents_stay(desk: Desk) -> None:
    upload(desk, papers.pdf())
    closed(desk)
    assert tidy(desk.office, KEEP, now=at("2099-01-01T00:00")).retention_over == 0
    assert [r.removed_at for r in rows(desk)] == [None]


def test_retention_counts_from_the_closing_to_the_day(desk: Desk) -> None:
    upload(desk, papers.pdf())
    assert tidy(desk.office, TEN_YEARS, now=at("2099-01-01T00:00")).retention_over == 0  # still open
    closed(desk)
    assert renew_keep_until(desk.office, TEN_YEARS) == 1
    assert [r.keep_until for r in rows(desk)] == [date(2036, 3, 3)]
    assert tidy(desk.office, TEN_YEARS, now=at("2036-03-03T23:59")).retention_over == 0
    assert tidy(desk.office, TEN_YEARS, now=at("2036-03-04T00:01")) == UpkeepReport(1, 0, 0)
    assert on_disk(desk) == []
    removed = desk.events[-1]
    assert (removed.type.value, removed.actor, removed.payload["because"]) == (
        "DocumentRemoved",
        "system",
        "retention_over",
    )
    assert tidy(desk.office, TEN_YEARS, now=at("2036-03-04T00:02")) == UpkeepReport(0, 0, 0)


def test_a_dossier_taken_up_again_keeps_its_documents(desk: Desk) -> None:
    upload(desk, papers.pdf())
    closed(desk)
    renew_keep_until(desk.office, TEN_YEARS)
    desk.do("reopen", TUESDAY, SUPERVISOR, reason="mở lại")
    assert tidy(desk.office, TEN_YEARS, now=at("2036-03-04T00:01")).retention_over == 0
    assert [r.keep_until for r in rows(desk)] == [None]


def test_erasing_a_person_takes_the_documents_of_all_dossiers_and_no_others(desk: Desk) -> None:
    shared, own = papers.pdf(), papers.pdf(300)
    upload(desk, shared, filename="CCCD Lò Thị B.pdf")
    second = Desk(desk.office)
    second.register(TUESDAY)
    upload(second, own)
    stranger = Desk(desk.office)
    stranger.register(TUESDAY, applicant={"name": "Người khác"})
    upload(stranger, shared)
    assert erase_person(desk.office, desk.code, now=TUESDAY) == 2
    assert on_disk(desk) == [sha(shared)]
    assert sorted((r.filename, r.removed_because) for r in rows(desk) if r.removed_at) == [
        (None, "person_erased"),
        (None, "person_erased"),
    ]
    assert second.types[-1] == "DocumentRemoved"
    assert stranger.types[-1] == "DocumentStored"
    assert check(desk.office, now=TUESDAY).sound
