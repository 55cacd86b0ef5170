"""Rungs of the warning ladder of one dossier, each with its legal moment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from dossiers.clock import ClockReading, moment_at_fraction
from dossiers.reading import clock_history
from dossiers.states import RUNNING, DossierState
from procedures.calendars import Calendar


class Rung(StrEnum):
    """What is warned of, in the order in which it comes."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


def rungs(
    state: DossierState, reading: ClockReading, calendar: Calendar, *, due_soon_fraction: float
) -> list[tuple[Rung, datetime]]:
    """The rungs of a running clock with their moments, in order; none while it stands still or after the end.

    `due_soon` is the moment at which that fraction of the time is used, `overdue` the due instant (of the extension,
    where there is one).
    """
    if state.limit is None or state.status not in RUNNING or reading.paused:
        return []
    soon = moment_at_fraction(
        state.limit, clock_history(state), calendar, Fraction(due_soon_fraction).limit_denominator(1000)
    )
    return [(Rung.DUE_SOON, min(soon, reading.due_at)), (Rung.OVERDUE, reading.due_at)]
