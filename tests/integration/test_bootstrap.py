"""What keeps `make run` from starting is said clearly, with the mend, before anything is changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "bootstrap.sh", tmp_path)
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).write_text("")
    return tmp_path


def python_that(folder: Path, script: str) -> str:
    """A stand-in for python3 that answers as an unfit one would."""
    path = folder / "python-stand-in"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def bootstrap(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    before = sorted(p.name for p in folder.iterdir())
    done = subprocess.run(
        ["sh", "bootstrap.sh", "run"],
        cwd=folder,
        env={**os.environ, "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )
    assert sorted(p.name for p in folder.iterdir()) == before, "something was changed"
    return done


def test_no_python(folder: Path) -> None:
    done = bootstrap(folder, "python-that-is-not-there")
    assert done.returncode == 1
    assert "không tìm thấy Python" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_a_wrong_python(folder: Path) -> None:
    python = python_that(folder, 'case "$*" in *version_info*) exit 1;; --version) echo "Python 3.9.2";; esac')
    done = bootstrap(folder, python)
    assert done.returncode == 1
    assert "Python 3.11 to 3.14 is needed, this is Python 3.9.2" in done.stderr
    assert "make run PYTHON=" in done.stderr


def test_missing_venv(folder: Path) -> None:
    done = bootstrap(folder, python_that(folder, 'case "$*" in *ensurepip*) exit 1;; *) exit 0;; esac'))
    assert done.returncode == 1
    assert "thiếu python3-venv" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_nothing_to_do_is_done_at_once(folder: Path) -> None:
    """With a stamp newer than the lock file neither uv nor the network is asked."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    motcua = folder / ".venv" / "bin" / "motcua"
    motcua.write_text("")
    motcua.chmod(0o755)
    stamp = folder / ".venv" / ".motcua-run"
    stamp.write_text("")
    later = (folder / "uv.lock").stat().st_mtime + 10
    os.utime(stamp, (later, later))
    done = bootstrap(folder, "python3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
