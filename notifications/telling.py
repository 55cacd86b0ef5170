"""Everything that is decided about whom to tell, in one call: events, warnings, digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dossiers.office import Office
from dossiers.settings import Settings
from notifications.channels import offered_channels
from notifications.digests import send_digests
from notifications.routing import route
from notifications.warning_routing import route_warnings


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about, and how many messages came of it."""

    events: int = 0
    warnings: int = 0
    messages: int = 0
    """Of events and of single warnings."""
    digests: int = 0


def decide_all(office: Office, settings: Settings, *, now: datetime) -> Decided:
    """Decide about every event and warning that waits, then make the digests that are due, as the settings say."""
    offered, fresh = offered_channels(settings), timedelta(minutes=settings.fresh_warning_minutes)
    hour = settings.digest_hour
    events = warnings = messages = digests = 0
    more = True
    while more:
        routed = route(office, now=now, channels=offered)
        events, messages, more = events + routed.events, messages + routed.messages, routed.more
    more = True
    while more:
        warned = route_warnings(office, now=now, channels=offered, fresh=fresh, digest_hour=hour)
        warnings, messages, more = warnings + warned.warnings, messages + warned.messages, warned.more
    more = True
    while more:
        sent = send_digests(office, now=now, channels=offered, fresh=fresh, digest_hour=hour)
        digests, more = digests + sent.digests, sent.more
    return Decided(events, warnings, messages, digests)
