"""What can go wrong with notices. The docstring of each class is its default message; facts are attributes."""

from __future__ import annotations

from typing import Any


class NotificationError(Exception):
    """Something about a notice is wrong."""

    def __init__(self, **facts: Any) -> None:
        """Keep the facts as attributes; the message is the docstring with the facts behind it."""
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)
        shown = ", ".join(f"{k}={v}" for k, v in facts.items())
        text = (type(self).__doc__ or "").strip()
        super().__init__(f"{text} ({shown})" if shown else text)


class BrokenRouting(NotificationError):
    """The rules about whom to tell cannot be read."""


class UnknownMessage(NotificationError):
    """There is no such message."""


class NothingToResolve(NotificationError):
    """The message is neither of unknown outcome nor undeliverable: there is nothing to decide about it."""
