"""Backup and restore: one file with every row, every document and a checksum, the same for SQLite and PostgreSQL.

The secret key for identity numbers is not in it: keep that file apart.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, LargeBinary, Table, func, insert, inspect, select, text
from sqlmodel import SQLModel

from dossiers import desk_tables, import_tables, personal_tables, tables  # noqa: F401 - they enter the metadata
from dossiers.backup_documents import CONTENT, ContentsCheck, content_lines, damaged, needed, restore_contents
from dossiers.columns import UtcDateTime
from dossiers.document_errors import DocumentsNotWhole
from dossiers.document_store import DocumentStore
from dossiers.errors import BackupExists, NotABackup, TablesUnknown, TargetNotEmpty
from dossiers.migrate import newest, require_current, upgrade

FORMAT = "motcua-backup-2"
LEFT_OUT = frozenset({"sessions"})
"""Log-ins do not come back with a backup."""
_CHUNK = 500
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds: rows by table, how many contents of documents, and the SHA-256 of it all."""

    rows: dict[str, int]
    sha256: str
    documents: int = 0
    missing: tuple[str, ...] = ()
    """Contents that documents refer to and that were damaged when the backup was made."""


def backup(engine: Engine, path: Path, store: DocumentStore, *, despite_damage: bool = False) -> BackupReport:
    """Write one consistent snapshot to a file, which appears only when it is complete.

    Raises:
        DatabaseTooOld, DatabaseTooNew: the database has not the schema of this version.
        BackupExists: the file is already there.
        DocumentsNotWhole: contents are missing or changed; with `despite_damage` the backup is written without them
            and says which.
    """
    require_current(engine)
    _require_all_tables(engine)
    if path.exists():
        raise BackupExists(file=str(path))
    part = path.with_name(path.name + ".part")
    try:
        with store.adding(), _snapshot(engine) as connection:  # no content is removed meanwhile
            contents = needed(connection)
            lost = damaged(store, contents)
            if lost and not despite_damage:
                raise DocumentsNotWhole(
                    contents=dict(list(lost.items())[:_MOST_NAMED]),
                    count=len(lost),
                    mend="motcua backup --despite-damage",
                )
            report = _write(part, connection, store, contents, tuple(sorted(lost)))
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return report


def _write(
    part: Path, connection: Connection, store: DocumentStore, contents: dict[str, int], lost: tuple[str, ...]
) -> BackupReport:
    digest, rows = hashlib.sha256(), dict[str, int]()
    with part.open("wb") as raw, gzip.open(raw, "wt", encoding="utf-8", compresslevel=1) as out:
        for lines in (_lines(connection, rows), content_lines(store, contents, without=lost)):
            for line in lines:
                digest.update(line.encode())
                out.write(line)
        report = BackupReport(rows, digest.hexdigest(), len(contents) - len(lost), lost)
        end = {"end": True, "rows": rows, "documents": report.documents, "missing": lost, "sha256": report.sha256}
        out.write(json.dumps(end) + "\n")
    with part.open("rb+") as whole:
        os.fsync(whole.fileno())
    return report


def restore(engine: Engine, path: Path, store: DocumentStore) -> BackupReport:
    """Fill an empty database from a file, in one transaction, after the contents of documents: all of it or nothing.

    Raises:
        NotABackup: the file is no backup, is cut short, damaged, of another schema, or lacks contents of documents.
        TargetNotEmpty: the database already holds dossiers or staff.
    """
    end = _check_whole(path)
    upgrade(engine)
    _require_all_tables(engine)
    with engine.begin() as connection:
        _require_empty(connection)
    restore_contents(store, _found(path))
    known = {t.name: t for t in _tables()}
    with engine.begin() as connection:
        _require_empty(connection)
        for table in reversed(_tables()):
            connection.execute(table.delete())
        for name, rows in _batches(path):
            table = known[name]
            connection.execute(insert(table), [_decode(table, row) for row in rows])
        _advance_counters(connection)
    return BackupReport(end["rows"], end["sha256"], end["documents"], tuple(end["missing"]))


