"""Keeping figures up to date: facts and counts follow the ledgers in the order of the cuts, exactly once.

What has to change is worked out on a snapshot; then a short transaction writes it, if nobody else has moved the figures
since. So several processes may do this at once, a kill at any moment loses nothing, and no officer waits for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from dossiers.columns import table_of
from dossiers.errors import DossierError
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.tables import CutRow, DossierRow, EventRow, InstallationRow
from performance.counters import Amounts, apply_change, changed, formulas_digest
from performance.errors import FiguresNotKept, PerformanceError
from performance.fact_types import Facts
from performance.facts import history_of_facts
from performance.sources import law_of, ledgers_with_cuts
from performance.tables import FigureCountRow, FigureFactRow, FigureFailureRow, facts_from, row_values
from procedures.errors import ProcedureError

NAME = "figures"
EVENTS_AT_ONCE = 1_000
DOSSIERS_AT_ONCE = 300
_FACTS = table_of(FigureFactRow)
_FAILURES = table_of(FigureFailureRow)
_INSTALLATION = table_of(InstallationRow)


@dataclass(frozen=True, slots=True)
class Kept:
    """How far the figures have come."""

    cut: int = 0
    """Every event up to it is in the figures."""
    turn: int = 0
    """How often they were written."""
    formulas: str = ""
    """By which formulas the counts were made."""
    after: int | None = None
    """While they are made anew: the last dossier done, in order of ids; `cut` is then where that will lead."""
    at: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is being made anew, and the counts are by the formulas of today."""
        return self.after is None and self.turn > 0 and self.formulas == formulas_digest()


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What one call has done."""

    dossiers: int = 0
    versions: int = 0
    cut: int = 0
    more: bool = False
    failed: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Change:
    seen: Kept
    then: Kept
    dossiers: tuple[int, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    counts: Amounts = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    more: bool = False
    from_nothing: bool = False


def kept(session: Session) -> Kept:
    """How far the figures have come, as this transaction sees them."""
    value = session.execute(select(_INSTALLATION.c.value).where(_INSTALLATION.c.name == NAME)).scalar_one_or_none()
    return Kept(**json.loads(value)) if value else Kept()


def newest_cut(session: Session) -> int:
    """The last cut given out."""
    return int(session.execute(select(col(CutRow.last))).scalar_one_or_none() or 0)


def catch_up(office: Office, *, now: datetime, limit: int | None = None) -> CaughtUp:
    """Bring the figures up to the newest cut, or by at most `limit` batches.

    A dossier whose facts cannot be made is noted, left as it was and tried again at the next call.
    """
    dossiers = versions = done = 0
    failed: dict[int, str] = {}
    while True:
        with reading(office.engine) as session:
            change = _next(office, session, now, retry=done == 0)
        if change.then.turn == change.seen.turn:
            return CaughtUp(dossiers, versions, change.seen.cut, False, failed)
        if _write(office, change):
            done += 1
            dossiers, versions = dossiers + len(change.dossiers), versions + len(change.rows)
            failed |= change.failed
        if limit is not None and done >= limit:
            return CaughtUp(dossiers, versions, change.then.cut, change.more, failed)


def rebuild_figures(office: Office, *, now: datetime) -> CaughtUp:
    """Make all figures anew from the ledgers. When it was stopped, `catch_up` goes on where it was."""
    while True:
        with reading(office.engine) as session:
            change = _from_nothing(session, kept(session), now)
        if _write(office, change):
            return catch_up(office, now=now)


def up_to_date(office: Office, session: Session) -> int:
    """The cut up to which the figures are, in this snapshot.

    Raises:
        FiguresNotKept: they are being made anew.
    """
    found = kept(session)
    if not found.is_whole:
        raise FiguresNotKept(cut=found.cut)
    return found.cut


def _next(office: Office, session: Session, now: datetime, *, retry: bool) -> _Change:
    seen = kept(session)
    if seen.turn == 0 or seen.formulas != formulas_digest():
        return _from_nothing(session, seen, now)
    then = replace(seen, turn=seen.turn + 1, at=now.isoformat())
    if seen.after is not None:
        query = select(col(DossierRow.id)).where(col(DossierRow.id) > seen.after).order_by(col(DossierRow.id))
        ids = [i for i in session.execute(query.limit(DOSSIERS_AT_ONCE)).scalars() if i]
        then = replace(then, after=ids[-1] if ids else None)
        return _worked_out(office, session, _Change(seen, then, tuple(ids), more=True))
    query_events = (
        select(col(EventRow.dossier_id), col(EventRow.cut))
        .where(col(EventRow.cut) > seen.cut)
        .order_by(col(EventRow.cut))
        .limit(EVENTS_AT_ONCE)
    )
    events = session.execute(query_events).all()
    touched = {e[0] for e in events}
    if retry:
        touched |= set(session.execute(select(col(FigureFailureRow.dossier_id)).limit(DOSSIERS_AT_ONCE)).scalars())
    if not touched:
        return _Change(seen, seen)
    then = replace(then, cut=events[-1][1] if events else seen.cut)
    more = len(events) == EVENTS_AT_ONCE
    return _worked_out(office, session, _Change(seen, then, tuple(sorted(touched)), more=more))


def _from_nothing(session: Session, seen: Kept, now: datetime) -> _Change:
    then = Kept(newest_cut(session), seen.turn + 1, formulas_digest(), 0, now.isoformat())
    return _Change(seen, then, more=True, from_nothing=True)


def _worked_out(office: Office, session: Session, change: _Change) -> _Change:
    """The rows of the dossiers with every event up to the cut, and what the counts change by."""
    known = select(FigureFactRow).where(_FACTS.c.dossier_id.in_(change.dossiers), _FACTS.c.to_cut.is_(None))
    before = {row.dossier_id: facts_from(row) for row in session.execute(known).scalars()}
    ledgers = ledgers_with_cuts(session, change.dossiers)
    heads = select(DossierRow).where(col(DossierRow.id).in_(change.dossiers))
    rows: list[dict[str, Any]] = []
    after: dict[int, Facts] = {}
    failed: dict[int, str] = {}
    for head in session.execute(heads).scalars():
        number = head.id or 0
        events = [(cut, event) for cut, event in ledgers.get(number, ()) if cut <= change.then.cut]
        if not events:
            continue
        try:
            versions = history_of_facts(events, law_of(office, session, head))
            changed((), [versions[-1][1]])
        except (DossierError, ProcedureError, PerformanceError) as error:  # it must not stop the figures of all others
            failed[number] = f"{type(error).__name__}: {error}"[:500]
            continue
        after[number] = versions[-1][1]
        rows += _rows(number, versions)
    moved = [i for i, facts in after.items() if before.get(i) != facts]
    counts = changed((before[i] for i in moved if i in before), (after[i] for i in moved))
    done = tuple(i for i in change.dossiers if i not in failed)
    return replace(change, dossiers=done, rows=tuple(rows), counts=counts, failed=failed)


def _rows(number: int, versions: list[tuple[int, Facts]]) -> Iterable[dict[str, Any]]:
    ends = [cut for cut, _ in versions[1:]] + [None]
    for (cut, facts), end in zip(versions, ends, strict=True):
        yield {"dossier_id": number, "from_cut": cut, "to_cut": end, **row_values(facts)}


def _write(office: Office, change: _Change) -> bool:
    """Whether it was written; not, when the figures have moved since they were read."""
    with writing(office.engine) as session:
        dialect = postgresql if office.engine.dialect.name == "postgresql" else sqlite
        empty = {"name": NAME, "value": ""}
        session.execute(dialect.insert(_INSTALLATION).on_conflict_do_nothing(), [empty])
        own = _INSTALLATION.c.name == NAME
        value = session.execute(select(_INSTALLATION.c.value).where(own).with_for_update()).scalar_one()
        if (Kept(**json.loads(value)) if value else Kept()) != change.seen:
            return False
        if change.from_nothing:
            for table in (_FACTS, table_of(FigureCountRow), _FAILURES):
                session.execute(delete(table))
        if change.dossiers:
            session.execute(delete(_FACTS).where(_FACTS.c.dossier_id.in_(change.dossiers)))
            session.execute(delete(_FAILURES).where(_FAILURES.c.dossier_id.in_(change.dossiers)))
        if change.rows:
            session.execute(insert(_FACTS), list(change.rows))
        apply_change(session, change.counts)
        if change.failed:
            session.execute(delete(_FAILURES).where(_FAILURES.c.dossier_id.in_(list(change.failed))))
            session.execute(insert(_FAILURES), [{"dossier_id": i, "error": e} for i, e in change.failed.items()])
        session.execute(_INSTALLATION.update().where(own).values(value=json.dumps(asdict(change.then))))
    return True


def failures(session: Session) -> int:
    """How many dossiers have no facts, or old ones, because theirs could not be made."""
    return int(session.execute(select(func.count()).select_from(_FAILURES)).scalar_one())
