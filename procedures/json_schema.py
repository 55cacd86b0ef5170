"""The JSON Schema of a definition file, for editors that complete and check YAML while typing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from procedures.schema import Definition

SCHEMA_FILE = Path(__file__).parent / "schema.json"


def definition_schema() -> dict[str, Any]:
    """The schema of one definition file (draft 2020-12). Unknown keys are refused, as the loader does."""
    schema = Definition.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "motcua procedure"}


def definition_schema_text() -> str:
    """The text of `schema.json`."""
    return json.dumps(definition_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(definition_schema_text(), "utf-8")
