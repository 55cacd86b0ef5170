"""Who a notice goes to. Addresses are read where they live at the moment of sending, never copied into a message."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from dossiers.desk_tables import ConsultedBodyRow
from dossiers.personal_tables import ApplicantRow, StaffRow
from notifications.channels.base import Contact

APPLICANT, STAFF, BODY = "applicant", "staff", "body"
ERASED = "the recipient has been erased"
CLOSED = "the recipient's account is closed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to tell, with what they gave to be reached by."""

    key: str
    """Kind and id, e.g. `applicant:17`, `staff:1f0c`, `body:3`."""
    name: str | None
    email: str | None = None
    phone: str | None = None
    webhook: str | None = None
    gone: str | None = None
    """Why there is nobody to tell any more."""

    @property
    def kind(self) -> str:
        """applicant, staff or body."""
        return self.key.partition(":")[0]

    def address(self, contact: Contact) -> str | None:
        """What a channel needs: the address, empty where it needs none, None where the recipient gave none."""
        if contact is Contact.NOTHING:
            return ""
        found = {Contact.EMAIL: self.email, Contact.PHONE: self.phone, Contact.WEBHOOK: self.webhook}[contact]
        return found or None


def of_applicant(row: ApplicantRow) -> Recipient:
    """The applicant as a recipient."""
    return Recipient(
        f"{APPLICANT}:{row.id}", row.name, row.email, row.phone, gone=ERASED if row.erased_at is not None else None
    )


def of_staff(row: StaffRow) -> Recipient:
    """A member of staff as a recipient."""
    return Recipient(f"{STAFF}:{row.id}", row.name, row.email, row.phone, gone=None if row.active else CLOSED)


def of_body(row: ConsultedBodyRow) -> Recipient:
    """A consulted body as a recipient."""
    return Recipient(f"{BODY}:{row.id}", row.name, row.email, row.phone, row.webhook)


def recipient_by_key(session: Session, key: str) -> Recipient | None:
    """The recipient of that kind and id, as known now; None where there is none any more."""
    kind, _, found = key.partition(":")
    if kind == STAFF:
        staff = session.get(StaffRow, found)
        return of_staff(staff) if staff is not None else None
    if not found.isdigit():
        return None
    if kind == APPLICANT:
        applicant = session.get(ApplicantRow, int(found))
        return of_applicant(applicant) if applicant is not None else None
    body = session.get(ConsultedBodyRow, int(found)) if kind == BODY else None
    return of_body(body) if body is not None else None
