"""The script of the rehearsed people: what somebody does with a dossier at a moment. Pure.

It looks at nothing but the plan, the state and the time, so the same is done however often the machine swept meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dossiers.permitted import Action
from dossiers.states import ENDED, RUNNING, DossierState, OpenStep, Status
from dossiers.working_time import add_office_minutes
from flows.demonstration.forms import documents_for
from flows.rehearsal.plans import Body, Course, DossierPlan, Intake
from procedures.calendars import Calendar
from procedures.communes import commune as commune_of
from procedures.limits import AreaClass
from procedures.schema import Definition

DESK = ("receiving_officer", "supervisor")
CASE = ("case_officer",)
SIGNER = ("signatory",)
SUPERVISOR = ("supervisor", "signatory")
OFFLINE_REASON = "Mất mạng, ghi sổ giấy (diễn tập)"


@dataclass(frozen=True, slots=True)
class Seen:
    """A dossier as somebody finds it on the desk. `tried`: what was done or refused before."""

    plan: DossierPlan
    state: DossierState
    definition: Definition
    calendar: Calendar
    """The calendar in force at the desk."""
    now: datetime
    moved_by_calendar: bool
    tried: frozenset[str] = frozenset()

    def after(self, since: datetime, what: object, low_hours: float, high_hours: float) -> datetime:
        """Some hours of office time after a moment, thrown once for each purpose."""
        hours = self.plan.dice(what).uniform(low_hours, high_hours)
        return add_office_minutes(since, max(1, round(hours * 60)), self.calendar)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does: the roles that may, whose step it is, and who must not be the one."""

    action: Action
    command: dict[str, Any]
    roles: tuple[str, ...]
    assignee: str | None = None
    avoid: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Later:
    """Nobody does anything before that moment; None: never again, unless something happens."""

    at: datetime | None


Decision = Deed | Later | None
"""None: this rule has nothing to say."""


def decide(seen: Seen) -> Deed | Later:
    """What happens now, or when to look again."""
    state = seen.state
    if state.status in (Status.SUBMITTED, Status.FORWARDED):
        return _at_intake(seen)
    if (request := state.open_supplement) and state.status in (Status.INCOMPLETE, Status.AWAITING_SUPPLEMENT):
        return _answer(seen, request.number)
    if state.status in ENDED:
        return _ended(seen)
    for rule in _RULES:
        found = rule(seen)
        if found is not None:
            return found
    return Later(None)


def _at_intake(seen: Seen) -> Deed | Later:
    state = seen.state
    if state.status is Status.FORWARDED:
        arrives = seen.after(state.last_occurred_at or seen.now, "post", 2, 10)
        return Later(arrives) if seen.now < arrives else Deed(Action.RECEIVE_AT_COMPETENT_BODY, {}, DESK)
    if state.commune != state.intake_commune and state.received_at_competent_body is None:
        return Deed(Action.FORWARD, {}, DESK)
    return _complete(seen)


def _complete(seen: Seen) -> Deed | Later:
    """Somebody looks whether everything is there."""
    state, plan = seen.state, seen.plan
    if plan.intake is Intake.IGNORED and (seen.now < (at := seen.after(plan.starts_at, "ignored", 8, 40))):
        return Later(at)
    asks = plan.intake in (Intake.SUPPLEMENTED, Intake.NEVER_COMPLETED)
    if asks and not state.supplements and not state.reopened:
        return Deed(Action.REQUEST_SUPPLEMENT, {"items": [{"problem": "Thiếu chữ ký (diễn tập)"}]}, DESK)
    if plan.intake is Intake.REFUSED and not state.reopened:
        return Deed(Action.REFUSE, {"reason": "Không thuộc thẩm quyền (diễn tập)"}, DESK)
    if plan.intake is Intake.WITHDRAWN and not state.reopened:
        return Deed(Action.WITHDRAW, {"reason": "Không còn nhu cầu (diễn tập)"}, DESK)
    if Action.ACCEPT in seen.tried and not state.reopened:  # the law has changed since it came in
        return Deed(Action.REFUSE, {"reason": "Thủ tục đã thay đổi, đề nghị nộp lại (diễn tập)"}, DESK)
    return Deed(Action.ACCEPT, _acceptance(seen), DESK)


