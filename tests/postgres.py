"""A real PostgreSQL for the tests: never skipped."""

from __future__ import annotations

import glob
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from dossiers.session import engine_for

LOCAL = "postgresql+psycopg://postgres@127.0.0.1:5432"


@contextmanager
def server_url() -> Iterator[str]:
    """`MOTCUA_TEST_POSTGRES`, else the local server where it answers, else a private cluster that is removed again."""
    given = os.environ.get("MOTCUA_TEST_POSTGRES")
    if given:
        yield given
    elif _answers(LOCAL):
        yield LOCAL
    else:
        with _private_cluster() as url:
            yield url


@contextmanager
def throw_away(server: str) -> Iterator[str]:
    """The URL of a new database on that server, dropped at the end."""
    name = f"motcua_test_{os.getpid()}_{secrets.token_hex(4)}"
    admin = server.replace("+psycopg", "")
    with psycopg.connect(f"{admin}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{server}/{name}"
    finally:
        engine_for(f"{server}/{name}").dispose()
        with psycopg.connect(f"{admin}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(f"{url.replace('+psycopg', '')}/postgres", connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def _private_cluster() -> Iterator[str]:
    found = shutil.which("initdb") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))), None)  # noqa: PTH207
    if found is None:
        raise RuntimeError("no PostgreSQL: apt-get install postgresql, or name a server in MOTCUA_TEST_POSTGRES")
    programs = Path(found).parent
    folder = Path(tempfile.mkdtemp(prefix="motcua-pg-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run_as: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam("postgres" if _has_user("postgres") else "nobody")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        run_as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        **run_as,  # type: ignore[call-overload]
    )
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd=folder, **run_as)  # type: ignore[call-overload]
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd=folder, **run_as)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
