"""The evidence of one dossier: its events with hashes, its days, its papers' hashes, and the proof of its seal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.calendar_archive import load_kept
from dossiers.desk_tables import DocumentRow
from dossiers.office import Office
from dossiers.people import applicant_view
from dossiers.personal_tables import FreeTextRow
from dossiers.views import DossierView, open_view
from performance.merkle import leaf_hash, path_of
from performance.raw_events import raw_events
from performance.seal_store import bucket_leaves, leaves_of, nodes_under
from performance.seal_tables import SealLeafRow, SealRow
from performance.seal_tree import TOP, Node, bucket_of, group_of
from procedures.calendar_records import as_record

_SLIPS = sa.table(
    "slips", *(sa.column(n) for n in ("id", "dossier_id", "form", "paper", "year", "number", "sha256", "pdf"))
)
"""The slips of another floor: only what the ledger names them by, and their print."""


@dataclass(slots=True)
class Shared:
    """What several dossiers of a bundle stand on: definitions and calendars, by file name."""

    files: dict[str, bytes] = field(default_factory=dict)


def evidence_of(
    office: Office,
    session: Session,
    code: str,
    seal: SealRow | None,
    shared: Shared,
    *,
    personal: bool,
    now: datetime,
) -> dict[str, bytes]:
    """The files of a dossier by name. Its days are shown as of the seal, or of its last event after it."""
    events = list(raw_events(session, "dossier_id = (SELECT id FROM dossiers WHERE code = :code)", {"code": code}))
    lines = [{"event": json.loads(e.sealed_text(code)), "hash": e.hash, "id": e.id, "cut": e.cut} for e in events]
    last = datetime.fromisoformat(events[-1].recorded_at) if events else now
    view = open_view(office, session, code, now=max(seal.taken_at, last) if seal else last)
    dossier_id = view.row.id or 0
    files = {
        "events.jsonl": "".join(f"{_text(line)}\n" for line in lines).encode(),
        "proof.json": _text(_proof(session, code, seal)).encode(),
        "day-ledger.json": _pretty(_days(view)),
        "documents.json": _pretty(_documents(session, dossier_id, personal=personal)),
    }
    slips = session.execute(select(_SLIPS).where(_SLIPS.c.dossier_id == dossier_id).order_by(_SLIPS.c.id)).mappings()
    listed = []
    for slip in slips:
        listed.append({n: slip[n] for n in ("form", "paper", "year", "number", "sha256")})
        if personal and slip["pdf"]:
            files[f"slips/{slip['sha256']}.pdf"] = bytes(slip["pdf"])
    files["slips.json"] = _pretty(listed)
    if personal:
        files["personal.json"] = _pretty(_person(office, session, view))
    files["versions.json"] = _pretty(_versions(session, view, shared))
    return files


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _pretty(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=str).encode()


def _proof(session: Session, code: str, seal: SealRow | None) -> dict[str, Any]:
    leaf = leaves_of(session, [code]).get(code) if seal else None
    if seal is None or leaf is None:
        return {"seal": None}
    bucket, group = bucket_of(code), group_of(bucket_of(code))
    leaves = bucket_leaves(session, [bucket], up_to=seal.number)[bucket]
    under = nodes_under(session, [group, TOP], up_to=seal.number)
    entries = select(col(SealLeafRow.entries)).where(
        col(SealLeafRow.bucket) == bucket, col(SealLeafRow.dossier) == code
    )
    return {
        "seal": seal.number,
        "length": leaf.length,
        "head": leaf.head,
        "link": leaf.link,
        "entries": list(session.execute(entries.order_by(col(SealLeafRow.seal))).scalars()),
        "bucket": _step(under[group][bucket], {name: one.text for name, one in leaves.items()}, code),
        "group": _step(under[TOP][group], {name: one.text for name, one in under[group].items()}, bucket),
        "path": _path({name: one.text for name, one in under[TOP].items()}, group),
    }


def _step(node: Node, below: Mapping[str, str], name: str) -> dict[str, Any]:
    return {"name": node.name, "dossiers": node.dossiers, "events": node.events, "path": _path(below, name)}


def _path(texts: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    ordered = sorted(texts)
    return path_of([leaf_hash(texts[n]) for n in ordered], ordered.index(name))


def _days(view: DossierView) -> dict[str, Any]:
    reading = view.reading
    if reading is None:
        return {"due_at": None, "days": []}
    return {
        "as_of": view.now.isoformat(),
        "due_at": reading.due_at.isoformat(),
        "original_due_at": reading.original_due_at.isoformat(),
        "legal_due_at": reading.legal_due_at.isoformat(),
        "days": [asdict(entry) for entry in reading.days],
    }


def _documents(session: Session, dossier_id: int, *, personal: bool) -> list[dict[str, Any]]:
    query = select(DocumentRow).where(col(DocumentRow.dossier_id) == dossier_id)
    shown = []
    for row in session.execute(query.order_by(col(DocumentRow.stored_at), col(DocumentRow.id))).scalars():
        names = ("id", "required_document", "content_type", "size_bytes", "sha256", "stored_at", "removed_at")
        one = {name: getattr(row, name) for name in names}
        shown.append(one | ({"filename": row.filename} if personal else {}))
    return shown


def _person(office: Office, session: Session, view: DossierView) -> dict[str, Any]:
    """The applicant, and the free texts with the salts by which the ledger's HMACs are checked."""
    query = select(FreeTextRow).where(col(FreeTextRow.dossier_id) == view.row.id).order_by(col(FreeTextRow.id))
    texts = {
        row.id: {"text": row.text, "salt": row.salt.hex() if row.salt else None, "erased_at": row.erased_at}
        for row in session.execute(query).scalars()
    }
    who = view.row.applicant_id
    applicant = asdict(applicant_view(office, session, who, show_id=False)) if who else None
    return {"applicant": applicant, "texts": texts}


def _versions(session: Session, view: DossierView, shared: Shared) -> dict[str, Any]:
    definition, state = view.definition, view.state
    name = f"definitions/{definition.code}-v{definition.version}.yaml"
    content = definition.model_dump(mode="json", by_alias=True, exclude_none=True)
    shared.files[name] = yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()
    version = state.calendar_version
    calendar = load_kept(session, version) if version else view.calendar
    kept = f"calendars/{calendar.version}.json"
    shared.files[kept] = _pretty(as_record(calendar))
    return {
        "definition": name,
        "definition_bound": state.version is not None,
        "calendar": kept,
        "calendar_bound": bool(version),
    }
