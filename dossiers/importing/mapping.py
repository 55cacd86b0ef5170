"""The mapping of an import: which column of a foreign file is what here. Data, one YAML file per kind of file."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from dossiers.import_errors import WrongMapping
from procedures.base import Frozen, Names

Kind = Literal["register", "event_log", "take_over"]
Meaning = Literal["received", "accepted", "issued", "handed_over", "refused", "withdrawn", "stopped", "other"]
COMPUTED_BY_EVENTS = ("received", "accepted", "issued", "handed_over", "refused", "withdrawn", "stopped")


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no time zone {name!r}; write e.g. Asia/Ho_Chi_Minh")
    return name


class Source(Frozen):
    """Where a value comes from: a column, or the same for all; through a table of what its labels are here."""

    column: str | None = None
    constant: str | None = None
    table: dict[str, str] = Field(default_factory=dict)
    otherwise: str | None = None
    """For labels that the table has not, and empty cells; without it such a row is bad."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give `column` or `constant`")
        return self


class Fields(Frozen):
    """Our fields. `key` is the number of a dossier in the other system: what tells rows apart."""

    key: Source
    procedure: Source
    field: Source | None = None
    commune: Source
    channel: Source
    official_code: Source | None = None
    case: Source | None = None
    unit: Source | None = None
    officer: Source | None = None
    received_at: Source | None = None
    accepted_at: Source | None = None
    ended_at: Source | None = None
    handed_over_at: Source | None = None
    end: Source | None = None
    """issued, refused, withdrawn, stopped or handed_over; without it an end is a result issued."""
    step: Source | None = None
    """Taking over: the id of the step that is open now; empty before the acceptance."""
    steps_done: Source | None = None
    """Taking over: labels of what was done there, as one text."""
    applicant_name: Source | None = None
    applicant_phone: Source | None = None
    applicant_email: Source | None = None
    applicant_personal_id_number: Source | None = None


class Events(Frozen):
    """In an event log: what its activities mean. The first `received`, the last of every other meaning counts."""

    activity: str
    at: str
    meanings: dict[str, Meaning]
    otherwise: Meaning | None = None
    """For activities that are not in `meanings`; without it such a row is bad."""


class LimitGiven(Frozen):
    """A limit of its own, counted by our calendar."""

    amount: Decimal = Field(gt=0, le=1000, decimal_places=3)
    unit: Literal["working_days", "working_hours", "calendar_days", "hours", "months"]


class Deadline(Frozen):
    """One of three: as the other system gives it, by our own definition in force, or by a limit of its own."""

    as_given: str | None = None
    compare: Literal["date", "instant"] = "date"
    """Whether any moment of the due date, in the time zone of the file, is on time, or only up to the instant."""
    recomputed: bool = False
    limit: LimitGiven | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum([self.as_given is not None, self.recomputed, self.limit is not None]) != 1:
            raise ValueError("give one of `as_given`, `recomputed`, `limit`")
        return self


class Skip(Frozen):
    """Rows to leave out: where a column is one of these."""

    column: str
    in_: tuple[str, ...] = Field(alias="in")


class CsvShape(Frozen):
    """How a csv file is written; what is not said is found out."""

    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None


class Mapping(Frozen):
    """A whole mapping."""

    source: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")
    """The other system: rows of one source are told apart by their key, across imports."""
    names: Names
    kind: Kind
    format: Literal["csv", "xlsx", "xes"] | None = None
    csv: CsvShape = CsvShape()
    sheet: str | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    """What times without a zone mean, and in which zone due dates are dates."""
    time_formats: tuple[str, ...] = ("iso",)
    """`iso`, or patterns like %d/%m/%Y %H:%M; the first that fits."""
    fields: Fields
    events: Events | None = None
    deadline: Deadline
    skip: tuple[Skip, ...] = ()
    required: tuple[str, ...] = ()
    """Columns that may not be empty."""
    complete: bool = True
    """Whether the file holds everything of the source: then rows known before and not in it are listed as vanished."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "event_log") != (self.events is not None):
            raise ValueError("`events` is for kind: event_log, and needed there")
        if self.kind != "event_log" and self.fields.received_at is None:
            raise ValueError("fields.received_at is needed")
        if self.kind == "take_over" and self.fields.step is None:
            raise ValueError("fields.step is needed to take over")
        if self.kind == "take_over" and self.deadline.limit is not None:
            raise ValueError("taking over goes by the procedure's own limit or by the due time given")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the file."""
        return ZoneInfo(self.time_zone)

    @property
    def columns(self) -> set[str]:
        """Every column that the mapping names."""
        given = (getattr(self.fields, name) for name in type(self.fields).model_fields)
        found = {one.column for one in given if one is not None and one.column}
        found |= {one.column for one in self.skip} | set(self.required)
        if self.events:
            found |= {self.events.activity, self.events.at}
        return found | ({self.deadline.as_given} if self.deadline.as_given else set())


def read_mapping(text: str) -> Mapping:
    """A mapping from YAML.

    Raises:
        WrongMapping: it breaks the shape; it says where.
    """
    try:
        return Mapping.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise WrongMapping(problem=re.sub(r"\s+", " ", str(error))) from None
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc'])) or '-'}: {e['msg']}" for e in error.errors()]
        raise WrongMapping(problems=problems) from None


def read_mapping_file(path: Path) -> Mapping:
    """A mapping from a file.

    Raises:
        WrongMapping: it cannot be read, or breaks the shape.
    """
    try:
        return read_mapping(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongMapping(file=str(path), problem=str(error)) from None
