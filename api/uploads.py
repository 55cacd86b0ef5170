"""A file on its way in: read from the request piece by piece, straight into the document store's own folder.

Nothing of it is held in memory but the piece at hand, and nothing beyond the limit reaches the disk. Who may store is
asked before the first byte is taken.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from api.deps import caller_of, desk_of
from api.error_kinds import MalformedRequest, NotMultipart
from dossiers.document_errors import DocumentTooLarge
from dossiers.document_store import Receiving
from dossiers.documents import check_may_store

FILE, DOCUMENT = "file", "document"
_MOST_FIELD = 200
_MOST_PARTS = 4
_AROUND = 16_384
"""What the parts may take besides the file itself."""


@dataclass
class Upload:
    """What came: the content in the store's folder, not kept yet, and what the sender says about it."""

    received: Receiving
    filename: str | None = None
    claimed_type: str | None = None
    document: str | None = None


@dataclass
class _Parts:
    """Takes the parser's calls: the file goes to the disk, the one field is kept."""

    upload: Upload
    names: list[str] = field(default_factory=list)
    ended: bool = False
    _header: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _value: bytearray = field(default_factory=bytearray)

    def calls(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers.clear()
        self._value.clear()
        if len(self.names) >= _MOST_PARTS:
            raise MalformedRequest(problem="too many parts")

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def _headers_finished(self) -> None:
        _, said = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = _text(said.get(b"name", b""))
        if name not in (FILE, DOCUMENT) or name in self.names:
            raise MalformedRequest(problem=f"send one part `{FILE}` and at most one `{DOCUMENT}`", part=name[:60])
        self.names.append(name)
        if name == FILE:
            self.upload.filename = _text(said.get(b"filename", b"")) or None
            self.upload.claimed_type = _text(self._headers.get(b"content-type", b"")) or None

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self.names[-1] == FILE:
            self.upload.received.write(memoryview(data)[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > _MOST_FIELD:
            raise MalformedRequest(problem="too long", field=DOCUMENT)

    def _part_end(self) -> None:
        if self.names[-1] == DOCUMENT:
            self.upload.document = _text(bytes(self._value)).strip() or None

    def _end(self) -> None:
        self.ended = True


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace("\x00", "")


async def incoming(request: Request) -> AsyncIterator[Upload]:
    """The upload of a request; what the route did not keep is gone when the route is done.

    Raises:
        NotSignedIn, NoAuthority, UnknownDossier: asked before anything is read.
        NotMultipart, MalformedRequest: the request is not a file with its field.
        DocumentTooLarge: the file is larger than allowed; the rest is not read.
    """
    office, caller = desk_of(request).office, caller_of(request)
    assert caller is not None, "the route's own declaration comes first"
    await run_in_threadpool(check_may_store, office, request.path_params["code"], actor=caller.actor)
    media, said = parse_options_header(request.headers.get("content-type", ""))
    if media != b"multipart/form-data" or not said.get(b"boundary"):
        raise NotMultipart(given=_text(media)[:100])
    announced, most = request.headers.get("content-length", ""), office.documents.most_bytes
    if announced.isdigit() and int(announced) > most + _AROUND:
        raise DocumentTooLarge(allowed_bytes=most)
    with office.documents.receiving() as received:
        yield await _read(request, said[b"boundary"], Upload(received))


async def _read(request: Request, boundary: bytes, upload: Upload) -> Upload:
    parts = _Parts(upload)
    parser = MultipartParser(boundary, parts.calls())
    seen, most = 0, (upload.received.most_bytes or 0) + _AROUND
    try:
        async for piece in request.stream():
            seen += len(piece)
            if seen > most:
                raise DocumentTooLarge(allowed_bytes=upload.received.most_bytes)
            await run_in_threadpool(parser.write, piece)
    except FormParserError:
        raise MalformedRequest(problem="the parts cannot be read") from None
    except ClientDisconnect:
        raise MalformedRequest(problem="the upload broke off") from None
    if not parts.ended or FILE not in parts.names:
        raise MalformedRequest(problem="the upload broke off" if parts.names else f"there is no part `{FILE}`")
    return upload


def is_upload(method: str, path: str) -> bool:
    """Whether a request is a file for the store: its body has a limit of its own and is never held in memory."""
    head, _, tail = path.removeprefix("/api/v1/dossiers/").partition("/")
    return method == "POST" and path.startswith("/api/v1/dossiers/") and bool(head) and tail == "documents"
