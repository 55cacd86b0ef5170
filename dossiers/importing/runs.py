"""One import from beginning to end: in short transactions, with a report of what was added, changed and left out."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.authority import SYSTEM, Actor, Permission, authorise, grants_for
from dossiers.errors import DossierError, NoAuthority
from dossiers.import_errors import UnknownImport
from dossiers.import_tables import ImportedRowRow, ImportRow
from dossiers.importing.applying import (
    ADDED,
    CHANGED,
    UNCHANGED,
    Applying,
    Outcome,
    differences,
    fingerprint,
)
from dossiers.importing.cells import BadCell, Problem
from dossiers.importing.facts import Told, told_by
from dossiers.importing.files import lines_of
from dossiers.importing.mapping import Mapping
from dossiers.importing.rows import Said, said_of
from dossiers.office import Office
from dossiers.session import reading, writing
from procedures.communes import ELSEWHERE
from procedures.errors import ProcedureError

AT_ONCE = 200
KEPT = 1_000
"""How many lines of each list the installation keeps; the report file has them all."""


@dataclass
class ImportReport:
    """What an import did: counts, and the lists behind them."""

    source: str
    kind: str
    file: str
    dry_run: bool = False
    number: int | None = None
    rows: int = 0
    added: int = 0
    unchanged: int = 0
    changed: list[Outcome] = field(default_factory=list)
    both_moved: list[Outcome] = field(default_factory=list)
    vanished: list[dict[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every row was taken and nothing has to be looked at."""
        return not (self.problems or self.both_moved or self.vanished)

    def take(self, outcome: Outcome) -> None:
        """Count an outcome."""
        if outcome.what == ADDED:
            self.added += 1
        elif outcome.what == UNCHANGED:
            self.unchanged += 1
        else:
            (self.changed if outcome.what == CHANGED else self.both_moved).append(outcome)

    def as_dict(self, most: int | None = None) -> dict[str, Any]:
        """For JSON; with `most`, no list is longer."""
        return {
            "import": self.number,
            "source": self.source,
            "kind": self.kind,
            "file": self.file,
            "dry_run": self.dry_run,
            "rows": self.rows,
            "added": self.added,
            "unchanged": self.unchanged,
            "changed": len(self.changed),
            "both_moved": len(self.both_moved),
            "vanished": len(self.vanished),
            "left_out": len(self.problems),
            "problems": [one.as_dict() for one in self.problems[:most]],
            "differences": [one.as_dict() for one in self.changed[:most]],
            "to_settle": [one.as_dict() for one in self.both_moved[:most]],
            "not_in_the_file": self.vanished[:most],
        }


def run_import(
    office: Office,
    file: Path,
    mapping: Mapping,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    dry_run: bool = False,
    file_name: str | None = None,
) -> ImportReport:
    """Read a file by a mapping and record what it says; with `dry_run` nothing is written.

    Bad rows are reported and left out. Importing a file again writes nothing; broken off, it goes on where it was.

    Raises:
        NoAuthority: the actor may import nowhere.
        UnreadableFile, WrongMapping: the file is not what the mapping says it is.
    """
    if not actor.is_system and not grants_for(actor, Permission.IMPORT_DATA):
        raise NoAuthority(action=Permission.IMPORT_DATA.value, actor=actor.id)
    name = (file_name or file.name)[:200]
    report = ImportReport(mapping.source, mapping.kind, name, dry_run)
    if not dry_run:
        report.number = _begin(office, file, mapping, name, actor, now)
    batch: list[Told] = []
    for told in _each(office, file, mapping, actor, report, now):
        batch.append(told)
        if len(batch) == AT_ONCE:
            _do(office, batch, mapping, actor, report, now)
            batch = []
    _do(office, batch, mapping, actor, report, now)
    if report.number is not None:
        _end(office, mapping, report, now)
    report.problems.sort(key=lambda p: p.line)
    return report


def _begin(office: Office, file: Path, mapping: Mapping, name: str, actor: Actor, now: datetime) -> int:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    row = ImportRow(
        source=mapping.source,
        kind=mapping.kind,
        file_name=name,
        file_sha256=digest,
        mapping_sha256=hashlib.sha256(mapping.model_dump_json().encode()).hexdigest(),
        actor=actor.id,
        started_at=now,
    )
    with writing(office.engine) as session:
        session.add(row)
        session.flush()
    assert row.id is not None
    return row.id


