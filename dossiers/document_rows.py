"""The rows of documents beside the ledger: written in the transaction of their events, whoever recorded those."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from dossiers.desk_tables import DocumentRow
from dossiers.events import Event, EventType
from dossiers.office import Office
from dossiers.personal_tables import FreeTextRow
from dossiers.session import reading
from dossiers.states import DossierState
from dossiers.tables import EventRow

log = logging.getLogger("motcua.documents")


def write_document_rows(
    session: Session, dossier_id: int, events: Sequence[Event], texts: Iterable[FreeTextRow]
) -> None:
    """Add a row for every document stored; for every one removed, note when and why and erase its name."""
    for event in events:
        if event.type is EventType.DOCUMENT_STORED:
            session.add(_row(dossier_id, event, {t.id: t.text for t in texts}))
            session.flush()
        elif event.type is EventType.DOCUMENT_REMOVED:
            _remove(session, dossier_id, event)


def _row(dossier_id: int, event: Event, texts: dict[str, str | None]) -> DocumentRow:
    payload = event.payload
    named = payload.get("filename")
    return DocumentRow(
        id=payload["id"],
        dossier_id=dossier_id,
        required_document=payload.get("document"),
        filename=texts.get(named["text"]) if named else None,
        content_type=payload["content_type"],
        size_bytes=payload["size_bytes"],
        sha256=payload["sha256"],
        stored_by=event.actor,
        stored_at=event.recorded_at,
    )


def _remove(session: Session, dossier_id: int, event: Event) -> None:
    gone, found = event.payload["id"], {"removed_at": event.recorded_at, "removed_because": event.payload["because"]}
    session.execute(update(DocumentRow).where(col(DocumentRow.id) == gone).values(**found, filename=None))
    stored = select(col(EventRow.payload)).where(
        col(EventRow.dossier_id) == dossier_id, col(EventRow.type) == EventType.DOCUMENT_STORED.value
    )
    names = [p["filename"]["text"] for p in session.execute(stored).scalars() if p["id"] == gone and "filename" in p]
    nothing = {"text": None, "salt": None, "erased_at": event.recorded_at}
    session.execute(update(FreeTextRow).where(col(FreeTextRow.id).in_(names)).values(**nothing))


def still_needed(session: Session, hashes: Iterable[str]) -> set[str]:
    """Those contents to which a document that was not removed refers."""
    wanted = list(hashes)
    query = select(col(DocumentRow.sha256)).where(
        col(DocumentRow.sha256).in_(wanted), col(DocumentRow.removed_at).is_(None)
    )
    return set(session.execute(query).scalars())


def drop_unneeded(office: Office, hashes: Iterable[str]) -> int:
    """Delete contents that no document refers to any more; gives how many. Call it after the commit.

    What cannot be deleted now (others are adding contents all the time, the database is away) the nightly housekeeping
    deletes.
    """
    gone = set(hashes)
    if not gone:
        return 0
    store = office.documents
    try:
        with store.removing() as locked:
            if not locked:
                log.warning("%d contents are left to the next housekeeping: the store is busy", len(gone))
                return 0
            with reading(office.engine) as session:
                gone -= still_needed(session, gone)
            for sha256 in gone:
                store.remove(sha256)
    except (OSError, SQLAlchemyError):
        log.exception("%d contents are left to the next housekeeping", len(gone))
        return 0
    return len(gone)


def removed_contents(state: DossierState, events: Iterable[Event]) -> set[str]:
    """The hashes of the documents that these events removed."""
    return {state.stored[e.payload["id"]].sha256 for e in events if e.type is EventType.DOCUMENT_REMOVED}