def _require_empty(connection: Connection) -> None:
    for name in ("dossiers", "staff"):
        if connection.execute(select(func.count()).select_from(SQLModel.metadata.tables[name])).scalar_one():
            raise TargetNotEmpty(table=name)


def _require_all_tables(engine: Engine) -> None:
    """Nothing, when every table of the database is known here: a backup that leaves one out is none.

    Raises:
        TablesUnknown: the program that asks has not loaded all floors that own tables.
    """
    unknown = set(inspect(engine).get_table_names()) - set(SQLModel.metadata.tables) - {"alembic_version"}
    if unknown:
        raise TablesUnknown(tables=sorted(unknown))


def _tables() -> list[Table]:
    return [t for t in SQLModel.metadata.sorted_tables if t.name not in LEFT_OUT]


def _snapshot(engine: Engine) -> Any:
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ").begin()
    return engine.execution_options(motcua_read_only=True).begin()


def _lines(connection: Connection, rows: dict[str, int]) -> Iterator[str]:
    yield json.dumps({"format": FORMAT, "schema": newest()}) + "\n"
    for table in _tables():
        rows[table.name] = 0
        query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_CHUNK)
        for row in connection.execute(query).mappings():
            rows[table.name] += 1
            yield json.dumps([table.name, _encode(dict(row))], ensure_ascii=False) + "\n"


def _encode(row: dict[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, bytes | memoryview):
            return base64.b64encode(bytes(value)).decode()
        return value

    return {key: plain(value) for key, value in row.items()}


def _decode(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    def typed(name: str, value: Any) -> Any:
        kind = table.c[name].type
        if value is None:
            return None
        if isinstance(kind, UtcDateTime):
            return datetime.fromisoformat(value)
        if isinstance(kind, LargeBinary):
            return base64.b64decode(value)
        return date.fromisoformat(value) if kind.python_type is date else value

    return {name: typed(name, value) for name, value in row.items()}


def _check_whole(path: Path) -> dict[str, Any]:
    digest, end, first, contents = hashlib.sha256(), None, True, ContentsCheck()
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                if end is not None:
                    raise NotABackup(file=str(path), problem="text after the end")
                found = json.loads(line)
                if first and (not isinstance(found, dict) or found.get("format") != FORMAT):
                    raise NotABackup(file=str(path), problem="no backup of this kind")
                if first and found["schema"] != newest():
                    raise NotABackup(file=str(path), problem=f"schema {found['schema']}, this version has {newest()}")
                first = False
                if isinstance(found, dict) and found.get("end"):
                    end = found
                else:
                    digest.update(line.encode())
                    contents.see(found)
    except (OSError, EOFError, ValueError) as error:
        raise NotABackup(file=str(path), problem=str(error)) from error
    if end is None or end["sha256"] != digest.hexdigest():
        raise NotABackup(file=str(path), problem="cut short or changed")
    if lacking := contents.missing(declared=end["missing"]):
        raise NotABackup(file=str(path), problem="contents of documents are missing", contents=lacking[:_MOST_NAMED])
    return end


def _found(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _batches(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    name, rows = "", list[dict[str, Any]]()
    for found in _found(path):
        if isinstance(found, dict) or found[0] == CONTENT:
            continue
        if rows and (found[0] != name or len(rows) >= _CHUNK):
            yield name, rows
            rows = []
        name = found[0]
        rows.append(found[1])
    if rows:
        yield name, rows


def _advance_counters(connection: Connection) -> None:
    """Let PostgreSQL's sequences go on behind the restored ids; SQLite looks at the table itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        for column in table.primary_key.columns:
            if column.autoincrement is True:
                top = connection.execute(select(func.max(column))).scalar_one()
                if top is not None:
                    name = {"table": table.name, "column": column.name, "top": top}
                    connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :top)"), name)
