"""What carries out the rehearsed deeds: the gate action by action, or the bulk writer. Both follow one scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from dossiers.actions.moving import moves_by_calendar
from dossiers.authority import SYSTEM, Actor
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.states import RUNNING, DossierState
from dossiers.work import Work, desk
from flows.rehearsal.setting import Setting
from procedures.calendars import Calendar
from procedures.schema import Definition


@dataclass(frozen=True, slots=True)
class Sight:
    """A dossier as the view at a desk shows it: with the timers that have elapsed, recorded or not."""

    state: DossierState
    definition: Definition
    calendar: Calendar
    moved_by_calendar: bool
    unrecorded: bool
    """Whether some of it follows by law only, and nobody has recorded it yet."""


@dataclass(slots=True)
class Counts:
    """What was done."""

    registered: int = 0
    actions: int = 0
    automatic: int = 0
    sweeps: int = 0
    messages: int = 0
    """Messages and digests queued, where people are told."""
    refusals: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SteadyOffice(Office):
    """An office whose calendar files nobody changes meanwhile: they are not looked at again at every question."""

    found: dict[tuple[str | None, str | None], Calendar] = field(default_factory=dict, compare=False, repr=False)

    def calendar(self, province: str | None, commune: str | None) -> Calendar:
        """The calendar of a place, found once."""
        key = (province, commune)
        if key not in self.found:
            self.found[key] = super().calendar(province, commune)
        return self.found[key]

    def with_calendars(self, *files: Path) -> Office:
        """The same office as if further calendar files were installed."""
        return replace(super().with_calendars(*files), found={})  # type: ignore[call-arg]


@dataclass(frozen=True)
class Offices:
    """The office before and after the closure was decided."""

    before: Office
    after: Office
    decided_at: datetime | None

    @classmethod
    def of(cls, office: Office, setting: Setting, folder: Path) -> Offices:
        """The offices of a setting; writes the closure's calendar file into a folder."""
        given = {f.name: getattr(office, f.name) for f in fields(Office)}
        office = SteadyOffice(**{**given, "catalogue": setting.catalogue})
        if setting.storm is None:
            return cls(office, office, None)
        file = folder / "storm.yaml"
        file.write_text(setting.storm.file, encoding="utf-8")
        return cls(office, office.with_calendars(file), setting.storm.decided_at)

    def at(self, now: datetime) -> Office:
        """The office with the calendars that are installed at a moment."""
        return self.before if self.decided_at is None or now < self.decided_at else self.after


class Hands(Protocol):
    """Carries out deeds at simulated moments."""

    counts: Counts

    def register(self, command: Mapping[str, Any], actor: Actor, now: datetime) -> str:
        """Take a submission in; gives the code."""

    def look(self, code: str, now: datetime) -> Sight:
        """A dossier as somebody sees it."""

    def act(self, code: str, action: Action, command: Mapping[str, Any], actor: Actor, now: datetime) -> bool:
        """Do an action, and the automatic steps that it opened; gives whether it opened any."""

    def sweep(self, now: datetime) -> None:
        """What time alone brings about until now, and the automatic steps that it opened."""

    def finish(self, now: datetime) -> None:
        """Sweep until nothing is left to do, and have everything stored."""


def sight(work: Work) -> Sight:
    """What is seen of a dossier in hand, which is moved on to now by that; it is not to be written afterwards."""
    revision = work.state.revision
    work.ahead = []  # nobody asks for its rungs
    work.elapse(work.now)
    state, now = work.state, work.now
    newest = work.office.calendar(state.province, state.commune)
    stale = state.status in RUNNING and state.limit is not None and state.calendar_version != newest.version
    moved = stale and moves_by_calendar(work.context(now, SYSTEM))
    definition = work.definition(state.accepted_at or now)
    at_desk = work.office.calendar(state.province, desk(state))
    return Sight(state, definition, at_desk, moved, state.revision > revision)
