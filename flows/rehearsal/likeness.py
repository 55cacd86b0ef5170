"""Whether two rehearsals of one script came out alike: ledgers, read models and rungs, compared row by row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from dossiers.desk_tables import ConsultationRow
from dossiers.office import Office
from dossiers.session import reading
from dossiers.tables import CodeCounterRow, DossierRow, EventRow, OpenStepRow, WakeUpRow, WarningRow

Facts = dict[str, Any]

HASHES = frozenset({"head_hash"})
MOVED_BY_SWEEP = frozenset({"next_warning_at"})
"""How far the sweep got: a rung that was recorded in an earlier plan may be looked at once more, and is not doubled."""
_RECORDING = ("recorded_at",)
_ATTEMPTS = frozenset({"id", "attempt", "lease_until", "lease_owner", "flow_run_id", "alone", "last_error"})


def rungs(office: Office) -> Facts:
    """Every rung recorded: dossier, rung, number and clock period, with its legal moment."""
    query = select(DossierRow.code, WarningRow).join(WarningRow, col(WarningRow.dossier_id) == col(DossierRow.id))  # type: ignore[call-overload]
    with reading(office.engine) as session:
        return {
            f"{code} {w.rung} {w.number} {w.clock_period}": w.legal_moment.isoformat()
            for code, w in session.execute(query)
        }


def events(office: Office, *, with_recording: bool) -> Facts:
    """Every event: type, legal moment, actor and payload, without what is thrown at random for each writing.

    `with_recording`: also when it was recorded, and its cut; those differ with how often the machine swept.
    """
    query = select(DossierRow.code, EventRow).join(EventRow, col(EventRow.dossier_id) == col(DossierRow.id))  # type: ignore[call-overload]
    found: Facts = {}
    with reading(office.engine) as session:
        for code, e in session.execute(query):
            facts = [e.type, e.occurred_at.isoformat(), e.actor, _without_random(e.payload)]
            recording = [e.recorded_at.isoformat(), e.cut] if with_recording else []
            found[f"{code} {e.revision}"] = [*facts, *recording]
    return found


def read_model(office: Office) -> Facts:
    """Every row that the gate keeps beside the ledger, by table and key."""
    with reading(office.engine) as session:
        codes = {d.id: d.code for d in session.execute(select(DossierRow)).scalars()}
        found: Facts = {}
        for row in session.execute(select(DossierRow)).scalars():
            found[f"dossiers {row.code}"] = row.model_dump(exclude=set(HASHES | MOVED_BY_SWEEP))
        for table, key in ((OpenStepRow, "occurrence"), (WakeUpRow, "occurrence"), (ConsultationRow, "number")):
            for line in _rows(session, table):
                name = f"{table.__tablename__} {codes[line['dossier_id']]} {line[key]}"
                found[name] = {k: v for k, v in line.items() if k not in _ATTEMPTS}
        for line in _rows(session, CodeCounterRow):
            found[f"code_counters {line['commune']} {line['day']}"] = line["last"]
    return found


def differences(one: Facts, other: Facts) -> list[str]:
    """What the two do not share, in words; empty when they are alike."""
    found = [f"only here: {key}: {one[key]}" for key in one.keys() - other.keys()]
    found += [f"only there: {key}: {other[key]}" for key in other.keys() - one.keys()]
    found += [f"{key}: {one[key]} / {other[key]}" for key in one.keys() & other.keys() if one[key] != other[key]]
    return sorted(found)


def _rows(session: Session, table: type[SQLModel]) -> Iterable[dict[str, Any]]:
    return [row.model_dump() for row in session.execute(select(table)).scalars()]


def _without_random(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"text", "hmac"}:
            return "text"
        return {k: _without_random(v) for k, v in value.items() if k != "hmac"}
    if isinstance(value, list):
        return [_without_random(v) for v in value]
    return value
