"""The duty board and the register of consultations, counted by both databases from dossiers made through the gate."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import delete, true, update

from dossiers.consultations import Consulted, Register, consultations
from dossiers.desk_tables import ConsultationRow
from dossiers.duties import last_acceptance_overdue
from dossiers.duty_board import Duty, duties, owed
from dossiers.ledger_check import check, rebuild
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.tables import DossierRow
from procedures.calendars import load_calendar
from tests.conftest import make_office
from tests.desk import MONDAY, Desk
from tests.samples import CASE, CLERK, COMMUNE, RECEIVER, SIGNER, at, officer, sample

TUESDAY = at("2026-03-03T09:00")
NEIGHBOUR = "14797"
"""Another commune of the same province."""


def board(office: Office, now: datetime, commune: str = COMMUNE) -> dict[str, int]:
    """The duties of which there is any."""
    with reading(office.engine) as session:
        found = duties(office, session, [COMMUNE, NEIGHBOUR], now=now)
    return {duty.value: n for duty, n in found[commune].items() if n}


def codes(office: Office, duty: Duty, now: datetime) -> list[str]:
    with reading(office.engine) as session:
        return [one.dossier for one in owed(office, session, COMMUNE, duty, now=now)]


def register(office: Office, now: datetime, part: Register | None = None, body: str = "") -> list[Consulted]:
    with reading(office.engine) as session:
        return consultations(office, session, true(), now=now, part=part, body=body)


def asked(office: Office, *bodies: str) -> Desk:
    desk = Desk(office).accepted()
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=list(bodies), question="Có phù hợp?")
    return desk


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2026-03-03T09:00", "2026-03-02T09:00"),
        ("2026-03-09T08:00", "2026-03-06T08:00"),
        ("2026-02-23T10:00", "2026-02-13T10:00"),  # nothing counts over Tết
    ],
)
def test_who_waits_to_be_accepted_for_more_than_eight_working_hours_is_late(now: str, since: str) -> None:
    found = last_acceptance_overdue(at(now), load_calendar())
    assert (at(since) - found).total_seconds() <= 0.00001
    assert found < at(since)


def test_waiting_for_acceptance_is_in_time_then_late_then_over(office: Office) -> None:
    desk = Desk(office)
    desk.register(MONDAY)
    assert board(office, TUESDAY) == {"acceptance_in_time": 1}
    assert board(office, at("2026-03-03T09:01")) == {"acceptance_late": 1}
    desk.do("request_supplement", TUESDAY, RECEIVER, items=[{"problem": "thiếu"}])
    assert board(office, TUESDAY) == {"supplement_open": 1}
    desk.do("receive_supplement", at("2026-03-04T09:00"), RECEIVER)
    assert board(office, at("2026-03-04T15:00")) == {"acceptance_in_time": 1}
    desk.do("accept", at("2026-03-04T15:00"), RECEIVER)
    assert board(office, at("2026-03-04T16:00")) == {}


def test_a_dossier_taken_in_elsewhere_is_the_duty_of_whose_desk_it_lies_on(office: Office) -> None:
    there = officer("receiving_officer", id="ben-kia", commune=NEIGHBOUR)
    desk = Desk(office)
    desk.register(MONDAY, actor=there, intake_commune=NEIGHBOUR)
    assert (board(office, MONDAY), board(office, MONDAY, NEIGHBOUR)) == ({}, {"acceptance_in_time": 1})
    desk.do("forward", MONDAY, there)
    assert board(office, MONDAY) == {"on_the_way": 1}
    desk.do("receive_at_competent_body", TUESDAY, RECEIVER)
    assert board(office, at("2026-03-04T09:00")) == {"acceptance_in_time": 1}
    assert board(office, at("2026-03-04T09:01")) == {"acceptance_late": 1}


def test_an_apology_is_due_on_the_last_day_before_and_owed_once_overdue(office: Office) -> None:
    desk = Desk(office).accepted()  # due on Monday 9 March
    assert board(office, at("2026-03-05T16:00")) == {}
    assert board(office, at("2026-03-06T08:00")) == {"apology_last_day": 1}
    assert board(office, at("2026-03-09T18:00")) == {}
    assert board(office, at("2026-03-10T08:00")) == {"apology_owed": 1}
    assert codes(office, Duty.APOLOGY_OWED, at("2026-03-10T08:00")) == [desk.code]
    desk.do("extend", at("2026-03-06T09:00"), SIGNER, amount="1", reason="bận việc", apology="xin lỗi")
    assert board(office, at("2026-03-06T10:00")) == {}
    assert board(office, at("2026-03-12T08:00")) == {}


def test_stops_waits_and_results_are_counted(office: Office) -> None:
    stopped = Desk(office).accepted()
    stopped.do("propose_stop", TUESDAY, CASE, reason="có tranh chấp", legal_ground="Điều 1")
    paying = Desk(office).accepted()
    paying.appraised("fee", TUESDAY)
    confirming = Desk(office).accepted()
    confirming.appraised("wait", TUESDAY)
    done = Desk(office).accepted()
    done.appraised("ok", TUESDAY)
    done.do("complete_step", TUESDAY, SIGNER, occurrence=3, outcome="signed")
    done.do("issue_result", TUESDAY, CLERK, result="paper")
    found = board(office, TUESDAY)
    assert found == {"stop_proposed": 1, "wait_payment": 1, "wait_applicant": 1, "result_waiting": 1}
    assert codes(office, Duty.STOP_PROPOSED, TUESDAY) == [stopped.code]
    assert codes(office, Duty.WAIT_PAYMENT, TUESDAY) == [paying.code]
    assert codes(office, Duty.WAIT_APPLICANT, TUESDAY) == [confirming.code]
    assert codes(office, Duty.RESULT_WAITING, TUESDAY) == [done.code]
    with reading(office.engine) as session:
        (one,) = owed(office, session, COMMUNE, Duty.WAIT_PAYMENT, now=TUESDAY)
    assert one.moment == TUESDAY  # since when it waits for the money


def test_the_register_counts_down_and_keeps_what_silence_meant(office: Office) -> None:
    desk = asked(office, "Công an xã", "Trạm y tế")
    assert [(c.row.body, c.left_minutes) for c in register(office, TUESDAY, Register.OPEN)] == [
        ("Công an xã", 1320),  # 6 hours of Tuesday, 8 of Wednesday and of Thursday 5 March
        ("Trạm y tế", 1320),
    ]
    assert board(office, TUESDAY) == {"consultation_open": 2}
    late = at("2026-03-06T08:00")  # one office hour after the end of Thursday
    assert [c.left_minutes for c in register(office, late, Register.LATE)] == [-60, -60]
    assert board(office, late) == {"consultation_open": 2, "consultation_late": 2, "apology_last_day": 1}
    desk.do("answer_consultation", at("2026-03-04T09:00"), CASE, number=1, answer="consent")
    desk.do("answer_consultation", at("2026-03-10T08:00"), CASE, number=2, answer="objection")
    (deemed,) = register(office, at("2026-03-10T09:00"), Register.DEEMED)
    assert (deemed.dossier, deemed.row.body, deemed.row.on_silence) == (desk.code, "Trạm y tế", "consent")
    assert (deemed.row.answered_at, deemed.row.late_at) == (at("2026-03-06T00:00"), at("2026-03-10T08:00"))
    assert [c.row.body for c in register(office, late, body="y t")] == ["Trạm y tế"]
    assert register(office, late, body="%") == []
    assert register(office, at("2026-03-10T09:00"), Register.OPEN) == []
    assert [c.row.number for c in register(office, at("2026-03-10T09:00"), Register.LATE)] == [2]


def test_a_body_without_a_meaning_of_silence_stays_late_until_it_answers(office: Office) -> None:
    steps = [s.model_dump(mode="json", exclude_none=True) for s in sample().steps]
    for step in steps:
        if step["id"] == "consult":
            del step["on_silence"], step["silence_source"]
    mute = make_office(office.engine, sample(steps=steps))
    desk = asked(mute, "Công an xã")
    late = at("2026-03-16T08:00")
    assert board(mute, late)["consultation_late"] == 1
    desk.do("answer_consultation", late, CASE, number=1, answer="consent")
    (line,) = register(mute, late, Register.LATE)
    assert (line.row.deemed, line.row.answered_at, line.left_minutes) == (False, late, None)


def test_the_register_is_rebuilt_from_the_ledger_and_its_loss_is_noticed(office: Office) -> None:
    desk = asked(office, "Công an xã")
    with writing(office.engine) as session:
        session.execute(delete(ConsultationRow))
        session.execute(update(DossierRow).values(desk="", acceptance_since=MONDAY, answer_by=MONDAY, apologies=7))
    found = check(office, now=TUESDAY)
    wrong = {"consultations", "desk", "acceptance_since", "answer_by", "apologies"}
    assert {d.what for d in found.differences} == wrong
    rebuild(office, now=TUESDAY)
    assert check(office, now=TUESDAY).differences == []
    assert [c.dossier for c in register(office, TUESDAY)] == [desk.code]


def test_what_ends_leaves_no_question_open(office: Office) -> None:
    desk = asked(office, "Công an xã")
    desk.do("withdraw", TUESDAY, RECEIVER, reason="không cần nữa")
    (line,) = register(office, at("2026-03-30T08:00"))
    assert (line.row.answer, line.row.answered_at) == ("void", TUESDAY)
    assert register(office, at("2026-03-30T08:00"), Register.LATE) == []
