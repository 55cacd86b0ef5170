"""Offices over throw-away databases: SQLite in a temporary folder, PostgreSQL in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.personal import Vault
from dossiers.session import engine_for
from procedures.catalogue import Catalogue, load_catalogue, load_fields
from procedures.schema import Definition
from tests.postgres import server_url, throw_away
from tests.samples import sample


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL (without a database) of a real PostgreSQL: the local server, or a private cluster made for the tests."""
    with server_url() as url:
        yield url


@pytest.fixture
def fresh_postgres(postgres: str) -> Iterator[str]:
    """The URL of a database made for one test and dropped after it."""
    with throw_away(postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "postgresql":
        yield request.getfixturevalue("fresh_postgres")
    else:
        url = f"sqlite:///{tmp_path / 'motcua.db'}"
        yield url
        engine_for(url).dispose()


def make_office(engine: Engine, *definitions: Definition) -> Office:
    """An office with the given definitions, or the built-in ones."""
    catalogue = Catalogue.of(definitions, load_fields()) if definitions else load_catalogue()
    return Office(engine=engine, catalogue=catalogue, vault=Vault.from_secret(b"k" * 32))


@pytest.fixture
def office(database_url: str) -> Office:
    """An office with the sample procedure, on each kind of database."""
    engine = engine_for(database_url)
    upgrade(engine)
    return make_office(engine, sample())


@pytest.fixture
def sqlite_office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Makes an office on SQLite with the definitions given."""
    engine = engine_for(f"sqlite:///{tmp_path / 'quick.db'}")
    upgrade(engine)
    yield lambda *definitions: make_office(engine, *definitions)
    engine.dispose()
