"""What can be wrong with the law as written down. The docstring of each class is its default message."""

from __future__ import annotations

from typing import Any


class ProcedureError(Exception):
    """Something about a procedure, a calendar or a commune is wrong."""

    def __init__(self, **facts: Any) -> None:
        """Keep the facts as attributes; the message is the docstring with the facts behind it."""
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)
        shown = ", ".join(f"{k}={v}" for k, v in facts.items())
        text = (type(self).__doc__ or "").strip()
        super().__init__(f"{text} ({shown})" if shown else text)


class BrokenDefinition(ProcedureError):
    """A definition file cannot be read."""


class UnknownProcedure(ProcedureError):
    """There is no such procedure."""


class NotInForce(ProcedureError):
    """The procedure has no version in force on that day."""


class OutsideScope(ProcedureError):
    """The procedure is not in force in that province."""


class UnknownCase(ProcedureError):
    """The procedure has no such case."""


class FormRefused(ProcedureError):
    """The form is incomplete or has values that do not fit; `problems` names each field."""


class UnknownAddition(ProcedureError):
    """The time limit has no such addition."""


class AreaClassNeeded(ProcedureError):
    """The time limit depends on the area class of the commune, which is unknown: choose it and say who chose."""


class UnknownCommune(ProcedureError):
    """There is no commune with that code."""


class UnknownProvince(ProcedureError):
    """There is no province with that code."""


class NoCalendar(ProcedureError):
    """The working-time calendar does not cover that day."""


class BrokenCalendar(ProcedureError):
    """A calendar file cannot be read."""
