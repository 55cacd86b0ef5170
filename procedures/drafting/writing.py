"""Drafts as YAML files in a folder, and the report beside them as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from procedures.drafting.facts import slug
from procedures.drafting.report import Draft, plain

REPORT = "report.json"
HEADER = "# Drafted from a record of the national portal. Read report.json, check every rule, then set `review`.\n"
WIDTH = 120


_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]
    """Plain YAML without aliases, exact decimals, and codes in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write an alias: definitions refuse them."""
        return True


def _decimal(dumper: Any, value: Decimal) -> Any:
    text = plain(value)
    tag = "tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int"
    return dumper.represent_scalar(tag, text)


_Dumper.add_representer(Decimal, _decimal)


def as_yaml(definition: dict[str, Any]) -> str:
    """The text of a definition file; the same values always give the same text."""
    return HEADER + yaml.dump(definition, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)


def write_drafts(drafts: Sequence[Draft], folder: Path) -> tuple[Path, ...]:
    """Write `<field>/<code>-<slug>.yaml` per definition and `report.json`; the paths come back, the report's last.

    A code that occurs twice gets its row number behind it; files of these names that stand there are replaced.

    Raises:
        OSError: the folder cannot be written.
    """
    written: list[Path] = []
    for draft in drafts:
        if draft.definition is None:
            continue
        place = folder / str(draft.definition["field"])
        stem = "-".join(p for p in (str(draft.definition["code"]), slug(draft.report.name)) if p)
        path = place / f"{stem}.yaml"
        if path in written:
            path = place / f"{stem}-row-{draft.report.row}.yaml"
        place.mkdir(parents=True, exist_ok=True)
        path.write_text(as_yaml(draft.definition), "utf-8", newline="\n")
        written.append(path)
    folder.mkdir(parents=True, exist_ok=True)
    report = [draft.report.as_json() for draft in drafts]
    (folder / REPORT).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")
    return (*written, folder / REPORT)
