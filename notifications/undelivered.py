"""What could not be delivered, or may not have been: for people, with what to do about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from dossiers.authority import Actor, Permission, grants_for
from dossiers.desk_tables import ConsultedBodyRow
from dossiers.errors import NoAuthority
from dossiers.listing import visible
from dossiers.office import Office
from dossiers.people import log_access
from dossiers.personal_tables import AccessRow, ApplicantRow
from dossiers.session import reading, writing
from dossiers.settings import Settings
from dossiers.tables import DossierRow, WarningRow
from dossiers.views import may_view
from notifications.channels import CHANNELS
from notifications.channels.smtp import is_address
from notifications.contacts import authorise_contacts
from notifications.contents import worded
from notifications.errors import NotAnAddress, UnknownMessage, UnknownRecipient
from notifications.messages import DECISIONS, Decision
from notifications.recipients import APPLICANT, BODY, Recipient, recipient_by_key
from notifications.sms_text import fitted, phone_digits, segments
from notifications.tables import MessageRow, MessageState
from notifications.warning_contents import CHUNK
from procedures.base import Names

OPEN = (MessageState.UNDELIVERABLE, MessageState.UNKNOWN)


class Advice(StrEnum):
    """What a person should do about a message."""

    ASK_WHETHER_IT_ARRIVED = "ask_whether_it_arrived"
    TELL_THE_APPLICANT = "tell_the_applicant"
    MEND_THE_ACCOUNT = "mend_the_account"
    MEND_THE_CONTACT = "mend_the_contact"
    NOTHING = "nothing"


ADVICE: dict[Advice, Names] = {
    Advice.ASK_WHETHER_IT_ARRIVED: Names(
        vi="Hỏi người nhận xem đã nhận được chưa, rồi gửi lại hoặc ghi nhận là đã nhận.",
        en="Ask the recipient whether it arrived, then send it again or take it as accepted.",
    ),
    Advice.TELL_THE_APPLICANT: Names(
        vi="Gọi điện cho người nộp và ghi nhận đã báo, hoặc sửa địa chỉ rồi gửi lại.",
        en="Call the applicant and note it, or mend the address and send it again.",
    ),
    Advice.MEND_THE_ACCOUNT: Names(
        vi="Nhờ quản trị ghi đúng thư điện tử trong tài khoản, rồi gửi lại.",
        en="Have an administrator put the account's e-mail address right, then send it again.",
    ),
    Advice.MEND_THE_CONTACT: Names(
        vi="Sửa địa chỉ liên hệ của cơ quan được lấy ý kiến, rồi gửi lại.",
        en="Mend the contact of the consulted body, then send it again.",
    ),
    Advice.NOTHING: Names(
        vi="Người nhận không còn: không phải làm gì, có thể ghi nhận để đóng.",
        en="The recipient is gone: nothing is to be done; it can be closed.",
    ),
}


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that a person has to look after: no address, no wording."""

    message_id: str
    dossier_code: str | None
    """None for a digest."""
    notice: str
    recipient: str
    """applicant, staff or body."""
    channel: str
    state: MessageState
    reason: str | None
    advice: Advice
    decisions: tuple[Decision, ...]
    created_at: datetime
    settled_at: datetime | None


def undelivered(session: Session, *, actor: Actor, limit: int = 200) -> list[Undelivered]:
    """Messages that were not delivered, or may not have been, about dossiers that the actor sees; oldest first."""
    found = (
        select(MessageRow, DossierRow)
        .outerjoin(DossierRow, col(DossierRow.id) == col(MessageRow.dossier_id))
        .where(
            col(MessageRow.state).in_([s.value for s in OPEN]),
            or_(col(MessageRow.dossier_id).is_(None), visible(actor)),
        )
        .order_by(col(MessageRow.id))
    )
    shown: list[Undelivered] = []
    for message, dossier in session.execute(found):
        if dossier is None and not _sees_digest(session, message, actor, Permission.VIEW_DOSSIERS):
            continue
        shown.append(_undelivered(session, message, dossier))
        if len(shown) == limit:
            break
    return shown


def _undelivered(session: Session, message: MessageRow, dossier: DossierRow | None) -> Undelivered:
    state = MessageState(message.state)
    return Undelivered(
        message_id=message.message_id,
        dossier_code=dossier.code if dossier else None,
        notice=message.notice,
        recipient=message.recipient.partition(":")[0],
        channel=message.channel,
        state=state,
        reason=message.last_error,
        advice=_advice(state, recipient_by_key(session, message.recipient)),
        decisions=DECISIONS[state],
        created_at=message.created_at,
        settled_at=message.settled_at,
    )


def _advice(state: MessageState, recipient: Recipient | None) -> Advice:
    if recipient is None or recipient.gone is not None:
        return Advice.NOTHING
    if state is MessageState.UNKNOWN:
        return Advice.ASK_WHETHER_IT_ARRIVED
    by_kind = {APPLICANT: Advice.TELL_THE_APPLICANT, BODY: Advice.MEND_THE_CONTACT}
    return by_kind.get(recipient.kind, Advice.MEND_THE_ACCOUNT)


