"""Backup and restore: complete, checked, all or nothing, from either database into either."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from dossiers.backup import backup, restore
from dossiers.document_store import DocumentStore
from dossiers.errors import BackupExists, DatabaseTooOld, NotABackup, TargetNotEmpty
from dossiers.ledger_check import check
from dossiers.migrate import newest
from dossiers.office import Office
from dossiers.session import engine_for, reading
from dossiers.tables import DossierRow
from tests.conftest import make_office
from tests.desk import MONDAY, Desk
from tests.postgres import throw_away
from tests.samples import at, sample

TUESDAY = at("2026-03-03T09:00")


def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


@pytest.fixture
def full(office: Office) -> Office:
    desk = Desk(office).accepted()
    desk.appraised("ok", TUESDAY)
    Desk(office).register(TUESDAY)
    return office


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, postgres: str) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored.db'}"
    else:
        with throw_away(postgres) as url:
            yield url


def test_a_restored_office_is_the_same_and_goes_on(full: Office, empty_url: str, tmp_path: Path) -> None:
    written = backup(full.engine, tmp_path / "b.gz", store(tmp_path))
    assert written.rows["dossiers"] == 2
    assert written.rows["events"] == 5
    again = make_office(engine_for(empty_url), sample())
    assert restore(again.engine, tmp_path / "b.gz", store(tmp_path)) == written
    assert check(again, now=TUESDAY).sound
    later = Desk(again)
    assert later.register(MONDAY)["dossier"] == "MC-14845-260302-0002"  # counters and ids go on where they stood
    assert later.row.id == 3


def test_a_backup_never_overwrites(full: Office, tmp_path: Path) -> None:
    backup(full.engine, tmp_path / "b.gz", store(tmp_path))
    with pytest.raises(BackupExists):
        backup(full.engine, tmp_path / "b.gz", store(tmp_path))


def test_an_office_with_dossiers_is_not_overwritten(full: Office, tmp_path: Path) -> None:
    backup(full.engine, tmp_path / "b.gz", store(tmp_path))
    with pytest.raises(TargetNotEmpty):
        restore(full.engine, tmp_path / "b.gz", store(tmp_path))


def test_a_damaged_backup_changes_nothing(full: Office, empty_url: str, tmp_path: Path) -> None:
    backup(full.engine, tmp_path / "b.gz", store(tmp_path))
    lines = gzip.decompress((tmp_path / "b.gz").read_bytes()).decode().splitlines(keepends=True)
    target = engine_for(empty_url)
    broken = {
        "cut": lines[:-1],
        "changed": [line.replace("14845", "14758") for line in lines],
        "foreign": ['{"format": "other"}\n', *lines[1:]],
        "old": [lines[0].replace(newest(), "0000"), *lines[1:]],
    }
    for name, content in broken.items():
        path = tmp_path / f"{name}.gz"
        path.write_bytes(gzip.compress("".join(content).encode()))
        with pytest.raises(NotABackup):
            restore(target, path, store(tmp_path))
    (tmp_path / "half.gz").write_bytes((tmp_path / "b.gz").read_bytes()[:200])
    with pytest.raises(NotABackup):
        restore(target, tmp_path / "half.gz", store(tmp_path))
    restore(target, tmp_path / "b.gz", store(tmp_path))
    with reading(target) as session:
        assert session.execute(select(func.count()).select_from(DossierRow)).scalar_one() == 2


def test_an_empty_database_cannot_be_backed_up(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseTooOld):
        backup(engine_for(database_url), tmp_path / "b.gz", store(tmp_path))
    assert list(tmp_path.glob("b.gz*")) == []


def test_the_shell_backs_up_every_table(tmp_path: Path) -> None:
    """In a process of its own, which has loaded nothing but what `motcua backup` loads."""
    home = {**os.environ, "MOTCUA_HOME": str(tmp_path / "home")}

    def motcua(*arguments: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "cli", *arguments, "--json"]
        done = subprocess.run(command, env=home, capture_output=True, text=True, check=True)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    motcua("migrate")
    assert set(motcua("backup", str(tmp_path / "b.gz"))["rows"]) == {
        "absences",
        "access_records",
        "api_tokens",
        "applicants",
        "calendar_versions",
        "code_counters",
        "consultations",
        "consulted_bodies",
        "cuts",
        "documents",
        "dossiers",
        "events",
        "figure_counts",
        "figure_facts",
        "figure_failures",
        "imports",
        "imported_rows",
        "seals",
        "seal_leaves",
        "seal_nodes",
        "publications",
        "free_texts",
        "grants",
        "idempotency_keys",
        "installation",
        "messages",
        "open_steps",
        "pending_slips",
        "preferences",
        "recorded_messages",
        "signer_exemptions",
        "slip_counters",
        "slips",
        "staff",
        "undecided_events",
        "undecided_warnings",
        "waiting_for_digest",
        "wake_ups",
        "warnings",
    }
