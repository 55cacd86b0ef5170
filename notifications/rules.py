"""The routing rules as data: read, checked, and asked for a day. Pure but for reading the file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from dossiers.events import EventType
from dossiers.ladder import Told
from dossiers.states import Status
from notifications.channels import CHANNELS
from notifications.errors import BrokenRouting
from notifications.notices import Notice
from notifications.rendering import VIETNAM
from procedures.base import Day, Frozen

RULES_FILE = Path(__file__).parent / "routing.yaml"


class To(StrEnum):
    """Whom a rule about an event names."""

    APPLICANT = "applicant"
    HOLDER = "holder"
    """Who holds the dossier's open steps, or the person to whom the event assigns one."""
    NEXT_HOLDER = "next_holder"
    """Who holds the steps that the event opened."""
    SUPERVISOR = "supervisor"
    SIGNATORY = "signatory"
    PROVINCE = "province"
    CONSULTED_BODY = "consulted_body"


class Mode(StrEnum):
    """How somebody is told: at once, once a day with everything else, or not at all."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


def _known(channels: Iterable[str]) -> None:
    for name in channels:
        if name not in CHANNELS:
            raise ValueError(f"there is no channel {name}; known: {', '.join(CHANNELS)}")


class Rule(Frozen):
    """After an event, a notice to somebody, through the first channel by which they can be reached."""

    event: EventType
    notice: Notice
    to: To
    through: tuple[str, ...] = Field(min_length=1)
    unless_status: tuple[Status, ...] = ()
    """No notice when the dossier has one of these states by the time the event is routed."""

    @model_validator(mode="after")
    def _channels_exist(self) -> Self:
        _known(self.through)
        return self


class WarningRule(Frozen):
    """How those whom the warning ladder names are told of a rung, unless they prefer otherwise."""

    to: Told
    notice: Notice
    through: tuple[str, ...] = Field(min_length=1)
    at_once: tuple[str, ...] = ()
    """Rungs that go out by themselves; `all` means every one. The others wait for the digest."""

    @model_validator(mode="after")
    def _channels_exist(self) -> Self:
        _known(self.through)
        return self

    def mode_of(self, rung: str) -> Mode:
        """How a rung is told of by default."""
        return Mode.NOW if rung in self.at_once or "all" in self.at_once else Mode.DIGEST


class QuietHours(Frozen):
    """Hours in Vietnam in which a channel stays silent, from the first (inclusive) to the second, over midnight."""

    start: time
    end: time

    @model_validator(mode="after")
    def _over_midnight(self) -> Self:
        if not self.end < self.start:
            raise ValueError("quiet hours go over midnight: `end` comes before `start`")
        return self

    def ends_after(self, at: datetime) -> datetime:
        """The instant from which the channel may speak: `at` itself outside the quiet hours."""
        local = at.astimezone(VIETNAM)
        if self.end <= local.time() < self.start:
            return at
        day = local.date() + timedelta(days=1) if local.time() >= self.start else local.date()
        return datetime.combine(day, self.end, VIETNAM).astimezone(at.tzinfo)


class RuleSet(Frozen):
    """The rules in force from a day on (inclusive), until the next set."""

    effective_from: Day
    language: Literal["vi", "en"] = "vi"
    rules: tuple[Rule, ...] = ()
    warnings: tuple[WarningRule, ...] = ()
    quiet_hours: dict[str, QuietHours] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_rule_once(self) -> Self:
        seen = [(r.event, r.notice, r.to) for r in self.rules]
        if len(seen) != len(set(seen)):
            raise ValueError("two rules give the same notice to the same recipient after the same event")
        if len({w.to for w in self.warnings}) != len(self.warnings):
            raise ValueError("two rules say how the same recipient is told of warnings")
        _known(self.quiet_hours)
        return self

    def about(self, event: EventType) -> tuple[Rule, ...]:
        """The rules for an event."""
        return tuple(r for r in self.rules if r.event is event)

    def of_warnings_to(self, told: Told) -> WarningRule | None:
        """How somebody is told of warnings; None: not at all."""
        return next((w for w in self.warnings if w.to is told), None)

    def not_before(self, channel: str, at: datetime) -> datetime:
        """The first instant from `at` on at which a channel may speak."""
        quiet = self.quiet_hours.get(channel)
        return quiet.ends_after(at) if quiet else at


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


def in_force_at(sets: tuple[RuleSet, ...], at: datetime) -> RuleSet | None:
    """The set in force at an instant, by its date in Vietnam."""
    return in_force(sets, at.astimezone(VIETNAM).date())
