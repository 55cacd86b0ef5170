"""The one gate: every change of a dossier goes through here, in one transaction, or does not happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dossiers.actions import (  # noqa: F401 - they enter the table
    apologising,
    asking,
    elapsed,
    ending,
    intake,
    moving,
    papers,
    standstill,
    stopping,
    working,
)
from dossiers.actions.base import RULES, Command
from dossiers.authority import Actor, authorise
from dossiers.checking import legal_moment, parse, refuse_stale
from dossiers.cover import absent_until, cover_facts, record_cover
from dossiers.document_rows import drop_unneeded, removed_contents
from dossiers.errors import (
    NotPermittedNow,
)
from dossiers.events import FreeText
from dossiers.failpoints import failpoint
from dossiers.holding import naming_holders
from dossiers.idempotency import IdempotencyKey, first_answer, remember
from dossiers.import_errors import HandledElsewhere
from dossiers.office import Office
from dossiers.people import actor_for
from dossiers.permitted import PERMITTED, Action, permitted_actions
from dossiers.session import writing
from dossiers.work import VIETNAM, Work, desk, take
from dossiers.working_time import local_date
from procedures.communes import commune as commune_of

__all__ = ["VIETNAM", "Work", "act", "answer_of", "apply_timers", "carry_out", "decide_one", "desk", "take"]


def act(
    office: Office,
    code: str,
    action: Action | str,
    command: Command | Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    expected_revision: int | None = None,
    idempotency: IdempotencyKey | None = None,
) -> dict[str, Any]:
    """Do one action on a dossier and commit it; gives the answer that is also kept under the idempotency key.

    Raises:
        DossierError: whatever the action refuses. Nothing is written then.
        StaleRevision: `expected_revision` is not the dossier's.
    """
    name, parsed = parse(action, command)
    with writing(office.engine) as session:
        if idempotency and (answer := first_answer(session, idempotency)) is not None:
            return answer
        work = take(office, session, code, now=now)
        with naming_holders(work, actor):
            refuse_stale(work.state, expected_revision)
            carry_out(work, name, parsed, actor=actor)
        work.write()
        answer = answer_of(work)
        if idempotency:
            remember(session, idempotency, answer, now)
        failpoint("gate.before_commit")
    failpoint("gate.after_commit")
    drop_unneeded(office, removed_contents(work.state, work.events))
    return answer


def carry_out(work: Work, name: Action, command: Command, *, actor: Actor) -> None:
    """One action on a dossier in hand, and the legal timers elapsed before and with it; nothing is written yet."""
    at = legal_moment(command, work.state, work.now)
    work.elapse(at, hold=False)
    decide_one(work, name, command, at=at, actor=actor)
    work.elapse(work.now)


def decide_one(
    work: Work,
    name: Action,
    command: Command,
    *,
    at: datetime,
    actor: Actor,
    known: Mapping[str, Any] | None = None,
) -> None:
    """Check who and whether, then let the action decide and record what it decided.

    `known` are facts that only the caller has, beside those that the gate finds.
    """
    state, on = work.state, local_date(at)
    if state.origin and not state.origin.live:
        raise HandledElsewhere(dossier=state.code, source=state.origin.source)
    place = commune_of(desk(state))
    actor = actor.on(on)
    authorise(actor, name, province=place.province_code, commune=place.code, field=work.row.field)
    if state.status not in PERMITTED[name]:
        raise NotPermittedNow(
            action=name.value,
            state=state.status.value,
            permitted=sorted(a.value for a in permitted_actions(state.status)),
        )
    facts = cover_facts(work.session, state, actor, commune=place.code, field=work.row.field, on=on)
    facts |= {"area": commune_of(state.commune).area_class.value, **(known or {})}
    if isinstance(command, working.Assign) and command.assignee:
        assignee = actor_for(work.session, command.assignee, on=on)
        held = assignee.roles_in(place.province_code, place.code, work.row.field) if assignee else ()
        facts["assignee_roles"] = frozenset(r.value for r in held)
        if until := absent_until(work.session, command.assignee, local_date(work.now)):
            facts["assignee_absent_until"] = until.isoformat()
    if isinstance(command, moving.MoveToVersion):
        facts["target"] = work.office.catalogue.version(state.procedure, command.version)
    if name is Action.ACCEPT:
        work.definition(at, to_bind=True)
    context = work.context(at, actor, facts)
    decided = RULES[name].decide(context, command)
    record_cover(context, decided)
    if decided and command.backdating_reason and at < work.now:
        decided[0].payload["backdated"] = FreeText(command.backdating_reason)
    work.record(decided, at=at, actor=actor)


def apply_timers(office: Office, code: str, *, now: datetime, hold: bool = True) -> int:
    """Apply the elapsed legal timers of one dossier; gives how many events that wrote. Safe to repeat.

    With `hold=False` also those that wait because somebody is recording dated-back actions.
    """
    with writing(office.engine) as session:
        work = take(office, session, code, now=now)
        work.elapse(now, hold=hold)
        work.write()
        failpoint("timers.before_commit")
        return len(work.events)


def answer_of(work: Work) -> dict[str, Any]:
    """What a caller learns of a dossier after its action."""
    warned = next((e.payload["absent_until"] for e in work.events if "absent_until" in e.payload), None)
    return {
        **({"absent_until": warned} if warned else {}),
        "dossier": work.row.code,
        "revision": work.state.revision,
        "status": work.state.status.value,
        "open_steps": [
            {"occurrence": o.occurrence, "step": o.step, "kind": o.kind, "role": o.role, "assignee": o.assignee}
            for o in work.state.open_steps.values()
        ],
        "events": [e.type.value for e in work.events],
    }
