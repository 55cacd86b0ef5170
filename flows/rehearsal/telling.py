"""Whom a rehearsed office would have told: decided by the real routing, queued beside it, never sent."""

from __future__ import annotations

from datetime import datetime

from dossiers.office import Office
from notifications.digests import send_digests
from notifications.routing import route
from notifications.warning_routing import route_warnings


def tell(office: Office, *, now: datetime) -> int:
    """Decide about everything that waits; gives how many messages and digests were queued."""
    queued = 0
    while True:
        routed = route(office, now=now)
        warned = route_warnings(office, now=now)
        sent = send_digests(office, now=now)
        queued += routed.messages + warned.messages + sent.digests
        if not (routed.more or warned.more or sent.more):
            return queued
