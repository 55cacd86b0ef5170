"""Event logs in XES, event by event: the attributes of the trace as `case:<key>`, those of the event as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from dossiers.import_errors import UnreadableFile

CHUNK_BYTES = 65_536
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})


class _Reading:
    """Takes the parser's calls. Lists, containers and attributes of attributes are left out."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.trace: dict[str, Any] = {}
        self.event: dict[str, Any] = {}
        self.ready: list[dict[str, Any]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        where = self.path[-1] if self.path else ""
        self.path.append(tag)
        if tag == "trace":
            self.trace = {}
        elif tag == "event":
            self.event = {}
        elif tag in _VALUES and "key" in attributes:
            if where == "event":
                self.event[attributes["key"]] = attributes.get("value", "")
            elif where == "trace":
                self.trace[f"case:{attributes['key']}"] = attributes.get("value", "")

    def end(self, tag: str) -> None:
        self.path.pop()
        if tag.rpartition(":")[2] == "event" and self.path and self.path[-1] == "trace":
            self.ready.append(self.trace | self.event)


def xes_rows(stream: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The events of a log with their number. A document type is refused, and with it every entity.

    Raises:
        UnreadableFile: it is not well-formed, or declares a document type.
    """
    reading, parser = _Reading(), expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.StartDoctypeDeclHandler = _refuse
    number = 0
    while True:
        piece = stream.read(CHUNK_BYTES)
        try:
            parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            raise UnreadableFile(problem=f"XES: {error}") from None
        for event in reading.ready:
            number += 1
            yield number, event
        reading.ready.clear()
        if not piece:
            return


def _refuse(*_declared: Any) -> None:
    raise UnreadableFile(problem="XES: a document type is not taken")
