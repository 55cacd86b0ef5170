"""Real processes of an installation of its own, for benchmarks and crash runs."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from dossiers.settings import Settings
from flows.children import die_with
from flows.server import answers as prefect_answers
from flows.server import client_environment, server_command, server_environment


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Child:
    """One process that is started again whenever it dies; each life may be armed with another fail-point."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    next_failpoint: Callable[[], str] = lambda: ""
    lives: list[str] = field(default_factory=list)
    """The fail-point of each life, "" for none."""
    killed: int = 0
    """Deaths at an armed fail-point."""
    put_down: bool = False
    """Whether the present life was ended from outside, which does not count."""
    process: subprocess.Popen[bytes] | None = None
    stopping: bool = False
    watcher: threading.Thread | None = None

    def start(self) -> None:
        """Start it and watch over it."""
        self._launch()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _launch(self) -> None:
        self.put_down = False
        armed = self.next_failpoint()
        self.lives.append(armed)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env={**self.environment, "MOTCUA_FAILPOINTS": armed},
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - nothing else runs in the child
            )

    def _watch(self) -> None:
        while not self.stopping:
            process = self.process
            code = process.wait() if process else 0
            if self.stopping:
                return
            self.killed += code == -signal.SIGKILL and bool(self.lives[-1]) and not self.put_down
            if code != -signal.SIGKILL:
                time.sleep(0.5)
            self._launch()

    def kill(self) -> None:
        """Kill -9 it from outside; it is started again, armed anew."""
        if self.process and self.process.poll() is None:
            self.put_down = True
            self.process.kill()

    def stop(self) -> None:
        """Stop it for good."""
        self.stopping = True
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextlib.contextmanager
def installation(home: Path, **changes: str) -> Iterator[tuple[Settings, dict[str, str]]]:
    """Settings and environment of an installation of its own; this process talks to the same one."""
    values = {
        "MOTCUA_HOME": str(home),
        "MOTCUA_MODE": "demo",
        "MOTCUA_PORT": str(free_port()),
        "MOTCUA_PREFECT_PORT": str(free_port()),
        **{f"MOTCUA_{name.upper()}": value for name, value in changes.items()},
    }
    environment = {**os.environ, **values, "PYTHONUNBUFFERED": "1"}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        given = Settings()
        yield given, {**environment, **client_environment(given)}
    finally:
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old


def children(settings: Settings, environment: dict[str, str]) -> dict[str, Child]:
    """The three processes of an installation, not started yet."""
    logs = settings.home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    shell = [sys.executable, "-m", "cli"]
    prefect = {**environment, **server_environment(settings)}
    return {
        "prefect": Child("prefect", server_command(settings), prefect, logs / "prefect.log"),
        "worker": Child("worker", [*shell, "worker"], environment, logs / "worker.log"),
        "web": Child("web", [*shell, "web"], environment, logs / "web.log"),
    }


def wait_ready(settings: Settings, *, seconds: float = 90) -> None:
    """Until the web application and Prefect answer.

    Raises:
        TimeoutError: they do not.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if web_answers(settings) and prefect_answers(settings):
            return
        time.sleep(0.2)
    raise TimeoutError("the installation did not get ready")


def web_answers(settings: Settings) -> bool:
    """Whether the web application answers that it is ready."""
    try:
        return httpx.get(f"http://{settings.host}:{settings.port}/readyz", timeout=2).is_success
    except httpx.TransportError:
        return False
