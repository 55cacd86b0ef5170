"""The record of who looked at lists that show personal data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert

from dossiers.authority import Actor
from dossiers.listing import Listed
from dossiers.office import Office
from dossiers.personal_tables import AccessRow
from dossiers.session import writing


def log_list(office: Office, shown: Iterable[Listed], *, actor: Actor, what: str, now: datetime) -> None:
    """Record one access for each person whose name a list showed; nothing when it showed none."""
    rows = [
        {"at": now, "actor": actor.id, "what": what, "dossier_id": one.row.id, "applicant_id": one.row.applicant_id}
        for one in shown
        if one.person is not None
    ]
    if rows:
        with writing(office.engine) as session:
            session.execute(insert(AccessRow), rows)
