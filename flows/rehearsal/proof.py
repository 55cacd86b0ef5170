"""The proof of a rehearsed month: ledgers sound, no duty missed, none done twice, every rung with its sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.history import fold
from dossiers.ledger_check import check
from dossiers.planned_rungs import PlannedRung
from dossiers.read_model import rungs_of
from dossiers.rungs_reached import ReachedRung, rungs_reached
from dossiers.session import reading
from dossiers.states import DossierState
from dossiers.store import ledger
from dossiers.tables import DossierRow, WakeUpRow, WarningRow
from dossiers.working_time import LOCAL_ZONE
from flows.rehearsal.audit import Recorded, audit
from flows.rehearsal.hands import Offices
from procedures.base import Names


@dataclass(slots=True)
class Proof:
    """What was counted and what does not fit."""

    dossiers: int = 0
    events: int = 0
    rungs: Counter[str] = field(default_factory=Counter)
    timers: Counter[str] = field(default_factory=Counter)
    deemed: int = 0
    on_behalf: int = 0
    """Steps that a substitute finished for somebody absent."""
    statuses: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was missed, doubled or left unexplained."""
        return not self.problems


def prove(offices: Offices, *, end: datetime) -> Proof:
    """Check every dossier of the database against its own ledger."""
    proof = Proof()
    proof.problems += _unsound(offices, end)
    with reading(offices.after.engine) as session:
        waiting = session.execute(select(WakeUpRow).where(col(WakeUpRow.state) != "done")).scalars().all()
        proof.problems += [f"{w.dossier_code}: wake-up for {w.step} is {w.state}" for w in waiting]
        recorded = _recorded(session)
        for row in session.execute(select(DossierRow).order_by(col(DossierRow.id))).scalars():
            _prove_one(offices, session, row, recorded[row.id or 0], proof, end)
    return proof


def _prove_one(
    offices: Offices, session: Session, row: DossierRow, recorded: list[Recorded], proof: Proof, end: datetime
) -> None:
    events = ledger(session, row.id or 0)

    def plan_of(state: DossierState, at: datetime) -> list[PlannedRung]:
        office = offices.at(at)
        return rungs_of(state, office.calendar_of(state, session), office.desk_rules(state, row.field), now=at)

    found = audit(row.code, events, recorded, plan_of=plan_of, end=end)
    proof.problems += [f"{row.code}: {problem}" for problem in found.problems]
    reached = rungs_reached(offices.after, session, row, fold(events), events)
    explained = [one for one in reached if is_explained(one, offices.after.ladders.names_of(one.rung))]
    unexplained = Counter(r.rung for r in recorded) - Counter(r.rung for r in explained)
    proof.problems += [f"{row.code}: rung {rung} has no sentence of its own" for rung in unexplained]
    proof.dossiers += 1
    proof.events += len(events)
    proof.statuses[row.status] += 1
    proof.rungs.update(r.rung for r in recorded)
    proof.timers.update(t.kind.value for t in found.elapsed)
    proof.deemed += sum(e.type.value == "ConsultationDeemedAnswered" for e in events)
    proof.on_behalf += sum("on_behalf_of" in e.payload for e in events)


def is_explained(one: ReachedRung, names: Names) -> bool:
    """Whether the timeline's sentence says, in both languages, which rung it is and of which moment."""
    moment = one.occurred_at.astimezone(LOCAL_ZONE).strftime("%H:%M %d/%m/%Y")
    said = ((one.explained.vi, names.vi), (one.explained.en, names.en))
    return all(name != one.rung and name in sentence and moment in sentence for sentence, name in said)


def _recorded(session: Session) -> dict[int, list[Recorded]]:
    found: dict[int, list[Recorded]] = defaultdict(list)
    for w in session.execute(select(WarningRow).order_by(col(WarningRow.id))).scalars():
        one = Recorded(w.rung, w.number, w.clock_period, w.legal_moment, w.recorded_at)
        found[w.dossier_id].append(one)
    return found


def _unsound(offices: Offices, end: datetime) -> list[str]:
    """Differences between ledger and read model. Before acceptance either calendar will do."""
    reports = [check(office, now=end) for office in (offices.before, offices.after)]
    either = [{(d.dossier, d.what) for d in report.differences} for report in reports]
    return [f"{code}: {what} is not what the ledger says" for code, what in sorted(either[0] & either[1])]
