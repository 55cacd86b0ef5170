"""The wheel alone is the application: installed into an empty environment, in an empty folder, it works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UV = ROOT / ".tools" / "bin" / "uv"


@pytest.mark.slow
def test_the_wheel_runs_in_an_empty_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "MOTCUA_HOME": str(tmp_path / "home")}
    environment.pop("PYTHONPATH", None)

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            [str(c) for c in command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run(UV, "build", "--wheel", "--quiet", "--out-dir", tmp_path / "dist", ROOT)
    wheel = next((tmp_path / "dist").glob("motcua-*.whl"))
    run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "env")
    locked = run(UV, "export", "--quiet", "--locked", "--no-dev", "--no-emit-project", "--project", ROOT)
    (tmp_path / "requirements.txt").write_text(locked)
    python = tmp_path / "env" / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, "-r", tmp_path / "requirements.txt")
    run(UV, "pip", "install", "--quiet", "--no-deps", "--python", python, wheel)
    motcua = tmp_path / "env" / "bin" / "motcua"
    due = json.loads(run(motcua, "due", "--procedure", "1.001193", "--from", "2026-04-28T15:01", "--json"))
    assert due["due_on"] == "2026-04-29"
    assert json.loads(run(motcua, "migrate", "--json")) == {"changed": True, "schema": "0004"}
    assert json.loads(run(motcua, "check", "--json"))["files"] >= 100
    assert json.loads(run(motcua, "rebuild", "--check", "--json"))["sound"] is True
    run(motcua, "backup", tmp_path / "b.gz")
    assert (tmp_path / "b.gz").stat().st_size > 100
