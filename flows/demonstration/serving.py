"""A running motcua for the demonstration: the one that answers, or one started for as long as it lasts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from dossiers.settings import Settings
from flows.children import die_with

READY_SECONDS = 90.0


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of the web application; starts `motcua up --demo` where nothing answers there, and stops it again.

    Raises:
        RuntimeError: it did not get ready.
    """
    url = f"http://{settings.host}:{settings.port}"
    if answers(url):
        yield url
        return
    environment = {**os.environ, "MOTCUA_MODE": "demo"}
    command = [sys.executable, "-m", "cli", "up", "--demo"]
    child = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - nothing else runs in the child
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(url):
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("motcua did not start: run `motcua up --demo` to see why")
            time.sleep(0.3)
        yield url
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
            child.wait(30)


def answers(url: str) -> bool:
    """Whether the web application there is ready."""
    try:
        return httpx.get(f"{url}/readyz", timeout=2).is_success
    except httpx.TransportError:
        return False
