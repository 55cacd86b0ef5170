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
