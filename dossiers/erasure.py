"""Erasing a person: names, texts and documents go; the ledgers stay whole."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import column, or_, select, table, update
from sqlmodel import Session, col

from dossiers.desk_tables import DocumentRow
from dossiers.document_rows import drop_unneeded
from dossiers.document_upkeep import remove_documents
from dossiers.errors import UnknownDossier
from dossiers.office import Office
from dossiers.personal_tables import ApplicantRow, FreeTextRow
from dossiers.session import writing
from dossiers.tables import DossierRow

_SLIPS = table("slips", column("dossier_id"), column("pdf"))
"""Prints of slips. Their class lives a floor above, but an erasure that forgot them would be none."""


def erase_person(office: Office, code: str, *, now: datetime) -> int:
    """Erase the applicant of a dossier and all texts, documents and slips of that person's dossiers; gives how many.

    The ledgers stay whole: they hold only hashes of documents and salted HMACs, whose salts are erased too.

    Raises:
        UnknownDossier: there is no such dossier.
    """
    with writing(office.engine) as session:
        persons = _same_person(session, code)
        dossiers = select(col(DossierRow.id)).where(col(DossierRow.applicant_id).in_(persons))
        # Locked, so that whoever is just writing a text or making a slip of one ends before, or begins after.
        locked = dossiers.order_by(col(DossierRow.id)).with_for_update()
        count = len(session.execute(locked).all())
        holding = select(col(DocumentRow.dossier_id)).where(col(DocumentRow.removed_at).is_(None))
        codes = select(col(DossierRow.code)).where(col(DossierRow.id).in_(dossiers), col(DossierRow.id).in_(holding))
        with_documents = session.execute(codes.order_by(col(DossierRow.id))).scalars().all()
        gone = remove_documents(office, session, with_documents, because="person_erased", now=now)
        nothing = dict.fromkeys(
            ("name", "phone", "email", "address", "representative", "personal_id_sealed", "personal_id_index", "salt")
        )
        session.execute(update(ApplicantRow).where(col(ApplicantRow.id).in_(persons)).values(**nothing, erased_at=now))
        session.execute(
            update(FreeTextRow)
            .where(col(FreeTextRow.dossier_id).in_(dossiers))
            .values(text=None, salt=None, erased_at=now)
        )
        session.execute(update(_SLIPS).where(_SLIPS.c.dossier_id.in_(dossiers)).values(pdf=b""))
    drop_unneeded(office, gone)
    return count


def _same_person(session: Session, code: str) -> list[int]:
    """Ids of all applicants who are the one of that dossier, by identity number where there is one."""
    row = session.execute(select(DossierRow).where(col(DossierRow.code) == code)).scalar_one_or_none()
    if row is None or row.applicant_id is None:
        raise UnknownDossier(dossier=code)
    person = session.get(ApplicantRow, row.applicant_id)
    if person is None or not person.personal_id_index:
        return [row.applicant_id]
    query = select(ApplicantRow.id).where(  # type: ignore[call-overload]
        or_(
            col(ApplicantRow.id) == row.applicant_id,
            col(ApplicantRow.personal_id_index) == person.personal_id_index,
        )
    )
    return list(session.execute(query).scalars())
