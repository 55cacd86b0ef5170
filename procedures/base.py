"""The small shapes that every part of a definition shares."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


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
