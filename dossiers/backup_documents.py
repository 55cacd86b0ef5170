"""The contents of documents inside a backup: lines of their own behind the rows, checked by hash on both ways."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from dossiers.desk_tables import DocumentRow
from dossiers.document_errors import DocumentDamaged
from dossiers.document_store import DocumentStore

CONTENT = "#content"
"""First item of a line with a piece of a content; no table is called so."""


def needed(connection: Connection) -> dict[str, int]:
    """The contents to which documents refer, with their size in bytes."""
    query = (
        select(col(DocumentRow.sha256), col(DocumentRow.size_bytes))
        .where(col(DocumentRow.removed_at).is_(None))
        .distinct()
        .order_by(col(DocumentRow.sha256))
    )
    return {row.sha256: row.size_bytes for row in connection.execute(query)}


def damaged(store: DocumentStore, contents: dict[str, int]) -> dict[str, str]:
    """Those contents that are missing or changed, with what is wrong."""
    found = {}
    for sha256, size in contents.items():
        try:
            store.check(sha256, size)
        except DocumentDamaged as error:
            found[sha256] = str(error.facts["problem"])
    return found


def content_lines(store: DocumentStore, contents: dict[str, int], *, without: Collection[str]) -> Iterator[str]:
    """Every content in pieces, the last of each marked.

    Raises:
        DocumentDamaged: a content changed since it was checked.
    """
    for sha256, size in contents.items():
        if sha256 in without:
            continue
        done = 0
        for piece in store.read(sha256, size):
            done += len(piece)
            yield json.dumps([CONTENT, sha256, base64.b64encode(piece).decode(), done == size]) + "\n"


@dataclass
class ContentsCheck:
    """Reads a backup line by line and says in the end which contents its rows need and it does not hold whole."""

    wanted: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    _digest: Any = None
    _of: str = ""

    def see(self, line: Any) -> None:
        """Look at one line.

        Raises:
            ValueError: pieces of a content are not in order, or are not what their hash says.
        """
        if not isinstance(line, list):
            return
        if line[0] == DocumentRow.__tablename__ and line[1]["removed_at"] is None:
            self.wanted.add(line[1]["sha256"])
        elif line[0] == CONTENT:
            self._piece(*line[1:])

    def _piece(self, sha256: str, piece: str, last: bool) -> None:
        if self._digest is None:
            self._digest, self._of = hashlib.sha256(), sha256
        if sha256 != self._of:
            raise ValueError(f"content {self._of} is cut short")
        self._digest.update(_bytes(piece))
        if last:
            if self._digest.hexdigest() != sha256:
                raise ValueError(f"content {sha256} was changed")
            self.whole.add(sha256)
            self._digest = None

    def missing(self, *, declared: Iterable[str]) -> list[str]:
        """Contents that the rows need, that are not there, and of which the backup does not say so itself."""
        return sorted(self.wanted - self.whole - set(declared))


def restore_contents(store: DocumentStore, lines: Iterable[Any]) -> int:
    """Put the contents of a checked backup into the store; gives how many. Those that are there already are renewed."""
    count = 0
    pieces = iter(line for line in lines if isinstance(line, list) and line[0] == CONTENT)
    for first in pieces:
        with store.receiving(limited=False) as received:
            line = first
            received.write(_bytes(line[2]))
            while not line[3]:
                line = next(pieces)
                received.write(_bytes(line[2]))
            received.finish()
            if received.sha256 != first[1]:
                raise DocumentDamaged(sha256=first[1], problem="changed")
            store.keep(received)
            count += 1
    return count


def _bytes(piece: str) -> bytes:
    try:
        return base64.b64decode(piece, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
