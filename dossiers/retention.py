"""How long documents are kept after their dossier is closed: a rule in years, as data."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dossiers.document_errors import BrokenDocumentRules

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
RULES_FILE = Path(__file__).with_name("retention.yaml")
Years = Annotated[int, Field(ge=1, le=200, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Review(_Strict):
    """Whether somebody has checked the rules against the law, who and when."""

    status: Literal["unverified", "verified"]
    by: str | None = None
    on: date | None = None
    source: str | None = None


class Retention(_Strict):
    """Years after closing, by procedure, else by field, else in general; None keeps."""

    review: Review
    default: Years | None = None
    fields: dict[str, Years | None] = Field(default_factory=dict)
    procedures: dict[str, Years | None] = Field(default_factory=dict)

    def years(self, procedure: str, field: str) -> int | None:
        """How many years the documents of such a dossier are kept; None: for ever."""
        if procedure in self.procedures:
            return self.procedures[procedure]
        return self.fields.get(field, self.default)

    def keep_until(self, procedure: str, field: str, closed_at: datetime | None) -> date | None:
        """The last day (in Vietnam) on which the documents are kept; None while it is open, or for ever."""
        years = self.years(procedure, field)
        if years is None or closed_at is None:
            return None
        day = closed_at.astimezone(VIETNAM).date()
        try:
            return day.replace(year=day.year + years)
        except ValueError:  # 29 February
            return date(day.year + years, 3, 1)

    @property
    def keeps_everything(self) -> bool:
        """Whether no rule ever lets a document go."""
        return self.default is None and not any(self.fields.values()) and not any(self.procedures.values())


@cache
def load_retention(file: Path | None = None) -> Retention:
    """The rules of a file, or the built-in ones.

    Raises:
        BrokenDocumentRules: the file cannot be read.
    """
    source = file or RULES_FILE
    try:
        return Retention.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BrokenDocumentRules(file=str(source), problem=str(error)) from error
