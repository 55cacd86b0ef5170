"""Automatic steps: what the machine does by itself, once, whoever asks and however often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from dossiers.actions.intake import Applicant, RegisterSubmission
from dossiers.authority import SYSTEM
from dossiers.events import EventType, NewEvent, instant
from dossiers.failpoints import failpoint
from dossiers.gate import Work, take
from dossiers.office import Office
from dossiers.registration import open_dossier
from dossiers.routing import after_outcome
from dossiers.session import writing
from dossiers.states import ENDED, OpenStep
from dossiers.tables import WakeUpRow
from dossiers.wakeups import DONE, LEASED, WakeUpRef, ref
from procedures.steps import Automatic, Step

OpenPart = Callable[[Work, RegisterSubmission, str, datetime], Work]
"""Registers a linked dossier of the one in hand for a body, as of an instant."""


@dataclass(frozen=True, slots=True)
class AutomaticOutcome:
    """Whether this attempt did the step, and which automatic steps of the same dossier it now holds."""

    done: bool
    next: tuple[WakeUpRef, ...] = ()


def do_automatic_step(
    office: Office, *, wake_up: int, attempt: int, owner: str, now: datetime, lease: timedelta
) -> AutomaticOutcome:
    """Do one automatic step in one transaction, if it still needs doing and this attempt still holds its lease.

    Its legal moment is the one at which it opened; `now` is only when the machine got to it.
    """
    with writing(office.engine) as session:
        row = session.get(WakeUpRow, wake_up)
        if row is None or row.state == DONE:
            return AutomaticOutcome(done=False)
        work = take(office, session, row.dossier_code, now=now)
        session.refresh(row)
        if row.state != LEASED or row.attempt != attempt:
            return AutomaticOutcome(done=False)
        found = work.state.open_steps.get(row.occurrence)
        if found is not None:
            perform(work, found)
        session.execute(
            update(WakeUpRow).where(col(WakeUpRow.id) == wake_up).values(state=DONE, done_at=now, lease_until=None)
        )
        work.elapse(now)
        opened = work.write(lease=(owner, now + lease))
        failpoint("automatic.before_commit")
        following = tuple(ref(w) for w in opened)
    failpoint("automatic.after_commit")
    return AutomaticOutcome(done=found is not None, next=following)


def perform(work: Work, found: OpenStep, *, open_part: OpenPart | None = None) -> None:
    """Do one automatic step of a dossier in hand, dated at the moment at which it opened; nothing is written yet.

    `open_part` registers a linked dossier; by default in the transaction of the parent.
    """
    last = work.state.last_occurred_at or found.opened_at
    at = max(found.opened_at, last)
    context = work.context(at, SYSTEM)
    step = context.definition.step(found.step)
    does = Automatic(str(step.does))
    if does is Automatic.OPEN_LINKED_DOSSIERS:
        event = _open_linked(work, found, step, open_part or _in_transaction)
    else:
        event = PERFORM[does](work, found, step)
    if work.state.status in ENDED:
        event.payload["closes"] = [[found.occurrence, "done"]]
    else:
        event.payload.update(
            after_outcome(context.definition, work.state, found.occurrence, "done", at=at, add_limit=context.add_limit)
        )
    event.payload.update({"occurrence": found.occurrence, "step": step.id})
    work.record([event], at=at, actor=SYSTEM)


def _issue_receipt(work: Work, _found: OpenStep, _step: Step) -> NewEvent:
    due = work.state.promised_at or work.state.original_due_at
    return NewEvent(EventType.RECEIPT_ISSUED, {"promised_at": instant(due) if due else None, "form": "01"})


def _publish_result(work: Work, _found: OpenStep, _step: Step) -> NewEvent:
    return NewEvent(EventType.RESULT_PUBLISHED, {"result": work.state.result})


def _notify_applicant(_work: Work, _found: OpenStep, _step: Step) -> NewEvent:
    return NewEvent(EventType.APPLICANT_NOTIFIED, {})


def _open_linked(work: Work, found: OpenStep, step: Step, open_part: OpenPart) -> NewEvent:
    """Register the linked dossiers in the parent's own transaction, so that there is never one without the other."""
    opened: list[Work] = []
    for linked in step.opens:
        command = RegisterSubmission(
            procedure=linked.procedure,
            commune=work.state.commune,
            channel=work.state.channel,
            case=linked.case,
            applicant=Applicant(name=work.row.code),
        )
        opened.append(open_part(work, command, linked.body, found.opened_at))
    for child in opened:
        child.write()
    codes = [child.row.code for child in opened]
    payload: dict[str, Any] = {"dossiers": codes, "bodies": [linked.body for linked in step.opens]}
    return NewEvent(EventType.LINKED_DOSSIERS_OPENED, payload)


def _in_transaction(parent: Work, command: RegisterSubmission, body: str, at: datetime) -> Work:
    return open_dossier(
        parent.office,
        parent.session,
        command,
        actor=SYSTEM,
        now=parent.now,
        parent=parent.row,
        body=body,
        at=at,
    )


PERFORM: dict[Automatic, Callable[[Work, OpenStep, Step], NewEvent]] = {
    Automatic.ISSUE_RECEIPT: _issue_receipt,
    Automatic.PUBLISH_RESULT: _publish_result,
    Automatic.NOTIFY_APPLICANT: _notify_applicant,
}
