"""Alembic's entry: migrates the database whose engine `dossiers.migrate` puts into the configuration."""

from alembic import context
from sqlmodel import SQLModel

import dossiers.desk_tables
import dossiers.import_tables
import dossiers.personal_tables
import dossiers.tables  # noqa: F401 - enters the metadata
import notifications.tables  # noqa: F401 - enters the metadata
import performance.seal_tables
import performance.tables  # noqa: F401 - enters the metadata

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
