"""What can be wrong with a figure. The docstring of each class is its default message."""

from __future__ import annotations

from procedures.facts import ErrorWithFacts


class PerformanceError(ErrorWithFacts):
    """Something about a figure is wrong."""


class DoesNotReconcile(PerformanceError):
    """The report does not add up, so it is not published."""


class WrongPeriod(PerformanceError):
    """That is no period: write a month as 2026-07, a quarter as 2026-Q3, a year as 2026, or give first and last day."""


class UnknownFormula(PerformanceError):
    """There is no such formula."""


class WrongCondition(PerformanceError):
    """This is no condition on the facts of a dossier."""


class NoClass(PerformanceError):
    """A formula counts a dossier without saying in which class: its classes leave a gap."""


class FiguresNotKept(PerformanceError):
    """The figures are being made anew; ask again when that is done."""


class WrongBreakdown(PerformanceError):
    """Figures cannot be broken down by that."""


class WrongCut(PerformanceError):
    """There is no such cut: it is later than what the figures have reached, or is neither a number nor a moment."""


class UnknownClass(PerformanceError):
    """The formula has no such column."""