def _acceptance(seen: Seen) -> dict[str, Any]:
    case = seen.definition.case(seen.state.case_id)
    command: dict[str, Any] = {"documents": documents_for(seen.definition, case.id)}
    if case.time_limit.depends_on_area and commune_of(seen.state.commune).area_class is AreaClass.UNKNOWN:
        command["area"] = "difficult" if seen.plan.key[0] % 2 else "normal"
    return command | backdated(seen, 120)


def backdated(seen: Seen, minutes: int) -> dict[str, Any]:
    """What a command says that is recorded later than it was done, where the plan has it so."""
    timers = seen.state.open_consultations or seen.state.open_supplement or seen.state.open_pauses
    if seen.plan.intake is not Intake.OFFLINE or seen.plan.parent or timers:
        return {}
    at = max(seen.now - timedelta(minutes=minutes), seen.state.last_occurred_at or seen.plan.starts_at)
    return {"occurred_at": at, "backdating_reason": OFFLINE_REASON} if at < seen.now else {}


def _answer(seen: Seen, number: int) -> Deed | Later:
    request = seen.state.open_supplement
    assert request is not None
    never = Intake.NEVER_COMPLETED if request.stage == "intake" else Course.NEVER_COMPLETED
    if never in (seen.plan.intake, seen.plan.course):
        return Later(seen.after(request.answer_by, "over", 1, 4) if request.answer_by else None)
    at = seen.after(request.requested_at, f"supplement {number}", 2, 20)
    return Later(at) if seen.now < at else Deed(Action.RECEIVE_SUPPLEMENT, {}, DESK)


def _ended(seen: Seen) -> Deed | Later:
    state = seen.state
    if late := _too_late_an_answer(seen):
        return late
    if not seen.plan.reopened or Action.REOPEN in seen.tried or state.parent or state.closed_at is None:
        return Later(None)
    at = seen.after(state.closed_at, "reopen", 4, 20)
    deed = Deed(Action.REOPEN, {"reason": "Theo quyết định giải quyết khiếu nại (diễn tập)"}, SUPERVISOR)
    return Later(at) if seen.now < at else deed


def _too_late_an_answer(seen: Seen) -> Decision:
    if seen.plan.body is not Body.TOO_LATE or seen.state.status not in RUNNING | {Status.FINISHED, Status.HANDED_OVER}:
        return None
    for asked in seen.state.consultations.values():
        if asked.deemed and asked.late_at is None and seen.now >= seen.after(asked.answer_by, "too late", 4, 12):
            return Deed(Action.ANSWER_CONSULTATION, {"number": asked.number, "answer": "objection"}, (*CASE, "clerk"))
    return None


def _stop(seen: Seen) -> Decision:
    proposal = seen.state.stop_proposal
    if proposal is not None:
        if seen.plan.course is Course.STOPPED:
            return Deed(Action.STOP, {"proposal": proposal.revision}, SUPERVISOR, avoid=frozenset({proposal.by}))
        return Deed(Action.DECLINE_STOP, {"reason": "Chưa đủ căn cứ (diễn tập)"}, SUPERVISOR)
    wanted = seen.plan.course in (Course.STOPPED, Course.STOP_DECLINED)
    if not wanted or Action.PROPOSE_STOP in seen.tried or seen.state.status not in RUNNING:
        return None
    words = {"reason": "Có tranh chấp đang được toà án thụ lý (diễn tập)", "legal_ground": "căn cứ diễn tập"}
    return Deed(Action.PROPOSE_STOP, words, CASE)


def _withdraw(seen: Seen) -> Decision:
    worked = any(d.by_hand for d in seen.state.done_steps)
    if seen.plan.course is not Course.WITHDRAWN or not worked or seen.state.status not in RUNNING:
        return None
    tried = Action.WITHDRAW in seen.tried
    return None if tried else Deed(Action.WITHDRAW, {"reason": "Không còn nhu cầu (diễn tập)"}, DESK)


def _calendar(seen: Seen) -> Decision:
    if not seen.moved_by_calendar:
        return None
    return Deed(Action.APPLY_CALENDAR, {"reason": "Nghỉ do bão (diễn tập)"}, ("supervisor",))


def _supplement(seen: Seen) -> Decision:
    wanted = seen.plan.course in (Course.SUPPLEMENTED, Course.NEVER_COMPLETED)
    rule, state = seen.definition.supplement, seen.state
    if not wanted or rule is None or state.status not in (Status.IN_PROGRESS, Status.PAUSED):
        return None
    if any(s.stage == "processing" for s in state.supplements) or Action.REQUEST_SUPPLEMENT in seen.tried:
        return None
    command: dict[str, Any] = {"items": [{"problem": "Bản sao mờ (diễn tập)"}], "found_at": seen.now}
    if len(state.supplements) >= rule.maximum_requests:
        command["exceeding_reason"] = "Phát hiện thêm khi thẩm định (diễn tập)"
    return Deed(Action.REQUEST_SUPPLEMENT, command, CASE)


