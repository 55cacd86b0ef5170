"""What is wrong with a definition file: where, what, and how to mend it, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Wording:
    """One sentence in Vietnamese and English."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in `vi` or `en`; any other language gives Vietnamese."""
        return self.en if language == "en" else self.vi

    def filled(self, facts: dict[str, Any]) -> Wording:
        """The sentence with `{name}` places filled from the facts."""
        return Wording(self.vi.format_map(facts), self.en.format_map(facts))


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """One thing that is wrong. `line` counts from 1; `path` is the key path, e.g. `steps[2].outcomes.approved`."""

    severity: Severity
    code: str
    file: str
    line: int
    path: str
    message: Wording
    mend: Wording

    def __repr__(self) -> str:
        """`file:line path: message Mend: ...`, in English, for logs and tracebacks."""
        where = f"{self.file}:{self.line}" + (f" {self.path}" if self.path else "")
        return f"{where}: {self.message.en} {self.mend.en}"

    def as_json(self) -> dict[str, Any]:
        """The problem as JSON values."""
        return {
            "severity": self.severity,
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "message": {"vi": self.message.vi, "en": self.message.en},
            "mend": {"vi": self.mend.vi, "en": self.mend.en},
        }


def errors_among(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that forbid using the definitions; warnings are left out."""
    return tuple(p for p in problems if p.severity == "error")
