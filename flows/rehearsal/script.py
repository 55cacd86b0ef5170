"""The script of the rehearsed people: what somebody does with a dossier at a moment. Pure.

It looks at nothing but the plan, the state and the time, so the same is done however often the machine swept meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dossiers.permitted import Action
from dossiers.states import ENDED, RUNNING, OpenStep, Status
from flows.rehearsal.deeds import CASE, DESK, NAMED, SIGNER, SUPERVISOR, Decision, Deed, Later, Seen
from flows.rehearsal.plans import Body, Course, Intake
from flows.rehearsal.script_intake import at_intake
from flows.rehearsal.script_steps import at_step


def decide(seen: Seen) -> Deed | Later:
    """What happens now, or when to look again."""
    state = seen.state
    if state.status in (Status.SUBMITTED, Status.FORWARDED):
        return at_intake(seen)
    if (request := state.open_supplement) and state.status in (Status.INCOMPLETE, Status.AWAITING_SUPPLEMENT):
        return _answer(seen, request.number)
    if state.status in ENDED:
        return _ended(seen)
    for rule in _RULES:
        found = rule(seen)
        if found is not None:
            return found
    return Later(None)


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


def _work(seen: Seen) -> Decision:
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
