"""The way of a dossier from desk to desk, for the control slip (form 06). Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dossiers.clock import add_limit
from dossiers.events import Event, EventType
from dossiers.history import apply
from dossiers.history_rules import moment
from dossiers.states import DossierState
from notifications.contents import place
from notifications.rendering import VIETNAM
from notifications.slips.forms import all_forms
from notifications.slips.known import Known
from procedures.limits import Unit

DESKS = {
    "case_officer": "Công chức thụ lý",
    "head_of_division": "Lãnh đạo phòng chuyên môn",
    "signatory": "Lãnh đạo ký",
    "clerk": "Văn thư",
}
RESULTS = {"early": "Trước hạn", "on_time": "Đúng hạn", "late": "Quá hạn"}
ANSWERS = {
    "consent": "đồng ý",
    "objection": "không đồng ý",
    "opinion": "có ý kiến",
    "silence": "không trả lời",
    "void": "không còn cần",
}


@dataclass(slots=True)
class Move:
    """One hand-over; names are None where nobody is known yet."""

    giver: str
    receiver: str
    at: datetime
    given_by: str | None
    taken_by: str | None = None
    result: str = ""
    note: str = ""


@dataclass(slots=True)
class _Hand:
    """Who has the dossier, and what is known of how they let it go."""

    desk: str
    actor: str | None = None
    result: str = ""
    note: str = ""


@dataclass(slots=True)
class _Way:
    found: Known
    hand: _Hand
    state: DossierState = field(default_factory=DossierState)
    moves: list[Move] = field(default_factory=list)


def control(found: Known) -> list[dict[str, Any]]:
    """Every hand-over up to the event, in order, as the template shows it."""
    way = _Way(found, _Hand(all_forms().centre))
    for event in found.events:
        opened_at = {n: o.opened_at for n, o in way.state.open_steps.items()}
        roles = {n: (o.step, o.role) for n, o in way.state.open_steps.items()}
        apply(way.state, event)
        _let_go(way, event, roles, opened_at)
        _outside(way, event)
        _pass_on(way, event)
    return [_shown(one) for one in way.moves]


def _let_go(way: _Way, event: Event, roles: dict[int, Any], opened_at: dict[int, datetime]) -> None:
    """Note who lets the dossier go with this event, and whether their own time was kept."""
    found = way.found
    if event.type is EventType.DOSSIER_ACCEPTED:
        way.hand = _Hand(all_forms().centre, found.name_of(event.actor))
        return
    for occurrence, _outcome in event.payload.get("closes", ()):
        step_id, role = roles.get(occurrence, ("", None))
        if role is None:
            continue
        hours = found.definition.step(step_id).limit_hours
        result = ""
        if event.type is EventType.RESULT_ISSUED:
            result = RESULTS.get(found.verdict or "", "")
        elif hours is not None:
            due = add_limit(opened_at[occurrence], hours, Unit.WORKING_HOURS, found.calendar)
            result = RESULTS["early" if event.occurred_at < due else "on_time" if event.occurred_at == due else "late"]
        note = "Chuyển trả" if event.type is EventType.RETURNED_TO_STEP else ""
        way.hand = _Hand(_desk(role), found.name_of(event.actor), result, note)


def _pass_on(way: _Way, event: Event) -> None:
    """A hand-over to each desk that a human step was opened for, unless it is the desk that had the dossier."""
    for opened in event.payload.get("opens", ()):
        role = opened.get("role")
        if role is None or _desk(role) == way.hand.desk:
            continue
        way.moves.append(
            Move(
                way.hand.desk,
                _desk(role),
                event.occurred_at,
                way.hand.actor,
                _taker(way.found, opened["occurrence"]),
                way.hand.result,
                way.hand.note,
            )
        )


def _outside(way: _Way, event: Event) -> None:
    """Hand-overs to and from other bodies, and to the applicant."""
    found, payload = way.found, event.payload
    actor = found.name_of(event.actor)
    if event.type is EventType.DOSSIER_FORWARDED:
        move = Move(_office(payload["from"]), _office(payload["to"]), event.occurred_at, actor)
        way.moves.append(move)
    elif event.type is EventType.RECEIVED_AT_COMPETENT_BODY and way.moves:
        way.moves[-1].taken_by = actor
    elif event.type is EventType.CONSULTATION_REQUESTED:
        for one in payload["consultations"]:
            note = f"Hạn trả lời {_day(moment(one['answer_by']))}"
            way.moves.append(Move(way.hand.desk, one["body"], event.occurred_at, actor, note=note))
    elif event.type in (EventType.CONSULTATION_ANSWERED, EventType.CONSULTATION_DEEMED_ANSWERED):
        way.moves.append(_answer(way, event, actor))
    elif event.type is EventType.RESULT_HANDED_OVER:
        way.moves.append(Move(all_forms().centre, "Người nộp", event.occurred_at, actor, found.person.name))


def _answer(way: _Way, event: Event, actor: str | None) -> Move:
    asked = way.state.consultations[event.payload["number"]]
    in_time = event.occurred_at <= asked.answer_by
    if event.type is EventType.CONSULTATION_DEEMED_ANSWERED:
        what, result = "coi như " + ANSWERS.get(event.payload["answer"], ""), RESULTS["late"]
        if event.payload["answer"] == "silence":
            what = ANSWERS["silence"]
    else:
        what, result = ANSWERS.get(event.payload["answer"], ""), RESULTS["on_time" if in_time else "late"]
    return Move(asked.body, way.hand.desk, event.occurred_at, None, actor, result, what.capitalize())


def _taker(found: Known, occurrence: int) -> str | None:
    for done in found.state.done_steps:
        if done.occurrence == occurrence:
            return found.name_of(done.actor)
    held = found.state.open_steps.get(occurrence)
    return found.name_of(held.assignee) if held else None


def _desk(role: str) -> str:
    return DESKS.get(role, all_forms().centre)


def _office(commune: str) -> str:
    return f"{all_forms().centre} {place(commune).commune}"


def _day(at: datetime | None) -> str:
    # A time that ends at midnight ends with the day before.
    return f"{(at - timedelta(minutes=1)).astimezone(VIETNAM):%d/%m/%Y}" if at else ""


def _shown(move: Move) -> dict[str, Any]:
    local = move.at.astimezone(VIETNAM)
    texts = {k: v or "" for k, v in asdict(move).items() if k != "at"}
    return texts | {"time": f"{local:%H:%M}", "day": f"{local:%d/%m/%Y}"}
