"""All procedure versions, by code, day and province; loaded once and never changed."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from procedures.base import Frozen, Names, Whole
from procedures.checks import check_all
from procedures.communes import without_accents
from procedures.errors import BrokenDefinition, NotInForce, OutsideScope, UnknownProcedure
from procedures.forms import validate_form
from procedures.loader import load_folder
from procedures.problems import errors_among
from procedures.schema import Case, ChosenWhen, Definition

__all__ = [
    "Catalogue",
    "ProcedureField",
    "choose_case",
    "load_catalogue",
    "load_fields",
    "validate_form",
    "without_accents",
]

ROOT = Path(__file__).parent
DEFINITIONS = ROOT / "definitions"
FIELDS = ROOT / "fields.yaml"


class ProcedureField(Frozen):
    """A field (lĩnh vực): its names, and its place in lists."""

    names: Names
    order: Whole = 1000


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every version of every procedure, sorted by code and version."""

    definitions: tuple[Definition, ...]
    _fields: Mapping[str, ProcedureField]
    _by_code: Mapping[str, tuple[Definition, ...]]

    @classmethod
    def of(cls, definitions: tuple[Definition, ...], fields: Mapping[str, ProcedureField]) -> Catalogue:
        """A catalogue of definitions that are already checked."""
        ordered = tuple(sorted(definitions, key=lambda d: (d.code, d.version)))
        by_code: dict[str, tuple[Definition, ...]] = {}
        for definition in ordered:
            by_code[definition.code] = (*by_code.get(definition.code, ()), definition)
        return cls(ordered, MappingProxyType(dict(fields)), MappingProxyType(by_code))

    def codes(self) -> tuple[str, ...]:
        """Every procedure code, in order."""
        return tuple(self._by_code)

    def in_force(self, code: str, on: date, province: str | None) -> Definition:
        """The version for a dossier accepted on a day in a province (two digits); None asks for no province.

        Raises:
            UnknownProcedure: no version has the code.
            OutsideScope: versions exist, but none for that province.
            NotInForce: no version for the province covers the day.
        """
        versions = self._versions(code)
        here = [d for d in versions if province is None or d.scope.covers(province)]
        if not here:
            raise OutsideScope(procedure=code, province=province, provinces=_provinces(versions))
        for definition in reversed(here):
            if definition.effective.covers(on):
                return definition
        raise NotInForce(procedure=code, on=on, periods=tuple((d.effective.from_, d.effective.until) for d in here))

    def version(self, code: str, version: int) -> Definition:
        """One version by its number.

        Raises:
            UnknownProcedure: no such code or version.
        """
        for definition in self._versions(code):
            if definition.version == version:
                return definition
        raise UnknownProcedure(procedure=code, version=version)

    def versions(self, code: str) -> tuple[Definition, ...]:
        """Every version of a procedure, oldest number first.

        Raises:
            UnknownProcedure: no version has the code.
        """
        return self._versions(code)

    def fields(self) -> Mapping[str, ProcedureField]:
        """The fields by id, in the order of lists."""
        ordered = sorted(self._fields.items(), key=lambda item: (item[1].order, item[0]))
        return MappingProxyType(dict(ordered))

    def of_field(self, field: str) -> tuple[Definition, ...]:
        """The versions of one field, by code."""
        return tuple(d for d in self.definitions if d.field == field)

    def search(self, text: str) -> tuple[Definition, ...]:
        """The newest version of each procedure in whose code, names or field every word begins a word; no accents."""
        words = without_accents(text).split()
        newest = [versions[-1] for versions in self._by_code.values()]
        return tuple(d for d in newest if all(any(h.startswith(w) for h in self._words(d)) for w in words))

    def _words(self, definition: Definition) -> list[str]:
        field = self._fields.get(definition.field)
        names = (field.names.vi, field.names.en) if field else ()
        text = without_accents(" ".join((definition.code, definition.names.vi, definition.names.en, *names)))
        return re.findall(r"[\w.]+", text)

    def _versions(self, code: str) -> tuple[Definition, ...]:
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownProcedure(procedure=code) from None


def _provinces(versions: tuple[Definition, ...]) -> tuple[str, ...]:
    return tuple(sorted({p for d in versions for p in d.scope.provinces or ()}))


def choose_case(definition: Definition, form: Mapping[str, Any], case: str | None = None) -> Case:
    """The case that the officer names, else the first whose conditions the form meets, else the default.

    Raises:
        UnknownCase: the officer names a case that the procedure does not have.
    """
    if case is not None:
        return definition.case(case)
    for candidate in definition.cases:
        if candidate.chosen_when and all(_holds(c, form) for c in candidate.chosen_when):
            return candidate
    return definition.case(None)


def _holds(condition: ChosenWhen, form: Mapping[str, Any]) -> bool:
    value = form.get(condition.field)
    if value is None:
        return False
    wanted = condition.any_of or (condition.equals,)
    return any(value == w and isinstance(value, bool) == isinstance(w, bool) for w in wanted)


@functools.lru_cache(maxsize=8)
def load_catalogue(extra: Path | None = None) -> Catalogue:
    """The built-in procedures, and those of a folder of the province's own. Cached; call again for the same object.

    A folder may hold its own `fields.yaml` beside its definitions.

    Raises:
        BrokenDefinition: a file has errors; `problems` lists them.
    """
    fields = load_fields(extra)
    files = tuple(f for folder in (DEFINITIONS, extra) if folder is not None for f in load_folder(folder).files)
    problems = errors_among((*(p for f in files for p in f.problems), *check_all(files, fields)))
    if problems:
        raise BrokenDefinition(problems=problems)
    return Catalogue.of(tuple(f.definition for f in files if f.definition is not None), fields)


def load_fields(extra: Path | None = None) -> dict[str, ProcedureField]:
    """The fields of `fields.yaml`, and of the file of that name in a province's own folder.

    Raises:
        BrokenDefinition: a file cannot be read.
    """
    fields: dict[str, ProcedureField] = {}
    for path in (FIELDS, extra / "fields.yaml" if extra else None):
        if path is None or not path.is_file():
            continue
        try:
            found = yaml.safe_load(path.read_text("utf-8")) or {}
            fields |= {name: ProcedureField.model_validate(value) for name, value in found.items()}
        except (yaml.YAMLError, ValueError, AttributeError, OSError) as error:
            raise BrokenDefinition(file=str(path), reason=str(error)) from error
    return fields
