"""What can go wrong with notices. The docstring of each class is its default message; facts are attributes."""

from __future__ import annotations

from procedures.facts import ErrorWithFacts


class NotificationError(ErrorWithFacts):
    """Something about a notice is wrong."""


class BrokenRouting(NotificationError):
    """The rules about whom to tell cannot be read."""


class UnknownMessage(NotificationError):
    """There is no such message."""


class NothingToResolve(NotificationError):
    """The message is neither of unknown outcome nor undeliverable: there is nothing to decide about it."""


class BrokenGateway(NotificationError):
    """The gateway cannot be used as its file and the settings describe it."""


class UnknownChannel(NotificationError):
    """There is no such channel, or it is not set up here."""


class UnknownRecipient(NotificationError):
    """There is no such recipient."""


class NotAnAddress(NotificationError):
    """That is no usable e-mail address, phone number or web address."""
