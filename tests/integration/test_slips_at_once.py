"""Slips under concurrency and kills: numbers without gap or double, nothing lost, nothing made twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session

from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.session import engine_for
from notifications.slips.issuing import next_number
from notifications.slips.pending import render_pending
from tests.conftest import make_office
from tests.desk import MONDAY, Desk
from tests.golden.slip_scenes import KEY
from tests.integration.test_slips import MINUTE, made, pending, stored
from tests.samples import sample


@pytest.fixture
def postgres_office(fresh_postgres: str) -> Iterator[Office]:
    engine = engine_for(fresh_postgres)
    upgrade(engine)
    yield make_office(engine, sample())
    engine.dispose()


def in_threads(count: int, work: Callable[[int], object]) -> list[object]:
    """What as many threads gave or raised."""
    found: list[object] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            found.append(work(number))
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def test_numbers_have_neither_gap_nor_double_under_concurrency(postgres_office: Office) -> None:
    desks = [Desk(postgres_office).accepted() for _ in range(12)]
    found = in_threads(12, lambda n: made(desks[n]).number)
    assert sorted(found, key=str) == sorted(range(1, 13), key=str)


def test_whoever_asks_at_once_gets_the_same_slip(postgres_office: Office) -> None:
    desk = Desk(postgres_office).accepted()
    found = in_threads(8, lambda n: made(desk, paper=("a5", "a4")[n % 2]).sha256)
    assert len(found) == 8
    assert len(set(found)) == 2
    assert sorted(stored(postgres_office)) == [("01", "a4", 1), ("01", "a5", 1)]


def test_several_passes_at_once_make_each_slip_once(postgres_office: Office) -> None:
    for _ in range(12):
        Desk(postgres_office).accepted()
    found = in_threads(4, lambda _: render_pending(postgres_office, KEY, now=MONDAY + MINUTE).rendered)
    assert sum(int(str(n)) for n in found) == 12
    assert sorted(number for _, _, number in stored(postgres_office)) == list(range(1, 13))
    assert pending(postgres_office) == []


CHILD = """
import sys
from datetime import datetime
from dossiers.session import engine_for
from notifications.slips.pending import render_pending
from tests.conftest import make_office
from tests.golden.slip_scenes import KEY
from tests.samples import sample

office = make_office(engine_for(sys.argv[1]), sample())
render_pending(office, KEY, now=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("point", "after_kill"),
    [("slips.pending_before_commit:2", 1), ("slips.pending_after_commit:2", 2)],
)
def test_a_kill_loses_and_doubles_nothing(office: Office, point: str, after_kill: int) -> None:
    desks = [Desk(office).accepted() for _ in range(3)]
    command = [sys.executable, "-c", CHILD, office.engine.url.render_as_string(hide_password=False)]
    environment = {**os.environ, "MOTCUA_FAILPOINTS": point}
    killed = subprocess.run([*command, (MONDAY + MINUTE).isoformat()], env=environment, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert (len(stored(office)), len(pending(office))) == (after_kill, 3 - after_kill)
    assert render_pending(office, KEY, now=MONDAY + MINUTE).rendered == 3 - after_kill
    assert stored(office) == [("01", "a5", 1), ("01", "a5", 2), ("01", "a5", 3)]
    assert [desk.types.count("SlipIssued") for desk in desks] == [1, 1, 1]
    assert pending(office) == []


def test_a_number_taken_by_a_transaction_that_fails_is_given_again(office: Office) -> None:
    with Session(office.engine) as session:
        assert next_number(session, "14845", 2026, "01") == 1
    assert made(Desk(office).accepted()).number == 1
