"""What can be wrong with the law as written down. The docstring of each class is its default message."""

from __future__ import annotations

from procedures.facts import ErrorWithFacts


class ProcedureError(ErrorWithFacts):
    """Something about a procedure, a calendar or a commune is wrong."""


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
