"""What somebody may do with a dossier now, and what each action leaves to choose. The gate decides in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlmodel import Session

from dossiers.actions.base import Context
from dossiers.actions.moving import can_move, moves_by_calendar
from dossiers.authority import Actor, may
from dossiers.cover import away, cover_facts
from dossiers.delegation import staff_with
from dossiers.duty_offers import DUTY_OFFERS
from dossiers.money import fee_sheet
from dossiers.offer_types import Choice, Desk, Offer
from dossiers.office import Office
from dossiers.permitted import Action, permitted_actions
from dossiers.states import BEFORE_ACCEPTANCE, Status
from dossiers.views import DossierView
from dossiers.working_time import local_date
from procedures.base import Names
from procedures.communes import commune as commune_of
from procedures.limits import AreaClass
from procedures.steps import Act, Kind, Step


def offers(office: Office, session: Session, view: DossierView, *, actor: Actor) -> tuple[Offer, ...]:
    """Everything that the actor may do with the dossier now, in the order of the table of actions."""
    place = commune_of(view.desk)
    on = local_date(view.now)
    roles = actor.on(on).roles_in(place.province_code, place.code, view.row.field)
    facts = cover_facts(session, view.state, actor, commune=place.code, field=view.row.field, on=on)
    context = Context(
        state=view.state,
        definition=view.definition,
        calendar=view.calendar,
        newest=office.calendar(view.state.province, view.state.commune),
        now=view.now,
        at=view.now,
        actor=actor,
        roles=frozenset(r.value for r in roles),
        facts=facts | {"versions": office.catalogue.versions(view.state.procedure)},
    )
    desk = Desk(view, context, session)
    found: list[Offer] = []
    permitted = permitted_actions(view.state.status)
    for action in Action:
        where: dict[str, Any] = {"province": place.province_code, "commune": place.code, "field": view.row.field}
        if action in permitted and action in _OFFERED and may(actor, action, **where):
            found += _OFFERED[action](desk)
    return tuple(found)


def _forward(desk: Desk) -> Iterable[Offer]:
    state = desk.view.state
    if state.commune != state.intake_commune and state.received_at_competent_body is None:
        yield Offer(Action.FORWARD)


def _accept(desk: Desk) -> Iterable[Offer]:
    state, definition = desk.view.state, desk.view.definition
    if state.commune != state.intake_commune and state.received_at_competent_body is None:
        return
    chosen = state.case_id or definition.case(None).id
    choices = {"case": tuple(Choice(c.id, c.names, c.id == chosen) for c in definition.cases)}
    limits = [c.time_limit for c in definition.cases]
    needs: set[str] = set()
    known = commune_of(state.commune).area_class
    if any(limit.depends_on_area for limit in limits) and known is AreaClass.UNKNOWN:
        choices["area"] = tuple(Choice(a, n) for a, n in _AREAS.items())
        if definition.case(chosen).time_limit.depends_on_area:
            needs.add("area")
    additions = {a.id: a for limit in limits for a in limit.additions}
    if additions:
        choices["additions"] = tuple(Choice(a.id, a.names) for a in additions.values())
    choices["documents"] = _documents(desk, chosen)
    yield Offer(Action.ACCEPT, choices=choices, needs=frozenset(needs))


_AREAS = {
    AreaClass.NORMAL.value: Names(vi="Địa bàn bình thường", en="Normal area"),
    AreaClass.DIFFICULT.value: Names(vi="Miền núi, hải đảo, vùng khó khăn", en="Mountain, island or difficult area"),
}


def _documents(desk: Desk, case: str | None) -> tuple[Choice, ...]:
    known = desk.view.definition.documents
    return tuple(Choice(d.id, d.names, d.required) for d in known if case is None or not d.cases or case in d.cases)


def _refuse(desk: Desk) -> Iterable[Offer]:
    step = next((s for _, s in desk.open_steps() if s.does is Act.REFUSE), None)
    allowed = {"signatory", "supervisor"} | ({str(step.role)} if step else set())
    if desk.view.state.status in BEFORE_ACCEPTANCE or desk.context.roles & allowed:
        yield Offer(Action.REFUSE, subject=step.names if step else None)


def _assign(desk: Desk) -> Iterable[Offer]:
    for found, step in desk.open_steps():
        if step.role is None:
            continue
        place = commune_of(desk.view.desk)
        where = {"province": place.province_code, "commune": place.code, "field": desk.view.row.field}
        on = local_date(desk.view.now)
        people = staff_with(desk.session, step.role.value, on=on, **where)
        gone = {a.staff_id: a.last_on for a in away(desk.session, on, staff=[i for i, _ in people])}
        others = tuple(Choice(i, _colleague(n, gone.get(i)), i == found.assignee) for i, n in people)
        if others:
            yield Offer(Action.ASSIGN, {"occurrence": found.occurrence}, step.names, {"assignee": others})


def _colleague(name: str, absent_until: date | None) -> Names:
    if absent_until is None:
        return Names(vi=name, en=name)
    return Names(vi=f"{name} (vắng đến {absent_until:%d/%m})", en=f"{name} (absent until {absent_until:%d/%m})")


def _complete(desk: Desk) -> Iterable[Offer]:
    asked = {c.occurrence for c in desk.view.state.open_consultations}
    for found, step in desk.open_steps():
        if isinstance(step.does, Act) or found.occurrence in asked or not desk.held(found):
            continue
        guidance = tuple(t for t in (step.guidance, step.check_question, *step.common_faults) if t)
        yield Offer(
            Action.COMPLETE_STEP,
            {"occurrence": found.occurrence},
            step.names,
            {"outcome": _outcomes(step)},
            guidance=guidance,
        )


def _outcomes(step: Step) -> tuple[Choice, ...]:
    return tuple(Choice(o, step.outcome_names.get(o, _PLAIN.get(o, Names(vi=o, en=o)))) for o in step.outcomes)


_PLAIN = {
    "done": Names(vi="Hoàn thành", en="Done"),
    "approved": Names(vi="Đạt", en="Approved"),
    "rejected": Names(vi="Không đạt", en="Rejected"),
    "signed": Names(vi="Ký duyệt", en="Signed"),
    "returned": Names(vi="Trả lại", en="Returned"),
    "answered": Names(vi="Đã có ý kiến", en="Answered"),
    "objected": Names(vi="Có ý kiến không đồng ý", en="Objected"),
    "paid": Names(vi="Đã nộp tiền", en="Paid"),
}


def _return(desk: Desk) -> Iterable[Offer]:
    steps = {s.id: s for s in desk.view.definition.steps}
    passed = dict.fromkeys(d.step for d in desk.view.state.done_steps)
    earlier = [steps[i] for i in passed if i in steps and steps[i].kind in (Kind.HUMAN, Kind.CONSULTATION)]
    if earlier:
        yield Offer(Action.RETURN_TO_STEP, choices={"step": tuple(Choice(s.id, s.names) for s in earlier)})


def _request_supplement(desk: Desk) -> Iterable[Offer]:
    state, rule = desk.view.state, desk.view.definition.supplement
    if state.status is not Status.SUBMITTED and rule is None:
        return
    exceeds = len(state.supplements) >= (rule.maximum_requests if rule else 1)
    needs = frozenset({"exceeding_reason"}) if exceeds else frozenset()
    choices = {"items": _documents(desk, state.case_id)}
    yield Offer(Action.REQUEST_SUPPLEMENT, choices=choices, needs=needs)


def _receive_supplement(desk: Desk) -> Iterable[Offer]:
    yield Offer(Action.RECEIVE_SUPPLEMENT, choices={"documents": _documents(desk, desk.view.state.case_id)})


def _pause(desk: Desk) -> Iterable[Offer]:
    already = {p.reason for p in desk.view.state.open_pauses}
    reasons = tuple(Choice(p.id, p.names) for p in desk.view.definition.pauses if p.id not in already)
    if reasons:
        yield Offer(Action.PAUSE, choices={"reason": reasons})


def _resume(desk: Desk) -> Iterable[Offer]:
    for pause in desk.view.state.open_pauses:
        reason = desk.view.definition.pause(pause.reason)
        if reason is not None:
            yield Offer(Action.RESUME, {"reason": reason.id}, reason.names)


def _payment(desk: Desk) -> Iterable[Offer]:
    if fees := _fees(desk):
        yield Offer(Action.RECORD_PAYMENT, choices={"fee": fees})


def _exemption(desk: Desk) -> Iterable[Offer]:
    if fees := _fees(desk):
        yield Offer(Action.RECORD_EXEMPTION, choices={"fee": fees})


def _fees(desk: Desk) -> tuple[Choice, ...]:
    """Every fee, those still open first: money that does not fit is recorded with a note."""
    lines = sorted(fee_sheet(desk.view.definition, desk.view.state).lines, key=lambda line: line.settled)
    return tuple(Choice(line.id, line.names) for line in lines)


def _rate(desk: Desk) -> Iterable[Offer]:
    if desk.view.state.status is Status.HANDED_OVER:
        yield Offer(Action.RATE)


def _remove_document(desk: Desk) -> Iterable[Offer]:
    known = {d.id: d.names for d in desk.view.definition.documents}
    for stored in desk.view.state.stored.values():
        if not stored.removed:
            yield Offer(Action.REMOVE_DOCUMENT, {"id": stored.id}, known.get(stored.required_document or "", _OTHER))


_OTHER = Names(vi="Tài liệu khác", en="Another document")


def _issue(desk: Desk) -> Iterable[Offer]:
    if desk.view.state.open_pauses:
        return
    for found, step in desk.open_steps():
        if step.does is Act.ISSUE_RESULT and desk.held(found):
            results = tuple(Choice(r.id, r.names) for r in desk.view.definition.results)
            choices = {"result": results, "outcome": _outcomes(step)}
            yield Offer(Action.ISSUE_RESULT, {}, step.names, choices)


def _reopen(desk: Desk) -> Iterable[Offer]:
    steps = {s.id: s for s in desk.view.definition.steps if s.role is not None}
    passed = dict.fromkeys(d.step for d in desk.view.state.done_steps if d.step in steps)
    choices = {"step": tuple(Choice(i, steps[i].names) for i in passed)} if passed else {}
    yield Offer(Action.REOPEN, choices=choices)


def _apply_calendar(desk: Desk) -> Iterable[Offer]:
    if moves_by_calendar(desk.context):
        yield Offer(Action.APPLY_CALENDAR)


def _move(desk: Desk) -> Iterable[Offer]:
    later = [d for d in desk.context.facts["versions"] if can_move(desk.context, d)]
    if later:
        choices = tuple(Choice(str(d.version), _version_name(d.version)) for d in later)
        yield Offer(Action.MOVE_TO_VERSION, choices={"version": choices})


def _version_name(version: int) -> Names:
    return Names(vi=f"Phiên bản {version}", en=f"Version {version}")


def _plain(action: Action) -> Callable[[Desk], Iterable[Offer]]:
    return lambda _desk: (Offer(action),)


def _elapsed(desk: Desk) -> Iterable[Offer]:
    if len(desk.view.events) > desk.view.revision:
        yield Offer(Action.APPLY_ELAPSED)


_OFFERED: dict[Action, Callable[[Desk], Iterable[Offer]]] = {
    Action.APPLY_ELAPSED: _elapsed,
    Action.FORWARD: _forward,
    Action.RECEIVE_AT_COMPETENT_BODY: _plain(Action.RECEIVE_AT_COMPETENT_BODY),
    Action.ACCEPT: _accept,
    Action.REFUSE: _refuse,
    Action.ASSIGN: _assign,
    Action.COMPLETE_STEP: _complete,
    Action.RETURN_TO_STEP: _return,
    Action.REQUEST_SUPPLEMENT: _request_supplement,
    Action.RECEIVE_SUPPLEMENT: _receive_supplement,
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
    Action.RECORD_PAYMENT: _payment,
    Action.RECORD_EXEMPTION: _exemption,
    Action.ISSUE_RESULT: _issue,
    Action.HAND_OVER: _plain(Action.HAND_OVER),
    Action.RATE: _rate,
    Action.REMOVE_DOCUMENT: _remove_document,
    Action.WITHDRAW: _plain(Action.WITHDRAW),
    Action.REOPEN: _reopen,
    Action.CORRECT: _plain(Action.CORRECT),
    Action.APPLY_CALENDAR: _apply_calendar,
    Action.MOVE_TO_VERSION: _move,
    **DUTY_OFFERS,
}
