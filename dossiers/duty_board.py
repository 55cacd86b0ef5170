"""What each commune owes now beside its steps: counted by the database, and listed with the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, select
from sqlmodel import Session, col

from dossiers.consultations import Register, part_of
from dossiers.desk_tables import ConsultationRow
from dossiers.duties import last_acceptance_overdue
from dossiers.office import Office
from dossiers.states import RUNNING, Status
from dossiers.tables import DossierRow, OpenStepRow
from dossiers.working_time import LOCAL_ZONE, local_date
from procedures.calendars import Calendar, day_from_number, day_number
from procedures.communes import commune as commune_of
from procedures.steps import Kind

MOST = 200
_RUNNING = [s.value for s in RUNNING]
_OPEN = [s.value for s in Status if s in RUNNING or s in (Status.SUBMITTED, Status.FORWARDED, Status.INCOMPLETE)]


class Duty(StrEnum):
    """What may be owed beside a step, or waited for."""

    ACCEPTANCE_IN_TIME = "acceptance_in_time"
    ACCEPTANCE_LATE = "acceptance_late"
    ON_THE_WAY = "on_the_way"
    """Sent to the competent body, not received there yet."""
    SUPPLEMENT_OPEN = "supplement_open"
    SUPPLEMENT_OVERDUE = "supplement_overdue"
    """The applicant's own time is over, and the procedure draws no consequence by itself."""
    APOLOGY_LAST_DAY = "apology_last_day"
    """Today is the last working day on which an apology is in time."""
    APOLOGY_OWED = "apology_owed"
    """Overdue, and nobody has apologised."""
    STOP_PROPOSED = "stop_proposed"
    WAIT_TIME = "wait_time"
    """Waits for a time to pass, e.g. a public posting."""
    WAIT_PAYMENT = "wait_payment"
    WAIT_APPLICANT = "wait_applicant"
    RESULT_WAITING = "result_waiting"
    """The result is there, and nobody has collected it."""
    CONSULTATION_OPEN = "consultation_open"
    CONSULTATION_LATE = "consultation_late"


@dataclass(frozen=True, slots=True)
class Owed:
    """One dossier of a duty. `moment`: since when it waits, or until when it has to be done; None where it has neither.

    Until when for a supplement, an apology, a stop (the due instant of the dossier) and a consultation.
    """

    dossier: str
    procedure: str
    status: str
    moment: datetime | None
    body: str | None = None
    """The consulted body."""


@dataclass(frozen=True, slots=True)
class _Today:
    """The bounds that a calendar and an instant give."""

    now: datetime
    on: date
    accepted_late: datetime
    """Waiting to be accepted since then, or longer, is too long."""
    next_working_day: date


def duties(office: Office, session: Session, communes: Sequence[str], *, now: datetime) -> dict[str, dict[Duty, int]]:
    """How much of each duty each of the communes has now.

    Raises:
        UnknownCommune: one of them does not exist.
    """
    found = {commune: dict.fromkeys(Duty, 0) for commune in communes}
    for calendar, group in _by_calendar(office, communes):
        conditions = _conditions(office, _today(calendar, now))
        sums = [func.sum(case((condition, 1), else_=0)) for condition in conditions.values()]
        here = col(DossierRow.desk).in_(group)
        query = select(col(DossierRow.desk), *sums).where(here, _anything_open()).group_by(col(DossierRow.desk))
        for desk, *counts in session.execute(query):
            found[desk].update({duty: int(n or 0) for duty, n in zip(conditions, counts, strict=True)})
        for duty, part in _REGISTER.items():
            asked = _asked(part, now).where(here).with_only_columns(col(DossierRow.desk), func.count())
            for desk, count in session.execute(asked.group_by(col(DossierRow.desk))):
                found[desk][duty] = int(count)
    return found


def owed(
    office: Office, session: Session, commune: str, duty: Duty, *, now: datetime, limit: int = 50
) -> tuple[Owed, ...]:
    """The dossiers of one duty of a commune, the longest waited for, or the first due, first.

    Raises:
        UnknownCommune: there is no such commune.
    """
    most = max(1, min(limit, MOST))
    here = col(DossierRow.desk) == commune
    if duty in _REGISTER:
        columns = (DossierRow.code, DossierRow.procedure, DossierRow.status, ConsultationRow.answer_by)
        asked = _asked(_REGISTER[duty], now).where(here).order_by(col(ConsultationRow.answer_by), col(DossierRow.id))
        rows = session.execute(asked.with_only_columns(*columns, ConsultationRow.body).limit(most))
        return tuple(Owed(*row) for row in rows)
    place = commune_of(commune)
    calendar = office.calendar(place.province_code, place.code)
    condition, moment = _conditions(office, _today(calendar, now))[duty], _moment(duty)
    query = select(DossierRow.code, DossierRow.procedure, DossierRow.status, moment).where(here, condition)  # type: ignore[call-overload]
    ordered = query.order_by(moment.is_(None), moment, col(DossierRow.id)).limit(most)
    return tuple(Owed(*row) for row in session.execute(ordered))


