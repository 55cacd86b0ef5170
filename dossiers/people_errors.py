"""What can go wrong with people: absences, cover, delegations, exemptions. The docstrings are the default messages."""

from __future__ import annotations

from dossiers.errors import DossierError


class DatesWrong(DossierError):
    """Those dates cannot be: the last day comes before the first, lies too far off, or is over."""


class UnknownColleague(DossierError):
    """There is no active account of that person."""


class UnknownAbsence(DossierError):
    """There is no such absence."""


class AbsenceOverlaps(DossierError):
    """The person already has an absence in those days."""


class AbsenceDecided(DossierError):
    """That absence was decided already, or is over."""


class OwnAbsence(DossierError):
    """Nobody approves their own absence while another supervisor is there."""


class SubstituteNotAble(DossierError):
    """That person cannot stand in: absent too, or without any of the roles, or barred as the only counterpart."""


class AssigneeAbsent(DossierError):
    """That person is absent: choose somebody else, or say that it shall be assigned all the same."""


class UnknownExemption(DossierError):
    """There is no such exemption."""


class NothingToReassign(DossierError):
    """No open step fits: name whose steps, or which dossiers."""
