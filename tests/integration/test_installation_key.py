"""A database is used with its own key only; a missing key is never replaced in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete

from dossiers.errors import BrokenKey, KeyIsAnother, KeyMissing
from dossiers.installation_key import vault_of
from dossiers.migrate import upgrade
from dossiers.personal import Vault
from dossiers.session import engine_for, writing
from dossiers.tables import InstallationRow
from tests.conftest import make_office
from tests.desk import Desk
from tests.samples import sample


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "home" / "secret.key"


def test_a_new_installation_makes_its_key_and_notes_it(database_url: str, key: Path) -> None:
    engine = engine_for(database_url)
    made = vault_of(engine, key)  # before there is a schema
    upgrade(engine)
    assert vault_of(engine, key) == made
    assert vault_of(engine, key) == made
    with writing(engine) as session:
        row = session.get(InstallationRow, "key_fingerprint")
        assert row is not None
        assert row.value == made.fingerprint


def test_a_missing_key_is_not_made_again(database_url: str, key: Path) -> None:
    engine = engine_for(database_url)
    upgrade(engine)
    made = vault_of(engine, key)
    secret = key.read_text()
    key.unlink()
    with pytest.raises(KeyMissing):
        vault_of(engine, key)
    assert not key.exists()
    Vault.from_file(key)  # somebody makes another one
    with pytest.raises(KeyIsAnother):
        vault_of(engine, key)
    key.write_text("zz")
    with pytest.raises(BrokenKey):
        vault_of(engine, key)
    key.write_text(secret)
    assert vault_of(engine, key) == made


def test_a_database_from_before_knows_its_key_by_what_was_sealed(database_url: str, key: Path) -> None:
    engine = engine_for(database_url)
    upgrade(engine)
    right = Vault.from_file(key)
    desk = Desk(make_office(engine, sample()))
    desk.office = type(desk.office)(engine, desk.office.catalogue, right)
    desk.register()
    with writing(engine) as session:
        session.execute(delete(InstallationRow))
    key.rename(key.with_name("kept"))
    with pytest.raises(KeyMissing):
        vault_of(engine, key)
    Vault.from_file(key)
    with pytest.raises(KeyIsAnother):
        vault_of(engine, key)
    key.with_name("kept").replace(key)
    assert vault_of(engine, key) == right


def test_the_shell_says_in_both_languages_what_is_missing_and_where_it_belongs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, "MOTCUA_HOME": str(home)}

    def motcua(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert motcua("migrate").returncode == 0
    assert motcua("rebuild").returncode == 0
    assert motcua("backup", str(tmp_path / "b.gz")).returncode == 0
    again = motcua("backup", str(tmp_path / "b.gz"))
    assert again.returncode == 2
    assert again.stderr.startswith("Đã có tệp mang tên này")
    assert "A file of that name is already there" in again.stderr
    (home / "motcua.db").unlink()
    (home / "secret.key").unlink()
    assert motcua("restore", str(tmp_path / "b.gz")).returncode == 0
    for command in (("rebuild",), ("web", "--port", "0"), ("worker",), ("up",)):
        refused = motcua(*command)
        assert refused.returncode == 2, (command, refused.stderr)
        assert "thiếu tệp khóa" in refused.stderr
        assert "put it back before you start" in refused.stderr
        assert str(home / "secret.key") in refused.stderr
    assert not (home / "secret.key").exists()
