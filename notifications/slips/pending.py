"""Slips that events called for by themselves: each is made once and its call consumed in the same transaction."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from dossiers.desk_tables import PendingSlipRow
from dossiers.failpoints import failpoint
from dossiers.gate import take
from dossiers.office import Office
from dossiers.session import writing
from dossiers.settings import Settings
from dossiers.store import ledger
from dossiers.tables import DossierRow, EventRow
from notifications.slips.forms import DEFAULT_PAPER
from notifications.slips.issuing import issue_in, standing_for
from notifications.slips.keys import SlipKey

LONGEST_ERROR = 300
MOST_ROUNDS = 10
"""Rounds of one call of `make_slips`: whatever else waits for the same process gets its turn."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlipReport:
    """What one pass did with the slips that waited."""

    rendered: int = 0
    failed: int = 0
    """Kept for the next pass, which takes them after all others."""
    more: bool = False
    """Whether it stopped at its limit: call again at once."""


def make_slips(office: Office, settings: Settings, *, now: datetime) -> SlipReport:
    """Make the slips that wait, signed with this installation's key, in up to `MOST_ROUNDS` rounds.

    Raises:
        BrokenSlipKey: the key file holds no key.
    """
    key = SlipKey.from_file(settings.slip_key)
    rendered = failed = 0
    more = True
    for _ in range(MOST_ROUNDS):
        report = render_pending(office, key, now=now)
        rendered, failed, more = rendered + report.rendered, report.failed, report.more
        if not more:
            break
    return SlipReport(rendered, failed, more)


def render_pending(office: Office, key: SlipKey, *, now: datetime, limit: int = 200) -> SlipReport:
    """Make up to `limit` slips that wait, on the usual paper. Several passes may run at once."""
    rendered, failed = 0, set[int]()
    for _ in range(limit):
        try:
            taken = _one(office, key, failed, now)
        except _Failed as problem:
            failed.add(problem.event_id)
            _keep(office, problem)
            continue
        if not taken:
            return SlipReport(rendered, len(failed))
        rendered += 1
    return SlipReport(rendered, len(failed), more=rendered > 0)


class _Failed(Exception):
    def __init__(self, event_id: int, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}"[:LONGEST_ERROR])
        self.event_id = event_id


def _one(office: Office, key: SlipKey, failed: set[int], now: datetime) -> bool:
    """Whether a slip waited; it is made then, and its call consumed."""
    with writing(office.engine) as session:
        row = _take(session, failed)
        if row is None:
            return False
        try:
            _make(office, session, key, row, now)
        except Exception as error:
            # A broken definition or template can be mended while the call waits; it must not hold up the others.
            log.exception("slip %s of event %s cannot be made", row.form, row.event_id)
            raise _Failed(row.event_id, error) from error
        session.execute(delete(PendingSlipRow).where(col(PendingSlipRow.event_id) == row.event_id))
        failpoint("slips.pending_before_commit")
    failpoint("slips.pending_after_commit")
    return True


def _take(session: Session, failed: set[int]) -> PendingSlipRow | None:
    query = (
        select(PendingSlipRow)
        .where(col(PendingSlipRow.event_id).not_in(failed))
        .order_by(col(PendingSlipRow.failures), col(PendingSlipRow.event_id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).one_or_none()


def _make(office: Office, session: Session, key: SlipKey, row: PendingSlipRow, now: datetime) -> None:
    code = session.get_one(DossierRow, row.dossier_id).code
    work = take(office, session, code, now=now)
    revision = session.get_one(EventRow, row.event_id).revision
    events = ledger(session, row.dossier_id)
    event = next(e for e in events if e.revision == revision)
    issue_in(work, key, standing_for(work, events, event), row.form, DEFAULT_PAPER)


def _keep(office: Office, problem: _Failed) -> None:
    with writing(office.engine) as session:
        session.execute(
            update(PendingSlipRow)
            .where(col(PendingSlipRow.event_id) == problem.event_id)
            .values(failures=PendingSlipRow.failures + 1, last_error=str(problem))
        )
