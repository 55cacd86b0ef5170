"""What can be wrong with a figure. The docstring of each class is its default message."""

from __future__ import annotations

from procedures.facts import ErrorWithFacts


class PerformanceError(ErrorWithFacts):
    """Something about a figure is wrong."""


class DoesNotReconcile(PerformanceError):
    """The report does not add up, so it is not published."""


class WrongPeriod(PerformanceError):
    """That is no month: write it as 2026-07."""


class UnknownFormula(PerformanceError):
    """There is no such formula."""


class WrongCondition(PerformanceError):
    """This is no condition on the facts of a dossier."""


class NoClass(PerformanceError):
    """A formula counts a dossier without saying in which class: its classes leave a gap."""
