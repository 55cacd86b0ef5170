"""The rungs that one dossier has reached, explained, for its timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from sqlmodel import Session

from dossiers.events import Event
from dossiers.office import Office
from dossiers.rung_wording import RungFacts, explain_rung
from dossiers.states import DossierState
from dossiers.tables import DossierRow, WarningRow
from dossiers.warning_records import recorded_warnings
from procedures.base import Names
from procedures.errors import ProcedureError


class Dated(Protocol):
    """Something that happened at a legal moment."""

    @property
    def occurred_at(self) -> datetime:
        """Its legal moment."""


@dataclass(frozen=True, slots=True)
class ReachedRung:
    """A rung that a dossier reached at `occurred_at`, and the sentence that says so."""

    rung: str
    number: int
    clock_period: int
    occurred_at: datetime
    recorded_at: datetime
    explained: Names


_T = TypeVar("_T", bound=Dated)


def rungs_reached(
    office: Office, session: Session, row: DossierRow, state: DossierState, events: Iterable[Event]
) -> list[ReachedRung]:
    """Every recorded rung of a dossier by its legal moment, explained in both languages."""
    facts = RungFacts(
        ladder=office.ladder_of(state, row.field),
        steps=_steps(office, state, events),
        bodies={c.number: c.body for c in state.consultations.values()},
        silent=row.silent,
    )

    def explained(warning: WarningRow) -> Names:
        vi, en = (explain_rung(warning, office.ladders, language, facts) for language in ("vi", "en"))
        return Names(vi=vi, en=en)

    return [
        ReachedRung(w.rung, w.number, w.clock_period, w.legal_moment, w.recorded_at, explained(w))
        for w in recorded_warnings(session, row.id or 0)
    ]


def among(happened: Sequence[_T], rungs: Sequence[ReachedRung]) -> list[_T | ReachedRung]:
    """Rungs among what happened, by their moments; after what happened at the same one."""
    found: list[_T | ReachedRung] = []
    waiting = list(rungs)
    for each in happened:
        while waiting and waiting[0].occurred_at < each.occurred_at:
            found.append(waiting.pop(0))
        found.append(each)
    return found + waiting


def _steps(office: Office, state: DossierState, events: Iterable[Event]) -> dict[int, Names]:
    """The name of every step occurrence; its id where the version is not installed."""
    try:
        names = {s.id: s.names for s in office.catalogue.version(state.procedure, state.version).steps}
    except ProcedureError:
        names = {}
    opened = {o["occurrence"]: o["step"] for e in events for o in e.payload.get("opens", ())}
    return {number: names.get(step, Names(vi=step, en=step)) for number, step in opened.items()}
