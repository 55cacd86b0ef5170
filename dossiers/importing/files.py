"""The rows of a foreign file, one by one: csv, xlsx or XES, compressed or not. Nothing is held but the row at hand."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile

from dossiers.import_errors import UnreadableFile, WrongMapping
from dossiers.importing.mapping import Mapping
from dossiers.importing.xes import xes_rows

Cells = dict[str, Any]
Line = tuple[int, Cells]
"""The line (in XES: the number of the event) and its cells by column: texts, or what xlsx knows as times."""
SAMPLE_BYTES = 65_536
DELIMITERS = ",;\t|"
_MOST_CELL = 131_072


def lines_of(path: Path, mapping: Mapping) -> Iterator[Line]:
    """The rows of a file. A row with more or fewer cells than the header has the key `None`.

    Raises:
        UnreadableFile: it is not what it is declared to be.
        WrongMapping: it has not a column that the mapping names.
    """
    form = mapping.format or _form_of(path)
    try:
        if form == "xlsx":
            yield from _xlsx(path, mapping)
            return
        with _opened(path) as stream:
            yield from _csv(stream, mapping) if form == "csv" else xes_rows(stream)
    except (OSError, EOFError, UnicodeError, csv.Error, BadZipFile, KeyError, ValueError) as error:
        raise UnreadableFile(file=path.name, problem=f"{type(error).__name__}: {error}"[:300]) from None


def _form_of(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    return next(
        (form for end, form in ((".xlsx", "xlsx"), (".xes", "xes"), (".xml", "xes")) if name.endswith(end)), "csv"
    )


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _csv(stream: IO[bytes], mapping: Mapping) -> Iterator[Line]:
    head = stream.read(SAMPLE_BYTES)
    stream.seek(0)
    encoding = mapping.csv.encoding or _encoding(head)
    sample = codecs.getincrementaldecoder(encoding)().decode(head)
    first = sample.splitlines()[0] if sample else ""
    delimiter = mapping.csv.delimiter or max(DELIMITERS, key=first.count)
    csv.field_size_limit(_MOST_CELL)
    with io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        header = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
        _check(header, mapping)
        for row in reader:
            if row:
                yield reader.line_num, _cells(header, row)


def _cells(header: list[str], row: list[Any]) -> Cells:
    found: Cells = dict(zip(header, row, strict=False))
    if len(row) != len(header):
        found[None] = len(row)  # type: ignore[index]  # told by the reader of rows
    return found


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1258"  # what Vietnamese programs write that are older than UTF-8
    return "utf-8-sig"


def _xlsx(path: Path, mapping: Mapping) -> Iterator[Line]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except InvalidFileException as error:
        raise UnreadableFile(file=path.name, problem=str(error)[:300]) from None
    try:
        sheet = book[mapping.sheet] if mapping.sheet else book.worksheets[0]
        rows = sheet.iter_rows(values_only=True)
        header = [str(name or "").strip() for name in next(rows, ())]
        while header and not header[-1]:
            header.pop()
        _check(header, mapping)
        for number, row in enumerate(rows, start=2):
            if any(cell is not None for cell in row):
                yield number, _cells(header, [_plain(cell) for cell in row[: len(header)]])
    finally:
        book.close()


def _plain(cell: Any) -> Any:
    if cell is None or isinstance(cell, datetime):
        return "" if cell is None else cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - its zone is that of the mapping
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _check(header: list[str], mapping: Mapping) -> None:
    missing = sorted(mapping.columns - set(header))
    if missing:
        raise WrongMapping(problem="the file has not these columns", columns=missing, has=header[:60])
