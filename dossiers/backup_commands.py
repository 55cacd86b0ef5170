"""`motcua backup` and `motcua restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dossiers.shell import DIFFERENT, office, say

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
Despite = Annotated[
    bool, typer.Option("--despite-damage", help="Vẫn sao lưu khi kho tài liệu hỏng / leave damaged contents out")
]


def backup(
    path: Annotated[Path, typer.Argument(help="Tệp sao lưu / file to write")],
    despite_damage: Despite = False,
    as_json: AsJson = False,
) -> None:
    """Sao lưu cơ sở dữ liệu và kho tài liệu vào một tệp / back database and documents up into one file.

    Exit codes: 0 whole, 1 written without contents that were damaged (listed).
    """
    from dossiers.backup import backup as write

    place = office()
    report = write(place.engine, path, place.documents, despite_damage=despite_damage)
    lines = [f"{path}: {sum(report.rows.values())} rows, {report.documents} documents, sha256 {report.sha256}"]
    lines += [f"  KHÔNG CÓ / LEFT OUT: {sha256}" for sha256 in report.missing]
    say({"file": str(path), **asdict(report)}, as_json=as_json, text="\n".join(lines))
    if report.missing:
        raise typer.Exit(DIFFERENT)


def restore(path: Annotated[Path, typer.Argument(help="Tệp sao lưu / file to read")], as_json: AsJson = False) -> None:
    """Khôi phục vào một cơ sở dữ liệu trống / restore into an empty database."""
    from dossiers.backup import restore as read
    from dossiers.document_store import DocumentStore
    from dossiers.session import engine_for
    from dossiers.settings import settings

    own = settings()
    report = read(engine_for(own.url), path, DocumentStore(own.documents_folder))
    lines = [f"{path}: {sum(report.rows.values())} rows, {report.documents} documents restored"]
    lines += [f"  KHÔNG CÓ TRONG BẢN SAO LƯU / NOT IN THE BACKUP: {sha256}" for sha256 in report.missing]
    if not own.secret_key_file.exists():
        lines.append(f"Đặt lại tệp khóa trước khi chạy / put the key file back before you start: {own.secret_key_file}")
    say({"file": str(path), **asdict(report)}, as_json=as_json, text="\n".join(lines))
