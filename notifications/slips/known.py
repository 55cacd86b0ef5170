"""What a slip is about: an event, with the dossier right before and right after it. Later events do not change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.events import Event
from dossiers.gate import Work, desk
from dossiers.history import apply, fold
from dossiers.office import Office
from dossiers.personal import masked
from dossiers.personal_tables import ApplicantRow, FreeTextRow, StaffRow
from dossiers.states import DossierState
from dossiers.tables import DossierRow
from notifications.contents import place
from notifications.notices import text_ids, with_texts
from notifications.rendering import VIETNAM
from procedures.calendars import Calendar
from procedures.schema import Definition

ERASED = "(đã xóa)"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Person:
    """The applicant as a slip names them. The identity number is masked: slips are kept readable, it is not."""

    name: str
    address: str | None
    phone: str | None
    email: str | None
    personal_id: str | None
    representative: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a slip may tell of, as it was known right after its event; people as known now."""

    event: Event
    events: tuple[Event, ...]
    """The ledger up to the event, which is the last one."""
    before: DossierState
    state: DossierState
    definition: Definition
    calendar: Calendar
    commune: str
    """The commune whose office speaks."""
    payload: Mapping[str, Any]
    """The event's payload with its free texts in plain; None for one that was erased."""
    person: Person
    staff: Mapping[str, str]
    """Names by account id."""
    phone: str | None
    """Of who did it."""
    verdict: str | None
    """early, on_time or late, once finished."""

    @property
    def author(self) -> str | None:
        """Who did it; None for the machine."""
        return self.name_of(self.event.actor)

    def name_of(self, actor: str | None) -> str | None:
        """A member of staff by name; None for the machine and for nobody."""
        return None if actor in (None, SYSTEM) else self.staff.get(str(actor), actor)

    @property
    def agency(self) -> str:
        """The body that speaks: another one for its part of a linked group."""
        return self.state.body or f"Ủy ban nhân dân {place(self.commune).commune}"


def known(
    office: Office, session: Session, row: DossierRow, ledger: list[Event], revision: int, *, now: datetime
) -> Known:
    """What was known right after the event of a revision of a dossier's whole ledger."""
    events = ledger[:revision]
    event = events[-1]
    before = fold(events[:-1])
    state = fold(events[:-1])
    apply(state, event)
    speaks = desk(before) if before.revision else event.payload["intake_commune"]
    definition = Work(office, session, row, state, now).definition(event.occurred_at)
    holders = {o.assignee for o in state.open_steps.values() if o.assignee}
    staff, phones = _staff(session, {e.actor for e in ledger} | holders)
    return Known(
        event=event,
        events=tuple(events),
        before=before,
        state=state,
        definition=definition,
        calendar=office.calendar_of(state, session),
        commune=speaks,
        payload=with_texts(event.payload, _texts(session, event.payload)),
        person=person_of(office, session, row.applicant_id),
        staff=staff,
        phone=phones.get(event.actor),
        verdict=row.verdict,
    )


def person_of(office: Office, session: Session, applicant_id: int | None) -> Person:
    """An applicant as known now."""
    row = session.get(ApplicantRow, applicant_id) if applicant_id is not None else None
    if row is None or row.erased_at is not None:
        return Person(ERASED, ERASED, ERASED, None, None, None)
    number = masked(office.vault.unseal(row.personal_id_sealed)) if row.personal_id_sealed else None
    return Person(row.name or ERASED, row.address, row.phone, row.email, number, row.representative)


def day_of(at: datetime) -> dict[str, str]:
    """Day, month and year of an instant in Vietnam, as the line under the motto spells them."""
    local = at.astimezone(VIETNAM)
    return {"day": f"{local:%d}", "month": f"{local:%m}", "year": f"{local:%Y}"}


def _staff(session: Session, ids: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    wanted = sorted(ids - {SYSTEM})
    query = select(col(StaffRow.id), col(StaffRow.name), col(StaffRow.phone)).where(col(StaffRow.id).in_(wanted))
    rows = session.execute(query).all()
    return {r[0]: r[1] for r in rows}, {r[0]: r[2] for r in rows if r[2]}


def _texts(session: Session, payload: Any) -> dict[str, str | None]:
    ids = text_ids(payload)
    if not ids:
        return {}
    query = select(col(FreeTextRow.id), col(FreeTextRow.text)).where(col(FreeTextRow.id).in_(ids))
    return {row[0]: row[1] for row in session.execute(query)}
