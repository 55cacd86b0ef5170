"""The shape of a calendar file: dated decisions with their sources, and office hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from procedures.base import Frozen, Names, Sourced
from procedures.errors import BrokenCalendar
from procedures.schema import LegalBasis

SATURDAY = 5


class DayKind(StrEnum):
    """What kind of day a date is."""

    WORKING = "working"
    WEEKEND = "weekend"
    PUBLIC_HOLIDAY = "public_holiday"
    SWAPPED_DAY_OFF = "swapped_day_off"
    MAKE_UP_WORKING_DAY = "make_up_working_day"
    LOCAL_CLOSURE = "local_closure"

    @property
    def is_working(self) -> bool:
        """Whether offices are open on such a day."""
        return self in (DayKind.WORKING, DayKind.MAKE_UP_WORKING_DAY)


def _clock_time(value: object) -> object:
    # Unquoted, YAML reads 13:30 as the number 810, which would pass for a time of day.
    if isinstance(value, int | float):
        raise ValueError("a time of day is written in quotes, e.g. '13:30'")
    return value


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
ProvinceCode = Annotated[str, Field(pattern=r"^\d{2}$")]
CommuneCode = Annotated[str, Field(pattern=r"^\d{5}$")]


class Where(Frozen):
    """Provinces (two digits) and communes (five digits) that an entry is for."""

    provinces: tuple[ProvinceCode, ...] = ()
    communes: tuple[CommuneCode, ...] = ()

    @model_validator(mode="after")
    def _names_a_place(self) -> Self:
        if not self.provinces and not self.communes:
            raise ValueError("name at least one province or commune")
        return self

    def rank(self, province: str | None, commune: str | None) -> int:
        """0: not for that place; 1: for its province; 2: for the commune itself."""
        if commune is not None and commune in self.communes:
            return 2
        return 1 if province is not None and province in self.provinces else 0


class Decision(Sourced):
    """One dated decision: that day is off, is worked, or the offices of some places are closed."""

    date: date
    kind: Literal["public_holiday", "swapped_day_off", "make_up_working_day", "local_closure"]
    names: Names
    where: Where | None = None
    provisional: bool = False
    """A guess until the notice comes."""

    @model_validator(mode="after")
    def _fits_its_weekday(self) -> Self:
        rest_day = self.date.weekday() >= SATURDAY
        if self.kind == "make_up_working_day" and not rest_day:
            raise ValueError(f"{self.date} is no Saturday or Sunday: a make-up working day is a day of rest worked")
        if self.kind == "swapped_day_off" and rest_day:
            raise ValueError(f"{self.date} is a Saturday or Sunday: only a working day can be swapped off")
        if (self.kind == "local_closure") != (self.where is not None):
            raise ValueError("a local_closure says `where`, any other decision is for the whole country")
        return self


class Session(Frozen):
    """A stretch of office hours within one day."""

    opens: ClockTime
    closes: ClockTime


class OfficeHours(Sourced):
    """The sessions of a working day, in order; without `where` the default of the country."""

    sessions: tuple[Session, ...] = Field(min_length=1)
    where: Where | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        edges = [edge for session in self.sessions for edge in (session.opens, session.closes)]
        if any(earlier >= later for earlier, later in pairwise(edges)):
            raise ValueError("sessions run from an earlier to a later hour, in order, and do not touch")
        if any(edge.second or edge.microsecond or edge.tzinfo for edge in edges):
            raise ValueError("office hours are local and in whole minutes")
        return self


class CalendarFile(Frozen):
    """A calendar file. With `year` it is the calendar of that year; without, its decisions add to others."""

    year: int | None = Field(default=None, ge=1976, le=2100)
    provisional: bool = False
    documents: tuple[LegalBasis, ...] = ()
    days: tuple[Decision, ...] = ()
    office_hours: tuple[OfficeHours, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        seen: set[tuple[date, Where | None]] = set()
        for entry in self.days:
            if self.year is not None and entry.date.year != self.year:
                raise ValueError(f"{entry.date} is not in {self.year}: move it to the file of its year")
            if (entry.date, entry.where) in seen:
                raise ValueError(f"{entry.date} is decided twice: keep one entry")
            seen.add((entry.date, entry.where))
        known = {document.id for document in self.documents}
        for rule in (*self.days, *self.office_hours):
            for source in rule.source:
                if source not in known:
                    raise ValueError(f"source {source!r} is not in `documents`: add it there or correct the id")
        return self

    def basis(self, rule: Sourced) -> tuple[str, ...]:
        """The documents behind a rule in words, e.g. "Thông báo 9441/TB-BNV"."""
        named = {d.id: f"{d.document}, {d.article}" if d.article else d.document for d in self.documents}
        return tuple(named[source] for source in rule.source)


def read_calendar_file(path: Path) -> CalendarFile:
    """The calendar file at a path, checked.

    Raises:
        BrokenCalendar: it cannot be read or breaks a rule; names the file, the key path and a mend.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise BrokenCalendar(file=str(path), key="", problem=str(problem), mend="give a readable UTF-8 file") from None
    return read_calendar_text(text, str(path))


def read_calendar_text(text: str, name: str) -> CalendarFile:
    """The calendar file that a text declares, checked; `name` is only shown.

    Raises:
        BrokenCalendar: as `read_calendar_file`.
    """
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else ""
        raise BrokenCalendar(
            file=name, key=line, problem=str(getattr(problem, "problem", problem)), mend="correct the YAML there"
        ) from None
    try:
        return CalendarFile.model_validate(raw)
    except ValidationError as problem:
        first: Mapping[str, Any] = problem.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BrokenCalendar(file=name, key=key, problem=first["msg"], mend=_mend(first)) from None


def _mend(error: Mapping[str, Any]) -> str:
    """How to put right what Pydantic found."""
    key = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "the file")
    match error["type"]:
        case "extra_forbidden":
            return f"remove {key!r} or correct its spelling"
        case "missing":
            return f"add {key!r}"
        case "string_type" | "string_pattern_mismatch":
            return f"write {key!r} as text in quotes, e.g. province '38', commune '01795'"
        case "literal_error":
            return f"choose one of {error.get('ctx', {}).get('expected', '')}"
        case "value_error":
            return "change the entry as the message says"
        case _:
            return f"give {key!r} a value of the right kind, or remove it"
