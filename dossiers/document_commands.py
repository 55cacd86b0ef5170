"""`motcua document ...`: put documents into the store, list them, save them, check that all are there."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dossiers.shell import DIFFERENT, now, office, say, shown_local

if TYPE_CHECKING:
    from dossiers.authority import Actor
    from dossiers.office import Office

document = typer.Typer(help="Kho tài liệu của hồ sơ / the document store", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
Code = Annotated[str, typer.Argument(help="Mã hồ sơ / dossier code")]
Id = Annotated[str, typer.Argument(help="Mã tài liệu / document id")]
By = Annotated[str, typer.Option("--actor", help="Tên đăng nhập của người thực hiện / login of who does it")]
Reader = Annotated[
    str | None, typer.Option("--actor", help="Ai xem: hiện cả tên tệp, có ghi nhật ký / who looks: with names, logged")
]


def _actor(place: Office, login: str) -> Actor:
    from dossiers.people import actor_by_login
    from dossiers.session import reading
    from dossiers.working_time import local_date

    with reading(place.engine) as session:
        return actor_by_login(session, login, on=local_date(now()))


@document.command()
def add(
    code: Code,
    file: Annotated[Path, typer.Argument(help="Tệp / file", exists=True, dir_okay=False)],
    actor: By,
    as_: Annotated[str | None, typer.Option("--as", help="Thành phần hồ sơ / required document")] = None,
    as_json: AsJson = False,
) -> None:
    """Lưu một tệp vào kho; không tự đánh dấu thành phần hồ sơ / store a file; it ticks no required document."""
    from dossiers.document_store import pieces_of
    from dossiers.documents import add_document, check_may_store

    place = office()
    who = _actor(place, actor)
    check_may_store(place, code, actor=who)
    with place.documents.receiving() as received:
        for piece in pieces_of(file):
            received.write(piece)
        answer = add_document(place, code, received, actor=who, now=now(), document=as_, filename=file.name)
    stored = answer["stored"]
    text = f"{stored['id']}  {stored['content_type']}  {stored['size_bytes']} bytes  sha256 {stored['sha256']}"
    say(answer, as_json=as_json, text=text)


@document.command("list")
def list_(code: Code, actor: Reader = None, as_json: AsJson = False) -> None:
    """Các tài liệu của một hồ sơ / the documents of a dossier."""
    from dossiers.documents import stored_files
    from dossiers.errors import NoAuthority
    from dossiers.people import log_access
    from dossiers.session import reading
    from dossiers.store import find
    from dossiers.views import may_see_person

    place = office()
    who = _actor(place, actor) if actor else None
    with reading(place.engine) as session:
        row = find(session, code)
        if who and not may_see_person(who, row):
            raise NoAuthority(action="view_personal_data", commune=row.commune, actor=who.id)
        found = stored_files(session, row.id or 0, personal=who is not None)
    if who:
        dossier, person = row.id, row.applicant_id
        log_access(place, actor=who, what="shell documents", now=now(), dossier_id=dossier, applicant_id=person)
    lines = [
        f"{f.id}  {shown_local(f.stored_at)}  {f.content_type}  {f.size_bytes}  "
        f"{f.required_document or '-'}  {f.filename or ''}".rstrip()
        for f in found
    ]
    say([asdict(f) for f in found], as_json=as_json, text="\n".join(lines) or "0")


@document.command()
def get(
    code: Code,
    id_: Id,
    actor: By,
    to: Annotated[Path | None, typer.Option("--to", help="Tệp hoặc thư mục đích / file or folder to write")] = None,
    as_json: AsJson = False,
) -> None:
    """Lấy một tài liệu ra tệp; có ghi nhật ký xem dữ liệu cá nhân / save a document; the look at it is recorded."""
    from dossiers.documents import open_document
    from dossiers.errors import MalformedCommand

    place = office()
    found = open_document(place, code, id_, actor=_actor(place, actor), now=now())
    target = to or Path()
    target = target / found.name if target.is_dir() else target
    if target.exists():
        raise MalformedCommand(problem=f"{target}: already there")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            for piece in found.pieces:
                out.write(piece)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    shown = {"file": str(target), "content_type": found.content_type, "size_bytes": found.size_bytes}
    say(shown | {"sha256": found.sha256}, as_json=as_json, text=f"{target}  {found.size_bytes} bytes")


@document.command()
def remove(code: Code, id_: Id, actor: By, as_json: AsJson = False) -> None:
    """Bỏ một tài liệu lưu nhầm; sổ giữ mã băm / take out a document stored by mistake; the ledger keeps its hash."""
    from dossiers.documents import remove_document

    place = office()
    answer = remove_document(place, code, id_, actor=_actor(place, actor), now=now())
    say(answer, as_json=as_json, text=f"{code} r{answer['revision']}")


@document.command()
def check(as_json: AsJson = False) -> None:
    """Đối chiếu toàn bộ kho với cơ sở dữ liệu / read every content and compare it with its hash.

    Exit codes: 0 all are there, 1 some are missing or changed (listed).
    """
    from dossiers.backup_documents import damaged, needed

    place = office()
    with place.engine.connect() as connection:
        contents = needed(connection)
    lost = damaged(place.documents, contents)
    lines = [f"{len(contents)} nội dung / contents: {'đủ / all there' if not lost else 'KHÔNG ĐỦ / NOT WHOLE'}"]
    lines += [f"  {sha256}: {problem}" for sha256, problem in lost.items()]
    say({"contents": len(contents), "damaged": lost}, as_json=as_json, text="\n".join(lines))
    if lost:
        raise typer.Exit(DIFFERENT)
