"""The one shape of every domain error: facts as attributes, the docstring as the message."""

from __future__ import annotations

from typing import Any


class ErrorWithFacts(Exception):
    """Something is wrong."""

    def __init__(self, **facts: Any) -> None:
        """Keep the facts as attributes; the message is the docstring with the facts behind it."""
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)
        shown = ", ".join(f"{k}={v}" for k, v in facts.items())
        text = (type(self).__doc__ or "").strip()
        super().__init__(f"{text} ({shown})" if shown else text)
