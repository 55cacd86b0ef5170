"""Required documents and fees of a dossier as machines see them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from api.shapes_of_papers import ChecklistShape, FeesShape
from dossiers.checklist import checklist
from dossiers.documents import stored_files
from dossiers.money import FeeLine, fee_sheet
from dossiers.views import DossierView, TimelineEntry, timeline
from procedures.base import Names


def checklist_shown(session: Session, view: DossierView) -> list[ChecklistShape]:
    """Every required document with its tick and its stored files."""
    files = stored_files(session, view.row.id or 0, personal=False)
    lines = checklist(view.definition, view.state, files)
    return [ChecklistShape.model_validate(asdict(line) | {"names": _both(line.names)}) for line in lines]


def fees_shown(session: Session, view: DossierView, *, personal: bool) -> FeesShape:
    """Every fee with its payments; notes and grounds only where the reader may see personal data."""
    sheet = fee_sheet(view.definition, view.state)
    said: dict[int, TimelineEntry] = {}
    if any(line.payments or line.exempt for line in sheet.lines):
        said = {e.revision: e for e in timeline(session, view, personal=personal) if e.revision}
    return FeesShape.model_validate(
        {
            "fees": [_line(line, said) for line in sheet.lines],
            "paid_vnd": sheet.paid_vnd,
            "owed_vnd": sheet.owed_vnd,
            "unknown": sheet.unknown,
        }
    )


def _line(line: FeeLine, said: dict[int, TimelineEntry]) -> dict[str, Any]:
    exempt = line.exempt and said[line.exempt.revision]
    payments = [
        asdict(p) | {"at": said[p.revision].occurred_at, "note": said[p.revision].facts.get("note")}
        for p in line.payments
    ]
    ground = (
        {"revision": exempt.revision, "at": exempt.occurred_at, "ground": exempt.facts.get("ground")}
        if exempt
        else None
    )
    return asdict(line) | {"names": _both(line.names), "payments": payments, "exempt": ground}


def _both(names: Names) -> dict[str, str]:
    return {"vi": names.vi, "en": names.en}