def look_at(office: Office, settings: Settings, message_id: str, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """A message with its recipient's name, phone and e-mail and its wording as of now. The look is recorded.

    Raises:
        UnknownMessage: there is none of that id.
        NoAuthority: the actor may not see personal data there.
    """
    with reading(office.engine) as session:
        message, dossier = _found(session, message_id, actor, Permission.VIEW_PERSONAL_DATA)
        recipient = recipient_by_key(session, message.recipient)
        shown = _wording(office, session, settings, message, recipient)
    log_access(
        office,
        actor=actor,
        what="notice",
        now=now,
        dossier_id=dossier.id if dossier else None,
        applicant_id=message.applicant_id,
    )
    return shown


def _wording(
    office: Office, session: Session, settings: Settings, message: MessageRow, recipient: Recipient | None
) -> dict[str, Any]:
    if recipient is None or recipient.gone is not None:
        return {"message_id": message.message_id, "gone": True}
    needs = CHANNELS[message.channel].needs
    outgoing = worded(office, session, message, recipient, recipient.address(needs) or "")
    short = fitted(outgoing.short, accents=settings.sms_accents, most_segments=settings.sms_most_segments)
    return {
        "message_id": message.message_id,
        "gone": False,
        "channel": message.channel,
        "state": message.state,
        "name": recipient.name,
        "phone": recipient.phone,
        "email": recipient.email,
        "subject": outgoing.subject,
        "text": outgoing.body,
        "short": short,
        "segments": segments(short),
    }


def mend_address(
    office: Office, message_id: str, *, actor: Actor, now: datetime, email: str | None = None, phone: str | None = None
) -> None:
    """Put the address of a message's recipient right; the message itself is sent again by a decision.

    The applicant's record in the ledger keeps what was handed in; what we send to is beside it. The change is recorded
    among the accesses.

    Raises:
        UnknownMessage, UnknownRecipient: there is none.
        NotAnAddress: that is none.
        NoAuthority: the actor may not decide about it; or manages no contacts, where a body is the recipient.
    """
    if (email and not is_address(email)) or (phone and phone_digits(phone) is None) or not (email or phone):
        raise NotAnAddress
    with writing(office.engine) as session:
        message, dossier = _found(session, message_id, actor, Permission.DECIDE_NOTICES)
        row = _row_of(session, message, actor)
        row.email, row.phone = email or row.email, phone or row.phone
        session.add(row)
        dossier_id = dossier.id if dossier else None
        session.add(
            AccessRow(
                at=now,
                actor=actor.id,
                what="address mended",
                dossier_id=dossier_id,
                applicant_id=message.applicant_id,
            )
        )


def _row_of(session: Session, message: MessageRow, actor: Actor) -> ApplicantRow | ConsultedBodyRow:
    kind, _, found = message.recipient.partition(":")
    row: ApplicantRow | ConsultedBodyRow | None
    if kind == APPLICANT:
        row = session.get(ApplicantRow, int(found))
        row = None if row is None or row.erased_at is not None else row
    elif kind == BODY:
        row = session.get(ConsultedBodyRow, int(found))
        if row is not None:  # all communes of the province write to it: whoever keeps the contacts may change it
            authorise_contacts(actor, row.province)
    else:
        row = None  # accounts of staff are an administrator's
    if row is None:
        raise UnknownRecipient(message=message.message_id)
    return row


def check_may_decide(session: Session, message_id: str, actor: Actor) -> None:
    """Nothing, when the actor may decide about a message.

    Raises:
        UnknownMessage: there is none of that id.
        NoAuthority: no role of the actor allows it where its dossier is.
    """
    _found(session, message_id, actor, Permission.DECIDE_NOTICES)


def _found(
    session: Session, message_id: str, actor: Actor, permission: Permission
) -> tuple[MessageRow, DossierRow | None]:
    message = session.scalars(select(MessageRow).where(col(MessageRow.message_id) == message_id)).one_or_none()
    if message is None:
        raise UnknownMessage(message=message_id)
    dossier = session.get(DossierRow, message.dossier_id) if message.dossier_id is not None else None
    if dossier is not None:
        allowed = may_view(actor, dossier, permission)
    else:
        allowed = _sees_digest(session, message, actor, permission)
    if not allowed:
        raise NoAuthority(action=permission.value, actor=actor.id)
    return message, dossier


def _sees_digest(session: Session, message: MessageRow, actor: Actor, permission: Permission) -> bool:
    """Whether the actor may do that with each dossier that a digest is about: it may be of many communes."""
    if not grants_for(actor, permission):
        return False
    if not all(may_view(actor, dossier, permission) for dossier in _dossiers_of(session, message.warnings[:1])):
        return False  # most often the first one says it
    parts = (message.warnings[i : i + CHUNK] for i in range(0, len(message.warnings), CHUNK))
    return all(may_view(actor, dossier, permission) for part in parts for dossier in _dossiers_of(session, part))


def _dossiers_of(session: Session, warnings: Collection[int]) -> Iterable[DossierRow]:
    joined = col(DossierRow.id) == col(WarningRow.dossier_id)
    return session.scalars(select(DossierRow).join(WarningRow, joined).where(col(WarningRow.id).in_(warnings)))