def _each(
    office: Office, file: Path, mapping: Mapping, actor: Actor, report: ImportReport, now: datetime
) -> Iterator[Told]:
    def counted() -> Iterator[tuple[int, dict[str, Any]]]:
        for line in lines_of(file, mapping):
            report.rows += 1
            yield line

    for said in said_of(counted(), mapping, report.problems.append):
        try:
            told = told_by(said, mapping, office, now=now)
            _allow(actor, told)
            yield told
        except BadCell as bad:
            report.problems.append(Problem(said.line, bad.column, bad.reason, bad.detail))
        except (DossierError, ProcedureError) as error:
            report.problems.append(_refused(said, error))


def _allow(actor: Actor, told: Told) -> None:
    if actor.is_system or told.facts["commune"] == ELSEWHERE.code:
        return
    try:
        authorise(
            actor,
            Permission.IMPORT_DATA,
            province=told.facts["province"],
            commune=told.facts["commune"],
            field=told.field,
        )
    except NoAuthority:
        raise BadCell("no_authority", None, told.facts["commune"]) from None


def _refused(said: Said, error: Exception) -> Problem:
    return Problem(said.line, None, "refused", type(error).__name__)


def _do(office: Office, batch: list[Told], mapping: Mapping, actor: Actor, report: ImportReport, now: datetime) -> None:
    if not batch:
        return
    if report.dry_run:
        with reading(office.engine) as session:
            for told in batch:
                report.take(_would(session, mapping, told))
        return
    assert report.number is not None
    try:
        with writing(office.engine) as session:
            outcomes, problems = _together(Applying(office, session, mapping, report.number, actor, now), batch)
    except (DossierError, ProcedureError, ValueError, KeyError) as error:
        if len(batch) == 1:
            report.problems.append(_refused(batch[0].said, error))
            return
        for told in batch:  # one of them is to blame: the others are taken
            _do(office, [told], mapping, actor, report, now)
        return
    report.problems += problems
    for outcome in outcomes:
        report.take(outcome)


def _together(applying: Applying, batch: list[Told]) -> tuple[list[Outcome], list[Problem]]:
    outcomes, problems = [], []
    for told in batch:
        try:
            outcomes.append(applying.apply(told))
        except BadCell as bad:
            problems.append(Problem(told.said.line, bad.column, bad.reason, bad.detail))
    return outcomes, problems


def _would(session: Session, mapping: Mapping, told: Told) -> Outcome:
    known, line = session.get(ImportedRowRow, (mapping.source, told.said.key)), told.said.line
    if known is None:
        return Outcome(ADDED, told.said.key, "", line, {})
    if known.hash == fingerprint(told.facts):
        return Outcome(UNCHANGED, told.said.key, known.code, line, {})
    return Outcome(CHANGED, told.said.key, known.code, line, differences(known.applied, told.facts))


def _end(office: Office, mapping: Mapping, report: ImportReport, now: datetime) -> None:
    with writing(office.engine) as session:
        if mapping.complete:
            gone = select(ImportedRowRow).where(
                col(ImportedRowRow.source) == mapping.source, col(ImportedRowRow.import_id) != report.number
            )
            for row in session.execute(gone.order_by(col(ImportedRowRow.key))).scalars():
                report.vanished.append({"key": row.key, "dossier": row.code})
        found = session.get(ImportRow, report.number)
        assert found is not None
        found.ended_at, found.report = now, report.as_dict(KEPT)


def imports(office: Office) -> list[dict[str, Any]]:
    """The imports, the newest first, without their lists."""
    with reading(office.engine) as session:
        rows = session.execute(select(ImportRow).order_by(col(ImportRow.id).desc()).limit(KEPT)).scalars()
        return [_shown(row, lists=False) for row in rows]


def import_report(office: Office, number: int) -> dict[str, Any]:
    """One import with its lists.

    Raises:
        UnknownImport: there is none of that number.
    """
    with reading(office.engine) as session:
        row = session.get(ImportRow, number)
        if row is None:
            raise UnknownImport(number=number)
        return _shown(row, lists=True)


def _shown(row: ImportRow, *, lists: bool) -> dict[str, Any]:
    report = {k: v for k, v in row.report.items() if lists or not isinstance(v, list)}
    return {
        "import": row.id,
        "source": row.source,
        "kind": row.kind,
        "file": row.file_name,
        "file_sha256": row.file_sha256,
        "mapping_sha256": row.mapping_sha256,
        "actor": row.actor,
        "started_at": row.started_at.isoformat(),
        "whole": row.ended_at is not None,
        **{k: v for k, v in report.items() if k not in ("import", "source", "kind", "file", "dry_run")},
    }


def write_report(report: ImportReport, path: Path) -> None:
    """The report as a file: csv (the rows left out) for names that end so, otherwise JSON with everything."""
    if path.suffix.lower() != ".csv":
        path.write_text(json.dumps(report.as_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, ["line", "column", "reason", "vi", "en", "detail"])
        writer.writeheader()
        writer.writerows(one.as_dict() for one in report.problems)
