"""The house keeps its shape: sizes, rooms, names, settings, generated documents."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from docs.generate import DOCUMENTS
from dossiers.settings import Settings

ROOT = Path(__file__).parent.parent.parent
FLOORS = ["procedures", "dossiers", "notifications", "performance", "flows", "api"]
PRODUCT = [*sorted(p for f in FLOORS for p in (ROOT / f).rglob("*.py")), ROOT / "cli.py"]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_product_file_is_short_and_its_functions_shorter(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, "split along a seam"
    long = [
        f"{node.name} ({(node.end_lineno or 0) - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]
    assert long == []
    assert path.stem not in FORBIDDEN_NAMES


def test_most_product_files_stay_under_three_hundred_lines() -> None:
    long = [str(p.relative_to(ROOT)) for p in PRODUCT if len(p.read_text(encoding="utf-8").splitlines()) > 300]
    assert long == []


def test_the_top_level_is_the_house_and_nothing_else() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    top = {name.split("/")[0] for name in tracked if name}
    assert top <= {
        *FLOORS,
        "tests",
        "bench",
        "migrations",
        "docs",
        "cli.py",
        "prefect.yaml",
        "pyproject.toml",
        "uv.lock",
        "Makefile",
        "bootstrap.sh",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        ".gitignore",
        ".ci",
        ".pre-commit-config.yaml",
    }


@pytest.mark.parametrize("path", list(DOCUMENTS), ids=lambda p: p.name)
def test_generated_documents_are_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == DOCUMENTS[path](), "run `make docs`"


def test_every_setting_says_what_it_does() -> None:
    without = [name for name, field in Settings.model_fields.items() if len(field.description or "") < 20]
    assert without == []


def test_decisions_are_numbered_say_who_enforces_them_and_fit_a_page() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [p.name[:4] for p in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "**Enforced by**" in text, page.name
        assert len(text.split()) < 450, page.name


def test_links_in_the_documents_lead_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []
