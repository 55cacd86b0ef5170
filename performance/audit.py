"""Audits: a sample of a month's dossiers, each with its evidence, as one zip that is checked without this program."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from dossiers.authority import Actor
from dossiers.events import canonical
from dossiers.office import Office
from dossiers.people import log_access
from dossiers.session import reading
from dossiers.store import find
from dossiers.tables import DossierRow
from performance.evidence import Shared, evidence_of
from performance.periods import Period
from performance.sampling import Drawn, Stratum, draw
from performance.seal_errors import NothingToAudit
from performance.seal_keys import SealKey, fingerprint_of, pem_of
from performance.seal_store import newest_seal
from performance.seal_tables import SealRow

_SCRIPT = Path(__file__).with_name("verify_bundle.py")
_README = Path(__file__).with_name("bundle_readme.txt")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Every file of a bundle bears this date, so that the same evidence makes the same zip."""


def audit_sample(
    office: Office,
    *,
    province: str,
    month: str,
    size: int,
    seed: int,
    key: SealKey,
    actor: Actor,
    now: datetime,
    personal: bool = False,
) -> tuple[bytes, Drawn]:
    """The bundle of a sample as a zip, and what was drawn. The same seed over the same ledger gives the same bytes.

    With `personal` names, texts and slips go in, and the access to each dossier is recorded first.

    Raises:
        WrongPeriod: it is no month.
        NothingToAudit: nothing was in hand there in that month.
    """
    period = Period.month(month)
    with reading(office.engine) as session:
        drawn = draw(_population(session, province, period, now), size=size, seed=seed)
    if not drawn.codes:
        raise NothingToAudit(province=province, month=month)
    if personal:
        _log(office, drawn, actor, now)
    files: dict[str, bytes] = {}
    with reading(office.engine) as session:
        seal = newest_seal(session)
        shared = Shared()
        for code in drawn.codes:
            parts = evidence_of(office, session, code, seal, shared, personal=personal, now=now)
            files |= {f"dossiers/{code}/{name}": content for name, content in parts.items()}
        files |= shared.files
        files |= _seals(session)
    files["sample.json"] = _sample(drawn, province, month, seal).encode()
    files["public-key.pem"] = pem_of(key.public).encode()
    files["README.txt"] = _README.read_bytes()
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    script = _SCRIPT.read_bytes()
    listed["verify.py"] = hashlib.sha256(script).hexdigest()
    manifest = canonical({"files": listed, "key": fingerprint_of(key.public), "personal": personal})
    files |= {"verify.py": script, "manifest.json": manifest.encode(), "manifest.sig": key.sign(manifest).encode()}
    return _zip(files), drawn


def _population(session: Session, province: str, period: Period, now: datetime) -> list[tuple[str, Stratum]]:
    """The dossiers that the month concerns: accepted before its end, and not ended before its start."""
    until = min(period.end, now)
    d = DossierRow
    ends = func.coalesce(col(d.finished_at), col(d.closed_at))
    query = select(col(d.code), col(d.desk), col(d.commune), col(d.verdict), col(d.field), ends).where(
        col(d.province) == province, col(d.accepted_at) < until, or_(ends.is_(None), ends >= period.start)
    )
    found = []
    for code, desk, commune, verdict, field, ended in session.execute(query.order_by(col(d.id))):
        closed = ended is not None and ended < until
        found.append((code, (desk or commune, (verdict or "ended") if closed else "open", field)))
    return found


def _log(office: Office, drawn: Drawn, actor: Actor, now: datetime) -> None:
    for code in drawn.codes:
        with reading(office.engine) as session:
            row = find(session, code)
        log_access(office, actor=actor, what="audit sample", now=now, dossier_id=row.id, applicant_id=row.applicant_id)


def _seals(session: Session) -> dict[str, bytes]:
    rows = session.execute(select(SealRow).order_by(col(SealRow.number))).scalars()
    return {
        f"seals/seal-{row.number:06d}.json": canonical(
            {"statement": row.statement, "signature": row.signature, "public_key": row.public_key}
        ).encode()
        for row in rows
    }


def _sample(drawn: Drawn, province: str, month: str, seal: SealRow | None) -> str:
    strata: list[dict[str, Any]] = [
        {"commune": c, "verdict": v, "field": f, "dossiers": n, "drawn": k}
        for (c, v, f), (n, k) in drawn.strata.items()
    ]
    return canonical(
        {
            "province": province,
            "month": month,
            "seed": drawn.seed,
            "population": drawn.population,
            "strata": strata,
            "dossiers": list(drawn.codes),
            "seal": seal.number if seal else None,
        }
    )


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, files[name])
    return out.getvalue()
