"""The small shapes that every part of a definition shares."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from procedures.wording import RULES


class Frozen(BaseModel):
    """Immutable, and refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Names(Frozen):
    """A name in Vietnamese and English."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_language(self, language: str) -> str:
        """The name in `vi` or `en`; any other language gives Vietnamese."""
        return self.en if language == "en" else self.vi


class Sourced(Frozen):
    """A rule with the ids of the `legal_basis` entries that it comes from."""

    source: tuple[str, ...] = Field(min_length=1)
    unverified: str | None = None
    """What about this rule has not been checked against the text of the law."""


def refuse(rule: str, **facts: str | int) -> PydanticCustomError:
    """The error of a broken rule of the schema; its wording and mend stand in `procedures.wording.RULES`."""
    return PydanticCustomError(rule, RULES[rule].message.en, facts)


def _not_a_number(value: Any) -> Any:
    """Pydantic would read a bare number as seconds since 1970 or since midnight."""
    if isinstance(value, date | time | str):
        return value
    raise refuse("no_date_or_time", given=str(value)[:40])


def _not_a_flag(value: Any) -> Any:
    """Pydantic would read true as 1."""
    if isinstance(value, bool):
        raise refuse("no_number", given=str(value).lower())
    return value


Day = Annotated[date, BeforeValidator(_not_a_number)]
"""A date, never a number."""
ClockTime = Annotated[time, BeforeValidator(_not_a_number)]
"""A time of day, never a number."""
Whole = Annotated[int, Field(strict=True)]
"""A whole number, never a text or a fraction."""
Flag = Annotated[bool, Field(strict=True)]
"""true or false, never a number or a word."""
NotAFlag = BeforeValidator(_not_a_flag)
"""Added to decimals."""
