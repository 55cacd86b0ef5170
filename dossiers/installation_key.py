"""The key of an installation and its database belong together: neither is used with another one.

The database notes a fingerprint of the key when it is first used, so that a restored home without its `secret.key` is
told so, instead of going on with a new key under which nothing that was sealed can be read.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, select, text
from sqlmodel import col

from dossiers.errors import KeyIsAnother, KeyMissing
from dossiers.migrate import newest, present
from dossiers.personal import Vault
from dossiers.personal_tables import ApplicantRow
from dossiers.session import reading, writing
from dossiers.tables import InstallationRow

NOTED_AS = "key_fingerprint"
_TABLES = frozenset({"installation", "applicants"})


def vault_of(engine: Engine, key_file: Path) -> Vault:
    """The keys of an installation. A new key is made only for a database in which nothing was sealed yet.

    Raises:
        KeyMissing: the database knows a key, and the file is not there. None is made.
        KeyIsAnother: the file holds another key than the database knows.
        BrokenKey: the file holds no whole secret.
    """
    if not _has_tables(engine):
        return Vault.from_file(key_file)
    noted, sealed = _known(engine)
    if (noted or sealed) and not key_file.exists():
        raise KeyMissing(file=str(key_file), setting="MOTCUA_KEY_FILE")
    vault = Vault.from_file(key_file)
    if noted is None and (sealed is None or vault.opens(sealed)):
        current = present(engine) == newest()  # a database of another version is left exactly as it is
        noted = _note(engine, vault.fingerprint) if current else vault.fingerprint
    if noted != vault.fingerprint:
        raise KeyIsAnother(file=str(key_file), setting="MOTCUA_KEY_FILE")
    return vault


def _has_tables(engine: Engine) -> bool:
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and not Path(file).exists():
        return False
    return set(inspect(engine).get_table_names()) >= _TABLES


def _known(engine: Engine) -> tuple[str | None, bytes | None]:
    """The fingerprint noted, and one sealed identity number; None each where there is none."""
    with reading(engine) as session:
        row = session.get(InstallationRow, NOTED_AS)
        some = select(col(ApplicantRow.personal_id_sealed)).where(col(ApplicantRow.personal_id_sealed).is_not(None))
        return row.value if row else None, None if row else session.execute(some.limit(1)).scalar_one_or_none()


def _note(engine: Engine, fingerprint: str) -> str:
    """What is noted from now on: the fingerprint, or the one of whoever was first."""
    with writing(engine) as session:
        values = "INSERT INTO installation (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING"
        session.execute(text(values), {"name": NOTED_AS, "value": fingerprint})
        query = select(col(InstallationRow.value)).where(col(InstallationRow.name) == NOTED_AS)
        return str(session.execute(query).scalar_one())
