"""The linked groups of NĐ 301/2026 through the gate: each body has a dossier, a clock and a late body of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dossiers.actions.automatic import do_automatic_step
from dossiers.authority import Actor
from dossiers.gate import act
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.store import find
from dossiers.wakeups import claim
from tests.desk import LEASE, Desk
from tests.samples import CASE, CLERK, COMMUNE, RECEIVER, SIGNER, at

FRIDAY = at("2026-10-02T16:00")
SATURDAY = at("2026-10-03T08:00")
MONDAY = at("2026-10-05T08:00")
CHILD = {"child_name": "Lò Thị C", "child_sex": "female", "born_on": "2026-09-28", "place_of_birth": "Trạm y tế xã"}
DECEASED = {"deceased_name": "Lò Văn D", "died_on": "2026-10-01", "place_of_death": "Tại nhà"}


def machine(office: Office, now: datetime) -> None:
    """Do every automatic step that waits, and those that it opens, as the worker does."""
    with writing(office.engine) as session:
        waiting = [c.ref for c in claim(session, now=now, lease=LEASE, owner="test", limit=50)]
    while waiting:
        ref = waiting.pop(0)
        outcome = do_automatic_step(
            office, wake_up=ref.wake_up, attempt=ref.attempt, owner="test", now=now, lease=LEASE
        )
        waiting.extend(outcome.next)


def open_group(office: Office, procedure: str, form: dict[str, str], documents: list[str]) -> Desk:
    desk = Desk(office)
    desk.register(
        FRIDAY,
        procedure=procedure,
        commune=COMMUNE,
        form={"situation": "ordinary", **form},
        documents=dict.fromkeys(documents, "electronic"),
    )
    desk.do("accept", FRIDAY, RECEIVER)
    machine(office, FRIDAY)
    return desk


def linked(desk: Desk) -> list[tuple[str, str | None]]:
    """Procedure and case of every linked dossier, in order of opening."""
    found = []
    for code in desk.state.linked:
        child = Desk(desk.office, code)
        found.append((child.row.procedure, child.state.case_id))
    return found


def finish(desk: Desk, moment: datetime, *steps: tuple[str, Actor]) -> None:
    """Choose outcomes one after the other, each at the only open human step."""
    for outcome, actor in steps:
        (step,) = [o for o in desk.state.open_steps.values() if o.kind == "human"]
        desk.do("complete_step", moment, actor, occurrence=step.occurrence, outcome=outcome)
        machine(desk.office, moment)


def due(office: Office, code: str) -> str:
    with reading(office.engine) as session:
        row = find(session, code)
    return "" if row.due_at is None else row.due_at.astimezone(FRIDAY.tzinfo).isoformat()[:16]


def test_a_birth_group_has_its_clock_and_the_birth_another(sqlite_office: Callable[..., Office]) -> None:
    office = sqlite_office()
    group = open_group(
        office, "3.000722", {**CHILD, "householder": "Lò Văn B"}, ["electronic_form", "birth_notification"]
    )
    assert due(office, group.code) == "2026-10-08T17:00"
    assert linked(group) == [("9.900100", None)]

    birth = Desk(office, group.state.linked[0])
    ticks = {"electronic_form": "electronic", "birth_notification": "electronic"}
    act(office, birth.code, "accept", {"documents": ticks}, actor=RECEIVER, now=FRIDAY)
    assert due(office, birth.code) == "2026-10-03T16:00"

    finish(group, MONDAY, ("registered_with_card", CASE))
    assert linked(group)[1:] == [("9.900101", None), ("9.900102", None), ("9.900103", None)]
    residence = Desk(office, group.state.linked[1])
    handed = {"electronic_form": "electronic", "birth_certificate": "electronic"}
    act(office, residence.code, "accept", {"documents": handed}, actor=RECEIVER, now=MONDAY)
    assert due(office, residence.code) == "2026-10-07T17:00"


def test_a_death_is_due_in_24_hours_and_the_paying_body_later(sqlite_office: Callable[..., Office]) -> None:
    office = sqlite_office()
    group = open_group(office, "2.002913", DECEASED, ["electronic_form", "death_notice"])
    assert due(office, group.code) == "2026-10-03T16:00"
    finish(group, SATURDAY, ("complete", CASE), ("registered", CASE), ("signed", SIGNER))
    group.do("issue_result", SATURDAY, CLERK, result="death_paper")
    machine(office, SATURDAY)
    finish(group, MONDAY, ("monthly_benefit", CASE))
    assert linked(group) == [("9.900104", None), ("9.900105", "stop_monthly")]
    stop = Desk(office, group.state.linked[1])
    handed = {"electronic_form": "electronic", "death_extract": "electronic"}
    act(office, stop.code, "accept", {"documents": handed}, actor=RECEIVER, now=MONDAY)
    assert due(office, stop.code) == "2026-10-07T17:00"
    finish(group, MONDAY, ("interior", CASE))
    assert linked(group)[2:] == [("9.900107", None)]
