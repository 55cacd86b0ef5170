"""One real Prefect server for all tests of the flows, and one real worker process per kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.settings import Settings
from flows.children import stop_all
from flows.server import worker_ready_file
from tests.flows.running import DEFINITIONS, Installation, PrefectServer, eventually, free_port
from tests.postgres import throw_away


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A running Prefect server."""
    home = tmp_path_factory.mktemp("prefect")
    server = PrefectServer(Settings(home=home, prefect_port=free_port()))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, prefect: PrefectServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation whose worker runs."""
    home = tmp_path_factory.mktemp(request.param)
    if request.param == "postgresql":
        with throw_away(request.getfixturevalue("postgres")) as url:
            yield from running(prefect, home, url, "14797")
    else:
        yield from running(prefect, home, f"sqlite:///{home / 'motcua.db'}", "14845")


@pytest.fixture(scope="session")
def sqlite_place(prefect: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation on SQLite whose worker has to be started by the test."""
    home = tmp_path_factory.mktemp("kills")
    return prepared(prefect, home, f"sqlite:///{home / 'motcua.db'}", "16531")


def prepared(prefect: PrefectServer, home: Path, url: str, commune: str) -> Installation:
    settings = Settings(
        home=home,
        database_url=url,
        prefect_port=prefect.settings.prefect_port,
        prefect_auth=(prefect.settings.home / "prefect.auth").read_text(),  # type: ignore[arg-type]
        definitions=DEFINITIONS,
        lease_seconds=10,
    )
    office = Office.open(settings)
    upgrade(office.engine)
    return Installation(settings, office, prefect, commune)


def running(prefect: PrefectServer, home: Path, url: str, commune: str) -> Iterator[Installation]:
    place = prepared(prefect, home, url, commune)
    place.worker.start()
    try:
        eventually(worker_ready_file(place.settings).exists)
        yield place
    finally:
        stop_all([place.worker])
    place.office.engine.dispose()
