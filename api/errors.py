"""How errors are shown to people and machines. Their table is in `error_table.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from api.error_kinds import InternalFault
from api.error_table import TABLE, Row

_HIDDEN_FROM = 500
"""From this status on the facts stay in the log: they are about our inside."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An error as people and machines see it."""

    type: str
    status: int
    title_vi: str
    title_en: str
    facts: dict[str, Any]

    def title(self, language: str) -> str:
        """The wording in `vi` or `en`; any other language gives Vietnamese."""
        return self.title_en if language == "en" else self.title_vi

    def as_dict(self, language: str = "vi") -> dict[str, Any]:
        """The members of a problem+json answer (RFC 9457); `detail` is the wording in the language asked for."""
        return {
            "type": self.type,
            "title": self.title_vi,
            "title_en": self.title_en,
            "status": self.status,
            "detail": _with_facts(self.title(language), self.facts),
            "facts": self.facts,
        }


def shown(error: Exception) -> Shown:
    """How an error is shown. One that nobody foresaw shows as an internal fault, without anything of its inside."""
    row = row_of(type(error))
    if row is None:
        return shown(InternalFault())
    facts = getattr(error, "facts", {}) if row.status < _HIDDEN_FROM else {}
    return Shown(
        type=f"urn:motcua:error:{name_of(type(error))}",
        status=row.status,
        title_vi=row.vi,
        title_en=(type(error).__doc__ or "").strip(),
        facts={name: _plain(value) for name, value in facts.items()},
    )


def wording_of(error: Exception) -> dict[str, Any]:
    """An error for the shell: title in both languages, and its facts, those of internal ones included."""
    row = row_of(type(error))
    title_en = (type(error).__doc__ or "").strip() if row else type(error).__name__
    facts = {name: _plain(value) for name, value in getattr(error, "facts", {}).items()}
    detail = "; ".join(f"{name}: {value}" for name, value in facts.items()) or str(error)
    return {"title": row.vi if row else "Có lỗi.", "title_en": title_en, "detail": detail, "facts": facts}


def row_of(kind: type[Exception]) -> Row | None:
    """The row of a class of errors, or of the nearest class that it is a kind of."""
    return next((TABLE[k] for k in kind.__mro__ if k in TABLE), None)


def wording_by_name(name: str) -> str:
    """The Vietnamese wording of the class of errors with that name."""
    return next((row.vi for kind, row in TABLE.items() if kind.__name__ == name), "Có lỗi.")


def name_of(kind: type[Exception]) -> str:
    """`StaleRevision` as `stale_revision`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def _with_facts(title: str, facts: Mapping[str, Any]) -> str:
    simple = {name: value for name, value in facts.items() if isinstance(value, str | int)}
    return f"{title} ({'; '.join(f'{name}: {value}' for name, value in simple.items())})" if simple else title


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return str(value)
