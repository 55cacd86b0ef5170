"""The warning ladder as data: which rungs a dossier has, when each comes, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from dossiers.errors import BrokenLadder
from procedures.base import Day, Frozen, Names

LADDER_FILE = Path(__file__).parent / "ladder.yaml"


class Told(StrEnum):
    """Who can be told of a rung."""

    HOLDER = "holder"
    SUPERVISOR = "supervisor"
    PROVINCE = "province"
    APPLICANT = "applicant"
    CONSULTED_BODY = "consulted_body"


class Kind(StrEnum):
    """What a rung's moment is counted from."""

    TIME_USED = "time_used"
    DUE_DAY = "due_day"
    OVERDUE = "overdue"
    OVERDUE_DAYS = "overdue_days"
    STEP_TIME_USED = "step_time_used"
    ACCEPTANCE_TIME_USED = "acceptance_time_used"
    SUPPLEMENT_WINDOW_LAST_DAY = "supplement_window_last_day"
    APOLOGY_LAST_DAY = "apology_last_day"
    ANSWER_LAST_DAY = "answer_last_day"
    CONSULTATION_TIME_USED = "consultation_time_used"


_COUNTED = frozenset(
    {
        Kind.TIME_USED,
        Kind.OVERDUE_DAYS,
        Kind.STEP_TIME_USED,
        Kind.ACCEPTANCE_TIME_USED,
        Kind.CONSULTATION_TIME_USED,
    }
)
"""Kinds with a number: percent, or working days."""


class Rung(Frozen):
    """One rung. `when` is one kind of moment with its number, or `true` where it takes none."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")
    when: dict[Kind, int | bool] = Field(min_length=1, max_length=1)
    to: tuple[Told, ...] = Field(min_length=1)
    names: Names

    @model_validator(mode="after")
    def _number_fits(self) -> Self:
        if (self.kind in _COUNTED) == isinstance(self.when[self.kind], bool):
            raise ValueError(f"{self.kind.value} takes {'a number' if self.kind in _COUNTED else 'true'}")
        top = 30 if self.kind is Kind.OVERDUE_DAYS else 100
        if self.kind in _COUNTED and not 1 <= self.number <= top:
            raise ValueError(f"{self.kind.value}: from 1 to {top}")
        return self

    @property
    def kind(self) -> Kind:
        """The kind of moment."""
        return next(iter(self.when))

    @property
    def number(self) -> int:
        """Percent or working days; 1 where the kind takes none."""
        return int(self.when[self.kind])


class Where(Frozen):
    """What an entry holds for; an empty list means all."""

    procedures: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()


class Entry(Frozen):
    """A part of the ladder, from a day on (inclusive)."""

    effective_from: Day
    where: Where = Field(default_factory=Where, alias="for")
    rungs: tuple[Rung, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of one dossier, by id."""

    rungs: dict[str, Rung] = field(default_factory=dict)
    _by_kind: dict[Kind, tuple[Rung, ...]] = field(default_factory=dict, compare=False, repr=False)

    def of_kind(self, kind: Kind) -> tuple[Rung, ...]:
        """The rungs of a kind; put together once, because every plan of every dossier asks."""
        if not self._by_kind:
            self._by_kind.update({k: tuple(r for r in self.rungs.values() if r.kind is k) for k in Kind})
        return self._by_kind[kind]


@dataclass(frozen=True)
class Ladders:
    """All entries, the earliest first; asked for the ladder of a dossier."""

    entries: tuple[Entry, ...]
    _found: dict[tuple[str, str, str, str, date], Ladder] = field(default_factory=dict, compare=False, repr=False)

    def ladder_for(self, *, procedure: str, field: str, province: str, commune: str, on: date) -> Ladder:
        """The ladder of a dossier that was accepted (or, before that, registered) on a day."""
        last = max((e.effective_from for e in self.entries if e.effective_from <= on), default=on)
        key = (procedure, field, province, commune, last)
        if key not in self._found:
            self._found[key] = self._ladder(procedure, field, province, commune, last)
        return self._found[key]

    def _ladder(self, procedure: str, field: str, province: str, commune: str, on: date) -> Ladder:
        rungs: dict[str, Rung] = {}
        for entry in self.entries:
            asked = (
                (entry.where.procedures, procedure),
                (entry.where.fields, field),
                (entry.where.provinces, province),
                (entry.where.communes, commune),
            )
            if entry.effective_from <= on and all(not listed or value in listed for listed, value in asked):
                rungs |= {r.id: r for r in entry.rungs}
                rungs = {name: r for name, r in rungs.items() if name not in entry.without}
        return Ladder(rungs)

    def names_of(self, rung: str) -> Names:
        """What a rung is called, by the last entry that names it; its id where none does any more."""
        named = [r.names for e in self.entries for r in e.rungs if r.id == rung]
        return named[-1] if named else Names(vi=rung, en=rung)


def read_ladders(*files: Path) -> Ladders:
    """The built-in ladder with further files of a province.

    Raises:
        BrokenLadder: a file cannot be read, or has not the shape of a ladder.
    """
    entries: list[Entry] = []
    for path in (LADDER_FILE, *files):
        try:
            loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
            entries += TypeAdapter(tuple[Entry, ...]).validate_python(loaded)
        except (OSError, yaml.YAMLError, ValidationError) as problem:
            raise BrokenLadder(file=str(path), problem=str(problem)) from None
    return Ladders(tuple(sorted(entries, key=lambda e: e.effective_from)))


@cache
def built_in_ladders() -> Ladders:
    """The ladder that comes with the software, read once."""
    return read_ladders()
