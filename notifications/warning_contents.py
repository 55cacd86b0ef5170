"""What a warning and a digest say: the rungs reached, and where their dossiers stand by the time of sending."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.desk_tables import ConsultationRow
from dossiers.history import fold
from dossiers.ladder import Kind, Ladders
from dossiers.office import Office
from dossiers.store import ledger
from dossiers.tables import DossierRow, OpenStepRow, WarningRow
from notifications.notices import Place
from procedures.communes import commune
from procedures.errors import UnknownCommune, UnknownProcedure

LINES = 40
"""Most dossiers that a digest lists."""
CHUNK = 1000


def kind_of(ladders: Ladders, rung: str) -> Kind | None:
    """What a rung's moment is counted from; None where no ladder names it any more."""
    return next((r.kind for e in reversed(ladders.entries) for r in e.rungs if r.id == rung), None)


def warning_facts(
    office: Office, session: Session, warning_id: int, language: str, *, place: Callable[[str], Place]
) -> dict[str, Any]:
    """Everything that the template of a single warning may use beside the recipient."""
    warning = session.get_one(WarningRow, warning_id)
    dossier = session.get_one(DossierRow, warning.dossier_id)
    return {
        "dossier_code": dossier.code,
        "official_code": dossier.official_code,
        "procedure": procedure_name(office, dossier, language),
        "office": place(dossier.commune if dossier.accepted_at else dossier.intake_commune),
        "rung": warning.rung,
        "rung_name": office.ladders.names_of(warning.rung).in_language(language),
        "legal_moment": warning.legal_moment,
        "due_at": dossier.due_at,
        "past": is_past(dossier),
        "step": _step_name(office, session, dossier, warning, language),
        **_asked(office, session, warning),
    }


def _step_name(office: Office, session: Session, dossier: DossierRow, warning: WarningRow, language: str) -> str | None:
    if kind_of(office.ladders, warning.rung) is not Kind.STEP_TIME_USED:
        return None
    found = session.get(OpenStepRow, (warning.dossier_id, warning.number))
    if found is None:
        return None
    definition = office.catalogue.version(dossier.procedure, dossier.version)
    return definition.step(found.step).names.in_language(language)


def _asked(office: Office, session: Session, warning: WarningRow) -> dict[str, Any]:
    """Until when a body, or the applicant, has to answer."""
    kind = kind_of(office.ladders, warning.rung)
    if kind is Kind.CONSULTATION_TIME_USED:
        asked = session.get(ConsultationRow, (warning.dossier_id, warning.number))
        if asked is not None:
            late = asked.answer_by <= warning.legal_moment
            return {"body": asked.body, "answer_by": asked.answer_by, "on_silence": asked.on_silence, "late": late}
    if kind is Kind.ANSWER_LAST_DAY:
        requests = fold(ledger(session, warning.dossier_id)).supplements
        answer_by = next((s.answer_by for s in requests if s.number == warning.number), None)
        when_passed = next((s.when_passed for s in requests if s.number == warning.number), "nothing")
        return {"body": None, "answer_by": answer_by, "when_passed": when_passed}
    return {"body": None, "answer_by": None, "late": False}


def procedure_name(office: Office, dossier: DossierRow, language: str) -> str:
    """What the procedure of a dossier is called; its code where the definition is gone."""
    try:
        return office.catalogue.version(dossier.procedure, dossier.version).names.in_language(language)
    except UnknownProcedure:
        return dossier.procedure


def is_past(dossier: DossierRow) -> bool:
    """Whether nothing is left to be done in time: the result is issued, or the dossier has ended otherwise."""
    return dossier.finished_at is not None or dossier.closed_at is not None


def digest_facts(
    office: Office, session: Session, warnings: Sequence[int], language: str, *, at: datetime
) -> dict[str, Any]:
    """Everything that the template of a digest may use: a line per dossier, the most urgent first, and counts."""
    found = list(_rows(session, warnings))
    open_: dict[int, list[tuple[WarningRow, DossierRow]]] = {}
    past: set[str] = set()
    for warning, dossier in found:
        if is_past(dossier):
            past.add(dossier.code)
        else:
            open_.setdefault(warning.dossier_id, []).append((warning, dossier))
    lines = sorted((_line(office, rows, language) for rows in open_.values()), key=lambda line: line["urgency"])
    for line in lines:
        del line["urgency"]
    return {
        "at": at,
        "lines": lines[:LINES],
        "more": max(len(lines) - LINES, 0),
        "dossiers": len(lines),
        "overdue": sum(line["overdue"] for line in lines),
        "past": len(past),
    }


def _line(office: Office, rows: list[tuple[WarningRow, DossierRow]], language: str) -> dict[str, Any]:
    warning, dossier = max(rows, key=lambda row: (row[0].legal_moment, row[0].id))
    return {
        "dossier_code": dossier.code,
        "procedure": procedure_name(office, dossier, language),
        "place": _place_name(dossier.commune if dossier.accepted_at else dossier.intake_commune),
        "rung": warning.rung,
        "rung_name": office.ladders.names_of(warning.rung).in_language(language),
        "legal_moment": warning.legal_moment,
        "due_at": dossier.due_at,
        "overdue": kind_of(office.ladders, warning.rung) in (Kind.OVERDUE, Kind.OVERDUE_DAYS),
        "others": len(rows) - 1,
        "urgency": (dossier.due_at or warning.legal_moment, dossier.id or 0),
    }


def _place_name(code: str) -> str:
    try:
        return commune(code).name
    except UnknownCommune:
        return code


def _rows(session: Session, warnings: Sequence[int]) -> Iterable[tuple[WarningRow, DossierRow]]:
    for first in range(0, len(warnings), CHUNK):
        query = (
            select(WarningRow, DossierRow)
            .join(DossierRow, col(DossierRow.id) == col(WarningRow.dossier_id))
            .where(col(WarningRow.id).in_(warnings[first : first + CHUNK]))
            .order_by(col(WarningRow.id))
        )
        yield from ((row[0], row[1]) for row in session.execute(query))
