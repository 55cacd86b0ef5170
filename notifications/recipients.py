"""Who a notice goes to. Addresses are read where they live at the moment of sending, never copied into a message."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from dossiers.personal_tables import ApplicantRow
from notifications.channels.base import Contact
from notifications.tables import MessageRow


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to tell, with what they gave to be reached by."""

    key: str
    """Kind and id, e.g. `applicant:17`."""
    name: str | None
    email: str | None
    phone: str | None
    erased: bool

    def address(self, contact: Contact) -> str | None:
        """What a channel needs: the address, empty where it needs none, None where the recipient gave none."""
        if contact is Contact.NOTHING:
            return ""
        found = self.email if contact is Contact.EMAIL else self.phone
        return found or None


def of_applicant(row: ApplicantRow) -> Recipient:
    """The applicant as a recipient."""
    return Recipient(f"applicant:{row.id}", row.name, row.email, row.phone, row.erased_at is not None)


def recipient_of(session: Session, message: MessageRow) -> Recipient | None:
    """The recipient of a message as known now; None where there is none any more."""
    row = session.get(ApplicantRow, message.applicant_id) if message.applicant_id is not None else None
    return of_applicant(row) if row is not None else None
