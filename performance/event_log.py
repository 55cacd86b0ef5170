"""The ledger as an event log for process mining: XES or csv, streamed in parts, without personal data.

Persons appear as pseudonyms: one person is the same everywhere under the same key, and nobody can be told from it
without the key. Payloads and free texts are left out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import quoteattr

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.authority import SYSTEM
from dossiers.tables import DossierRow, EventRow
from performance.conditions import Span
from performance.exports import BOM, csv_text

HEAD = ("case", "activity", "timestamp", "resource", "lifecycle", "procedure", "commune", "channel")
_PART = 2_000
_LIFECYCLE = "complete"
_XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<classifier name="Activity" keys="concept:name"/>
"""


@dataclass(frozen=True, slots=True)
class Logged:
    """One event of the log."""

    case: str
    activity: str
    at: datetime
    resource: str
    procedure: str
    commune: str
    channel: str


def pseudonym(actor: str, key: bytes) -> str:
    """Who acted, under a key, as a name that says nothing; the system itself stays visible."""
    if actor == SYSTEM.id:
        return "system"
    return "p-" + hmac.new(key, actor.encode(), hashlib.sha256).hexdigest()[:16]


def logged(session: Session, span: Span, *, province: str | None, key: bytes) -> Iterator[Logged]:
    """The events that happened in a period, dossier after dossier."""
    d, e = DossierRow, EventRow
    query = (
        select(
            col(d.code), col(e.type), col(e.occurred_at), col(e.actor), col(d.procedure), col(d.commune), col(d.channel)
        )
        .join(d, col(d.id) == col(e.dossier_id))
        .where(col(e.occurred_at) >= span.start, col(e.occurred_at) < span.end)
        .order_by(col(e.dossier_id), col(e.revision))
        .execution_options(yield_per=_PART)
    )
    if province:
        query = query.where(col(d.province) == province)
    for code, kind, at, actor, procedure, commune, channel in session.execute(query):
        yield Logged(code, str(kind), at, pseudonym(actor, key), procedure, commune, str(channel))


def as_csv(events: Iterator[Logged]) -> Iterator[str]:
    """The log as csv, line by line."""
    yield csv_text([HEAD])
    for one in events:
        row = (one.case, one.activity, one.at.isoformat(), one.resource, _LIFECYCLE)
        yield csv_text([(*row, one.procedure, one.commune, one.channel)]).removeprefix(BOM)


def as_xes(events: Iterator[Logged]) -> Iterator[str]:
    """The log as XES 1.0, event by event; a trace is a dossier."""
    yield _XES
    case = None
    for one in events:
        if one.case != case:
            yield "</trace>\n" if case is not None else ""
            yield "<trace>\n" + _string("concept:name", one.case)
            yield (
                _string("procedure", one.procedure) + _string("commune", one.commune) + _string("channel", one.channel)
            )
            case = one.case
        yield "<event>\n" + _string("concept:name", one.activity)
        yield f'<date key="time:timestamp" value={quoteattr(one.at.isoformat(timespec="milliseconds"))}/>\n'
        yield _string("org:resource", one.resource) + _string("lifecycle:transition", _LIFECYCLE) + "</event>\n"
    yield "</trace>\n</log>\n" if case is not None else "</log>\n"


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>\n"
