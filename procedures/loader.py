"""Definition files read into `Definition`s; every fault comes back with file, line, key path and a way to mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from procedures.errors import BrokenDefinition
from procedures.mending import problem_at, retell
from procedures.problems import Problem, errors_among
from procedures.schema import Definition
from procedures.source_text import SourceText, read_text

MAXIMUM_BYTES = 512 * 1024
"""A definition is a few hundred lines; anything bigger is not one."""
FIELDS_FILE = "fields.yaml"
"""The one file of a definitions folder that is no definition."""
_NOTHING = SourceText(None, {}, {}, ())


@dataclass(frozen=True, slots=True)
class Loaded:
    """One file: its definition (None when it has errors), where its keys stand, and its problems."""

    file: str
    definition: Definition | None
    source: SourceText
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """All files of a folder, in the order of their names."""

    files: tuple[Loaded, ...]

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The definitions of the files that loaded."""
        return tuple(f.definition for f in self.files if f.definition is not None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files that did not load."""
        return tuple(p for f in self.files for p in f.problems)


def load_file(path: Path) -> Definition:
    """The definition of one file.

    Raises:
        BrokenDefinition: the file cannot be read or has errors; `problems` lists them.
    """
    loaded = read_file(path)
    if loaded.definition is None:
        raise BrokenDefinition(file=loaded.file, problems=errors_among(loaded.problems))
    return loaded.definition


def load_folder(path: Path) -> LoadReport:
    """Every `*.yaml` and `*.yml` below a folder (or the one file given), with all problems; nothing is raised."""
    if path.is_file():
        return LoadReport((read_file(path),))
    files = sorted(
        p for p in path.rglob("*") if p.suffix in (".yaml", ".yml") and p.name != FIELDS_FILE and p.is_file()
    )
    return LoadReport(tuple(read_file(p) for p in files))


def read_file(path: Path) -> Loaded:
    """One file with its definition or its problems; never raises for what the file holds."""
    file = str(path)
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            return _unreadable(
                file,
                "larger than 512 KB",
                "Tách thành nhiều tệp.",
                "Split it into several files.",
            )
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return _unreadable(
            file,
            f"not UTF-8 at line {line}",
            "Lưu tệp dạng UTF-8.",
            "Save the file as UTF-8.",
            line=line,
        )
    except OSError as error:
        return _unreadable(
            file,
            error.strerror or "unknown reason",
            "Kiểm tra đường dẫn và quyền đọc.",
            "Check the path and the permission to read.",
        )
    return read_definition(text, file)


def read_definition(text: str, file: str) -> Loaded:
    """The definition that a text declares, or its problems; `file` is only shown."""
    source = read_text(text)
    problems = [problem_at(source, file, f.path, f.code, f.facts) for f in source.faults]
    problems = [replace(p, line=f.line) for p, f in zip(problems, source.faults, strict=True)]
    if any(p.code in ("broken_yaml", "too_deep", "no_alias") for p in problems):
        return Loaded(file, None, source, tuple(problems))
    if not isinstance(source.value, dict):
        problems.append(problem_at(source, file, (), "not_a_mapping", {}))
        return Loaded(file, None, source, tuple(problems))
    try:
        definition = Definition.model_validate(source.value)
    except ValidationError as error:
        problems += retell(error.errors(include_url=False), source, file, Definition)
        return Loaded(file, None, source, tuple(sorted(problems, key=lambda p: p.line)))
    return Loaded(file, None if problems else definition, source, tuple(problems))


def _unreadable(file: str, reason: str, mend_vi: str, mend_en: str, line: int = 1) -> Loaded:
    facts = {"reason": reason, "mend_vi": mend_vi, "mend_en": mend_en}
    problem = problem_at(_NOTHING, file, (), "unreadable", facts)
    return Loaded(file, None, _NOTHING, (replace(problem, line=line),))
