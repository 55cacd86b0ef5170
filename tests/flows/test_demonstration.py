"""`motcua demo` as a person runs it: it starts what it needs, takes dossiers through, proves, and stops everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.processes import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_the_demonstration_proves_itself(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "MOTCUA_HOME": str(tmp_path / "home"),
        "MOTCUA_PORT": str(free_port()),
        "MOTCUA_PREFECT_PORT": str(free_port()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--dossiers", "24", "--seed", "5", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["failures"] == []
    assert told["proof"]["problems"] == []
    assert told["proof"]["automatic_steps"] == told["proof"]["prefect_tasks"] > 24
    assert told["proof"]["repeated_tasks"] == 0
    assert sum(c["dossiers"] for c in told["communes"]) == 24
    paths = {path for c in told["communes"] for path in c["paths"]}
    assert paths >= {"on_time", "late", "supplemented", "paused", "extended", "refused", "deemed", "forwarded"}
    provinces = {c["commune"][:2] for c in told["communes"]}
    assert len(provinces) >= 3
