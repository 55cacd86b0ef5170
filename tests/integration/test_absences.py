"""Absences asked for, previewed and decided; many steps given to another person. On both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from dossiers.absence_preview import preview, preview_of
from dossiers.absences import absences, decide_absence, plan_absence
from dossiers.errors import NoAuthority
from dossiers.idempotency import IdempotencyKey
from dossiers.office import Office
from dossiers.people_errors import (
    AbsenceDecided,
    AbsenceOverlaps,
    AssigneeAbsent,
    DatesWrong,
    NothingToReassign,
    OwnAbsence,
    SubstituteNotAble,
    UnknownAbsence,
    UnknownColleague,
)
from dossiers.reassignment import Which, reassign
from dossiers.session import writing
from dossiers.tables import DossierRow
from tests.conftest import make_office
from tests.desk import MONDAY, Desk, count_events
from tests.people import as_of, grant, hire, send_away
from tests.samples import SUPERVISOR, at, sample

DAYS = {"first_on": date(2026, 3, 4), "last_on": date(2026, 3, 6)}


@pytest.fixture
def staffed(office: Office) -> Office:
    hire(office, "lan", "case_officer")
    hire(office, "mai", "case_officer")
    hire(office, "truong", "supervisor", "head_of_division")
    hire(office, "khac", grant("supervisor", commune="14797"))
    return office


def plan(office: Office, staff: str, by: str = "", **more: Any) -> dict[str, Any]:
    actor = as_of(office, by or staff, MONDAY)
    return plan_absence(office, staff=staff, actor=actor, now=MONDAY, **(DAYS | more))


def decide(office: Office, absence: dict[str, Any], decision: Any, by: str, **more: Any) -> dict[str, Any]:
    now = more.pop("now", MONDAY)
    return decide_absence(office, absence["id"], decision, actor=as_of(office, by, now), now=now, **more)


def test_who_may_ask_and_who_decides(staffed: Office) -> None:
    own = plan(staffed, "lan", reason="việc gia đình")
    assert (own["state"], own["asked_by"], own["name"], own["substitute"]) == ("planned", "lan", "Lan", None)
    with pytest.raises(NoAuthority):
        plan(staffed, "mai", by="lan")
    with pytest.raises(NoAuthority):
        plan(staffed, "mai", by="khac")
    assert plan(staffed, "mai", by="truong")["asked_by"] == "truong"
    for stranger in ("lan", "mai", "khac"):
        with pytest.raises(NoAuthority):
            decide(staffed, own, "approve", stranger)
    approved = decide(staffed, own, "approve", "truong")
    assert (approved["state"], approved["substitute"], approved["uncovered"]) == ("approved", "mai", [])
    with pytest.raises(AbsenceDecided):
        decide(staffed, own, "decline", "truong")
    with pytest.raises(UnknownAbsence):
        decide(staffed, {"id": 99}, "approve", "truong")
    with pytest.raises(UnknownColleague):
        plan(staffed, "nobody", by="truong")
    assert [a["staff_id"] for a in absences(staffed, actor=as_of(staffed, "lan", MONDAY))] == ["lan"]
    assert [a["staff_id"] for a in absences(staffed, actor=as_of(staffed, "truong", MONDAY))] == ["lan", "mai"]
    assert absences(staffed, actor=as_of(staffed, "khac", MONDAY)) == []


def test_the_days_must_be_in_order_ahead_and_free(staffed: Office) -> None:
    with pytest.raises(DatesWrong):
        plan(staffed, "lan", last_on=date(2026, 3, 3))
    with pytest.raises(DatesWrong):
        plan(staffed, "lan", first_on=date(2026, 2, 1), last_on=date(2026, 3, 1))
    with pytest.raises(DatesWrong):
        plan(staffed, "lan", last_on=date(2027, 3, 10))
    first = plan(staffed, "lan")
    with pytest.raises(AbsenceOverlaps):
        plan(staffed, "lan", first_on=date(2026, 3, 6), last_on=date(2026, 3, 9))
    plan(staffed, "lan", first_on=date(2026, 3, 7), last_on=date(2026, 3, 9))
    decide(staffed, first, "cancel", "lan")
    assert plan(staffed, "lan")["state"] == "planned"


def test_nobody_approves_their_own_while_another_supervisor_is_there(staffed: Office) -> None:
    own = plan(staffed, "truong")
    hire(staffed, "pho", "supervisor")
    with pytest.raises(OwnAbsence) as refused:
        decide(staffed, own, "approve", "truong")
    assert refused.value.facts == {"supervisors": ["Pho"]}
    send_away(staffed, "pho", "2026-03-02", "2026-03-02")
    answer = decide(staffed, own, "approve", "truong")
    assert (answer["self_approved"], answer["why"]) == (True, "only_supervisor")
    assert answer["substitute"] == "pho"  # away today only
    assert answer["uncovered"] == [
        {
            "role": "head_of_division",
            "commune": "14845",
            "why": "nobody",
            "fields": sorted(staffed.catalogue.fields()),
        }
    ]
    listed = absences(staffed, actor=as_of(staffed, "truong", MONDAY))
    assert [a["self_approved"] for a in listed if a["staff_id"] == "truong"] == [True]


def test_the_substitute_named_must_be_able(staffed: Office) -> None:
    hire(staffed, "thu", "clerk")
    with pytest.raises(SubstituteNotAble):
        plan(staffed, "lan", substitute="lan")
    own = plan(staffed, "lan", substitute="thu")
    with pytest.raises(SubstituteNotAble) as refused:
        decide(staffed, own, "approve", "truong")
    assert refused.value.facts == {"substitute": "thu", "why": ["held_by_others"]}
    assert decide(staffed, own, "approve", "truong", substitute="mai")["substitute_name"] == "Mai"


def test_one_that_has_begun_ends_yesterday_when_cancelled(staffed: Office) -> None:
    own = decide(staffed, plan(staffed, "lan"), "approve", "truong")
    with pytest.raises(NoAuthority):
        decide(staffed, own, "cancel", "lan")
    ended = decide(staffed, own, "cancel", "truong", now=at("2026-03-06T08:00"))
    assert (ended["state"], ended["last_on"]) == ("approved", "2026-03-05")
    with pytest.raises(AbsenceDecided):
        decide(staffed, own, "cancel", "truong", now=at("2026-03-06T09:00"))


def limited(office: Office) -> Office:
    """The sample procedure with an internal limit of 8 hours for the appraisal."""
    raw = sample().model_dump(mode="json", by_alias=True)
    steps = [s | ({"limit_hours": "8"} if s["id"] == "appraise" else {}) for s in raw["steps"]]
    return make_office(office.engine, sample(steps=steps))


def late(shown: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    return [(one["dossier"], one["reason"], one["moment"], one["covered"]) for one in shown["late"]]


def test_the_preview_shows_what_would_be_late_before_anything_is_approved(staffed: Office) -> None:
    """Five working days from Monday 2 March end on Monday 9 March at 17:00; 8 office hours on Tuesday at 9:00."""
    office = limited(staffed)
    desk = Desk(office).accepted()
    lan = as_of(office, "lan", MONDAY)
    days: dict[str, Any] = {"staff": "lan", "actor": lan}
    pooled = preview(office, first_on=date(2026, 3, 3), last_on=date(2026, 3, 9), **days)
    assert late(pooled) == []  # Mai is there for the role
    desk.do("assign", MONDAY, SUPERVISOR, occurrence=2, assignee="lan")
    before = count_events(office)
    shown = preview(office, first_on=date(2026, 3, 3), last_on=date(2026, 3, 9), **days)
    assert late(shown) == [(desk.code, "due_while_away", "2026-03-09T10:00:00+00:00", True)]
    assert (shown["substitute_name"], shown["back_at"]) == ("Mai", "2026-03-10T00:00:00+00:00")
    one = preview(office, first_on=date(2026, 3, 3), last_on=date(2026, 3, 3), **days)
    assert late(one) == [(desk.code, "step_limit_while_away", "2026-03-03T02:00:00+00:00", True)]
    short = preview(office, first_on=date(2026, 3, 4), last_on=date(2026, 3, 8), **days)
    assert late(short) == []  # a whole day is left on return, and the step grants a day
    after = preview(office, first_on=date(2026, 3, 10), last_on=date(2026, 3, 13), **days)
    assert late(after) == []  # late already by then
    assert count_events(office) == before
    with pytest.raises(NoAuthority):
        preview(office, **(days | {"actor": as_of(office, "mai", MONDAY)}), **DAYS)


def test_the_preview_names_procedures_and_days_without_anybody(staffed: Office) -> None:
    asked = plan(staffed, "truong", first_on=date(2026, 3, 6), last_on=date(2026, 3, 9))
    shown = preview_of(staffed, asked["id"], actor=as_of(staffed, "truong", MONDAY))
    assert shown["without_anybody"] == [
        {
            "commune": "14845",
            "field": "ho-tich",
            "role": "head_of_division",
            "why": "absent",
            "absent_until": "2026-03-09",
            "procedures": ["9.000001"],
            "days": ["2026-03-06", "2026-03-09"],
        }
    ]
    assert {one["role"] for one in shown["uncovered"]} == {"supervisor", "head_of_division"}


def test_a_step_in_the_pool_is_late_when_nobody_else_is_there(staffed: Office) -> None:
    desk = Desk(staffed).accepted()
    send_away(staffed, "mai", "2026-03-01", "2026-03-31")
    lan = as_of(staffed, "lan", MONDAY)
    shown = preview(staffed, staff="lan", first_on=date(2026, 3, 5), last_on=date(2026, 3, 9), actor=lan)
    assert late(shown) == [(desk.code, "due_while_away", "2026-03-09T10:00:00+00:00", False)]
    assert shown["late"][0]["assigned"] is False


def test_many_steps_are_given_to_another_person_each_by_itself(staffed: Office) -> None:
    desks = [Desk(staffed).accepted() for _ in range(3)]
    for desk in desks:
        desk.do("assign", MONDAY, SUPERVISOR, occurrence=2, assignee="lan")
    hire(staffed, "thu", "clerk")
    boss = as_of(staffed, "truong", MONDAY)
    refused = reassign(staffed, Which("lan"), to="thu", actor=boss, now=MONDAY)
    assert (refused["done"], refused["refused"]) == (0, 3)
    assert refused["results"][0]["error"] == "UnknownAssignee"
    key = IdempotencyKey.of(actor="truong", route="reassign", key="k1", body={})
    two = Which("lan", dossiers=(desks[0].code, desks[2].code))
    first = reassign(staffed, two, to="mai", actor=boss, now=MONDAY, idempotency=key)
    assert [(r["dossier"], r["done"]) for r in first["results"]] == [(desks[0].code, True), (desks[2].code, True)]
    events = count_events(staffed)
    assert reassign(staffed, two, to="mai", actor=boss, now=MONDAY, idempotency=key) == first
    assert count_events(staffed) == events
    assert [d.row.holder for d in desks] == ["mai", "lan", "mai"]
    assert reassign(staffed, Which("mai", step="appraise"), to=None, actor=boss, now=MONDAY)["done"] == 2
    assert [d.row.holder for d in desks] == ["case_officer", "lan", "case_officer"]
    assert reassign(staffed, Which("lan", commune="14797"), to="mai", actor=boss, now=MONDAY)["results"] == []


def test_a_reassignment_that_broke_off_goes_on_where_it_stopped(
    staffed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = [Desk(staffed).accepted() for _ in range(3)]
    for desk in desks:
        desk.do("assign", MONDAY, SUPERVISOR, occurrence=2, assignee="lan")
    boss = as_of(staffed, "truong", MONDAY)
    key = IdempotencyKey.of(actor="truong", route="reassign", key="k2", body={})
    with monkeypatch.context() as broken:
        import dossiers.reassignment as module

        real, calls = module.act, []

        def dies(*given: Any, **named: Any) -> Any:
            calls.append(given)
            if len(calls) == 2:
                raise ConnectionError("the process died")
            return real(*given, **named)

        broken.setattr(module, "act", dies)
        with pytest.raises(ConnectionError):
            reassign(staffed, Which("lan"), to="mai", actor=boss, now=MONDAY, idempotency=key)
    answer = reassign(staffed, Which("lan"), to="mai", actor=boss, now=MONDAY, idempotency=key)
    assert [r["done"] for r in answer["results"]] == [True, True, True]
    assert [d.types.count("StepAssigned") for d in desks] == [2, 2, 2]


def test_a_reassignment_says_whose_and_to_somebody_present(staffed: Office) -> None:
    boss = as_of(staffed, "truong", MONDAY)
    with pytest.raises(NothingToReassign):
        reassign(staffed, Which(None), to="mai", actor=boss, now=MONDAY)
    with pytest.raises(UnknownColleague):
        reassign(staffed, Which("lan"), to="nobody", actor=boss, now=MONDAY)
    with pytest.raises(NoAuthority):
        reassign(staffed, Which("lan"), to="mai", actor=as_of(staffed, "mai", MONDAY), now=MONDAY)
    send_away(staffed, "mai", "2026-03-02", "2026-03-05")
    with pytest.raises(AssigneeAbsent):
        reassign(staffed, Which("lan"), to="mai", actor=boss, now=MONDAY)
    Desk(staffed).accepted()
    given = reassign(staffed, Which(None, step="appraise"), to="mai", even_if_absent=True, actor=boss, now=MONDAY)
    assert (given["absent_until"], given["done"]) == ("2026-03-05", 1)


def test_steps_of_other_communes_take_no_place_among_those_to_reassign(
    staffed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, own = Desk(staffed).accepted(), Desk(staffed).accepted()
    with writing(staffed.engine) as session:
        away_from_here = {"commune": "14797", "intake_commune": "14797"}
        session.execute(update(DossierRow).where(col(DossierRow.code) == other.code).values(**away_from_here))
    monkeypatch.setattr("dossiers.reassignment.MOST", 1)
    boss = as_of(staffed, "truong", MONDAY)
    answer = reassign(staffed, Which(None, step="appraise"), to="mai", actor=boss, now=MONDAY)
    assert [(r["dossier"], r["done"]) for r in answer["results"]] == [(own.code, True)]
