"""What the rehearsed people do with a dossier before it is accepted. Pure."""

from __future__ import annotations

from typing import Any

from dossiers.permitted import Action
from dossiers.states import Status
from flows.demonstration.forms import documents_for
from flows.rehearsal.deeds import DESK, Deed, Later, Seen, backdated, paid
from flows.rehearsal.plans import Intake
from procedures.communes import commune as commune_of
from procedures.limits import AreaClass

PAID_AT_INTAKE = 0.25


def at_intake(seen: Seen) -> Deed | Later:
    """What happens before the acceptance, or when to look again."""
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
    if _pays_first(seen) and (payment := paid(seen)):
        return payment
    return _decided(seen)


def _decided(seen: Seen) -> Deed:
    if Action.ACCEPT in seen.tried and not seen.state.reopened:  # the law has changed since it came in
        return Deed(Action.REFUSE, {"reason": "Thủ tục đã thay đổi, đề nghị nộp lại (diễn tập)"}, DESK)
    return Deed(Action.ACCEPT, _acceptance(seen), DESK)


def _pays_first(seen: Seen) -> bool:
    plan, definition = seen.plan, seen.definition
    if plan.parent or plan.intake is Intake.OFFLINE or plan.dice("fee").random() >= PAID_AT_INTAKE:
        return False
    pays_later = any(s.wait_for == "payment" for s in definition.steps)
    settled = seen.tried & {Action.RECORD_PAYMENT, Action.RECORD_EXEMPTION}
    return not pays_later and not settled


def _acceptance(seen: Seen) -> dict[str, Any]:
    case = seen.definition.case(seen.state.case_id)
    command: dict[str, Any] = {"documents": documents_for(seen.definition, case.id)}
    if case.time_limit.depends_on_area and commune_of(seen.state.commune).area_class is AreaClass.UNKNOWN:
        command["area"] = "difficult" if seen.plan.key[0] % 2 else "normal"
    return command | backdated(seen, 120)
