"""What can go wrong with slips. The docstring of each class is its default message; facts are attributes."""

from __future__ import annotations

from notifications.errors import NotificationError


class SlipError(NotificationError):
    """Something about a slip is wrong."""


class UnknownForm(SlipError):
    """There is no such form of slip."""


class PaperNotOffered(SlipError):
    """The form does not come on that paper."""


class NothingCallsForSlip(SlipError):
    """Nothing has happened on the dossier that calls for this form."""


class SlipErased(SlipError):
    """The slip was erased together with the personal data on it; the ledger keeps its hash."""


class SlipNotTypeset(SlipError):
    """The slip could not be typeset."""


class BrokenSlipKey(SlipError):
    """The key file for slips holds no Ed25519 key."""


class MalformedSlipText(SlipError):
    """The text is not the content of a slip's QR code."""


class ForgedSlip(SlipError):
    """The signature does not fit: the text was changed, or another office made it."""


class RegisterTooLong(SlipError):
    """The register of that period is too long to print: choose a shorter one."""


class WrongRegisterPeriod(SlipError):
    """The period of the register is wrong: its first day must not come after its last."""
