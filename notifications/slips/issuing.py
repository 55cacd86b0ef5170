"""Issuing a slip: numbered, typeset and stored once, its hash in the ledger of its dossier, in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlmodel import Session, col

from dossiers.actions.papers import IssueSlip
from dossiers.authority import SYSTEM
from dossiers.events import BESIDE_THE_WORK, Event, EventType
from dossiers.failpoints import failpoint
from dossiers.gate import Work, apply_timers, decide_one, take
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.session import writing
from dossiers.slip_calls import FORM_CALLED_BY
from dossiers.store import ledger
from dossiers.tables import EventRow
from notifications.rendering import VIETNAM
from notifications.slips.claims import SlipClaim, code_image, signed
from notifications.slips.content import content_of, promised
from notifications.slips.forms import CONTROL, RECEIPT, form_on, shown_number
from notifications.slips.keys import SlipKey
from notifications.slips.known import Known, known
from notifications.slips.slip_errors import NothingCallsForSlip, SlipErased
from notifications.slips.typesetting import typeset
from notifications.tables import SlipCounterRow, SlipRow


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip as it is stored."""

    dossier: str
    dossier_id: int
    form: str
    paper: str
    commune: str
    year: int
    number: int
    shown: str
    """The number as printed: `12/2026/M01`."""
    sha256: str
    rendered_at: datetime
    pdf: bytes


def issue(
    office: Office,
    key: SlipKey,
    code: str,
    form: str,
    paper: str,
    *,
    of_revision: int | None = None,
    now: datetime,
) -> Slip:
    """The slip of the last event that calls for the form (or of the one named), made now if it was not made before.

    All papers of one event share one number. Legal timers that have elapsed are applied first, as the gate does.

    Raises:
        UnknownForm, PaperNotOffered: there is no such form, or not on that paper.
        NothingCallsForSlip: nothing has happened that calls for it.
        SlipErased: it was made, and erased with its person's data.
        UnknownDossier: there is no such dossier.
    """
    form_on(form, paper)
    apply_timers(office, code, now=now)
    with writing(office.engine) as session:
        work = take(office, session, code, now=now)
        event = _called(work, form, of_revision)
        row = issue_in(work, key, event, form, paper)
        failpoint("slips.before_commit")
    return slip_of(row, code)


def issue_in(work: Work, key: SlipKey, event: Event, form: str, paper: str) -> SlipRow:
    """The stored slip of an event, inside the transaction that holds its dossier."""
    form_on(form, paper)
    event_id = _event_id(work, event.revision)
    made = _made(work.session, event_id, form)
    stored = next((row for row in made if row.paper == paper), None)
    if stored is not None:
        return stored
    events = ledger(work.session, work.row.id or 0)
    found = known(work.office, work.session, work.row, events, event.revision, now=work.now)
    if made:
        commune, year, number, at = made[0].commune, made[0].year, made[0].number, made[0].rendered_at
    else:
        # The book of a year is closed at its end: a slip made later goes into the next one.
        at, year = work.now, work.now.astimezone(VIETNAM).year
        commune = found.commune
        number = next_number(work.session, commune, year, form)
    claim = _claim(work, found, form, commune, number, year)
    content = content_of(
        found,
        form,
        paper,
        number=number,
        year=year,
        at=at,
        qr=code_image(signed(claim, key.private)) if claim else "",
        key=key.fingerprint,
    )
    pdf = typeset(content, at=at)
    row = SlipRow(
        dossier_id=work.row.id,
        event_id=event_id,
        form=form,
        paper=paper,
        commune=commune,
        year=year,
        number=number,
        sha256=hashlib.sha256(pdf).hexdigest(),
        pdf=pdf,
        rendered_at=at,
    )
    work.session.add(row)
    work.session.flush()
    _record(work, row, event.revision)
    return row


