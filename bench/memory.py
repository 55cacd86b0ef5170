"""Memory at rest of the embedded default: Prefect server, worker and web application together."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.processes import children, installation, wait_ready
from dossiers.demo_accounts import create
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.settings import settings as cached_settings

REST_SECONDS = 20.0


def run() -> dict[str, Any]:
    """Proportional set size in MB of each process after a rest, and their sum; the budget is 600 MB."""
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as (given, environment):
        cached_settings.cache_clear()
        office = Office.open(given)
        upgrade(office.engine)
        create(office, now=datetime.now(UTC))
        processes = children(given, environment)
        for child in processes.values():
            child.start()
        try:
            wait_ready(given)
            time.sleep(REST_SECONDS)
            sizes = {name: _megabytes(child.process.pid) for name, child in processes.items() if child.process}
        finally:
            for child in processes.values():
                child.stop()
    return {**{f"{name}_mb": size for name, size in sizes.items()}, "sum_mb": round(sum(sizes.values()), 1)}


def _megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise RuntimeError(f"no size of process {pid}")
