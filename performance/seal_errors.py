"""What can be wrong with a seal, a publication or an audit. The docstring of each class is its default message."""

from __future__ import annotations

from performance.errors import PerformanceError


class BrokenSealKey(PerformanceError):
    """The file of the seal key holds no whole key."""


class SealedMeanwhile(PerformanceError):
    """Another process took a seal meanwhile: try again."""


class UnknownSeal(PerformanceError):
    """There is no such seal."""


class NoSealToStandOn(PerformanceError):
    """No seal covers these figures, so they are not published."""


class UnknownPublication(PerformanceError):
    """There is no such publication."""


class AlreadyPublished(PerformanceError):
    """These figures are published already: a restatement names the publication and gives its reason."""


class NothingRestated(PerformanceError):
    """A restatement has to differ from what it restates, and be of the same province and period."""


class NothingToAudit(PerformanceError):
    """There are no dossiers to draw a sample from in that province and month."""
