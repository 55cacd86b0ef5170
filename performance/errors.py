"""What can be wrong with a figure. The docstring of each class is its default message."""

from __future__ import annotations

from typing import Any


class PerformanceError(Exception):
    """Something about a figure is wrong."""

    def __init__(self, **facts: Any) -> None:
        """Keep the facts as attributes; the message is the docstring with the facts behind it."""
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)
        shown = ", ".join(f"{k}={v}" for k, v in facts.items())
        text = (type(self).__doc__ or "").strip()
        super().__init__(f"{text} ({shown})" if shown else text)


class DoesNotReconcile(PerformanceError):
    """The report does not add up, so it is not published."""


class WrongPeriod(PerformanceError):
    """That is no month: write it as 2026-07."""


class UnknownFormula(PerformanceError):
    """There is no such formula."""
