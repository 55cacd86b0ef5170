"""What a message says: the event that it is about, as things stood right after it, and its recipient as of now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.gate import VIETNAM, desk
from dossiers.history import apply, fold
from dossiers.office import Office
from dossiers.personal_tables import FreeTextRow
from dossiers.store import ledger
from dossiers.tables import EventRow
from notifications.channels.base import Contact, Outgoing, Undeliverable
from notifications.notices import Notice, Occasion, Place, facts, text_ids, with_texts
from notifications.recipients import Recipient, recipient_by_key
from notifications.rendering import Language, in_short, one_line, render
from notifications.tables import MessageRow
from notifications.warning_contents import digest_facts, warning_facts
from procedures.communes import commune, province

CITY = "thành phố"


def compose(office: Office, session: Session, message: MessageRow, *, needs: Contact) -> Outgoing | Undeliverable:
    """The message as it leaves the house now; undeliverable when its recipient was erased or has no such address."""
    recipient = recipient_by_key(session, message.recipient)
    if recipient is None:
        return Undeliverable("there is no such recipient any more")
    if recipient.gone is not None:
        return Undeliverable(recipient.gone)
    address = recipient.address(needs)
    if address is None:
        return Undeliverable(f"the recipient gave no {needs.value}")
    return worded(office, session, message, recipient, address)


def worded(office: Office, session: Session, message: MessageRow, recipient: Recipient, address: str) -> Outgoing:
    """The message in words, long and short."""
    language: Language = "en" if message.language == "en" else "vi"
    notice = Notice(message.notice)
    found = _facts(office, session, message, notice, language)
    wording = render(notice, language, found, recipient=recipient.name)
    return Outgoing(
        message_id=message.message_id,
        address=address,
        name=one_line(recipient.name or ""),
        subject=wording.subject,
        body=wording.body,
        language=language,
        created_at=message.created_at,
        short=in_short(notice, found),
        notice=notice.value,
        recipient=recipient.key,
        data=for_machines(found),
    )


def _facts(office: Office, session: Session, message: MessageRow, notice: Notice, language: Language) -> dict[str, Any]:
    if notice is Notice.DIGEST:
        return digest_facts(office, session, message.warnings, language, at=message.created_at)
    if message.event_id is None:
        return warning_facts(office, session, message.warnings[0], language, place=place)
    return facts(notice, occasion(office, session, message.event_id), language)


PLAIN_FACTS = ("dossier_code", "official_code", "rung", "numbers", "on_silence", "deemed", "late", "lines", "more")
"""Facts beside instants that machines get: codes, never a name or a text that somebody typed."""


def for_machines(found: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as JSON for a webhook: codes, and instants in UTC."""
    return {name: _plain(v) for name, v in found.items() if name in PLAIN_FACTS or isinstance(v, datetime)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def occasion(office: Office, session: Session, event_id: int | None) -> Occasion:
    """An event and the state of its dossier right after it."""
    row = session.get_one(EventRow, event_id)
    events = [e for e in ledger(session, row.dossier_id) if e.revision <= row.revision]
    event = events[-1]
    state = fold(events[:-1])
    speaker = desk(state) if state.revision else event.payload["intake_commune"]
    apply(state, event)
    if state.version:
        definition = office.catalogue.version(state.procedure, state.version)
    else:
        day = event.occurred_at.astimezone(VIETNAM).date()
        definition = office.catalogue.in_force(state.procedure, day, state.province)
    payload = with_texts(event.payload, _texts(session, event.payload))
    return Occasion(state, definition, place(speaker), event.occurred_at, payload)


def place(code: str) -> Place:
    """A commune as sentences name it."""
    found = commune(code)
    above = province(found.province_code)
    city = above.kind.startswith(CITY)
    return Place(_named(found.name, found.kind), _named(above.name, CITY if city else above.kind))


def _named(name: str, kind: str) -> str:
    """`phường Hạc Thành`: the kind in front, once, with a small letter."""
    return kind + name[len(kind) :] if name.lower().startswith(kind) else f"{kind} {name}"


def _texts(session: Session, payload: Any) -> dict[str, str | None]:
    ids = text_ids(payload)
    if not ids:
        return {}
    query = select(col(FreeTextRow.id), col(FreeTextRow.text)).where(col(FreeTextRow.id).in_(ids))
    return {row[0]: row[1] for row in session.execute(query)}
