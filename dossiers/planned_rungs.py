"""A rung that lies ahead, and how the plan of them is kept on a dossier's row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossiers.events import instant


@dataclass(frozen=True, order=True, slots=True)
class PlannedRung:
    """A rung and its legal moment. `number` names the step occurrence, consultation or request; 0: the dossier."""

    moment: datetime
    rung: str
    number: int
    clock_period: int

    @property
    def key(self) -> tuple[str, int, int]:
        """What makes it one of a kind for a dossier."""
        return self.rung, self.number, self.clock_period


Stored = Sequence[Sequence[Any]]
"""A plan as JSON; its moments have one spelling, so that they compare as text."""


def to_store(planned: Iterable[PlannedRung]) -> list[list[Any]]:
    """A plan as the row keeps it."""
    return [[p.rung, p.number, p.clock_period, instant(p.moment)] for p in planned]


def from_store(plan: Iterable[Sequence[Any]]) -> list[PlannedRung]:
    """A plan back from the row."""
    return [PlannedRung(datetime.fromisoformat(at), rung, number, period) for rung, number, period, at in plan]


def unrecorded(plan: Stored, next_warning_at: datetime | None) -> list[PlannedRung]:
    """The rungs of a stored plan that nobody has recorded yet: those from the next warning's moment on."""
    if next_warning_at is None:
        return []
    since = instant(next_warning_at)
    return from_store(p for p in plan if p[-1] >= since)


def reached_by(plan: Stored, next_warning_at: datetime, now: datetime) -> tuple[list[PlannedRung], datetime | None]:
    """The unrecorded rungs of a stored plan that are reached by now, and the moment of the one after them."""
    since, until = instant(next_warning_at), instant(now)
    following = min((p[-1] for p in plan if p[-1] > until), default=None)
    reached = from_store(p for p in plan if since <= p[-1] <= until)
    return reached, datetime.fromisoformat(following) if following else None
