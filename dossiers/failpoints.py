"""Named points at which a process kills itself, so that crash tests hit the worst moment and not a random one."""

from __future__ import annotations

import os
import signal
from functools import cache

from dossiers.settings import settings


@cache
def _armed() -> dict[str, int]:
    """Passings left per armed point."""
    parts = [part.strip().partition(":") for part in settings().failpoints.split(",") if part.strip()]
    return {name: int(count or 1) for name, _, count in parts}


def failpoint(name: str) -> None:
    """Nothing, unless the setting `failpoints` names this point: then the process dies by SIGKILL at that passing.

    `name:3` means the third passing in the life of the process.
    """
    armed = _armed()
    if not armed or name not in armed:
        return
    armed[name] -= 1
    if armed[name] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
