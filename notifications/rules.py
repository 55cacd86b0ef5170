"""The routing rules as data: read, checked, and asked for a day. Pure but for reading the file."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from dossiers.events import EventType
from dossiers.states import Status
from notifications.channels import CHANNELS
from notifications.errors import BrokenRouting
from notifications.notices import Notice
from procedures.base import Day, Frozen

RULES_FILE = Path(__file__).parent / "routing.yaml"


class Rule(Frozen):
    """After an event, a notice to somebody, through the first channel by which they can be reached."""

    event: EventType
    notice: Notice
    to: Literal["applicant"]
    through: tuple[str, ...] = Field(min_length=1)
    unless_status: tuple[Status, ...] = ()
    """No notice when the dossier has one of these states by the time the event is routed."""

    @model_validator(mode="after")
    def _channels_exist(self) -> Self:
        for name in self.through:
            if name not in CHANNELS:
                raise ValueError(f"there is no channel {name}; known: {', '.join(CHANNELS)}")
        return self


class RuleSet(Frozen):
    """The rules in force from a day on (inclusive), until the next set."""

    effective_from: Day
    language: Literal["vi", "en"] = "vi"
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _each_rule_once(self) -> Self:
        seen = [(r.event, r.notice, r.to) for r in self.rules]
        if len(seen) != len(set(seen)):
            raise ValueError("two rules give the same notice to the same recipient after the same event")
        return self

    def about(self, event: EventType) -> tuple[Rule, ...]:
        """The rules for an event."""
        return tuple(r for r in self.rules if r.event is event)


def read_rules(path: Path = RULES_FILE) -> tuple[RuleSet, ...]:
    """The rule sets of a file, the earliest first.

    Raises:
        BrokenRouting: the file cannot be read, or its rules contradict themselves.
    """
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        sets = TypeAdapter(tuple[RuleSet, ...]).validate_python(loaded)
    except (OSError, yaml.YAMLError, ValidationError) as problem:
        raise BrokenRouting(file=str(path), problem=str(problem)) from None
    days = [s.effective_from for s in sets]
    if len(days) != len(set(days)):
        raise BrokenRouting(file=str(path), problem="two sets take effect on the same day")
    return tuple(sorted(sets, key=lambda s: s.effective_from))


@cache
def built_in_rules() -> tuple[RuleSet, ...]:
    """The rules that come with the software, read once."""
    return read_rules()


def in_force(sets: tuple[RuleSet, ...], on: date) -> RuleSet | None:
    """The set in force on a day; None before the first."""
    return next((s for s in reversed(sets) if s.effective_from <= on), None)
