"""Whose clock ran when it was late. 5 working days from Monday 2 March 2026, 09:00: due on Monday 9 March, 17:00."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dossiers.office import Office
from dossiers.working_time import office_time
from performance.delays import Delay, delay
from tests.desk import Desk
from tests.facts import known
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, at, sample

MakeOffice = Callable[..., Office]


def issued(desk: Desk, when: str) -> Delay:
    """Signed and issued; the delay that its facts give."""
    desk.do("complete_step", at(when), SIGNER, occurrence=max(desk.state.open_steps), outcome="signed")
    desk.do("issue_result", at(when), CLERK, result="paper")
    facts = known(desk)
    assert facts.late_minutes is not None
    return Delay(
        facts.late_minutes,
        facts.late_minutes_commune or 0,
        facts.late_minutes_other_agency or 0,
        facts.late_minutes_applicant or 0,
    )


def test_nobody_else_was_asked_so_it_was_the_commune(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample())).accepted()
    desk.appraised("ok", at("2026-03-06T09:00"))
    assert issued(desk, "2026-03-10T16:00") == Delay(420, 420, 0, 0)


@pytest.mark.parametrize(
    ("paid", "expected"),
    [("2026-03-04T10:00", Delay(420, 360, 0, 60)), ("2026-03-09T09:00", Delay(420, 0, 0, 420))],
)
def test_waiting_for_payment_while_the_clock_ran_is_the_applicant_s(
    sqlite_office: MakeOffice, paid: str, expected: Delay
) -> None:
    desk = Desk(sqlite_office(sample())).accepted()
    desk.appraised("fee", at("2026-03-04T09:00"))
    desk.do("record_payment", at(paid), RECEIVER, fee="le_phi", amount_vnd=8000, how="cash")
    assert issued(desk, "2026-03-10T16:00") == expected


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2026-03-11T09:00", Delay(600, 0, 600, 0)),
        ("2026-03-13T09:00", Delay(1560, 900, 660, 0)),  # the body was late by Friday (480) and 3 hours of Monday
    ],
)
def test_a_body_that_answers_late_took_the_time_beyond_its_own(
    sqlite_office: MakeOffice, end: str, expected: Delay
) -> None:
    steps: list[dict[str, Any]] = [s.model_dump() for s in sample().steps]
    consult = next(s for s in steps if s["id"] == "consult")
    consult.update(on_silence=None, silence_source=())
    desk = Desk(sqlite_office(sample(steps=steps))).accepted()
    desk.appraised("ask", at("2026-03-03T09:00"))
    desk.do("consult", at("2026-03-03T09:00"), CASE, occurrence=3, bodies=["Công an xã"], question="Có đúng không?")
    desk.do("answer_consultation", at("2026-03-09T10:00"), CASE, number=1, answer="consent")
    assert issued(desk, end) == expected


def test_a_standstill_before_the_due_date_is_no_delay_and_one_after_it_is_theirs(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample())).accepted()
    desk.do("pause", at("2026-03-03T09:00"), CASE, reason="survey")
    desk.do("resume", at("2026-03-04T09:00"), CASE, reason="survey")  # due on 10 March now
    desk.do("pause", at("2026-03-11T08:00"), CASE, reason="survey")
    desk.do("resume", at("2026-03-11T10:00"), CASE, reason="survey")
    desk.appraised("ok", at("2026-03-11T10:00"))
    assert issued(desk, "2026-03-11T16:00") == Delay(420, 300, 120, 0)


def test_public_time_after_the_due_date_is_the_commune_s(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample())).accepted()
    desk.do("pause", at("2026-03-10T08:00"), CASE, reason="posting")
    desk.do("resume", at("2026-03-10T10:00"), CASE, reason="posting")
    desk.appraised("ok", at("2026-03-10T10:00"))
    assert issued(desk, "2026-03-10T16:00") == Delay(420, 420, 0, 0)


@pytest.mark.parametrize(("clock", "expected"), [("run", Delay(420, 0, 0, 420)), ("pause", Delay(0, 0, 0, 0))])
def test_a_supplement_takes_time_only_where_the_clock_runs(
    sqlite_office: MakeOffice, clock: str, expected: Delay
) -> None:
    rule = {**sample().supplement.model_dump(), "clock": clock}  # type: ignore[union-attr]
    desk = Desk(sqlite_office(sample(supplement=rule))).accepted()
    desk.do("request_supplement", at("2026-03-04T09:00"), CASE, items=[{"problem": "thiếu chữ ký"}])
    desk.do("receive_supplement", at("2026-03-05T09:00"), RECEIVER)
    desk.appraised("ok", at("2026-03-05T10:00"))
    assert issued(desk, "2026-03-10T16:00") == expected


def test_the_delay_of_a_part_of_a_group_is_its_body_s_and_can_be_asked_of_an_open_dossier(
    sqlite_office: MakeOffice,
) -> None:
    office = sqlite_office(sample())
    desk = Desk(office).accepted()
    state, calendar = desk.state, office.calendar("38", "14845")

    def now(moment: str) -> Delay:
        due_at = at("2026-03-09T17:00")
        return delay(state, (), legal_due_at=due_at, until=at(moment), office=office_time(calendar))

    assert now("2026-03-10T16:00") == Delay(420, 420, 0, 0)
    state.body = "Công an"
    assert now("2026-03-10T16:00") == Delay(420, 0, 420, 0)
    assert now("2026-03-09T16:00") == Delay(0, 0, 0, 0)
