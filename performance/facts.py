"""The facts of one dossier from its ledger: as known now, and each version with the cut it was known from. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dossiers.events import Event
from performance.assembling import assemble
from performance.fact_types import EndKind, Facts, Law, Yardstick, verdict_at
from performance.tracing import Trace

__all__ = ["EndKind", "Facts", "Law", "Yardstick", "facts_of", "history_of_facts", "verdict_at"]


def facts_of(events: Iterable[Event], law: Law) -> Facts:
    """The facts after all events (at least one), in revision order.

    Raises:
        BrokenLedger: the events are not the ledger of one dossier in revision order.
        NoCalendar: a day is not covered by the calendar.
    """
    trace = Trace(law)
    for event in events:
        trace.add(event)
    return assemble(trace)


def history_of_facts(events: Iterable[tuple[int, Event]], law: Law) -> list[tuple[int, Facts]]:
    """The versions of the facts: each with the cut from which it was known, equal neighbours merged.

    `events` are (cut, event) in revision order.

    Raises:
        BrokenLedger: the events are not the ledger of one dossier in revision order.
        NoCalendar: a day is not covered by the calendar.
    """
    trace, versions = Trace(law), list[tuple[int, Facts]]()
    for cut, event in events:
        trace.add(event)
        facts = assemble(trace)
        if not versions or versions[-1][1] != facts:
            versions.append((cut, facts))
    return versions
