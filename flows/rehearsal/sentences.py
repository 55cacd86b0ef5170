"""The sentence that explains a rung to whoever asks why it is there."""

from __future__ import annotations

from dossiers.office import Office
from dossiers.working_time import LOCAL_ZONE
from flows.rehearsal.audit import Recorded


def sentence(office: Office, one: Recorded) -> str:
    """What was reached and when it was, in Vietnamese; empty where no ladder has a name for it."""
    names = office.ladders.names_of(one.rung)
    if names.vi == one.rung:
        return ""
    return f"{names.vi}: {one.legal_moment.astimezone(LOCAL_ZONE):%H:%M %d/%m/%Y}"
