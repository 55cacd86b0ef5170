"""Giving many open steps to another person at once: each through the gate, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dossiers.actions.working import Assign
from dossiers.authority import Actor, grants_for
from dossiers.cover import absent_until
from dossiers.delegation import members
from dossiers.errors import DossierError, NoAuthority
from dossiers.gate import act
from dossiers.idempotency import IdempotencyKey, first_answer, remember
from dossiers.listing import visible
from dossiers.office import Office
from dossiers.people_errors import AssigneeAbsent, NothingToReassign, UnknownColleague
from dossiers.permitted import Action
from dossiers.session import reading, writing
from dossiers.tables import DossierRow, OpenStepRow
from dossiers.working_time import local_date
from procedures.errors import ProcedureError

MOST = 2000
"""Steps in one go."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which open steps: whose they are, and what else must fit. `dossiers` empty: any.

    `from_` None takes the steps that are assigned to nobody, and only with `dossiers`, `procedure` or `step`.
    """

    from_: str | None
    commune: str | None = None
    procedure: str | None = None
    step: str | None = None
    dossiers: tuple[str, ...] = ()


def reassign(
    office: Office,
    which: Which,
    *,
    to: str | None,
    even_if_absent: bool = False,
    actor: Actor,
    now: datetime,
    idempotency: IdempotencyKey | None = None,
) -> dict[str, Any]:
    """Give the steps to a person (`to` None: back to everybody with the role); says of each what became of it.

    What was chosen is kept under the idempotency key before the first step moves, and each step has a key of its own:
    repeating the command after a crash goes on where it stopped and gives the same answer.

    Raises:
        NoAuthority: the actor may assign nowhere.
        NothingToReassign: nothing says whose steps or which dossiers.
        UnknownColleague: no active account of that person.
        AssigneeAbsent: the person is absent, and the command does not say that it knows.
    """
    if not grants_for(actor, Action.ASSIGN):
        raise NoAuthority(action=Action.ASSIGN.value, actor=actor.id)
    if which.from_ is None and not (which.dossiers or which.procedure or which.step):
        raise NothingToReassign
    plan = _planned(office, which, to, even_if_absent, actor=actor, now=now, idempotency=idempotency)
    if "results" in plan:
        return plan
    command = Assign(occurrence=0, assignee=to, even_if_absent=even_if_absent)
    results = [
        _one(office, code, command.model_copy(update={"occurrence": occurrence}), actor, now, idempotency)
        for code, occurrence in plan["steps"]
    ]
    answer = {
        "to": to,
        "absent_until": plan["absent_until"],
        "done": sum(r["done"] for r in results),
        "refused": sum(not r["done"] for r in results),
        "results": results,
    }
    if idempotency:
        with writing(office.engine) as session:
            if (first := first_answer(session, idempotency)) is not None:
                return first
            remember(session, idempotency, answer, now)
    return answer


def _planned(
    office: Office,
    which: Which,
    to: str | None,
    even_if_absent: bool,
    *,
    actor: Actor,
    now: datetime,
    idempotency: IdempotencyKey | None,
) -> dict[str, Any]:
    """The whole answer when it was given before; else the steps, as they were chosen the first time."""
    if idempotency is None:
        with reading(office.engine) as session:
            return _plan(session, which, to, even_if_absent, actor=actor, now=now)
    choice = replace(idempotency, route=f"{idempotency.route}/choice")
    with writing(office.engine) as session:
        found = first_answer(session, idempotency) or first_answer(session, choice)
        if found is None:
            found = _plan(session, which, to, even_if_absent, actor=actor, now=now)
            remember(session, choice, found, now)
    return found


def _plan(
    session: Session, which: Which, to: str | None, even_if_absent: bool, *, actor: Actor, now: datetime
) -> dict[str, Any]:
    until = None
    if to is not None:
        if not members(session, ids=[to]):
            raise UnknownColleague(staff=to)
        until = absent_until(session, to, local_date(now))
        if until and not even_if_absent:
            raise AssigneeAbsent(absent_until=until.isoformat())
    chosen = [[row.code, step.occurrence] for row, step in _steps(session, which, actor)]
    return {"steps": chosen, "absent_until": until.isoformat() if until else None}


def _steps(session: Session, which: Which, actor: Actor) -> Sequence[tuple[DossierRow, OpenStepRow]]:
    query = (
        select(DossierRow, OpenStepRow)
        .join(OpenStepRow, col(OpenStepRow.dossier_id) == col(DossierRow.id))
        .where(
            visible(actor),
            col(OpenStepRow.role).is_not(None),
            col(OpenStepRow.assignee) == which.from_ if which.from_ else col(OpenStepRow.assignee).is_(None),
        )
        .order_by(col(DossierRow.id), col(OpenStepRow.occurrence))
        .limit(MOST)
    )
    if which.commune:
        query = query.where(col(DossierRow.commune) == which.commune)
    if which.procedure:
        query = query.where(col(DossierRow.procedure) == which.procedure)
    if which.step:
        query = query.where(col(OpenStepRow.step) == which.step)
    if which.dossiers:
        query = query.where(col(DossierRow.code).in_(which.dossiers))
    return [(row, step) for row, step in session.execute(query)]


def _one(
    office: Office, code: str, command: Assign, actor: Actor, now: datetime, idempotency: IdempotencyKey | None
) -> dict[str, Any]:
    own = idempotency and replace(idempotency, route=f"{idempotency.route}/{code}/{command.occurrence}")
    shown: dict[str, Any] = {"dossier": code, "occurrence": command.occurrence}
    try:
        answer = act(office, code, Action.ASSIGN, command, actor=actor, now=now, idempotency=own)
    except (DossierError, ProcedureError) as error:
        return shown | {"done": False, "error": type(error).__name__, "why": (type(error).__doc__ or "").strip()}
    return shown | {"done": True, "revision": answer["revision"]}
