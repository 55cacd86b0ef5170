"""What kind of file a content is: told by the content itself, from a short list of kinds that are taken."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from xml.parsers import expat

import filetype  # type: ignore[import-untyped]
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from dossiers.document_errors import BrokenDocumentRules, DocumentTypeContradicts, DocumentTypeRefused
from dossiers.document_store import CHUNK
from procedures.base import Names

RULES_FILE = Path(__file__).with_name("document_types.yaml")
MOST_NAME = 120
_MOST_PARTS = 10_000
_NO_CLAIM = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_EXTENSION = re.compile(r"\.([0-9a-z]{1,10})\Z")
_MARKUP = frozenset({"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"})
_ODF_MIME = "mimetype"


class DocumentType(BaseModel):
    """One kind of file that is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: Names
    sniffed_by: Literal["magic", "zip", "xml"]
    extensions: Annotated[tuple[str, ...], Field(min_length=1)]
    also: tuple[str, ...] = ()
    part: str | None = None
    """The part that an office file of this kind has inside."""


@cache
def document_types(file: Path = RULES_FILE) -> dict[str, DocumentType]:
    """The kinds that are taken, by media type.

    Raises:
        BrokenDocumentRules: the file cannot be read.
    """
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, DocumentType]).validate_python(raw)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BrokenDocumentRules(file=str(file), problem=str(error)) from error


def type_of(content: Path, *, filename: str | None = None, claimed: str | None = None) -> str:
    """The media type of a content by what it holds.

    Raises:
        DocumentTypeRefused: it is of no kind that is taken.
        DocumentTypeContradicts: the name or the type that the sender states says something else.
    """
    found = _magic(content) or _zipped(content) or _xml(content)
    if found is None:
        raise DocumentTypeRefused(allowed=sorted({e for t in document_types().values() for e in t.extensions}))
    kind = document_types()[found]
    extension = extension_of(filename)
    if extension and extension not in kind.extensions:
        raise DocumentTypeContradicts(content=found, name=f".{extension}", expected=list(kind.extensions))
    stated = (claimed or "").partition(";")[0].strip().lower()
    if stated not in _NO_CLAIM and stated != found and stated not in kind.also:
        raise DocumentTypeContradicts(content=found, stated=stated[:100])
    return found


def extension_of(filename: str | None) -> str:
    """What the name claims about the content: its last part in lower case; empty where it claims nothing."""
    found = _EXTENSION.search((filename or "").lower())
    return found[1] if found and not found[1].isdigit() else ""


def shown_name(filename: str | None) -> str | None:
    """A file name as it may be shown: no folders, no control or direction characters, not too long; or None."""
    text = unicodedata.normalize("NFC", re.split(r"[/\\]", filename or "")[-1])
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    text = re.sub(r'[<>:"|?*]', "_", re.sub(r" +", " ", text)).strip(" .")
    if len(text) > MOST_NAME:
        extension = _EXTENSION.search(text.lower())
        end = text[extension.start() :] if extension else ""
        text = text[: MOST_NAME - len(end)].rstrip(" .") + end
    return text or None


def name_to_save(filename: str | None, content_type: str, document_id: str) -> str:
    """The name under which somebody saves a document: its own, ending as its kind does."""
    extensions = document_types()[content_type].extensions if content_type in document_types() else ("bin",)
    name = filename or document_id
    return name if extension_of(name) in extensions else f"{name}.{extensions[0]}"


def _magic(content: Path) -> str | None:
    guessed = filetype.guess(str(content))
    kind = document_types().get(guessed.mime) if guessed else None
    return str(guessed.mime) if guessed and kind and kind.sniffed_by == "magic" else None


def _zipped(content: Path) -> str | None:
    """The kind of an office file by its parts; None where it is none, is broken, or carries macros."""
    try:
        with zipfile.ZipFile(content) as archive:
            names = archive.namelist()
            if len(names) > _MOST_PARTS or any(_is_macro(n) for n in names):
                return None
            stated = _stated_inside(archive, names)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    for media, kind in document_types().items():
        if kind.sniffed_by != "zip" or kind.part not in names:
            continue
        if media == stated or (stated is None and "[Content_Types].xml" in names):
            return media
    return None


def _is_macro(name: str) -> bool:
    folded = name.lower()
    return folded.endswith(("vbaproject.bin", ".exe", ".js", ".vbs")) or folded.startswith(("basic/", "scripts/"))


def _stated_inside(archive: zipfile.ZipFile, names: list[str]) -> str | None:
    if _ODF_MIME not in names:
        return None
    with archive.open(_ODF_MIME) as stated:
        return stated.read(200).decode("ascii", "replace").strip()


class _NotTaken(Exception):
    """Stops the parser; never leaves this module."""


def _xml(content: Path) -> str | None:
    """XML when the whole of it is well formed, and holds nothing that a reader would run, fetch or draw."""

    def refuse(*_: object) -> None:
        raise _NotTaken

    def start(name: str, _attributes: object) -> None:
        space, _, local = name.rpartition(" ")
        if space in _MARKUP or local.lower() in ("html", "svg"):
            raise _NotTaken

    def instruction(target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise _NotTaken

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.ProcessingInstructionHandler = instruction
    try:
        with content.open("rb") as source:
            while piece := source.read(CHUNK):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, _NotTaken, ValueError, LookupError):
        return None
    return "application/xml"
