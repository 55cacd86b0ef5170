"""Runs a whole installation: Prefect's server, the worker and the web application, until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from dossiers.demo_accounts import PASSWORD, create
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.settings import Settings
from flows.children import Child, stop_all
from flows.errors import ChildFailed
from flows.now import now
from flows.preconditions import home_to_ourselves, require_free_ports
from flows.server import answers, client_environment, server_command, server_environment, worker_ready_file

READY_SECONDS = 90.0
TRIES_TO_START = 5
LOOK_SECONDS = 0.1

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Up:
    """An installation that is about to run, with the way it talks to people."""

    settings: Settings
    say: Say
    stop: threading.Event

    def run(self) -> None:
        """Start everything, say where it is, keep it running until `stop` is set, and stop every process again.

        Raises:
            CannotStart: something keeps it from starting; nothing is left running and nothing is damaged.
        """
        with home_to_ourselves(self.settings) as home:
            require_free_ports(self.settings)
            office = Office.open(self.settings)
            if upgrade(office.engine):
                self.say("Cơ sở dữ liệu đã được tạo hoặc nâng cấp. / The database was made or brought up to date.")
            accounts = create(office, now=now()) if self.settings.mode == "demo" else []
            office.engine.dispose()
            children = children_of(self.settings, home / "logs")
            begun = time.monotonic()
            try:
                for child in children:
                    child.start()
                if self._wait_until_ready(children):
                    self._announce([one.login for one in accounts], time.monotonic() - begun)
                    self._supervise(children)
            finally:
                stop_all(children)
        self.say("Đã dừng mọi tiến trình. / Every process is stopped.")

    def _wait_until_ready(self, children: Sequence[Child]) -> bool:
        """True when everything answers; False when we are told to stop before."""
        ready_file = worker_ready_file(self.settings)
        ready_file.unlink(missing_ok=True)
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

    def _announce(self, logins: Sequence[str], seconds: float) -> None:
        settings = self.settings
        if settings.mode == "demo":
            self.say("TỈNH MINH HOẠ, không phải dữ liệu thật / DEMONSTRATION PROVINCE, no real data")
            self.say(f"Tài khoản / accounts: {', '.join(logins)}")
            self.say(f"Mật khẩu / password: {PASSWORD}")
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
