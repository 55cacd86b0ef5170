"""Imports of registers and event logs of other systems: send a file with its mapping, read the reports."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from fastapi.concurrency import run_in_threadpool
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.auth import Caller
from api.deps import anywhere, desk_of, needs, now_of
from api.error_kinds import BodyTooLarge, MalformedRequest, NotMultipart
from api.shapes import REFUSALS
from dossiers.authority import Permission
from dossiers.importing.mapping import read_mapping
from dossiers.importing.runs import import_report, imports, run_import

router = APIRouter(prefix="/imports", tags=["imports"], responses=REFUSALS)
Administrator = Annotated[Caller, needs(Permission.IMPORT_DATA, anywhere)]
MOST_BYTES = 512 * 1024 * 1024
MOST_MAPPING = 200_000
PIECE = 1 << 20
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "mapping"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "mapping": {"type": "string", "format": "binary", "description": "The mapping (YAML)."},
                    "dry_run": {"type": "string", "enum": ["true", "false"]},
                },
            }
        }
    },
}


@router.post("", response_model=None, openapi_extra={"requestBody": _BODY})
async def send(request: Request, caller: Administrator) -> dict[str, Any]:
    """Import a file by a mapping. Repeating it writes nothing, so no idempotency key is needed."""
    media, said = parse_options_header(request.headers.get("content-type", ""))
    if media != b"multipart/form-data" or not said.get(b"boundary"):
        raise NotMultipart(given=media.decode("latin-1")[:100])
    announced = request.headers.get("content-length", "")
    if not announced.isdigit():
        raise MalformedRequest(problem="say the length of the upload (Content-Length)")
    if int(announced) > MOST_BYTES:
        raise BodyTooLarge(bytes=int(announced), allowed=MOST_BYTES)
    try:
        form = await MultiPartParser(request.headers, request.stream(), max_files=2, max_fields=2).parse()
    except MultiPartException as error:
        raise MalformedRequest(problem=error.message) from None
    try:
        file, mapping = form.get("file"), form.get("mapping")
        text = (await mapping.read(MOST_MAPPING)) if isinstance(mapping, UploadFile) else str(mapping or "").encode()
        if not isinstance(file, UploadFile) or not text:
            raise MalformedRequest(problem="send the parts `file` and `mapping`")
        dry_run = str(form.get("dry_run", "")).lower() == "true"
        return await run_in_threadpool(_taken, request, caller, file, text, dry_run)
    finally:
        await form.close()


def _taken(request: Request, caller: Caller, file: UploadFile, text: bytes, dry_run: bool) -> dict[str, Any]:
    mapping = read_mapping(text.decode("utf-8", "replace"))
    name = Path(file.filename or "file").name
    with tempfile.TemporaryDirectory(prefix="motcua-import-") as folder:
        kept = Path(folder) / ("file" + "".join(Path(name).suffixes[-2:])[-12:])
        with kept.open("wb") as stream:
            while piece := file.file.read(PIECE):
                stream.write(piece)
        office, now = desk_of(request).office, now_of(request)
        found = run_import(office, kept, mapping, now=now, actor=caller.actor, dry_run=dry_run, file_name=name)
    return found.as_dict(1_000)


@router.get("", response_model=None)
def list_imports(request: Request, caller: Administrator) -> list[dict[str, Any]]:
    """The imports, the newest first."""
    return imports(desk_of(request).office)


@router.get("/{number}", response_model=None)
def one_import(
    request: Request, number: Annotated[int, InPath(ge=1, lt=2**63)], caller: Administrator
) -> dict[str, Any]:
    """One import with the rows left out, the differences, and what has to be settled."""
    return import_report(desk_of(request).office, number)


def is_import(method: str, path: str) -> bool:
    """Whether a request brings a file to import: its body has a limit of its own and is not held in memory."""
    return method == "POST" and path == "/api/v1/imports"
