"""The required documents of a dossier as an officer checks them: what is asked for, what was ticked, what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from dossiers.states import DossierState
from procedures.base import Names
from procedures.schema import Definition


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A document in the store. `filename` is None where it has none or the reader may not see personal data."""

    id: str
    required_document: str | None
    filename: str | None
    content_type: str
    size_bytes: int
    sha256: str
    stored_by: str
    stored_at: datetime
    keep_until: date | None


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One required document. `ticked` is the form in which it was handed in: original, copy, electronic, from_database.

    A stored file ticks nothing by itself: an officer says in which form the document was handed in.
    """

    id: str
    names: Names
    required: bool
    originals: int
    copies: int
    ticked: str | None
    missing: bool
    """Required in this case, and not ticked."""
    files: tuple[str, ...]
    """Ids of the stored documents that were uploaded as this one."""
    replaced_by_database: str | None
    guidance: str | None
    check_question: str | None
    common_faults: tuple[str, ...]


def checklist(definition: Definition, state: DossierState, files: Iterable[StoredFile]) -> tuple[ChecklistLine, ...]:
    """A line for each document that the dossier's case asks for, and for each other one that was ticked or stored."""
    stored: dict[str, list[str]] = {}
    for one in files:
        if one.required_document:
            stored.setdefault(one.required_document, []).append(one.id)
    lines = []
    for document in definition.documents:
        asked = not document.cases or state.case_id is None or state.case_id in document.cases
        ticked = state.documents.get(document.id)
        if not asked and ticked is None and document.id not in stored:
            continue
        required = document.required and asked
        lines.append(
            ChecklistLine(
                id=document.id,
                names=document.names,
                required=required,
                originals=document.originals,
                copies=document.copies,
                ticked=ticked,
                missing=required and ticked is None,
                files=tuple(stored.get(document.id, ())),
                replaced_by_database=document.replaced_by_database,
                guidance=document.guidance,
                check_question=document.check_question,
                common_faults=document.common_faults,
            )
        )
    return tuple(lines)
