"""The slips that a dossier has: what was printed, without the prints themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.tables import EventRow
from notifications.slips.forms import shown_number
from notifications.tables import SlipRow


@dataclass(frozen=True, slots=True)
class ListedSlip:
    """A stored slip. `number` is as printed; `of_revision` the event that it tells of."""

    form: str
    paper: str
    number: str
    of_revision: int
    sha256: str
    rendered_at: datetime


def slips_of(session: Session, dossier_id: int) -> list[ListedSlip]:
    """The slips of a dossier, in the order in which they were made."""
    columns: list[Any] = [
        SlipRow.form,
        SlipRow.paper,
        SlipRow.number,
        SlipRow.year,
        EventRow.revision,
        SlipRow.sha256,
        SlipRow.rendered_at,
    ]
    query = (
        select(*columns)
        .join(EventRow, col(EventRow.id) == col(SlipRow.event_id))
        .where(col(SlipRow.dossier_id) == dossier_id)
        .order_by(col(SlipRow.id))
    )
    return [
        ListedSlip(form, paper, shown_number(form, number, year), revision, sha256, at)
        for form, paper, number, year, revision, sha256, at in session.execute(query)
    ]