def _pause(seen: Seen) -> Decision:
    wanted = seen.plan.course in (Course.PAUSED, Course.PAUSED_FOR_EVER)
    state = seen.state
    if not wanted or not seen.definition.pauses or state.status not in (Status.IN_PROGRESS, Status.PAUSED):
        return None
    of_steps = {o.pauses for o in state.open_steps.values()}
    own = next((p for p in state.open_pauses if p.reason not in of_steps and p.reason != "supplement"), None)
    if own is None:
        reasons = [p.id for p in seen.definition.pauses if p.id not in of_steps]
        if Action.PAUSE in seen.tried or not reasons:
            return None
        return Deed(Action.PAUSE, {"reason": seen.plan.dice("pause").choice(reasons)}, CASE)
    if seen.plan.course is Course.PAUSED_FOR_EVER:
        return Later(seen.after(own.ends_by, "over", 1, 6) if own.ends_by else None)
    at = seen.after(own.started_at, "resume", 6, 30)
    return Later(at) if seen.now < at else Deed(Action.RESUME, {"reason": own.reason}, CASE)


def _extend(seen: Seen) -> Decision:
    rule = seen.definition.extension
    if seen.plan.course is not Course.EXTENDED or rule is None or Action.EXTEND in seen.tried:
        return None
    if seen.state.extensions or seen.state.status not in RUNNING:
        return None
    words = {"reason": "Cần xác minh (diễn tập)", "apology": "Thành thật xin lỗi ông/bà (diễn tập)"}
    return Deed(Action.EXTEND, {"amount": "2", **words}, SIGNER)


def _correct(seen: Seen) -> Decision:
    if seen.plan.course is not Course.CORRECTED or Action.CORRECT in seen.tried or seen.state.parent:
        return None
    channel = "postal" if seen.state.channel == "direct" else "direct"
    command = {"corrects": 1, "what": "channel", "channel": channel, "reason": "Ghi nhầm kênh nộp (diễn tập)"}
    return Deed(Action.CORRECT, command, DESK)


def _send_back(seen: Seen) -> Decision:
    passed = [d.step for d in seen.state.done_steps if d.by_hand]
    late_enough = seen.plan.course is Course.RETURNED and len(passed) > 1 and not seen.state.finished_at
    if not late_enough or Action.RETURN_TO_STEP in seen.tried or seen.state.status is not Status.IN_PROGRESS:
        return None
    kinds = {s.id: s.kind.value for s in seen.definition.steps}
    earlier = [s for s in passed if kinds.get(s) in ("human", "consultation")]
    words = {"reason": "Cần thẩm định lại (diễn tập)"}
    return Deed(Action.RETURN_TO_STEP, {"step": earlier[0], **words}, SIGNER) if earlier else None


def _assign(seen: Seen) -> Decision:
    if not seen.plan.assigned or Action.ASSIGN in seen.tried or seen.state.status not in RUNNING:
        return None
    for found in seen.state.open_steps.values():
        if found.role == "case_officer" and found.kind == "human" and found.assignee is None:
            command = {"occurrence": found.occurrence, "assignee": NAMED, "even_if_absent": True}
            return Deed(Action.ASSIGN, command, ("supervisor",))
    return None


NAMED = "the officer of the plan"
"""Stands for the case officer of the team whom the dossier's dice choose."""


def _work(seen: Seen) -> Decision:
    from flows.rehearsal.script_steps import at_step

    looks: list[datetime] = []
    steps: list[OpenStep] = sorted(seen.state.open_steps.values(), key=lambda o: o.occurrence)
    for found in steps:
        decision = at_step(seen, found)
        if isinstance(decision, Deed):
            return decision
        if decision.at is not None:
            looks.append(decision.at)
    return Later(min(looks, default=None))


_RULES: tuple[Callable[[Seen], Decision], ...] = (
    _too_late_an_answer,
    _stop,
    _withdraw,
    _calendar,
    _supplement,
    _pause,
    _extend,
    _correct,
    _send_back,
    _assign,
    _work,
)
