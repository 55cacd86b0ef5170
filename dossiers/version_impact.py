"""What a new version of a procedure would do to dossiers that are open under an older one. Nothing is written.

A dossier stays on its version. Only an explicit act moves it (`move_to_version`), and only where the new version
declares a transition rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dossiers.actions.moving import lacks, limit_under
from dossiers.calendar_impact import Moved, moved_dossier
from dossiers.clock import read_clock
from dossiers.errors import DossierError
from dossiers.office import Office
from dossiers.reading import clock_history
from dossiers.scanning import open_dossiers
from dossiers.session import reading
from procedures.errors import ProcedureError
from procedures.schema import Definition


@dataclass(slots=True)
class VersionImpactReport:
    """Open dossiers of older versions: which would get another due date, which keep theirs, which cannot be moved."""

    procedure: str
    version: int
    transition: str | None
    """The rule of the version about older dossiers; without one, none of them may be moved."""
    looked_at: int = 0
    moved: list[Moved] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    cannot_move: dict[str, list[str]] = field(default_factory=dict)


def version_impact(
    office: Office, definition: Definition, *, now: datetime, province: str | None = None
) -> VersionImpactReport:
    """The due dates that open dossiers of the procedure would get if each were moved to the version given."""
    report = VersionImpactReport(definition.code, definition.version, definition.transition)
    with reading(office.engine) as session:
        for scanned in open_dossiers(office, session, now=now, province=province, procedure=definition.code):
            state = scanned.state
            if not scanned.problem and state.version >= definition.version:
                continue
            report.looked_at += 1
            lacking = [scanned.problem] if scanned.problem else lacks(state, definition)
            if lacking or state.limit is None:
                report.cannot_move[scanned.row.code] = lacking
                continue
            try:
                history, calendar = clock_history(state), office.calendar_of(state, session)
                before = read_clock(state.limit, history, calendar, now=now)
                after = read_clock(limit_under(state, definition), history, calendar, now=now)
            except (DossierError, ProcedureError) as error:
                report.cannot_move[state.code] = [str(error)]
                continue
            if before.due_at == after.due_at:
                report.unchanged.append(state.code)
                continue
            versions = (str(state.version), str(definition.version))
            report.moved.append(moved_dossier(state, scanned.revision, versions, before, after))
    return report
