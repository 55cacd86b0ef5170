"""The migrated schema is the declared one, on both databases; other versions are refused without damage."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from dossiers.errors import DatabaseTooNew, DatabaseTooOld
from dossiers.migrate import newest, present, require_current, upgrade
from dossiers.office import Office
from dossiers.session import engine_for, writing


def test_the_migrated_schema_is_the_declared_one(database_url: str) -> None:
    engine = engine_for(database_url)
    assert upgrade(engine) is True
    assert upgrade(engine) is False
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_an_empty_database_has_to_be_brought_up_first(database_url: str) -> None:
    engine = engine_for(database_url)
    with pytest.raises(DatabaseTooOld, match="motcua migrate"):
        require_current(engine)


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    engine = engine_for(database_url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew):
        upgrade(engine)
    with pytest.raises(DatabaseTooNew):
        require_current(engine)
    assert present(engine) == "9999"
    assert newest() == "0004"


@pytest.mark.parametrize("change", ["UPDATE access_records SET actor = 'x'", "DELETE FROM access_records"])
def test_append_only_rows_cannot_be_changed_even_past_the_program(office: Office, change: str) -> None:
    from dossiers.authority import SYSTEM
    from dossiers.people import log_access
    from tests.samples import at

    log_access(office, actor=SYSTEM, what="test", now=at("2026-03-02T09:00"), dossier_id=None)
    with pytest.raises(DatabaseError, match="only ever added"), writing(office.engine) as session:
        session.execute(text(change))
