"""Child processes that never outlive us: started in their own group, watched, restarted, stopped."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 12.0
LONG_LIFE = 60.0
"""Seconds after which a child that dies is restarted at once again."""
LONGEST_PAUSE = 30.0
LARGEST_LOG = 10_000_000
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Child:
    """One child process and its log file."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _started: float = field(default=0.0, repr=False)
    _not_before: float = field(default=0.0, repr=False)

    def start(self) -> None:
        """Start it. It dies with us, also when we are killed, and Ctrl-C in our terminal does not reach it."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - whoever starts children has one thread
            )
        self._started = time.monotonic()

    @property
    def is_alive(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.poll() is None

    def restart_if_dead(self) -> bool:
        """Start it again if it has died, after a pause that doubles with each early death; True when it was started."""
        if self.process is None or self.is_alive:
            return False
        moment = time.monotonic()
        if not self._not_before:
            self.deaths = 1 if moment - self._started > LONG_LIFE else self.deaths + 1
            self._not_before = moment + min(0.5 * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        if moment < self._not_before:
            return False
        self._not_before = 0.0
        self.start()
        return True

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def die_with(parent: int) -> Callable[[], None]:
    """What a child does before it runs: ask the kernel to end it as soon as the thread that started it has ended."""

    def ask_the_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # we died before the kernel was asked
            os._exit(1)

    return ask_the_kernel


def stop_all(children: Sequence[Child], *, seconds: float = STOP_SECONDS) -> None:
    """Ask every child's process group to end, and after that many seconds kill what is left of it."""
    for child in children:
        _signal(child, signal.SIGTERM)
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(child.is_alive for child in children):
        time.sleep(0.05)
    for child in children:
        _signal(child, signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, number)
