"""Versions that open dossiers are bound to and that are not installed: found at the start, not at the desk."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlmodel import col

from dossiers.office import Office
from dossiers.session import reading
from dossiers.states import ENDED
from dossiers.tables import DossierRow
from procedures.errors import ProcedureError


def missing_versions(office: Office) -> dict[str, int]:
    """Open dossiers by the `code v1` of a version that is not installed; empty when all can be read."""
    query = (
        select(col(DossierRow.procedure), col(DossierRow.version), func.count())
        .where(col(DossierRow.status).not_in([s.value for s in ENDED]))
        .group_by(col(DossierRow.procedure), col(DossierRow.version))
    )
    with reading(office.engine) as session:
        bound = session.execute(query).all()
    return {f"{code} v{version}": int(count) for code, version, count in bound if not _installed(office, code, version)}


def _installed(office: Office, code: str, version: int) -> bool:
    try:
        office.catalogue.version(code, version)
    except ProcedureError:
        return False
    return True
