"""Supervises the processes of an installation: Prefect's server, the worker and the web application.

Started by `motcua up` in its own place (exec), because what that needs for its preparations would stay in memory.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from dossiers.settings import Settings, settings
from flows.children import Child, stop_all
from flows.errors import ChildFailed
from flows.server import answers, client_environment, server_command, server_environment, worker_ready_file

READY_SECONDS = 90.0
TRIES_TO_START = 5
LOOK_SECONDS = 0.1
ACCOUNTS_SHOWN = 5
"""The staff of one commune; all accounts stand on the log-in page of a demonstration."""
REFUSED = 2

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Installation:
    """The processes of an installation, with the way it talks to people."""

    settings: Settings
    logins: Sequence[str]
    """Accounts to name when it is ready; only a demonstration has some."""
    password: str
    say: Say
    stop: threading.Event

    def run(self) -> None:
        """Start everything, say where it is, keep it running until `stop` is set, and stop every process again.

        Raises:
            ChildFailed: a process did not start; nothing is left running.
        """
        children = children_of(self.settings, self.settings.home.absolute() / "logs")
        begun = time.monotonic()
        try:
            for child in children:
                child.start()
            if self._wait_until_ready(children):
                self._announce(time.monotonic() - begun)
                self._supervise(children)
        finally:
            stop_all(children)
        self.say("Đã dừng mọi tiến trình. / Every process is stopped.")

    def _wait_until_ready(self, children: Sequence[Child]) -> bool:
        """True when everything answers; False when we are told to stop before."""
        ready_file = worker_ready_file(self.settings)
        end = time.monotonic() + READY_SECONDS
        while not self.stop.wait(LOOK_SECONDS):
            if web_answers(self.settings) and answers(self.settings) and ready_file.exists():
                return True
            for child in children:
                child.restart_if_dead()
                if child.deaths >= TRIES_TO_START:
                    raise ChildFailed(name=child.name, log=child.log, tail=child.tail())
            if time.monotonic() > end:
                slow = next((c for c in children if not c.is_alive), children[-1])
                raise ChildFailed(name=slow.name, log=slow.log, tail=slow.tail())
        return False

    def _supervise(self, children: Sequence[Child]) -> None:
        while not self.stop.wait(LOOK_SECONDS):
            for child in children:
                if child.restart_if_dead():
                    self.say(f"{child.name}: khởi động lại / started again")

    def _announce(self, seconds: float) -> None:
        settings = self.settings
        if settings.mode == "demo":
            self.say("TỈNH MINH HOẠ, không phải dữ liệu thật / DEMONSTRATION PROVINCE, no real data")
            self.say(f"Tài khoản / accounts ({len(self.logins)}): {', '.join(self.logins[:ACCOUNTS_SHOWN])} …")
            self.say(f"Mật khẩu / password: {self.password}")
        self.say(f"Nhật ký / logs: {settings.home.absolute() / 'logs'}")
        self.say("Dừng / stop: Ctrl-C")
        self.say(f"Sẵn sàng sau {seconds:.0f} giây / ready: http://{settings.host}:{settings.port}")


def children_of(settings: Settings, logs: Path) -> list[Child]:
    """The processes of an installation, not started yet; no Prefect server of our own where another one is set."""
    own = {
        **os.environ,
        **client_environment(settings),
        "MOTCUA_HOME": str(settings.home.absolute()),
        "MOTCUA_MODE": settings.mode,
        "PYTHONUNBUFFERED": "1",
    }
    shell = [sys.executable, "-P", "-m", "cli"]
    children = [
        Child("worker", [*shell, "worker"], own, logs / "worker.log"),
        Child("web", [*shell, "web"], own, logs / "web.log"),
    ]
    if not settings.prefect_api_url:
        prefect = {**own, **server_environment(settings)}
        children.insert(0, Child("prefect", server_command(settings), prefect, logs / "prefect.log"))
    return children


def web_answers(settings: Settings) -> bool:
    """Whether the web application answers that it can work."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    try:
        return httpx.get(f"http://{host}:{settings.port}/readyz", timeout=2).is_success
    except httpx.HTTPError:
        return False


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


def main(given: str) -> int:
    """Supervise until told to stop; the exit code. `given` is JSON: what is said once it is ready."""
    facts = json.loads(given)
    stop = stop_on_signals()
    try:
        Installation(settings(), facts["logins"], facts["password"], lambda text: print(text, flush=True), stop).run()
    except ChildFailed as error:
        print(f"{error.vietnamese}\n{error.english}\n{error.facts['tail']}", file=sys.stderr, flush=True)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
