"""What can go wrong with the duties of a desk: stopping by two persons, apologising."""

from __future__ import annotations

from dossiers.errors import DossierError


class StopNotProposed(DossierError):
    """Nobody has proposed to stop this dossier, or that proposal no longer stands."""


class StopAlreadyProposed(DossierError):
    """A proposal to stop this dossier already waits for a second person."""


class SecondPersonNeeded(DossierError):
    """Who proposed the stop cannot confirm it: a second person has to."""


class ApologyGoesWithExtension(DossierError):
    """The procedure allows an extension: the apology goes with it."""


class ApologyLimitReached(DossierError):
    """An apology with a new appointment was already sent as often as is allowed."""
