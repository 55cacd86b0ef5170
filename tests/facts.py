"""Facts for tests: of a dossier driven through the gate, or written by hand."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from dossiers.session import reading
from performance.conditions import Span
from performance.dues import due
from performance.fact_types import Facts, Yardstick
from performance.facts import facts_of, history_of_facts
from performance.sources import law_of, ledgers_with_cuts
from tests.desk import Desk
from tests.samples import COMMUNE, at

MARCH = Span(at("2026-03-01T00:00"), at("2026-04-01T00:00"))
APRIL = Span(at("2026-04-01T00:00"), at("2026-05-01T00:00"))


def known(desk: Desk) -> Facts:
    """The facts of a dossier as its ledger stands."""
    versions = versions_of(desk)
    with reading(desk.office.engine) as session:
        row = desk.row
        events = [e for _, e in ledgers_with_cuts(session, [row.id or 0])[row.id or 0]]
        facts = facts_of(events, law_of(desk.office, session, row))
    assert versions[-1][1] == facts
    return facts


def versions_of(desk: Desk) -> list[tuple[int, Facts]]:
    """Every version of the facts of a dossier with its cut."""
    with reading(desk.office.engine) as session:
        row = desk.row
        ledger = ledgers_with_cuts(session, [row.id or 0])[row.id or 0]
        return history_of_facts(ledger, law_of(desk.office, session, row))


PLAIN: dict[str, Any] = {
    "procedure": "9.000001",
    "field": "ho-tich",
    "province": "38",
    "commune": COMMUNE,
    "intake_commune": COMMUNE,
    "channel": "direct",
    "limit_unit": "working_days",
    "documents_electronic": True,
}
ZERO: dict[str, Any] = {"int": 0, "bool": False}


def written(
    accepted: str | None = "2026-03-02T09:00", due_at: str | None = "2026-03-09T17:00", **changes: Any
) -> Facts:
    """Facts written by hand: accepted and due when said; instants as local text. `due_at` holds for every yardstick."""
    values: dict[str, Any] = {f.name: ZERO.get(str(f.type)) for f in fields(Facts)} | PLAIN
    given = {k: at(v) if isinstance(v, str) and (k.endswith(("_at", "_from"))) else v for k, v in changes.items()}
    values["accepted_at"] = values["clock_starts_at"] = at(accepted) if accepted else None
    values["registered_at"] = given.get("registered_at") or values["accepted_at"] or at("2026-03-02T09:00")
    given.setdefault("finished_at", None)
    if given["finished_at"] and "ended_at" not in given:
        given |= {"ended_at": given["finished_at"], "end_kind": "issued"}
    for yardstick in Yardstick:
        one = given.pop(f"{yardstick}_at", at(due_at) if due_at and accepted else None)
        values |= due_columns(yardstick, one, by_instant=bool(given.get("by_instant")))
    return Facts(**{**values, **given})


def due_columns(yardstick: Yardstick, moment: datetime | None, *, by_instant: bool) -> dict[str, datetime | None]:
    """The three columns of a yardstick."""
    found = due(moment, by_instant=by_instant)
    return {
        f"{yardstick}_at": found.at,
        f"{yardstick}_on_time_from": found.on_time_from,
        f"{yardstick}_late_from": found.late_from,
    }
