"""What has to be true before anything is started: a folder to write in, nobody else in it, free ports."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from dossiers.settings import Settings
from flows.errors import AlreadyRunning, HomeNotWritable, PortInUse

LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""


def lock_home(settings: Settings) -> int:
    """A descriptor that holds the home folder against a second `motcua up` until it is closed, or the process ends.

    Raises:
        HomeNotWritable: the folder cannot be made or written.
        AlreadyRunning: another process holds it.
    """
    home = settings.home.absolute()
    try:
        (home / "logs").mkdir(parents=True, exist_ok=True)
        lock = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise HomeNotWritable(home=home, reason=error.strerror) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(lock, 20).decode() or "?"
        os.close(lock)
        raise AlreadyRunning(home=home, pid=pid) from None
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def require_free_ports(settings: Settings) -> None:
    """Nothing, when the ports that we are to listen on are free.

    Raises:
        PortInUse: one is taken; says by whom, where the machine tells.
    """
    wanted = [(settings.host, settings.port, "MOTCUA_PORT")]
    if not settings.prefect_api_url:
        wanted.append(("127.0.0.1", settings.prefect_port, "MOTCUA_PREFECT_PORT"))
    for host, port, setting in wanted:
        if port and not _is_free(host, port):
            raise PortInUse(port=port, holder=holder_of(port) or "another program", setting=setting)


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> str | None:
    """`process 1234 (its command)` of who listens on a port of this machine; None when we may not see it."""
    inodes = set(_listening_inodes(port))
    if not inodes:
        return None
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and _has_socket(process, inodes):
            command = _read(process / "cmdline").replace("\0", " ").strip()
            return f"process {process.name} ({command[:80]})"
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in _read(Path(table)).splitlines()[1:]:
            columns = line.split()
            if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]


def _has_socket(process: Path, inodes: set[str]) -> bool:
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]") in inodes:
                    return True
    return False


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
