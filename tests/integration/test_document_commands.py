"""The document store from a shell, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dossiers.authority import Grant, StaffRole
from dossiers.document_store import DocumentStore
from dossiers.installation_key import vault_of
from dossiers.migrate import upgrade
from dossiers.people import add_staff
from dossiers.registration import register
from dossiers.session import engine_for, writing
from tests import papers
from tests.conftest import make_office
from tests.samples import COMMUNE, RECEIVER, at


class Shell:
    """A home with one dossier and one officer, `lan`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()
        engine = engine_for(f"sqlite:///{home / 'motcua.db'}")
        upgrade(engine)
        office = replace(make_office(engine), vault=vault_of(engine, home / "secret.key"))
        self.store = DocumentStore(home / "documents")
        form = {"full_name": "Lò Thị B", "event": "birth", "copies_wanted": 1}
        command = {"procedure": "2.000635", "commune": COMMUNE, "applicant": {"name": "Lò Thị B"}, "form": form}
        self.code = register(office, command, actor=RECEIVER, now=at("2026-03-02T09:00"))["dossier"]
        role = Grant(StaffRole.RECEIVING_OFFICER, "38", COMMUNE)
        with writing(engine) as session:
            add_staff(session, login="lan", name="Lan", password="mat-khau-dai-lam", grants=[role])
        engine.dispose()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "MOTCUA_HOME": str(self.home), "MOTCUA_MAX_DOCUMENT_BYTES": "5000"}
        command = [sys.executable, "-m", "cli", "document", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def told(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def test_a_document_goes_in_is_listed_saved_checked_and_removed(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "Giấy tờ.pdf"
    file.write_bytes(papers.pdf())
    stored = shell.told("add", shell.code, str(file), "--actor", "lan")["stored"]
    assert (stored["content_type"], stored["size_bytes"]) == ("application/pdf", 305)
    assert [f["filename"] for f in shell.told("list", shell.code)] == [None]
    assert [f["filename"] for f in shell.told("list", shell.code, "--actor", "lan")] == ["Giấy tờ.pdf"]
    saved = tmp_path / "out"
    saved.mkdir()
    assert shell.told("get", shell.code, stored["id"], "--actor", "lan", "--to", str(saved))["size_bytes"] == 305
    assert (saved / "Giấy tờ.pdf").read_bytes() == papers.pdf()
    assert shell.told("check") == {"contents": 1, "damaged": {}}
    shell.store.path_of(stored["sha256"]).unlink()
    assert shell.run("check").returncode == 1
    assert shell.run("get", shell.code, stored["id"], "--actor", "lan", "--to", str(tmp_path / "x")).returncode == 2
    assert not (tmp_path / "x").exists()
    assert shell.told("remove", shell.code, stored["id"], "--actor", "lan")["events"] == ["DocumentRemoved"]
    assert shell.told("list", shell.code) == []


def test_what_is_refused_is_said_in_both_languages(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "don.pdf").write_bytes(papers.EXE)
    refused = shell.run("add", shell.code, str(tmp_path / "don.pdf"), "--actor", "lan")
    assert refused.returncode == 2
    assert "Không nhận loại tệp này" in refused.stderr
    assert "Files of this kind are not taken" in refused.stderr
    (tmp_path / "to.pdf").write_bytes(papers.pdf() + bytes(5_000))
    refused = shell.run("add", shell.code, str(tmp_path / "to.pdf"), "--actor", "lan")
    assert refused.returncode == 2
    assert "allowed_bytes: 5000" in refused.stderr
