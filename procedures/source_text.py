"""YAML text as plain values with the line of every key; exact decimals, no surprises.

Only what a definition needs is read: mappings, lists, texts, whole numbers, decimals, dates, true and false. `on`, `no`
and 15:00 stay texts. Aliases, tags and repeated keys are refused. The text is read event by event, never recursively,
because libyaml's own composer overflows the C stack on deep nesting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

Path = tuple[str | int, ...]
MAXIMUM_DEPTH = 40
_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WORDS: Mapping[str, bool | None] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that YAML allows, or does not, and a definition does not: `code` is one of `load_wording.SHAPE`."""

    code: str
    line: int
    path: Path
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceText:
    """The values of a file, where each key stands (lines from 1), how a plain scalar was written, and what is wrong."""

    value: Any
    lines: Mapping[Path, int]
    written: Mapping[Path, str]
    faults: tuple[Fault, ...]

    def line(self, path: Path) -> int:
        """The line of a key path, or of the nearest key above it that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is still being read."""

    value: Any
    path: Path
    key: str | int | None = None


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    open: list[_Open] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    root: Any = None

    def fault(self, code: str, line: int, **facts: Any) -> None:
        """Note a fault at the place being read."""
        self.faults.append(Fault(code, line, self._here(), facts))

    def _here(self) -> Path:
        if not self.open:
            return ()
        top = self.open[-1]
        if isinstance(top.value, list):
            return (*top.path, len(top.value))
        return top.path if top.key is None else (*top.path, top.key)

    def takes_key(self) -> bool:
        """Whether the next scalar is a key."""
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def name_key(self, text: str, value: Any, line: int) -> None:
        """Take the next key of the open mapping."""
        top = self.open[-1]
        if not isinstance(value, str):
            self.fault("key_not_text", line, given=text)
        top.key = text
        path = (*top.path, text)
        if text in top.value:
            self.fault("duplicate_key", line, key=text, first=self.lines[path])
        else:
            self.lines[path] = line

    def put(self, value: Any, line: int) -> Path:
        """Place a value under the open key or at the end of the open list; its path comes back."""
        path = self._here()
        if not self.open:
            self.root = value
            self.lines.setdefault((), line)
            return path
        top = self.open[-1]
        if isinstance(top.value, list):
            self.lines[path] = line
            top.value.append(value)
        else:
            top.value.setdefault(top.key, value)
            top.key = None
        return path


def read_text(text: str) -> SourceText:
    """The values of one YAML document with lines and faults; broken syntax is a fault too, never an exception."""
    reading = _Reading()
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            if not _take(reading, event):
                break
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        reading.faults.append(Fault("broken_yaml", mark.line + 1 if mark else 1, (), {"reason": reason}))
    return SourceText(reading.root, reading.lines, reading.written, tuple(reading.faults))


def _take(reading: _Reading, event: Any) -> bool:
    """Take one event; False when reading on makes no sense."""
    line = event.start_mark.line + 1 if event.start_mark else 1
    if isinstance(event, yaml.AliasEvent):
        reading.fault("no_alias", line)
        return False
    if getattr(event, "anchor", None):
        reading.fault("no_alias", line)
    if getattr(event, "tag", None):
        reading.fault("no_tag", line, given=event.tag)
    if isinstance(event, yaml.ScalarEvent):
        _take_scalar(reading, event, line)
    elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
        return _open(reading, {} if isinstance(event, yaml.MappingStartEvent) else [], line)
    elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
        reading.open.pop()
    elif isinstance(event, yaml.DocumentStartEvent) and reading.root is not None:
        reading.fault("broken_yaml", line, reason="a second document starts here")
        return False
    return True


def _open(reading: _Reading, value: Any, line: int) -> bool:
    if reading.takes_key():
        reading.fault("key_not_text", line, given="[...]")
        return False
    if len(reading.open) >= MAXIMUM_DEPTH:
        reading.fault("too_deep", line, limit=MAXIMUM_DEPTH)
        return False
    path = reading.put(value, line)
    reading.open.append(_Open(value, path))
    return True


def _take_scalar(reading: _Reading, event: Any, line: int) -> None:
    plain = event.implicit[0]
    value = _value_of(event.value) if plain else event.value
    if reading.takes_key():
        reading.name_key(event.value, value, line)
        return
    path = reading.put(value, line)
    if plain and not isinstance(value, str):
        reading.written.setdefault(path, event.value)


def _value_of(text: str) -> Any:
    """What a plain scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text
