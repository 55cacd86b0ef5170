"""What a check finds, before it is worded and given a line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from procedures.source_text import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `code` is one of `check_wording.CHECKS`, `path` the key path, `facts` fill the wording."""

    code: str
    path: Path
    facts: dict[str, Any]


def did_you_mean(given: str, known: Iterable[str]) -> dict[str, str]:
    """The facts `hint_vi`, `hint_en` (empty without a near name) and `known`."""
    names = list(dict.fromkeys(known))
    near = difflib.get_close_matches(given, names, n=1, cutoff=0.6)
    return {
        "hint_vi": f"Có phải bạn muốn viết '{near[0]}'? " if near else "",
        "hint_en": f"Did you mean '{near[0]}'? " if near else "",
        "known": ", ".join(names),
    }
