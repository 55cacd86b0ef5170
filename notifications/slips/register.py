"""The register of dossiers (form 07) of a commune and a period: as things stand, neither numbered nor stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from dossiers.authority import Actor
from dossiers.events import EventType
from dossiers.office import Office
from dossiers.personal_tables import AccessRow, ApplicantRow
from dossiers.session import reading, writing
from dossiers.states import Status
from dossiers.tables import DossierRow, EventRow
from notifications.contents import place
from notifications.rendering import VIETNAM, moment
from notifications.slips.forms import REGISTER, all_forms
from notifications.slips.known import ERASED, day_of
from notifications.slips.slip_errors import RegisterTooLong, WrongRegisterPeriod
from notifications.slips.typesetting import typeset

MOST_DOSSIERS = 2000
HOW = {"counter": "tại Trung tâm", "post": "bưu chính công ích", "electronic": "trực tuyến"}
STATUSES = {
    Status.SUBMITTED: "Mới nộp",
    Status.FORWARDED: "Đang chuyển",
    Status.INCOMPLETE: "Chờ bổ sung",
    Status.IN_PROGRESS: "Đang giải quyết",
    Status.AWAITING_SUPPLEMENT: "Chờ bổ sung",
    Status.PAUSED: "Tạm dừng",
    Status.FINISHED: "Có kết quả",
    Status.HANDED_OVER: "Đã trả kết quả",
    Status.REFUSED: "Từ chối",
    Status.WITHDRAWN: "Đã rút",
    Status.STOPPED: "Dừng giải quyết",
}
VERDICTS = {"early": "trước hạn", "on_time": "đúng hạn", "late": "quá hạn"}


@dataclass(frozen=True, slots=True)
class Register:
    """A register as a PDF, and the dossiers on it with whose names it shows."""

    pdf: bytes
    shown: tuple[tuple[int, int | None], ...]
    """(dossier id, applicant id)."""


def print_register(office: Office, commune: str, *, first: date, last: date, now: datetime) -> Register:
    """The dossiers that a commune took in or decides, registered from `first` to `last` (both inclusive, in Vietnam).

    Raises:
        UnknownCommune: there is no such commune.
        WrongRegisterPeriod: it ends before it begins.
        RegisterTooLong: more dossiers than one print takes.
    """
    name = place(commune).commune
    if last < first:
        raise WrongRegisterPeriod(first=first.isoformat(), last=last.isoformat())
    with reading(office.engine) as session:
        found = _dossiers(session, commune, first, last)
        if len(found) > MOST_DOSSIERS:
            raise RegisterTooLong(commune=commune, most=MOST_DOSSIERS)
        handed = _handed_over(session, [row.id or 0 for row, _ in found])
    forms = all_forms()
    content = {
        "form": REGISTER,
        "paper": "a4",
        "title": forms.forms[REGISTER].names.vi,
        "layout_note": forms.layout_note,
        "agency": f"Ủy ban nhân dân {name}",
        "centre": forms.centre,
        "number": None,
        "place": None,
        "date": day_of(now),
        "first": f"{first:%d/%m/%Y}",
        "last": f"{last:%d/%m/%Y}",
        "printed": moment(now),
        "rows": [_row(office, row, person, handed.get(row.id or 0)) for row, person in found],
    }
    return Register(typeset(content, at=now), tuple((row.id or 0, row.applicant_id) for row, _ in found))


def log_register(office: Office, register: Register, *, actor: Actor, what: str, now: datetime) -> None:
    """Record one access for each person whose name a register showed."""
    rows = [
        AccessRow(at=now, actor=actor.id, what=what, dossier_id=dossier, applicant_id=person)
        for dossier, person in register.shown
    ]
    if rows:
        with writing(office.engine) as session:
            session.add_all(rows)


def _dossiers(session: Session, commune: str, first: date, last: date) -> list[tuple[DossierRow, ApplicantRow | None]]:
    start = datetime.combine(first, time.min, VIETNAM)
    end = datetime.combine(last + timedelta(days=1), time.min, VIETNAM)
    query = (
        select(DossierRow, ApplicantRow)
        .outerjoin(ApplicantRow, col(ApplicantRow.id) == col(DossierRow.applicant_id))
        .where(
            or_(col(DossierRow.commune) == commune, col(DossierRow.intake_commune) == commune),
            col(DossierRow.registered_at) >= start,
            col(DossierRow.registered_at) < end,
        )
        .order_by(col(DossierRow.registered_at), col(DossierRow.id))
        .limit(MOST_DOSSIERS + 1)
    )
    return [(row, person) for row, person in session.execute(query)]


def _handed_over(session: Session, dossiers: list[int]) -> dict[int, tuple[datetime, str]]:
    query = (
        select(col(EventRow.dossier_id), col(EventRow.occurred_at), col(EventRow.payload))
        .where(col(EventRow.dossier_id).in_(dossiers), col(EventRow.type) == EventType.RESULT_HANDED_OVER.value)
        .order_by(col(EventRow.revision))
    )
    return {row[0]: (row[1], row[2].get("how", "")) for row in session.execute(query)}


def _row(
    office: Office, row: DossierRow, person: ApplicantRow | None, handed: tuple[datetime, str] | None
) -> dict[str, Any]:
    gone = person is None or person.erased_at is not None
    told = [] if person is None or gone else [person.name, person.address, person.phone]
    status = STATUSES[Status(row.status)]
    verdict = VERDICTS.get(row.verdict or "")
    return {
        "code": "\n".join(filter(None, [row.code, row.official_code])),
        "procedure": _procedure(office, row),
        "person": "\n".join(filter(None, told)) or ERASED,
        "body": row.body or f"UBND {place(row.commune).commune}",
        "received": _short(row.clock_starts_at or row.registered_at),
        "promised": _short(row.promised_at or row.original_due_at),
        "returned": _short(handed[0]) if handed else "",
        "how": HOW.get(handed[1], "") if handed else "",
        "status": f"{status}, {verdict}" if verdict else status,
    }


def _procedure(office: Office, row: DossierRow) -> str:
    """The procedure's name: of the version that binds the dossier, else of the one that it came in under."""
    if row.version:
        return office.catalogue.version(row.procedure, row.version).names.vi
    day = row.registered_at.astimezone(VIETNAM).date()
    return office.catalogue.in_force(row.procedure, day, row.province).names.vi


def _short(at: datetime | None) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M\n%d/%m/%Y}" if at else ""
