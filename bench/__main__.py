"""`make bench`: every budget, measured in one run, beside a peer or floor where there is one."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
from typing import Any

PARTS = {
    "due_dates": "bench.due_dates",
    "latency": "bench.latency",
    "segments": "bench.segments",
    "whole": "bench.whole",
    "sweep": "bench.sweep",
    "slips": "bench.slips",
    "rehearsal": "bench.rehearsal",
    "memory": "bench.memory",
}


def main() -> None:
    """Run the parts named (all by default) and print one table a part, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="which parts; none: all")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results: dict[str, Any] = {"machine": f"{platform.processor() or platform.machine()}, {platform.python_version()}"}
    for name in given.parts or PARTS:
        results[name] = importlib.import_module(PARTS[name]).run()
        if not given.json:
            print(f"\n== {name}")
            _show(results[name])
    if given.json:
        print(json.dumps(results, indent=1, default=str))


def _show(found: Any, indent: str = "") -> None:
    for key, value in found.items():
        if isinstance(value, dict):
            print(f"{indent}{key}:")
            _show(value, indent + "  ")
        else:
            print(f"{indent}{key:<44} {value}")


if __name__ == "__main__":
    main()
