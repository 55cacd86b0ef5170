"""Documents of a dossier: put into the store, looked for, read.

The content is on the disk before anything refers to it: a crash in between leaves a content
that nothing refers to, which the nightly housekeeping removes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.authority import Actor, Permission, authorise
from dossiers.checking import legal_moment, parse
from dossiers.checklist import StoredFile
from dossiers.desk_tables import DocumentRow
from dossiers.document_rows import drop_unneeded
from dossiers.document_store import Receiving
from dossiers.document_types import name_to_save, shown_name, type_of
from dossiers.errors import NoAuthority, UnknownStoredDocument
from dossiers.failpoints import failpoint
from dossiers.gate import act, answer_of, decide_one, take
from dossiers.history import fold
from dossiers.idempotency import IdempotencyKey, first_answer, remember
from dossiers.office import Office
from dossiers.people import log_access
from dossiers.permitted import Action
from dossiers.session import reading, writing
from dossiers.store import find, ledger
from dossiers.views import may_view
from dossiers.work import desk
from procedures.communes import commune as commune_of


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document that somebody reads: the content comes in pieces, and its last piece only when its hash fits."""

    name: str
    content_type: str
    size_bytes: int
    sha256: str
    pieces: Iterator[bytes]


def check_may_store(office: Office, code: str, *, actor: Actor) -> None:
    """Nothing, when the actor may store documents of that dossier; asked before the first byte is taken.

    Raises:
        UnknownDossier: there is none with that code.
        NoAuthority: no role of the actor allows it there.
    """
    with reading(office.engine) as session:
        row = find(session, code)
        place = commune_of(desk(fold(ledger(session, row.id or 0))))
    authorise(actor, Action.STORE_DOCUMENT, province=place.province_code, commune=place.code, field=row.field)


def add_document(
    office: Office,
    code: str,
    received: Receiving,
    *,
    actor: Actor,
    now: datetime,
    document: str | None = None,
    filename: str | None = None,
    claimed_type: str | None = None,
    key: str | None = None,
) -> dict[str, Any]:
    """Store a content as a document of a dossier; `document` names the required document that it is.

    It ticks nothing: whether a required document was handed in, and in which form, an officer says. The same `key`
    with the same content, name and `document` gives the first answer again.

    Raises:
        DocumentEmpty, DocumentTypeRefused, DocumentTypeContradicts: the content is not taken.
        UnknownDocument: the procedure asks for no such document.
        NoAuthority: the actor may not store documents there.
    """
    received.finish()
    content_type = type_of(received.path, filename=filename, claimed=claimed_type)
    sha256, size = received.sha256, received.size
    facts = {"document": document, "filename": shown_name(filename)}
    given = {
        "sha256": sha256,
        "size_bytes": size,
        "content_type": content_type,
        **{k: v for k, v in facts.items() if v},
    }
    idempotency = None
    if key:
        idempotency = IdempotencyKey.of(actor=actor.id, route=f"dossiers/{code}/documents", key=key, body=given)
    try:
        with office.documents.adding():
            office.documents.keep(received)
            failpoint("document.on_disk")
            answer = _record(office, code, given, actor=actor, now=now, idempotency=idempotency)
    except Exception:
        drop_unneeded(office, {sha256})
        raise
    failpoint("document.after_commit")
    return answer


def _record(
    office: Office,
    code: str,
    given: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    idempotency: IdempotencyKey | None,
) -> dict[str, Any]:
    name, command = parse(Action.STORE_DOCUMENT, {"id": secrets.token_hex(16), **given})
    with writing(office.engine) as session:
        if idempotency and (answer := first_answer(session, idempotency)) is not None:
            return answer
        work = take(office, session, code, now=now)
        at = legal_moment(command, work.state, now)
        work.elapse(at, hold=False)
        decide_one(work, name, command, at=at, actor=actor, known={"received": given["sha256"]})
        work.elapse(now)
        work.write()
        kept = {k: given[k] for k in ("sha256", "size_bytes", "content_type")}
        stored = {"id": command.model_dump()["id"], "document": given.get("document"), **kept}
        answer = answer_of(work) | {"stored": stored}
        if idempotency:
            remember(session, idempotency, answer, now)
        failpoint("document.before_commit")
    return answer


def remove_document(
    office: Office, code: str, document_id: str, *, actor: Actor, now: datetime, key: str | None = None
) -> dict[str, Any]:
    """Take a document that was stored by mistake out again; the ledger keeps its hash.

    Raises:
        UnknownStoredDocument: the dossier has no such document, or it was removed already.
    """
    idempotency = None
    if key:
        route = f"dossiers/{code}/documents/{document_id}"
        idempotency = IdempotencyKey.of(actor=actor.id, route=route, key=key, body={"id": document_id})
    command = {"id": document_id}
    return act(office, code, Action.REMOVE_DOCUMENT, command, actor=actor, now=now, idempotency=idempotency)


def stored_files(session: Session, dossier_id: int, *, personal: bool) -> tuple[StoredFile, ...]:
    """The documents of a dossier that were not removed, in the order in which they came."""
    query = (
        select(DocumentRow)
        .where(col(DocumentRow.dossier_id) == dossier_id, col(DocumentRow.removed_at).is_(None))
        .order_by(col(DocumentRow.stored_at), col(DocumentRow.id))
    )
    return tuple(
        StoredFile(
            id=row.id,
            required_document=row.required_document,
            filename=row.filename if personal else None,
            content_type=row.content_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            stored_by=row.stored_by,
            stored_at=row.stored_at,
            keep_until=row.keep_until,
        )
        for row in session.execute(query).scalars()
    )


def open_document(office: Office, code: str, document_id: str, *, actor: Actor, now: datetime) -> OpenedDocument:
    """The content of a document for somebody to read; that it was read is recorded.

    Raises:
        UnknownDossier, UnknownStoredDocument: there is no such document, or it was removed.
        NoAuthority: the actor may not see personal data there.
        DocumentDamaged: the content in the store is not what was stored.
    """
    with reading(office.engine) as session:
        dossier = find(session, code)
        if not may_view(actor, dossier, Permission.VIEW_PERSONAL_DATA):
            raise NoAuthority(action=Permission.VIEW_PERSONAL_DATA.value, commune=dossier.commune, actor=actor.id)
        row = session.get(DocumentRow, document_id)
        if row is None or row.dossier_id != dossier.id or row.removed_at is not None:
            raise UnknownStoredDocument(dossier=code, document=document_id)
    pieces = office.documents.read(row.sha256, row.size_bytes)
    log_access(office, actor=actor, what="document", now=now, dossier_id=dossier.id, applicant_id=dossier.applicant_id)
    name = name_to_save(row.filename, row.content_type, row.id)
    return OpenedDocument(name, row.content_type, row.size_bytes, row.sha256, pieces)