_REGISTER = {Duty.CONSULTATION_OPEN: Register.OPEN, Duty.CONSULTATION_LATE: Register.LATE}
_MOMENT = {
    Duty.ACCEPTANCE_IN_TIME: "acceptance_since",
    Duty.ACCEPTANCE_LATE: "acceptance_since",
    Duty.ON_THE_WAY: "registered_at",
    Duty.SUPPLEMENT_OPEN: "answer_by",
    Duty.SUPPLEMENT_OVERDUE: "answer_by",
    Duty.APOLOGY_LAST_DAY: "due_at",
    Duty.APOLOGY_OWED: "due_at",
    Duty.STOP_PROPOSED: "due_at",
    Duty.RESULT_WAITING: "finished_at",
}


def _moment(duty: Duty) -> Any:
    if duty in _MOMENT:
        return col(getattr(DossierRow, _MOMENT[duty]))
    waits = and_(col(OpenStepRow.dossier_id) == col(DossierRow.id), col(OpenStepRow.kind) == Kind.WAIT.value)
    return select(func.min(col(OpenStepRow.opened_at))).where(waits).scalar_subquery()


def _by_calendar(office: Office, communes: Iterable[str]) -> list[tuple[Calendar, list[str]]]:
    groups: dict[str, tuple[Calendar, list[str]]] = {}
    for code in communes:
        calendar = office.calendar(commune_of(code).province_code, code)
        groups.setdefault(calendar.version, (calendar, []))[1].append(code)
    return list(groups.values())


def _today(calendar: Calendar, now: datetime) -> _Today:
    on = local_date(now)
    after = calendar.nth_working_day(calendar.working_days_before(day_number(on) + 1))
    return _Today(now, on, last_acceptance_overdue(now, calendar), day_from_number(after))


def _anything_open() -> ColumnElement[bool]:
    return col(DossierRow.status).in_([*_OPEN, Status.FINISHED.value])


def _conditions(office: Office, today: _Today) -> dict[Duty, ColumnElement[bool]]:
    status, since, answer_by = col(DossierRow.status), col(DossierRow.acceptance_since), col(DossierRow.answer_by)
    asked = status.in_([Status.INCOMPLETE.value, Status.AWAITING_SUPPLEMENT.value])
    submitted = status == Status.SUBMITTED.value
    late, last_day = _apologies(today)
    return {
        Duty.ACCEPTANCE_IN_TIME: and_(submitted, since > today.accepted_late),
        Duty.ACCEPTANCE_LATE: and_(submitted, since <= today.accepted_late),
        Duty.ON_THE_WAY: status == Status.FORWARDED.value,
        Duty.SUPPLEMENT_OPEN: and_(asked, answer_by.is_(None) | (answer_by >= today.now)),
        Duty.SUPPLEMENT_OVERDUE: and_(asked, answer_by < today.now),
        Duty.APOLOGY_LAST_DAY: last_day,
        Duty.APOLOGY_OWED: late,
        Duty.STOP_PROPOSED: col(DossierRow.stop_proposed_by).is_not(None),
        Duty.WAIT_TIME: _waits_for(office, "time"),
        Duty.WAIT_PAYMENT: _waits_for(office, "payment"),
        Duty.WAIT_APPLICANT: _waits_for(office, "applicant"),
        Duty.RESULT_WAITING: status == Status.FINISHED.value,
    }


def _apologies(today: _Today) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    due_on, due_at = col(DossierRow.due_on), col(DossierRow.due_at)
    nobody = and_(col(DossierRow.status).in_(_RUNNING), col(DossierRow.apologies) == 0)
    passed = case((col(DossierRow.by_instant), due_at < today.now), else_=due_on < today.on)
    # What started today had no earlier day on which to apologise, so it is not reminded on its first day.
    before_today = col(DossierRow.clock_starts_at) < datetime.combine(today.on, time(), LOCAL_ZONE)
    tomorrow = and_(~col(DossierRow.by_instant), due_on > today.on, due_on <= today.next_working_day, before_today)
    return and_(nobody, passed), and_(nobody, tomorrow)


def _waits_for(office: Office, what: str) -> ColumnElement[bool]:
    """Whether an open step of the dossier waits for that, by the version that binds the dossier."""
    known = [
        f"{definition.code}:{definition.version}:{step.id}"
        for definition in office.catalogue.definitions
        for step in definition.steps
        if step.kind is Kind.WAIT and step.wait_for == what
    ]
    bound = col(DossierRow.procedure) + ":" + cast(col(DossierRow.version), String) + ":" + col(OpenStepRow.step)
    waiting = and_(col(OpenStepRow.dossier_id) == col(DossierRow.id), col(OpenStepRow.kind) == Kind.WAIT.value)
    return exists().where(waiting, bound.in_(known))


def _asked(part: Register, now: datetime) -> Any:
    joined = select(ConsultationRow).join(DossierRow, col(DossierRow.id) == col(ConsultationRow.dossier_id))
    waiting = col(ConsultationRow.answered_at).is_(None)
    return joined.where(waiting, part_of(part, now))
