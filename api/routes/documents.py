"""Documents of a dossier: upload, list, read, remove."""

from __future__ import annotations

import base64
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from api.auth import Caller
from api.deps import at_dossier, desk_of, needs, now_of
from api.shapes import REFUSALS, ActionAnswer, Code, IdempotencyHeader
from api.shapes_of_papers import StoredFileShape, StoredShape
from api.uploads import Upload, incoming
from dossiers.authority import Permission
from dossiers.documents import add_document, open_document, remove_document, stored_files
from dossiers.people import log_access
from dossiers.permitted import Action
from dossiers.session import reading
from dossiers.store import find
from dossiers.views import may_see_person

router = APIRouter(prefix="/dossiers/{code}/documents", tags=["documents"], responses=REFUSALS)
DocumentId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class DocumentAnswer(ActionAnswer):
    """What storing a document answers."""

    stored: StoredShape


_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "document": {"type": "string", "description": "Id of the required document that it is."},
                },
            }
        }
    },
}


@router.post("", status_code=201, response_model=DocumentAnswer, openapi_extra={"requestBody": _BODY})
def upload(
    *,
    request: Request,
    response: Response,
    code: Code,
    key: IdempotencyHeader = None,
    caller: Annotated[Caller, needs(Action.STORE_DOCUMENT)],
    came: Annotated[Upload, Depends(incoming)],
) -> dict[str, Any]:
    """Store a file, as multipart/form-data. It ticks no required document: accept, supplement and correct do."""
    answer = add_document(
        desk_of(request).office,
        code,
        came.received,
        actor=caller.actor,
        now=now_of(request),
        document=came.document,
        filename=came.filename,
        claimed_type=came.claimed_type,
        key=key,
    )
    response.headers["location"] = f"/api/v1/dossiers/{code}/documents/{answer['stored']['id']}"
    response.headers["etag"] = f'"{answer["revision"]}"'
    return answer


@router.get("", response_model=list[StoredFileShape])
def list_them(
    request: Request, code: Code, caller: Annotated[Caller, needs(Permission.VIEW_DOSSIERS, at_dossier)]
) -> list[StoredFileShape]:
    """The documents in the store, in the order in which they came; names only where you may see personal data."""
    office = desk_of(request).office
    with reading(office.engine) as session:
        row = find(session, code)
        seen = may_see_person(caller.actor, row)
        found = stored_files(session, row.id or 0, personal=seen)
    if any(one.filename for one in found):
        log_access(
            office,
            actor=caller.actor,
            what="api documents",
            now=now_of(request),
            dossier_id=row.id,
            applicant_id=row.applicant_id,
        )
    return [StoredFileShape.model_validate(one, from_attributes=True) for one in found]


@router.get("/{document}", response_class=StreamingResponse)
def read(
    *,
    request: Request,
    code: Code,
    document: DocumentId,
    caller: Annotated[Caller, needs(Permission.VIEW_PERSONAL_DATA, at_dossier)],
) -> StreamingResponse:
    """The content of a document, to save; recorded as a look at personal data. It is checked before it is sent."""
    found = open_document(desk_of(request).office, code, document, actor=caller.actor, now=now_of(request))
    headers = {
        "content-disposition": _attachment(found.name),
        "content-length": str(found.size_bytes),
        "x-content-type-options": "nosniff",
        "repr-digest": f"sha-256=:{_base64(found.sha256)}:",
    }
    return StreamingResponse(found.pieces, media_type=found.content_type, headers=headers)


@router.delete("/{document}", response_model=ActionAnswer)
def remove(
    *,
    request: Request,
    response: Response,
    code: Code,
    document: DocumentId,
    key: IdempotencyHeader = None,
    caller: Annotated[Caller, needs(Action.REMOVE_DOCUMENT)],
) -> dict[str, Any]:
    """Take out a document that was stored by mistake. The ledger keeps its hash."""
    office = desk_of(request).office
    answer = remove_document(office, code, document, actor=caller.actor, now=now_of(request), key=key)
    response.headers["etag"] = f'"{answer["revision"]}"'
    return answer


def _attachment(name: str) -> str:
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()