def slip_of(row: SlipRow, code: str) -> Slip:
    """A stored slip for readers.

    Raises:
        SlipErased: only its number and hash are left.
    """
    if not row.pdf:
        raise SlipErased(dossier=code, form=row.form, sha256=row.sha256)
    shown = shown_number(row.form, row.number, row.year)
    return Slip(
        code,
        row.dossier_id or 0,
        row.form,
        row.paper,
        row.commune,
        row.year,
        row.number,
        shown,
        row.sha256,
        row.rendered_at,
        row.pdf,
    )


def next_number(session: Session, commune: str, year: int, form: str) -> int:
    """The next number of a form in a commune's book of a year; its row stays locked until the commit."""
    key = {"commune": commune, "year": year, "form": form}
    first = "INSERT INTO slip_counters (commune, year, form, last) VALUES (:commune, :year, :form, 0)"
    session.execute(text(f"{first} ON CONFLICT DO NOTHING"), key)
    number: int = session.execute(
        update(SlipCounterRow)
        .where(*(getattr(SlipCounterRow, name) == value for name, value in key.items()))
        .values(last=SlipCounterRow.last + 1)
        .returning(col(SlipCounterRow.last))
    ).scalar_one()
    return number


def called_event(events: list[Event], form: str, of_revision: int | None = None) -> Event | None:
    """The last event (or the one of that revision) that calls for a form; None where there is none.

    A receipt of a procedure that issues none by a step of its own belongs to the acceptance. The control slip belongs
    to the last event that moved the work.
    """
    given = [e for e in events if of_revision is None or e.revision == of_revision]
    if form == CONTROL:
        return next((e for e in reversed(given) if e.type not in BESIDE_THE_WORK), None)
    called = [e for e in given if FORM_CALLED_BY.get(e.type) == form]
    if not called and form == RECEIPT:
        called = [e for e in given if e.type is EventType.DOSSIER_ACCEPTED]
    return called[-1] if called else None


def standing_for(work: Work, events: list[Event], event: Event) -> Event:
    """The event that a receipt belongs to: the acceptance, where somebody printed it before the step that issues it."""
    if event.type is not EventType.RECEIPT_ISSUED:
        return event
    before = [e for e in events if e.type is EventType.DOSSIER_ACCEPTED and e.revision < event.revision]
    if before and bool(_made(work.session, _event_id(work, before[-1].revision), RECEIPT)):
        return before[-1]
    return event


def _called(work: Work, form: str, of_revision: int | None) -> Event:
    events = ledger(work.session, work.row.id or 0)
    event = called_event(events, form, of_revision)
    if event is None:
        raise NothingCallsForSlip(dossier=work.row.code, form=form, revision=of_revision)
    return standing_for(work, events, event)


def _event_id(work: Work, revision: int) -> int:
    query = select(col(EventRow.id)).where(col(EventRow.dossier_id) == work.row.id, col(EventRow.revision) == revision)
    return int(work.session.execute(query).scalar_one() or 0)


def _made(session: Session, event_id: int, form: str) -> list[SlipRow]:
    query = select(SlipRow).where(col(SlipRow.event_id) == event_id, col(SlipRow.form) == form)
    return list(session.scalars(query.order_by(col(SlipRow.id))))


def _claim(work: Work, found: Known, form: str, commune: str, number: int, year: int) -> SlipClaim | None:
    at = promised(found) if form == RECEIPT else None
    return SlipClaim(work.row.code, at, commune, number, year) if at else None


def _record(work: Work, row: SlipRow, revision: int) -> None:
    # Printing is no new moment of the dossier: dated at the last one, it stands in the way of nobody who still has to
    # record what happened before.
    command = IssueSlip.model_validate(
        {
            "form": row.form,
            "paper": row.paper,
            "number": row.number,
            "year": row.year,
            "sha256": row.sha256,
            "of_revision": revision,
        }
    )
    decide_one(work, Action.ISSUE_SLIP, command, at=work.state.last_occurred_at or work.now, actor=SYSTEM)
    work.write()
