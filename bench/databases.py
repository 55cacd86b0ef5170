"""Throw-away databases on a real PostgreSQL for benchmarks."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from dossiers.session import engine_for

SERVER = os.environ.get("MOTCUA_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432")


@contextmanager
def throw_away() -> Iterator[str]:
    """The URL of a new database on the local server (or `MOTCUA_TEST_POSTGRES`), dropped at the end."""
    name = f"motcua_bench_{secrets.token_hex(4)}"
    admin = SERVER.replace("+psycopg", "")
    with psycopg.connect(f"{admin}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{SERVER}/{name}"
    finally:
        engine_for(f"{SERVER}/{name}").dispose()
        with psycopg.connect(f"{admin}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
