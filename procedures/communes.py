"""The 34 provinces and 3,321 communes since 1 July 2025, from the PyPI package vietnam-provinces."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from procedures.base import Frozen
from procedures.errors import BrokenDefinition, UnknownCommune, UnknownProvince
from procedures.limits import AreaClass

AREA_CLASSES = Path(__file__).parent / "area_classes.yaml"


@dataclass(frozen=True, slots=True)
class Province:
    """A province. `code` has two digits, `kind` is tỉnh or thành phố trung ương."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune. `code` has five digits, `kind` is xã, phường or đặc khu."""

    code: str
    name: str
    kind: str
    province_code: str
    area_class: AreaClass = AreaClass.UNKNOWN


class AreaDecision(Frozen):
    """A decision that gives communes an area class."""

    document: str = Field(min_length=1)
    in_force_from: date | None = None
    area: Literal["normal", "difficult"]
    communes: tuple[Annotated[str, Field(pattern=r"^\d{5}$")], ...] = Field(min_length=1)


class AreaClassFile(Frozen):
    """The file of area classes; a later decision goes before an earlier one."""

    decisions: tuple[AreaDecision, ...] = ()


ELSEWHERE = Commune("00000", "Ngoài danh mục xã", "nơi khác", "00")
"""No commune of ours: where registers of bodies that are none are counted."""


def provinces() -> tuple[Province, ...]:
    """All provinces by code."""
    return tuple(_provinces().values())


def province(code: str) -> Province:
    """The province with a two-digit code, e.g. "38".

    Raises:
        UnknownProvince: there is none.
    """
    try:
        return _provinces()[code]
    except KeyError:
        raise UnknownProvince(code=code, mend="two digits, e.g. 38 for Thanh Hóa") from None


def commune(code: str) -> Commune:
    """The commune with a five-digit code, e.g. "01795"; 00000 is no commune of ours (`ELSEWHERE`).

    Raises:
        UnknownCommune: there is none.
    """
    if code == ELSEWHERE.code:
        return ELSEWHERE
    try:
        return _communes()[code]
    except KeyError:
        raise UnknownCommune(code=code, mend="five digits with leading zeros, e.g. 01795") from None


def communes_of(province_code: str) -> tuple[Commune, ...]:
    """The communes of a province by code.

    Raises:
        UnknownProvince: there is no such province.
    """
    province(province_code)
    return _by_province()[province_code]


def search_communes(text: str, *, province_code: str | None = None, limit: int = 20) -> tuple[Commune, ...]:
    """Communes whose name or code holds a text, with or without accents; names that start with it come first.

    Raises:
        UnknownProvince: there is no such province.
    """
    wanted = without_accents(text)
    if not wanted:
        return ()
    among = communes_of(province_code) if province_code else tuple(_communes().values())
    found = [(_rank(wanted, entry), entry.code, entry) for entry in among]
    return tuple(entry for rank, _, entry in sorted(found, key=lambda f: f[:2]) if rank)[:limit]


def without_accents(text: str) -> str:
    """A text in lower case, without accents, with đ as d and single blanks: what searches compare."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _rank(wanted: str, entry: Commune) -> int:
    # 0 means: not found. The name's first word ("Xã", "Phường") is left aside unless it is asked for.
    name = _folded()[entry.code]
    bare = name.removeprefix(without_accents(entry.kind)).strip()
    if wanted in (bare, name, entry.code):
        return 1
    if bare.startswith(wanted) or name.startswith(wanted):
        return 2
    if f" {wanted}" in bare:
        return 3
    return 4 if wanted in name or entry.code.startswith(wanted) else 0


@lru_cache(maxsize=1)
def _raw() -> list[dict[str, Any]]:
    # Importing the package would build 3,400 enum members (80 ms); its JSON alone takes 5.
    spec = find_spec("vietnam_provinces")
    if spec is None or not spec.submodule_search_locations:
        raise BrokenDefinition(package="vietnam-provinces", mend="install it: it holds the communes")
    path = Path(spec.submodule_search_locations[0]) / "data" / "nested-divisions.json"
    loaded: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _provinces() -> Mapping[str, Province]:
    rows = sorted(_raw(), key=lambda row: int(row["code"]))
    return {f"{row['code']:02d}": Province(f"{row['code']:02d}", row["name"], row["division_type"]) for row in rows}


@lru_cache(maxsize=1)
def _communes() -> Mapping[str, Commune]:
    areas = area_classes(AREA_CLASSES)
    found = {}
    for row in sorted(_raw(), key=lambda row: int(row["code"])):
        for ward in sorted(row["wards"], key=lambda ward: int(ward["code"])):
            code = f"{ward['code']:05d}"
            area = areas.get(code, AreaClass.UNKNOWN)
            found[code] = Commune(code, ward["name"], ward["division_type"], f"{row['code']:02d}", area)
    return found


@lru_cache(maxsize=1)
def _by_province() -> Mapping[str, tuple[Commune, ...]]:
    found: dict[str, list[Commune]] = {code: [] for code in _provinces()}
    for entry in _communes().values():
        found[entry.province_code].append(entry)
    return {code: tuple(entries) for code, entries in found.items()}


@lru_cache(maxsize=1)
def _folded() -> Mapping[str, str]:
    return {code: without_accents(entry.name) for code, entry in _communes().items()}


def area_classes(path: Path) -> dict[str, AreaClass]:
    """Area class by commune code from a file of cited decisions.

    Raises:
        BrokenDefinition: the file cannot be read or breaks its shape.
    """
    try:
        file = AreaClassFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as problem:
        raise BrokenDefinition(file=str(path), problem=str(problem), mend="see the example in the file") from None
    return {code: AreaClass(entry.area) for entry in file.decisions for code in entry.communes}
