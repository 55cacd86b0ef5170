"""Cuts and moments: which cut was the last at a moment, and when a cut was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.tables import EventRow
from performance.errors import WrongCut


def moment_of(session: Session, cut: int) -> datetime | None:
    """When the last event up to a cut was recorded; None before the first."""
    query = select(col(EventRow.recorded_at)).where(col(EventRow.cut) <= cut).order_by(col(EventRow.cut).desc())
    found: datetime | None = session.execute(query.limit(1)).scalar_one_or_none()
    return found


def cut_at(session: Session, moment: datetime, newest: int) -> int:
    """The last cut whose event was recorded up to a moment. Cuts follow commits, so this can be searched by halves."""
    low, high = 0, newest
    while low < high:
        middle = (low + high + 1) // 2
        recorded = moment_of(session, middle)
        if recorded is None or recorded <= moment:
            low = middle
        else:
            high = middle - 1
    return low


def resolved_cut(session: Session, as_of: int | datetime | None, newest: int) -> tuple[int | None, datetime | None]:
    """The cut that is meant and its moment; (None, None) for "as known now".

    Raises:
        WrongCut: the figures have not reached it, or it is negative.
    """
    if as_of is None:
        return None, None
    if isinstance(as_of, datetime):
        return cut_at(session, as_of, newest), as_of
    if not 0 <= as_of <= newest:
        raise WrongCut(cut=as_of, newest=newest)
    return as_of, moment_of(session, as_of)
