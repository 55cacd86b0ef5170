"""The example of docs/adding-a-procedure.md as text, to be changed one place at a time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from procedures.loader import Loaded, read_definition

GUIDE = (Path(__file__).parent.parent / "docs" / "adding-a-procedure.md").read_text("utf-8")


def block(kind: str) -> str:
    """A fenced block of the guide, without the indentation of the list it stands in."""
    found = re.search(rf"^( *)```yaml {kind}\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert found is not None, kind
    return re.sub(rf"^{found[1]}", "", found[2], flags=re.MULTILINE)


PROCEDURE = block("procedure")
FIELDS = block("fields")


def changed(*changes: tuple[str, str], text: str = PROCEDURE) -> str:
    """The text with each first string replaced by the second; each must occur exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        text = text.replace(old, new)
    return text


def read(*changes: tuple[str, str], text: str = PROCEDURE) -> Loaded:
    """The changed example as the loader sees it, in a file called p.yaml."""
    return read_definition(changed(*changes, text=text), "p.yaml")


def line_of(text: str, wanted: str) -> int:
    """The line (from 1) on which a string stands; it must occur exactly once."""
    assert text.count(wanted) == 1, wanted
    return text[: text.index(wanted)].count("\n") + 1


def shown(problems: Any) -> list[tuple[int, str, str]]:
    """Line, key path and code of each problem."""
    return [(p.line, p.path, p.code) for p in problems]
