"""What can go wrong with fees. The docstring of each class is its default message."""

from __future__ import annotations

from dossiers.errors import DossierError


class FeeAlreadySettled(DossierError):
    """Nothing is owed for this fee any more: correct the entry named, or say in a note why money was taken again."""


class AmountDiffers(DossierError):
    """This is not the amount of the fee: take the right amount, or say in a note why it is another."""
