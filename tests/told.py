"""What was told to whom, as tests read it; and a sweep with everything that is decided after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from dossiers.office import Office
from dossiers.session import reading
from dossiers.settings import Settings
from dossiers.sweep import sweep
from notifications.channels.base import Contact, Outgoing
from notifications.contents import compose
from notifications.routing import route
from notifications.tables import MessageRow, WaitingForDigestRow
from notifications.telling import decide_all
from tests.desk import MONDAY, Desk
from tests.staff import member


def rows(office: Office) -> list[MessageRow]:
    with reading(office.engine) as session:
        return list(session.scalars(select(MessageRow).order_by(col(MessageRow.id))))


def told(office: Office, *, but: str = "applicant") -> list[tuple[str, str, str]]:
    return sorted((r.recipient, r.notice, r.channel) for r in rows(office) if not r.recipient.startswith(but))


def waiting(office: Office) -> dict[str, int]:
    with reading(office.engine) as session:
        recipient = col(WaitingForDigestRow.recipient)
        return dict(session.execute(select(recipient, func.count()).group_by(recipient)).all())


def text_of(office: Office, row: MessageRow) -> Outgoing:
    with reading(office.engine) as session:
        found = compose(office, session, row, needs=Contact.NOTHING)
    assert isinstance(found, Outgoing)
    return found


def accepted(office: Office, now: datetime = MONDAY) -> Desk:
    """An accepted dossier of which the events have been routed."""
    desk = Desk(office).accepted(now)
    route(office, now=now)
    return desk


def swept(office: Office, now: datetime) -> None:
    sweep(office, now=now)
    decide_all(office, Settings(), now=now)


def people(office: Office) -> None:
    member(office, "case1", "case_officer")
    member(office, "case2", "case_officer", field="dat-dai")
    member(office, "boss", "supervisor")
    member(office, "audit", "province_auditor", commune="")
    member(office, "far", "case_officer", "supervisor", commune="14854")
