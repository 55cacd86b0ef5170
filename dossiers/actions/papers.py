"""Papers beside the work: documents in the store, statutory slips, a rating. None of them moves a step or the clock."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from dossiers.actions.base import Command, Context, action
from dossiers.document_errors import DocumentNotReceived
from dossiers.errors import NoAuthority, UnknownDocument, UnknownStoredDocument
from dossiers.events import EventType, FreeText, NewEvent
from dossiers.permitted import Action

SHA256 = r"^[0-9a-f]{64}$"
Form = Literal["01", "02", "03", "04", "05", "06"]
Paper = Literal["a5", "a4", "thermal80"]


class StoreDocument(Command):
    """A document whose content is in the store already; `id` is its row's."""

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    sha256: str = Field(pattern=SHA256)
    size_bytes: int = Field(gt=0)
    content_type: str = Field(max_length=100)
    document: str | None = Field(default=None, max_length=60, description="Required document that it is.")
    filename: str | None = Field(default=None, max_length=200)


class RemoveDocument(Command):
    """A document leaves the store; the ledger keeps its hash."""

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    because: Literal["wrong_document", "retention_over", "person_erased"] = "wrong_document"


class IssueSlip(Command):
    """A statutory slip was rendered and stored. Only the machine records this."""

    form: Form
    paper: Paper
    number: int = Field(ge=1)
    year: int = Field(ge=2000, lt=2200)
    sha256: str = Field(pattern=SHA256)
    of_revision: int | None = Field(default=None, ge=1, description="Event that called for it.")


class Rate(Command):
    """What the applicant thinks of how the dossier was handled."""

    rating: int = Field(ge=1, le=5)
    comment: str | None = Field(default=None, max_length=2000)


@action(Action.STORE_DOCUMENT, StoreDocument)
def store_document(ctx: Context, command: StoreDocument) -> list[NewEvent]:
    """Record that a document is in the store.

    Raises:
        UnknownDocument: the procedure asks for no such document.
        DocumentNotReceived: this content did not come with an upload.
    """
    if ctx.facts.get("received") != command.sha256:
        raise DocumentNotReceived(sha256=command.sha256)
    known = {d.id for d in ctx.definition.documents}
    if command.document and command.document not in known:
        raise UnknownDocument(document=command.document, known=sorted(known))
    payload: dict[str, Any] = {
        "id": command.id,
        "sha256": command.sha256,
        "size_bytes": command.size_bytes,
        "content_type": command.content_type,
    }
    if command.document:
        payload["document"] = command.document
    if command.filename:
        payload["filename"] = FreeText(command.filename)
    return [NewEvent(EventType.DOCUMENT_STORED, payload)]


@action(Action.REMOVE_DOCUMENT, RemoveDocument)
def remove_document(ctx: Context, command: RemoveDocument) -> list[NewEvent]:
    """Record that a document left the store.

    Raises:
        UnknownStoredDocument: the dossier has no such document, or it was removed already.
        NoAuthority: a person claims a ground that only the machine has.
    """
    if command.because != "wrong_document" and not ctx.actor.is_system:
        raise NoAuthority(action="remove_document", role="system", actor=ctx.actor.id)
    found = ctx.state.stored.get(command.id)
    if found is None or found.removed:
        raise UnknownStoredDocument(dossier=ctx.state.code, document=command.id)
    return [NewEvent(EventType.DOCUMENT_REMOVED, {"id": command.id, "because": command.because})]


@action(Action.ISSUE_SLIP, IssueSlip)
def issue_slip(ctx: Context, command: IssueSlip) -> list[NewEvent]:
    """Record a rendered slip by its hash.

    Raises:
        NoAuthority: a person claims it.
    """
    if not ctx.actor.is_system:
        raise NoAuthority(action="issue_slip", role="system", actor=ctx.actor.id)
    payload = command.model_dump(include={"form", "paper", "number", "year", "sha256"})
    if command.of_revision:
        payload["of_revision"] = command.of_revision
    return [NewEvent(EventType.SLIP_ISSUED, payload)]


@action(Action.RATE, Rate)
def rate(_ctx: Context, command: Rate) -> list[NewEvent]:
    """Record a rating after the hand-over; the last one counts."""
    payload: dict[str, Any] = {"rating": command.rating}
    if command.comment:
        payload["comment"] = FreeText(command.comment)
    return [NewEvent(EventType.RATING_GIVEN, payload)]
