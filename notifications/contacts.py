"""Where consulted bodies can be reached, by the name that questions spell."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.authority import Actor, Permission, grants_for
from dossiers.desk_tables import ConsultedBodyRow
from dossiers.errors import NoAuthority
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.settings import Settings
from notifications.channels.posting import AddressRefused, check_url
from notifications.channels.smtp import is_address
from notifications.channels.webhook import key_for
from notifications.directory import spelled
from notifications.errors import NotAnAddress, UnknownChannel, UnknownRecipient
from notifications.recipients import BODY
from notifications.sms_text import phone_digits
from procedures.communes import province as province_of


@dataclass(frozen=True, slots=True)
class Contact:
    """A body with its addresses. The one named like the province itself is told what the province is told."""

    id: int
    province: str
    name: str
    email: str | None
    phone: str | None
    webhook: str | None


def contacts(office: Office, *, actor: Actor) -> list[Contact]:
    """The bodies of the provinces in which the actor manages contacts, by name."""
    provinces = {g.province for g in grants_for(actor, Permission.MANAGE_CONTACTS)}
    query = select(ConsultedBodyRow).where(col(ConsultedBodyRow.province).in_(provinces))
    with reading(office.engine) as session:
        return [_contact(r) for r in session.scalars(query.order_by(col(ConsultedBodyRow.name)))]


def set_contact(
    office: Office,
    settings: Settings,
    *,
    actor: Actor,
    province: str,
    name: str,
    email: str | None = None,
    phone: str | None = None,
    webhook: str | None = None,
) -> Contact:
    """Enter a body, or put its addresses right; the name is compared without regard to case and blanks.

    Raises:
        NoAuthority: the actor manages no contacts in that province.
        NotAnAddress: one of the addresses is none.
    """
    province_of(province)
    authorise_contacts(actor, province)
    if (email and not is_address(email)) or (phone and phone_digits(phone) is None):
        raise NotAnAddress
    if webhook:
        try:
            check_url(webhook, settings)
        except AddressRefused as problem:
            raise NotAnAddress(problem=str(problem)) from None
    with writing(office.engine) as session:
        row = _by_name(session, province, name) or ConsultedBodyRow(province=province, name=" ".join(name.split()))
        row.email, row.phone, row.webhook = email or None, phone or None, webhook or None
        session.add(row)
        session.flush()
        return _contact(row)


def remove_contact(office: Office, contact_id: int, *, actor: Actor) -> None:
    """Take a body out; messages on their way to it become undeliverable.

    Raises:
        UnknownRecipient: there is none.
        NoAuthority: the actor manages no contacts in its province.
    """
    with writing(office.engine) as session:
        session.delete(_by_id(session, contact_id, actor))


def webhook_key(office: Office, settings: Settings, contact_id: int, *, actor: Actor) -> str:
    """The key by which a body checks our signatures: hand it over on a safe way.

    Raises:
        UnknownRecipient: there is no such body.
        UnknownChannel: this installation sends no webhooks.
        NoAuthority: the actor manages no contacts in its province.
    """
    with reading(office.engine) as session:
        _by_id(session, contact_id, actor)
    secret = settings.webhook_key.get_secret_value()
    if not secret:
        raise UnknownChannel(channel="webhook")
    return key_for(secret, f"{BODY}:{contact_id}")


def _by_id(session: Session, contact_id: int, actor: Actor) -> ConsultedBodyRow:
    row = session.get(ConsultedBodyRow, contact_id)
    if row is None:
        raise UnknownRecipient(contact=contact_id)
    authorise_contacts(actor, row.province)
    return row


def _by_name(session: Session, province: str, name: str) -> ConsultedBodyRow | None:
    rows = session.scalars(select(ConsultedBodyRow).where(col(ConsultedBodyRow.province) == province))
    return next((r for r in rows if spelled(r.name) == spelled(name)), None)


def authorise_contacts(actor: Actor, province: str) -> None:
    """Nothing, when the actor manages contacts of that whole province: they serve every commune.

    Raises:
        NoAuthority: no role of the actor allows it in the whole province.
    """
    grants = grants_for(actor, Permission.MANAGE_CONTACTS)
    whole = any(g.province == province and not g.commune and not g.field for g in grants)
    if not whole and not actor.is_system:
        raise NoAuthority(action=Permission.MANAGE_CONTACTS.value, commune=province, actor=actor.id)


def _contact(row: ConsultedBodyRow) -> Contact:
    return Contact(row.id or 0, row.province, row.name, row.email, row.phone, row.webhook)
