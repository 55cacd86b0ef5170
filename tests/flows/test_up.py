"""`motcua up`: starts three processes, says where it is, and leaves nothing behind however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dossiers.migrate import upgrade
from dossiers.session import engine_for
from tests.flows.running import eventually, free_port

PROGRAMS = ["flows.prefect_app", "cli worker", "cli web"]


def environment(home: Path, **changes: str) -> dict[str, str]:
    return {
        **os.environ,
        "MOTCUA_HOME": str(home),
        "MOTCUA_PORT": str(free_port()),
        "MOTCUA_PREFECT_PORT": str(free_port()),
        **changes,
    }


@contextlib.contextmanager
def started(given: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    said = Path(given["MOTCUA_HOME"]).with_suffix(".said")
    with said.open("w") as out:
        command = [sys.executable, "-P", "-m", "cli", "up", "--demo"]
        process = subprocess.Popen(command, env=given, stdout=out, stderr=out, text=True)
    try:
        eventually(lambda: "ready: http" in said.read_text() or process.poll() is not None, seconds=90)
        yield process, said
    finally:
        process.kill()
        process.wait()


def children(parent: int) -> dict[int, str]:
    """Living child processes and their commands."""
    listed = subprocess.run(
        ["ps", "--ppid", str(parent), "-o", "pid=,args="], capture_output=True, text=True, check=False
    ).stdout
    return {int(line.split()[0]): line for line in listed.splitlines()}


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def refused(given: dict[str, str]) -> tuple[int, str]:
    command = [sys.executable, "-P", "-m", "cli", "up"]
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


@pytest.mark.slow
def test_it_runs_three_processes_restarts_what_dies_and_stops_them_all(tmp_path: Path) -> None:
    given = environment(tmp_path / "home")
    with started(given) as (process, said):
        running = children(process.pid)
        assert sorted(p for line in running.values() for p in PROGRAMS if p in line) == sorted(PROGRAMS)
        assert httpx.get(f"http://127.0.0.1:{given['MOTCUA_PORT']}/readyz").json() == {"status": "ready"}
        assert "motcua-demo" in said.read_text()

        code, words = refused({**given, "MOTCUA_PORT": "0"})
        assert (code, f"(process {process.pid})" in words) == (2, True)
        code, words = refused({**given, "MOTCUA_HOME": str(tmp_path / "other")})
        assert code == 2
        assert f"Cổng {given['MOTCUA_PORT']} đang bị process" in words
        assert "set MOTCUA_PORT to another port" in words

        [worker] = [pid for pid, line in running.items() if "cli worker" in line]
        os.kill(worker, signal.SIGKILL)
        eventually(lambda: [p for p, line in children(process.pid).items() if "cli worker" in line and p != worker])

        last = children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert not [pid for pid in {**running, **last} if alive(pid)]


@pytest.mark.slow
def test_when_it_is_killed_its_processes_die_with_it(tmp_path: Path) -> None:
    with started(environment(tmp_path / "home")) as (process, _):
        running = children(process.pid)
        assert len(running) == 3
        process.kill()
        process.wait()
        eventually(lambda: not [pid for pid in running if alive(pid)], seconds=10)


def test_a_taken_port_is_named_with_its_holder(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, words = refused(environment(tmp_path / "home", MOTCUA_PORT=str(port)))
    assert code == 2
    assert f"Port {port} is taken by process {os.getpid()}" in words


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, words = refused(environment(tmp_path / "file" / "home"))
    assert code == 2
    assert "Give this user the right to write there, or set MOTCUA_HOME." in words


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    engine = engine_for(f"sqlite:///{home / 'motcua.db'}")
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    before = (home / "motcua.db").read_bytes()
    code, words = refused(environment(home))
    assert (code, "9999" in words) == (2, True)
    assert (home / "motcua.db").read_bytes() == before
