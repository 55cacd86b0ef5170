"""The register of consultations: who was asked, until when, who answered, and whose silence counted as the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, select
from sqlmodel import Session, col

from dossiers.columns import table_of
from dossiers.desk_tables import ConsultationRow
from dossiers.events import Event, EventType
from dossiers.office import Office
from dossiers.states import DossierState
from dossiers.tables import DossierRow
from dossiers.working_time import office_minutes_between

CHANGING = frozenset(
    {
        EventType.CONSULTATION_REQUESTED,
        EventType.CONSULTATION_ANSWERED,
        EventType.CONSULTATION_DEEMED_ANSWERED,
        EventType.DOSSIER_REFUSED,
        EventType.DOSSIER_WITHDRAWN,
        EventType.DOSSIER_STOPPED,
    }
)
"""Events after which the register of a dossier that asked anybody may read differently."""
MOST = 500
_REGISTER = table_of(ConsultationRow)
_FORGET = delete(_REGISTER).where(_REGISTER.c.dossier_id == bindparam("dossier"))


class Register(StrEnum):
    """Which part of the register."""

    OPEN = "open"
    """Asked, and neither answered nor deemed to be."""
    LATE = "late"
    """Not answered in time, and still not answered; or answered too late."""
    DEEMED = "deemed"
    """Silence counted as the answer."""


def register_of(state: DossierState) -> list[dict[str, Any]]:
    """The lines of one dossier in the register, by number."""
    return [
        {
            "number": c.number,
            "body": c.body,
            "asked_at": c.asked_at,
            "answer_by": c.answer_by,
            "on_silence": c.on_silence,
            "answered_at": c.answered_at,
            "answer": c.answer,
            "deemed": c.deemed,
            "late_answer": c.late_answer,
            "late_at": c.late_at,
        }
        for c in sorted(state.consultations.values(), key=lambda c: c.number)
    ]


def write_consultations(
    session: Session, dossier_id: int, state: DossierState, events: Sequence[Event] | None = None
) -> None:
    """Bring the lines of a dossier in line with its state; with `events` only where one of them changes something."""
    if events is not None and not (state.consultations and any(e.type in CHANGING for e in events)):
        return
    session.connection().execute(_FORGET, {"dossier": dossier_id})
    lines = [{"dossier_id": dossier_id, **line} for line in register_of(state)]
    if lines:
        session.connection().execute(insert(_REGISTER), lines)


def stored_register(session: Session, dossier_id: int) -> list[dict[str, Any]]:
    """The lines of one dossier as they are stored, by number; as `register_of` spells them."""
    query = select(ConsultationRow).where(col(ConsultationRow.dossier_id) == dossier_id)
    rows = session.execute(query.order_by(col(ConsultationRow.number))).scalars()
    return [row.model_dump(exclude={"dossier_id"}) for row in rows]


@dataclass(frozen=True, slots=True)
class Consulted:
    """One line of the register with its dossier. `left_minutes` of office time are left; negative: so much too late.

    None where nothing is waited for any more.
    """

    dossier: str
    procedure: str
    commune: str
    province: str
    row: ConsultationRow
    left_minutes: int | None


def part_of(part: Register | None, now: datetime) -> ColumnElement[bool]:
    """The condition for a part of the register; all of it without one."""
    answered, answer_by = col(ConsultationRow.answered_at), col(ConsultationRow.answer_by)
    if part is Register.OPEN:
        return answered.is_(None)
    if part is Register.DEEMED:
        return col(ConsultationRow.deemed).is_(True)
    if part is Register.LATE:
        waiting = answered.is_(None) & (answer_by < now)
        too_late = ~col(ConsultationRow.deemed) & (answered > answer_by) & (col(ConsultationRow.answer) != "void")
        return waiting | too_late | col(ConsultationRow.late_at).is_not(None)
    return col(ConsultationRow.dossier_id).is_not(None)


def consultations(
    office: Office,
    session: Session,
    where: ColumnElement[bool],
    *,
    now: datetime,
    part: Register | None = None,
    body: str = "",
    limit: int = 100,
) -> list[Consulted]:
    """Lines of the register, what is due first first. `where` limits the dossiers; `body` is a part of a name."""
    query = (
        select(ConsultationRow, DossierRow.code, DossierRow.procedure, DossierRow.commune, DossierRow.province)  # type: ignore[call-overload]
        .join(DossierRow, col(DossierRow.id) == col(ConsultationRow.dossier_id))
        .where(where, part_of(part, now))
        .order_by(col(ConsultationRow.answer_by), col(ConsultationRow.dossier_id), col(ConsultationRow.number))
        .limit(max(1, min(limit, MOST)))
    )
    if body:
        query = query.where(col(ConsultationRow.body).ilike(f"%{_literally(body)}%", escape="\\"))
    return [
        Consulted(code, procedure, commune, province, row, _left(office, row, province, commune, now))
        for row, code, procedure, commune, province in session.execute(query)
    ]


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _left(office: Office, row: ConsultationRow, province: str, commune: str, now: datetime) -> int | None:
    if row.answered_at is not None:
        return None
    return office_minutes_between(now, row.answer_by, office.calendar(province, commune))
