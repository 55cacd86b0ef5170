"""Bringing a database to the schema of this version, or saying clearly why not."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import migrations
from dossiers.errors import DatabaseTooNew, DatabaseTooOld


def configuration(engine: Engine) -> Config:
    """Alembic's configuration for a database, without any file beside the package."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["engine"] = engine
    return config


def newest() -> str:
    """The schema revision that this version of the software needs."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return str(ScriptDirectory.from_config(config).get_current_head())


def present(engine: Engine) -> str | None:
    """The schema revision of a database; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> bool:
    """Bring a database up to date; gives whether anything had to be done.

    Raises:
        DatabaseTooNew: a newer version of the software made it. Nothing is changed.
    """
    found = present(engine)
    if found == newest():
        return False
    _refuse_newer(engine, found)
    command.upgrade(configuration(engine), "head")
    return True


def require_current(engine: Engine) -> None:
    """Nothing, when the database has the schema of this version.

    Raises:
        DatabaseTooNew, DatabaseTooOld: it has not.
    """
    found = present(engine)
    if found == newest():
        return
    _refuse_newer(engine, found)
    raise DatabaseTooOld(found=found or "empty", needed=newest(), mend="motcua migrate")


def _refuse_newer(engine: Engine, found: str | None) -> None:
    known = {s.revision for s in ScriptDirectory.from_config(configuration(engine)).walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseTooNew(found=found, known=newest())
