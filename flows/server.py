"""The embedded Prefect server: its environment, its password, and whether it answers."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from dossiers.settings import Settings

AUTH_FILE = "prefect.auth"
PAUSE_BETWEEN_PROBES = 0.1

_OFF_SERVICES = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "EVENT_LOGGER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
)
"""Loops of the server that we have no use for: leases, history and lateness are kept by our own tables."""

_BATCHES = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "2",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "200",
}
"""Unless told otherwise Prefect's server stores every event in a transaction of its own. Intervals: whole seconds."""

_COMMON = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}


def api_url(settings: Settings) -> str:
    """The address of the Prefect API in force."""
    return settings.prefect_api_url or f"http://127.0.0.1:{settings.prefect_port}/api"


def auth_string(settings: Settings) -> str:
    """`user:password` of the Prefect API: as set, or made once and kept in home, readable by its owner only."""
    given = settings.prefect_auth.get_secret_value()
    if given:
        return given
    file = settings.home / AUTH_FILE
    if not file.exists():
        settings.home.mkdir(parents=True, exist_ok=True)
        _write_private(file, f"motcua:{secrets.token_urlsafe(24)}")
    return file.read_text().strip()


def _write_private(file: Path, text: str) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of this installation was first
        return
    with os.fdopen(handle, "w") as stream:
        stream.write(text)


def client_environment(settings: Settings) -> dict[str, str]:
    """What a process needs in its environment, before it imports Prefect, to talk to the Prefect API."""
    return {
        **_COMMON,
        "PREFECT_HOME": str((settings.home / "prefect").absolute()),
        "PREFECT_API_URL": api_url(settings),
        "PREFECT_API_AUTH_STRING": auth_string(settings),
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "PREFECT_WORKER_PREFETCH_SECONDS": "5",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_WORKER_ENABLE_CANCELLATION": "true",
        "PREFECT_WORKER_CANCELLATION_POLL_SECONDS": "10",
    }


def server_environment(settings: Settings) -> dict[str, str]:
    """What the embedded Prefect server needs in its environment."""
    home = (settings.home / "prefect").absolute()
    environment = {
        **_COMMON,
        "PREFECT_HOME": str(home),
        "PREFECT_API_DATABASE_CONNECTION_URL": settings.prefect_database_url
        or f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(settings.prefect_port),
        "PREFECT_SERVER_API_AUTH_STRING": auth_string(settings),
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{settings.prefect_retention_days}D",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(settings.prefect_retention_days * 86_400),
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "30",
        **_BATCHES,
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "3",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "2",
    }
    for service in _OFF_SERVICES:
        environment[f"PREFECT_SERVER_SERVICES_{service}_ENABLED"] = "false"
    return environment


def server_command(settings: Settings) -> list[str]:
    """The command of the embedded Prefect server: one process, no supervisor of its own."""
    return [sys.executable, "-P", "-m", "flows.prefect_app", str(settings.prefect_port)]


def worker_ready_file(settings: Settings) -> Path:
    """The file that the worker writes once its deployments are registered."""
    return settings.home / "worker.ready"


def answers(settings: Settings, *, timeout: float = 1.0) -> bool:
    """Whether the Prefect API answers that it is healthy."""
    try:
        reply = httpx.get(f"{api_url(settings)}/health", timeout=timeout, auth=_basic(settings))
    except httpx.HTTPError:
        return False
    return reply.is_success


def _basic(settings: Settings) -> tuple[str, str]:
    user, _, password = auth_string(settings).partition(":")
    return user, password


def wait_until_ready(settings: Settings, *, seconds: float, given_up: Callable[[], bool] = lambda: False) -> bool:
    """True as soon as the Prefect API answers; False after that many seconds, or when `given_up` says so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answers(settings):
            return True
        if given_up():
            return False
        time.sleep(PAUSE_BETWEEN_PROBES)
    return False
