"""What the machine does for the document store by night: retention, contents that nobody refers to, stray parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from dossiers.actions.papers import RemoveDocument
from dossiers.authority import SYSTEM
from dossiers.desk_tables import DocumentRow
from dossiers.document_rows import drop_unneeded, removed_contents
from dossiers.document_store import modified_at
from dossiers.gate import decide_one, take
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.retention import VIETNAM, Retention
from dossiers.session import reading, writing
from dossiers.tables import DossierRow

ORPHAN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UpkeepReport:
    """What was removed: documents whose time was over, contents without a document, contents that never got whole."""

    retention_over: int
    orphans: int
    parts: int


def tidy(office: Office, retention: Retention, *, now: datetime) -> UpkeepReport:
    """Remove what is not kept any longer. Safe to repeat, and to be interrupted anywhere."""
    removed = _apply_retention(office, retention, now)
    before = now - ORPHAN_AFTER
    return UpkeepReport(removed, _remove_orphans(office, before), office.documents.clear_incoming(before=before))


def remove_documents(
    office: Office, session: Session, codes: Sequence[str], *, because: str, now: datetime
) -> set[str]:
    """Remove every document of some dossiers in this transaction; gives the hashes of their contents.

    All dossiers are locked, in the order given, before anything is written. Call `drop_unneeded` after the commit.
    """
    works = [take(office, session, code, now=now) for code in codes]
    for work in works:
        last = work.state.last_occurred_at
        at = max(now, last) if last else now
        work.elapse(at)
        for document in [d.id for d in work.state.stored.values() if not d.removed]:
            command = RemoveDocument.model_validate({"id": document, "because": because})
            decide_one(work, Action.REMOVE_DOCUMENT, command, at=at, actor=SYSTEM)
    for work in works:
        work.write()
    return {sha256 for work in works for sha256 in removed_contents(work.state, work.events)}


def _apply_retention(office: Office, retention: Retention, now: datetime) -> int:
    renew_keep_until(office, retention)
    today = now.astimezone(VIETNAM).date()
    over = select(col(DossierRow.code)).where(
        col(DossierRow.id).in_(
            select(col(DocumentRow.dossier_id)).where(
                col(DocumentRow.removed_at).is_(None), col(DocumentRow.keep_until) < today
            )
        )
    )
    with reading(office.engine) as session:
        codes = list(session.execute(over.order_by(col(DossierRow.id))).scalars())
    count = 0
    for code in codes:
        with writing(office.engine) as session:
            row = session.execute(select(DossierRow).where(col(DossierRow.code) == code).with_for_update()).scalar_one()
            until = retention.keep_until(row.procedure, row.field, row.closed_at)
            if until is None or until >= today:
                continue  # taken up again meanwhile
            gone = remove_documents(office, session, [code], because="retention_over", now=now)
        count += len(gone)
        drop_unneeded(office, gone)
    return count


def renew_keep_until(office: Office, retention: Retention) -> int:
    """Bring the last day of every document in line with the rules and its dossier; gives how many changed."""
    query = (
        select(
            col(DocumentRow.dossier_id),
            col(DocumentRow.keep_until),
            col(DossierRow.procedure),
            col(DossierRow.field),
            col(DossierRow.closed_at),
        )
        .join(DossierRow, col(DossierRow.id) == col(DocumentRow.dossier_id))
        .where(col(DocumentRow.removed_at).is_(None))
        .distinct()
    )
    if retention.keeps_everything:
        query = query.where(col(DocumentRow.keep_until).is_not(None))
    with reading(office.engine) as session:
        rows = session.execute(query).all()
    changed = 0
    for dossier_id, stored, procedure, field, closed_at in rows:
        until = retention.keep_until(procedure, field, closed_at)
        if until != stored:
            changed += 1
            with writing(office.engine) as session:
                session.execute(
                    update(DocumentRow)
                    .where(col(DocumentRow.dossier_id) == dossier_id, col(DocumentRow.removed_at).is_(None))
                    .values(keep_until=until)
                )
    return changed


def _remove_orphans(office: Office, before: datetime) -> int:
    count = 0
    for group, files in office.documents.groups():
        query = (
            select(col(DocumentRow.sha256))
            .where(col(DocumentRow.sha256).like(f"{group}%"), col(DocumentRow.removed_at).is_(None))
            .distinct()
        )
        with reading(office.engine) as session:
            needed = set(session.execute(query).scalars())
        count += drop_unneeded(office, [f.name for f in files if f.name not in needed and modified_at(f) < before])
    return count
