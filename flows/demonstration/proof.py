"""The proof behind the demonstration: ledger, acknowledgements and Prefect's runs agree, one for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from dossiers.ledger_check import check
from dossiers.office import Office
from dossiers.session import reading
from dossiers.tables import DossierRow, EventRow, WakeUpRow

ALREADY_DONE = "AlreadyDone"
_PAGE = 200


@dataclass
class Proof:
    """What was compared, and every disagreement in words; none means proved."""

    dossiers: int = 0
    events: int = 0
    automatic_steps: int = 0
    prefect_runs: int = 0
    prefect_tasks: int = 0
    repeated_tasks: int = 0
    """Tasks that found their step already done: harmless, they happen after kills only."""
    problems: list[str] = field(default_factory=list)


def automatic_steps(office: Office, codes: Iterable[str]) -> Counter[tuple[str, str]]:
    """How often each (dossier, step) was done by the machine, by the ledger of these dossiers."""
    wanted = set(codes)
    machine = {"ReceiptIssued", "ResultPublished", "ApplicantNotified", "LinkedDossiersOpened"}
    with reading(office.engine) as session:
        query = select(DossierRow.code, EventRow.payload).join(  # type: ignore[call-overload]
            EventRow, col(EventRow.dossier_id) == col(DossierRow.id)
        )
        rows = session.execute(query.where(col(EventRow.type).in_(machine))).all()
    return Counter((code, payload["step"]) for code, payload in rows if code in wanted)


def prove_ledger(office: Office, codes: Iterable[str], proof: Proof, *, now: datetime) -> None:
    """Every chain verifies, the read model fits, and no wake-up of these dossiers is left or was done twice."""
    wanted = set(codes)
    report = check(office, now=now)
    proof.dossiers, proof.events = report.dossiers, report.events
    proof.problems += [f"{d.dossier}: {d.what}: {d.ledger} / {d.stored}" for d in report.differences]
    done = automatic_steps(office, wanted)
    proof.automatic_steps = done.total()
    with reading(office.engine) as session:
        rows = session.execute(select(WakeUpRow)).scalars().all()
    for row in rows:
        if row.dossier_code in wanted and row.state != "done":
            proof.problems.append(f"{row.dossier_code}: {row.step} still waits ({row.state})")
    for code, revisions in _acknowledged(office, wanted).items():
        if len(revisions) != len(set(revisions)):
            proof.problems.append(f"{code}: an event was recorded twice")


def _acknowledged(office: Office, wanted: set[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    with reading(office.engine) as session:
        query = select(DossierRow.code, EventRow.revision).join(  # type: ignore[call-overload]
            EventRow, col(EventRow.dossier_id) == col(DossierRow.id)
        )
        for code, revision in session.execute(query):
            if code in wanted:
                found.setdefault(code, []).append(revision)
    return found


def prove_acknowledged(office: Office, answers: dict[str, list[tuple[str, int]]], proof: Proof) -> None:
    """Everything that was answered with "done" is in the ledger, at the revision that the answer named."""
    recorded = _acknowledged(office, set(answers))
    for code, acts in answers.items():
        have = set(recorded.get(code, ()))
        for action, revision in acts:
            if revision not in have:
                proof.problems.append(f"{code}: {action} was acknowledged at revision {revision}, which is missing")
        registered = [r for a, r in acts if a == "register"]
        if registered != [1]:
            proof.problems.append(f"{code}: registered {len(registered)} times")


async def prove_prefect(office: Office, codes: Iterable[str], proof: Proof) -> None:
    """Prefect's completed tasks are the automatic steps of the ledger, each in a Completed run of the right name."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort, TaskRunSort

    wanted = set(codes)
    seen: Counter[tuple[str, str]] = Counter()
    async with get_client() as client:
        runs = await _all(partial(client.read_flow_runs, sort=FlowRunSort.ID_DESC))
        names = {run.id: run for run in runs}
        for task in await _all(partial(client.read_task_runs, sort=TaskRunSort.ID_DESC)):
            run = names.get(task.flow_run_id)
            if run is None or run.name.startswith(("sweep", "deliver", "housekeeping", "keep-figures")):
                continue
            code, _, step = task.name.rpartition(": ")
            code = code or run.name
            if code not in wanted:
                continue
            proof.prefect_tasks += 1
            state = task.state
            if state is not None and state.name == ALREADY_DONE:
                proof.repeated_tasks += 1
            elif state is None or not state.is_completed():
                proof.problems.append(f"{code}: task {step} is {state.name if state else 'without state'}")
            else:
                seen[(code, step)] += 1
        relevant = [r for r in runs if any(code in r.name for code in wanted) or "hồ sơ" in r.name]
    proof.prefect_runs = len(relevant)
    proof.problems += [
        f"run {r.name} is {r.state.name if r.state else '?'}"
        for r in relevant
        if r.state is None or not r.state.is_completed()
    ]
    _compare(automatic_steps(office, wanted), seen, proof)


def _compare(ledger: Counter[tuple[str, str]], prefect: Counter[tuple[str, str]], proof: Proof) -> None:
    for key in sorted(set(ledger) | set(prefect)):
        if ledger[key] != prefect[key]:
            proof.problems.append(f"{key[0]}: {key[1]}: {ledger[key]} in the ledger, {prefect[key]} in Prefect")


async def _all(read: Any) -> list[Any]:
    found: list[Any] = []
    while page := await read(limit=_PAGE, offset=len(found)):
        found += page
    return found
