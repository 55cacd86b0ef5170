"""Documents over REST: limits, authority, keys, what is sent back, and nothing left of what breaks off."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import func, select
from sqlmodel import col

from api.app import create_app
from dossiers.desk_tables import DocumentRow
from dossiers.document_store import DocumentStore
from dossiers.office import Office
from dossiers.personal_tables import AccessRow
from dossiers.session import engine_for, reading
from tests import papers
from tests.api.conftest import Answer, Web, _web

LIMIT = 100_000


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    store = DocumentStore(tmp_path / "documents", most_bytes=LIMIT)
    monkeypatch.setattr("tests.api.conftest.Office", lambda *given: replace(Office(*given), documents=store))
    url = f"sqlite:///{tmp_path / 'web.db'}"
    yield from _web(url, tmp_path)
    engine_for(url).dispose()


def upload(web: Web, code: str, content: bytes, token: str | None = None, **more: object) -> Answer:
    given = {"name": "Giấy tờ.pdf", "type": "application/pdf", "data": {}, "headers": {}} | more
    return web.call(
        "POST",
        f"/dossiers/{code}/documents",
        web.token("receiving_officer") if token is None else token or None,
        files={"file": (given["name"], content, given["type"])},
        data=given["data"],
        headers=given["headers"],
    )


def left(web: Web) -> list[str]:
    return sorted(p.name for p in web.office.documents.folder.rglob("*") if p.is_file() and p.name != "lock")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_document_goes_in_and_comes_back(desk: Web) -> None:
    code, content = desk.register(), papers.pdf()
    got = upload(desk, code, content, data={"document": "giay_to"})
    assert got.status == 201, got.text
    stored = got.body["stored"]
    assert (stored["document"], stored["size_bytes"], stored["sha256"]) == ("giay_to", len(content), sha(content))
    where = got.headers["location"]
    assert where == f"/api/v1/dossiers/{code}/documents/{stored['id']}"
    (listed,) = desk.call("GET", f"/dossiers/{code}/documents", desk.token("case_officer")).body
    assert (listed["filename"], listed["content_type"]) == ("Giấy tờ.pdf", "application/pdf")
    back = desk.client.get(where, headers={"authorization": f"Bearer {desk.token('case_officer')}"})
    assert back.content == content
    assert back.headers["content-type"] == "application/pdf"
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["cache-control"] == "no-store"
    assert back.headers["content-disposition"] == (
        "attachment; filename=\"Gi_y t_.pdf\"; filename*=UTF-8''Gi%E1%BA%A5y%20t%E1%BB%9D.pdf"
    )
    with reading(desk.office.engine) as session:
        seen = session.execute(select(col(AccessRow.what))).scalars().all()
    assert sorted(seen) == ["api documents", "document"]


def test_one_key_stores_once(desk: Web) -> None:
    code, token, key = desk.register(), desk.token("receiving_officer"), {"Idempotency-Key": "a"}
    first = upload(desk, code, papers.pdf(), token, headers=key)
    again = upload(desk, code, papers.pdf(), token, headers=key)
    assert (again.status, again.body) == (201, first.body)
    other = upload(desk, code, papers.pdf(300), token, headers=key)
    assert (other.status, other.body["type"]) == (409, "urn:motcua:error:key_reused_for_another_command")
    assert left(desk) == [sha(papers.pdf())]


def test_the_limit_is_the_documents_own_and_holds_to_the_byte(desk: Web) -> None:
    code = desk.register()
    head = papers.SIGNED_XML.replace(b"</van-ban>", b"")
    full = head + b" " * (LIMIT - len(head) - 10) + b"</van-ban>"
    assert len(full) == LIMIT
    given = {"name": "a.xml", "type": "text/xml"}
    assert upload(desk, code, full, **given).status == 201
    got = upload(desk, code, full + b"\n", **given)
    assert (got.status, got.body["type"]) == (413, "urn:motcua:error:document_too_large")
    assert got.body["facts"] == {"allowed_bytes": LIMIT}
    assert upload(desk, code, bytes(LIMIT * 5), **given).status == 413
    assert left(desk) == [sha(full)]


@pytest.mark.parametrize(
    ("content", "name", "stated", "status", "error"),
    [
        (b"", "a.pdf", "application/pdf", 422, "document_empty"),
        (papers.EXE, "a.pdf", "application/pdf", 415, "document_type_refused"),
        (papers.HTML, "a.html", "text/html", 415, "document_type_refused"),
        (papers.SVG, "a.svg", "image/svg+xml", 415, "document_type_refused"),
        (papers.pdf(), "a.docx", "application/pdf", 415, "document_type_contradicts"),
        (papers.pdf(), "a.pdf", "image/png", 415, "document_type_contradicts"),
    ],
)
def test_what_is_not_taken_is_refused_in_both_languages(
    desk: Web, content: bytes, name: str, stated: str, status: int, error: str
) -> None:
    got = upload(desk, desk.register(), content, name=name, type=stated)
    assert (got.status, got.body["type"]) == (status, f"urn:motcua:error:{error}")
    assert got.body["title"] != got.body["title_en"]
    assert left(desk) == []


def test_who_may_not_store_is_asked_before_anything_is_read(desk: Web) -> None:
    code = desk.register()
    before = desk.events()
    assert upload(desk, code, papers.pdf(), "").status == 401
    assert upload(desk, code, papers.pdf(), desk.token("province_auditor", commune="")).status == 403
    assert upload(desk, code, papers.pdf(), desk.token("clerk", commune="14797")).status == 403
    assert upload(desk, code, papers.pdf(), desk.token("receiving_officer", scopes=("read",))).status == 403
    assert upload(desk, "MC-14845-260302-9999", papers.pdf()).status == 404
    assert not desk.office.documents.folder.exists()
    assert desk.events() == before


def test_who_may_not_see_personal_data_sees_neither_names_nor_contents(desk: Web) -> None:
    code = desk.register()
    where = upload(desk, code, papers.pdf()).headers["location"]
    auditor = desk.token("province_auditor", commune="")
    assert desk.call("GET", f"/dossiers/{code}/documents", auditor).body[0]["filename"] is None
    assert desk.call("GET", where, auditor).status == 403
    assert desk.call("GET", where, desk.token("clerk", commune="14797")).status == 403
    assert desk.call("GET", where).status == 401
    other = desk.register()
    elsewhere = where.replace(code, other)
    assert desk.call("GET", elsewhere, desk.token("clerk")).status == 404
    assert desk.call("GET", f"/dossiers/{code}/documents/x", desk.token("clerk")).status == 422


def test_a_document_is_removed(desk: Web) -> None:
    code = desk.register()
    where = upload(desk, code, papers.pdf()).headers["location"]
    assert desk.call("DELETE", where, desk.token("clerk")).status == 403
    got = desk.call("DELETE", where, desk.token("receiving_officer"))
    assert (got.status, got.body["events"]) == (200, ["DocumentRemoved"])
    assert desk.call("GET", where, desk.token("receiving_officer")).status == 404
    assert desk.call("DELETE", where, desk.token("receiving_officer")).status == 404
    assert left(desk) == []


def test_a_damaged_content_is_a_fault_of_ours(desk: Web, caplog: pytest.LogCaptureFixture) -> None:
    where = upload(desk, desk.register(), papers.pdf()).headers["location"]
    desk.office.documents.path_of(sha(papers.pdf())).write_bytes(papers.pdf(300))
    got = desk.call("GET", where, desk.token("clerk"))
    assert (got.status, got.body["type"], got.body["facts"]) == (500, "urn:motcua:error:document_damaged", {})
    assert sha(papers.pdf()) in caplog.text


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"x", 415),
        ("multipart/form-data; boundary=b", b"", 422),
        ("multipart/form-data; boundary=b", b"nonsense", 422),
        ("multipart/form-data; boundary=b", b'--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n1\r\n--b--', 422),
        ("multipart/form-data; boundary=b", b'--b\r\ncontent-disposition: form-data; name="file"\r\n\r\nhalf', 422),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\ncontent-disposition: form-data; name="document"\r\n\r\n' + b"x" * 300 + b"\r\n--b--",
            422,
        ),
    ],
)
def test_what_is_no_upload_is_refused_and_leaves_nothing(
    desk: Web, content_type: str, body: bytes, status: int
) -> None:
    headers = {"content-type": content_type}
    path = f"/dossiers/{desk.register()}/documents"
    got = desk.call("POST", path, desk.token("receiving_officer"), content=body, headers=headers)
    assert got.status == status, got.text
    assert left(desk) == []


def test_an_upload_that_breaks_off_leaves_nothing(desk: Web) -> None:
    """Over a real connection, closed half-way."""
    code, token = desk.register(), desk.token("receiving_officer")
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(desk.office, desk.settings, clock=lambda: desk.now),
            host="127.0.0.1",
            port=0,
            log_level="critical",
        )
    )
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    head = (
        f"POST /api/v1/dossiers/{code}/documents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n"
        "content-type: multipart/form-data; boundary=b\r\ncontent-length: 90000\r\n\r\n"
        '--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    ).encode()
    with socket.create_connection(listening.getsockname()) as sending:
        sending.sendall(head + papers.pdf() + bytes(20_000))
        for _ in range(500):
            if list(desk.office.documents.folder.rglob("*.part")):
                break
            threading.Event().wait(0.02)
        assert len(left(desk)) == 1
    server.should_exit = True
    thread.join(20)
    assert left(desk) == []
    with reading(desk.office.engine) as session:
        assert session.execute(select(func.count()).select_from(DocumentRow)).scalar_one() == 0


def test_a_browser_needs_the_secret_of_its_session(desk: Web) -> None:
    code = desk.register()
    secret = desk.sign_in("receiving_officer")
    assert upload(desk, code, papers.pdf(), "").status == 403
    assert upload(desk, code, papers.pdf(), "", headers={"x-csrf-token": secret}).status == 201
