"""What the clock refuses to count. The docstring of each class is its default message; facts are attributes."""

from __future__ import annotations

from dossiers.errors import DossierError


class ClockError(DossierError):
    """The clock cannot count this."""


class NaiveInstant(ClockError):
    """An instant needs a time zone: say +07:00 for Vietnam, or Z for UTC."""


class NotAnInstant(ClockError):
    """That is no date with a time of day: write it like 2026-02-13T09:00."""


class ClockNotStarted(ClockError):
    """No clock runs yet: the dossier has not been received complete."""


class LimitNotPositive(ClockError):
    """A time limit is longer than nothing."""


class CutOffMissing(ClockError):
    """This time limit needs a cut-off hour, e.g. 15:00."""


class PauseEndsBeforeItStarts(ClockError):
    """A pause ends before it starts."""


class ExtensionWithoutLength(ClockError):
    """An extension says how much longer, or until when, and not both."""


class BatchShapesDiffer(ClockError):
    """All columns of a batch have the same length."""
