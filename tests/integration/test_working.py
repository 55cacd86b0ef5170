"""Working on a dossier: steps, supplements, pauses, extensions, consultations, money, endings, corrections."""

from __future__ import annotations

import pytest

from dossiers.errors import (
    AlreadyPaused,
    ConsultationStillOpen,
    ExtensionLimitReached,
    ExtensionNotLater,
    ExtensionTooLong,
    HeldBySomeoneElse,
    MalformedCommand,
    NoAuthority,
    NotAnEarlierStep,
    NothingToCorrect,
    NotPaused,
    NotPermittedNow,
    OwnActionNeeded,
    PauseStillOpen,
    SignerIsCaseOfficer,
    StepNotOpen,
    SupplementLimitReached,
    UnknownAssignee,
    UnknownConsultation,
    UnknownFee,
    UnknownOutcome,
    UnknownPauseReason,
    UnknownResult,
)
from dossiers.gate import apply_timers
from dossiers.office import Office
from dossiers.personal_tables import GrantRow, StaffRow
from dossiers.session import writing
from tests.conftest import make_office
from tests.desk import MONDAY, Desk
from tests.samples import CASE, CLERK, COMMUNE, HEAD, RECEIVER, SIGNER, SUPERVISOR, at, officer, sample

TUESDAY = at("2026-03-03T09:00")
ITEM = [{"problem": "thiếu chữ ký", "guidance": "ký vào trang 2"}]


@pytest.fixture
def desk(office: Office) -> Desk:
    with writing(office.engine) as session:
        session.add(StaffRow(id="lan", login="lan", name="Lan", password_hash="x"))
        for role in ("case_officer", "signatory"):
            session.add(GrantRow(staff_id="lan", role=role, province="38", commune=COMMUNE))
    return Desk(office).accepted()


def due(desk: Desk) -> str | None:
    return desk.row.due_on.isoformat() if desk.row.due_on else None


def signed(desk: Desk) -> None:
    desk.appraised("ok", TUESDAY)
    desk.do("complete_step", TUESDAY, SIGNER, occurrence=3, outcome="signed")


def issued(desk: Desk) -> None:
    signed(desk)
    desk.do("issue_result", TUESDAY, CLERK, result="paper", number="12/GCN")


def test_the_whole_way(desk: Desk) -> None:
    issued(desk)
    assert desk.row.finished_at == TUESDAY
    assert desk.row.verdict == "early"
    assert desk.machine(TUESDAY) == ["publish"]
    answer = desk.do("hand_over", at("2026-03-05T09:00"), RECEIVER, rating=5, comment="Nhanh")
    assert answer["status"] == "handed_over"
    assert answer["open_steps"] == []
    assert desk.types == [
        "SubmissionRegistered",
        "DossierAccepted",
        "ReceiptIssued",
        "StepCompleted",
        "StepCompleted",
        "ResultIssued",
        "ResultPublished",
        "ResultHandedOver",
    ]


def test_the_next_desk_sees_the_dossier_in_the_same_transaction(desk: Desk) -> None:
    answer = desk.appraised("ok", TUESDAY)
    assert [(s["step"], s["role"]) for s in answer["open_steps"]] == [("sign", "signatory")]
    assert desk.row.holder == "signatory"


def test_a_step_needs_its_role_its_holder_and_an_outcome_that_it_has(desk: Desk) -> None:
    with pytest.raises(NoAuthority):
        desk.do("complete_step", TUESDAY, CLERK, occurrence=2, outcome="ok")
    with pytest.raises(UnknownOutcome):
        desk.appraised("maybe", TUESDAY)
    with pytest.raises(StepNotOpen):
        desk.do("complete_step", TUESDAY, CASE, occurrence=9, outcome="ok")
    with pytest.raises(UnknownAssignee):
        desk.do("assign", TUESDAY, SUPERVISOR, occurrence=2, assignee="nobody")
    desk.do("assign", TUESDAY, SUPERVISOR, occurrence=2, assignee="lan")
    with pytest.raises(HeldBySomeoneElse) as refused:
        desk.appraised("ok", TUESDAY)
    assert refused.value.facts["held_by"] == "Lan (công chức thụ lý)"
    assert "holder" not in refused.value.facts
    lan = officer("case_officer", id="lan")
    assert desk.do("complete_step", TUESDAY, lan, occurrence=2, outcome="ok")["status"] == "in_progress"


def test_an_automatic_step_is_not_for_people(office: Office) -> None:
    fresh = Desk(office)
    fresh.register()
    fresh.do("accept", MONDAY, RECEIVER)
    with pytest.raises(NoAuthority):
        fresh.do("complete_step", MONDAY, CASE, occurrence=1, outcome="done")


def test_who_appraised_does_not_sign(desk: Desk) -> None:
    both = officer("case_officer", "signatory", id="minh")
    desk.do("complete_step", TUESDAY, both, occurrence=2, outcome="ok")
    with pytest.raises(SignerIsCaseOfficer):
        desk.do("complete_step", TUESDAY, both, occurrence=3, outcome="signed")


def test_issuing_has_its_own_action(desk: Desk) -> None:
    signed(desk)
    with pytest.raises(OwnActionNeeded):
        desk.do("complete_step", TUESDAY, CLERK, occurrence=4, outcome="done")
    with pytest.raises(UnknownResult):
        desk.do("issue_result", TUESDAY, CLERK, result="medal")


def test_parallel_branches_join(desk: Desk) -> None:
    desk.appraised("split", TUESDAY)
    desk.do("complete_step", TUESDAY, CASE, occurrence=3, outcome="done")
    answer = desk.do("complete_step", TUESDAY, HEAD, occurrence=4, outcome="done")
    assert [s["step"] for s in answer["open_steps"]] == ["both"]


def test_going_back_opens_an_earlier_step_again(desk: Desk) -> None:
    with pytest.raises(NotAnEarlierStep):
        desk.do("return_to_step", TUESDAY, SIGNER, step="issue", reason="nhầm")
    desk.appraised("ok", TUESDAY)
    answer = desk.do("return_to_step", TUESDAY, SIGNER, step="appraise", reason="thiếu căn cứ")
    assert [s["step"] for s in answer["open_steps"]] == ["appraise"]


def test_a_supplement_pauses_the_clock_and_moves_the_due_date(desk: Desk) -> None:
    desk.do("request_supplement", TUESDAY, CASE, items=ITEM)
    assert desk.row.status == "awaiting_supplement"
    assert due(desk) is None
    with pytest.raises(NotPermittedNow):
        desk.appraised("ok", TUESDAY)
    desk.do("receive_supplement", at("2026-03-04T09:00"), RECEIVER)
    assert due(desk) == "2026-03-10"  # one working day later
    with pytest.raises(SupplementLimitReached):
        desk.do("request_supplement", at("2026-03-04T10:00"), CASE, items=ITEM)
    desk.do("request_supplement", at("2026-03-04T10:00"), CASE, items=ITEM, exceeding_reason="phát hiện giấy tờ giả")
    assert desk.events[-1].payload["exceeds"] is True


def test_an_applicant_who_stays_silent_is_refused_at_the_legal_moment(desk: Desk) -> None:
    desk.do("request_supplement", TUESDAY, CASE, items=ITEM)
    assert desk.row.next_timer_at == at("2026-03-06T00:00")  # two working days: 24:00 of 5 March
    assert apply_timers(desk.office, desk.code, now=at("2026-03-05T23:59")) == 0
    assert apply_timers(desk.office, desk.code, now=at("2026-03-12T08:00")) == 1
    refused = desk.events[-1]
    assert (refused.type, refused.occurred_at) == ("DossierRefused", at("2026-03-06T00:00"))
    assert (refused.recorded_at, refused.actor) == (at("2026-03-12T08:00"), "system")
    assert apply_timers(desk.office, desk.code, now=at("2026-03-13T08:00")) == 0


def test_named_pauses_and_their_maximum(desk: Desk) -> None:
    with pytest.raises(UnknownPauseReason):
        desk.do("pause", TUESDAY, CASE, reason="holiday")
    desk.do("pause", TUESDAY, CASE, reason="posting")
    with pytest.raises(AlreadyPaused):
        desk.do("pause", TUESDAY, CASE, reason="posting")
    with pytest.raises(NotPaused):
        desk.do("resume", TUESDAY, CASE, reason="survey")
    assert desk.row.status == "paused"
    apply_timers(desk.office, desk.code, now=at("2026-03-20T08:00"))
    resumed = desk.events[-1]
    assert resumed.payload == {"reason": "posting", "at_maximum": True}
    assert resumed.occurred_at == at("2026-03-07T00:00")  # three working days: 24:00 of 6 March
    assert desk.row.status == "in_progress"


def test_work_goes_on_under_a_pause_but_no_result_leaves(desk: Desk) -> None:
    desk.do("pause", TUESDAY, CASE, reason="survey")
    signed(desk)
    with pytest.raises(PauseStillOpen):
        desk.do("issue_result", TUESDAY, CLERK, result="paper")
    desk.do("resume", TUESDAY, CASE, reason="survey")
    assert desk.do("issue_result", TUESDAY, CLERK, result="paper")["status"] == "finished"


def test_a_pause_may_restart_or_stop(desk: Desk) -> None:
    desk.do("pause", TUESDAY, CASE, reason="tax")
    desk.do("resume", at("2026-03-05T09:00"), CASE, reason="tax")
    assert due(desk) == "2026-03-12"  # five whole working days from 5 March
    assert desk.row.clock_period == 1
    desk.do("pause", at("2026-03-05T10:00"), CASE, reason="violation")
    assert desk.do("resume", at("2026-03-06T10:00"), CASE, reason="violation")["status"] == "stopped"


def test_an_extension_with_apology_happens_once_and_later(desk: Desk) -> None:
    apology = {"reason": "cần xác minh", "apology": "Thành thật xin lỗi"}
    with pytest.raises(ExtensionTooLong):
        desk.do("extend", TUESDAY, SIGNER, amount="6", **apology)
    with pytest.raises(MalformedCommand):
        desk.do("extend", TUESDAY, SIGNER, **apology)
    with pytest.raises(ExtensionNotLater):
        desk.do("extend", TUESDAY, SIGNER, until="2026-03-05T17:00:00+07:00", **apology)
    desk.do("extend", TUESDAY, SIGNER, amount="2", **apology)
    assert due(desk) == "2026-03-11"
    assert desk.row.promised_at == at("2026-03-11T17:00")
    assert desk.row.legal_due_at == at("2026-03-09T17:00")
    assert desk.row.original_due_at == at("2026-03-09T17:00")
    assert desk.events[-1].payload["apology_late"] is False
    with pytest.raises(ExtensionLimitReached):
        desk.do("extend", TUESDAY, SIGNER, amount="1", **apology)


def test_an_apology_on_the_due_day_is_recorded_as_late(desk: Desk) -> None:
    desk.do("extend", at("2026-03-09T08:00"), SIGNER, amount="2", reason="chậm", apology="Xin lỗi")
    assert desk.events[-1].payload["apology_late"] is True


def test_silence_of_a_consulted_body_is_consent_at_its_moment(desk: Desk) -> None:
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã", "Sở Xây dựng"], question="Có phù hợp?")
    with pytest.raises(ConsultationStillOpen):
        desk.do("complete_step", TUESDAY, CASE, occurrence=3, outcome="not_needed")
    desk.do("answer_consultation", TUESDAY, CASE, number=1, answer="consent")
    with pytest.raises(UnknownConsultation):
        desk.do("answer_consultation", TUESDAY, CASE, number=1, answer="objection")
    desk.do("assign", at("2026-03-10T08:00"), SUPERVISOR, occurrence=4, assignee="lan")
    deemed = desk.events[-2]
    assert (deemed.type, deemed.occurred_at) == ("ConsultationDeemedAnswered", at("2026-03-06T00:00"))
    assert desk.state.consultations[2].deemed is True
    assert desk.state.open_steps[4].opened_at == at("2026-03-06T00:00")


def test_an_answer_in_time_that_is_recorded_late_counts(desk: Desk) -> None:
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
    late = at("2026-03-10T08:00")
    desk.do(
        "answer_consultation",
        late,
        CASE,
        number=1,
        answer="objection",
        occurred_at="2026-03-05T15:00:00+07:00",
        backdating_reason="văn bản đến ngày 05/3",
    )
    assert desk.state.consultations[1].deemed is False
    assert [s.step for s in desk.state.open_steps.values()] == ["appraise"]


def test_what_happened_offline_can_be_recorded_step_by_step(desk: Desk) -> None:
    back = {"backdating_reason": "mất mạng từ 03/3 đến 10/3"}
    now = at("2026-03-10T08:00")
    desk.do("request_supplement", now, CASE, items=ITEM, occurred_at="2026-03-03T09:00:00+07:00", **back)
    assert desk.row.next_timer_at == at("2026-03-10T08:30")  # the applicant's time was over on 5 March, but it waits
    assert apply_timers(desk.office, desk.code, now=at("2026-03-10T08:29")) == 0
    desk.do("receive_supplement", now, RECEIVER, occurred_at="2026-03-04T09:00:00+07:00", **back)
    assert desk.row.status == "in_progress"
    desk.appraised("ask", now)
    assert desk.state.held_until is None


def test_elapsed_timers_wait_for_half_an_hour_or_until_they_are_let_go(desk: Desk) -> None:
    now = at("2026-03-10T08:00")
    back = {"occurred_at": "2026-03-03T09:00:00+07:00", "backdating_reason": "mất mạng"}
    desk.do("request_supplement", now, CASE, items=ITEM, **back)
    assert apply_timers(desk.office, desk.code, now=now) == 0
    assert desk.do("apply_elapsed", now, RECEIVER)["status"] == "refused"
    assert desk.do("apply_elapsed", now, RECEIVER)["events"] == []
    assert (desk.events[-1].type, desk.events[-1].occurred_at) == ("DossierRefused", at("2026-03-06T00:00"))


def test_an_answer_after_the_silence_comes_too_late_but_is_recorded_once(desk: Desk) -> None:
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
    answer = desk.do("answer_consultation", at("2026-03-10T08:00"), CASE, number=1, answer="objection")
    assert answer["events"] == ["ConsultationDeemedAnswered", "ConsultationAnswered"]
    assert [s["step"] for s in answer["open_steps"]] == ["sign"]  # the objection moves nothing any more
    asked = desk.state.consultations[1]
    assert (asked.deemed, asked.answer, asked.answered_at) == (True, "consent", at("2026-03-06T00:00"))
    assert (asked.late_answer, asked.late_at) == ("objection", at("2026-03-10T08:00"))
    with pytest.raises(UnknownConsultation):
        desk.do("answer_consultation", at("2026-03-10T09:00"), CASE, number=1, answer="consent")


def test_a_wait_for_the_applicant_ends_by_itself(desk: Desk) -> None:
    desk.appraised("wait", TUESDAY)
    assert desk.row.next_timer_at == at("2026-03-05T00:00")  # one day: 24:00 of 4 March
    apply_timers(desk.office, desk.code, now=at("2026-03-05T00:00"))
    assert [s.step for s in desk.state.open_steps.values()] == ["sign"]
    assert desk.types[-1] == "WaitEnded"


def test_payment_moves_a_waiting_step_on(desk: Desk) -> None:
    desk.appraised("fee", TUESDAY)
    with pytest.raises(UnknownFee):
        desk.do("record_payment", TUESDAY, RECEIVER, fee="thue", amount_vnd=1, how="cash")
    with pytest.raises(MalformedCommand):
        desk.do("record_payment", TUESDAY, RECEIVER, fee="le_phi", amount_vnd=-1, how="cash")
    answer = desk.do("record_payment", TUESDAY, RECEIVER, fee="le_phi", amount_vnd=8000, how="cash", receipt="0001")
    assert [s["step"] for s in answer["open_steps"]] == ["sign"]


def test_an_exemption_is_as_good_as_a_payment(desk: Desk) -> None:
    desk.appraised("fee", TUESDAY)
    answer = desk.do("record_exemption", TUESDAY, RECEIVER, fee="le_phi", ground="hộ nghèo")
    assert [s["step"] for s in answer["open_steps"]] == ["sign"]
    assert desk.state.payments[0].exempt is True


def test_withdrawing_and_stopping_end_it(office: Office) -> None:
    one = Desk(office).accepted()
    assert one.do("withdraw", TUESDAY, RECEIVER, reason="không còn nhu cầu")["status"] == "withdrawn"
    two = Desk(office).accepted()
    with pytest.raises(MalformedCommand):
        two.do("propose_stop", TUESDAY, CASE, reason="có tranh chấp")
    two.do("propose_stop", TUESDAY, CASE, reason="có tranh chấp", legal_ground="quyết định của tòa án")
    stopped = two.do("stop", TUESDAY, SUPERVISOR)
    assert stopped["status"] == "stopped"
    assert two.row.next_timer_at is None
    assert two.row.next_warning_at is None


def test_reopening_does_not_count_the_time_while_it_was_closed(desk: Desk) -> None:
    desk.do("withdraw", TUESDAY, RECEIVER, reason="nhầm")
    answer = desk.do("reopen", at("2026-03-05T09:00"), SUPERVISOR, reason="người dân đề nghị", whose="applicant")
    assert [s["step"] for s in answer["open_steps"]] == ["appraise"]
    assert due(desk) == "2026-03-11"  # two working days were not counted


def test_reopening_after_a_result_goes_on_counting(desk: Desk) -> None:
    issued(desk)
    desk.do("reopen", at("2026-03-05T09:00"), SUPERVISOR, reason="sai tên", step="sign")
    assert due(desk) == "2026-03-09"
    assert desk.row.finished_at is None
    assert desk.machine(at("2026-03-05T09:00")) == []  # publishing the withdrawn result is not done any more


def test_corrections_name_what_they_correct(desk: Desk) -> None:
    with pytest.raises(NothingToCorrect):
        desk.do("correct", TUESDAY, RECEIVER, corrects=99, what="channel", channel="online", reason="nhập sai")
    with pytest.raises(MalformedCommand):
        desk.do("correct", TUESDAY, RECEIVER, corrects=2, what="clock_start", reason="nhập sai")
    desk.do("correct", TUESDAY, RECEIVER, corrects=1, what="channel", channel="online", reason="nhập sai")
    assert desk.row.channel == "online"
    right = "2026-03-02T09:00:00+07:00"
    desk.do("correct", TUESDAY, RECEIVER, corrects=2, what="clock_start", clock_start=right, reason="nhập sai")
    assert desk.events[-1].payload["corrects"] == 2
    desk.do("record_payment", TUESDAY, RECEIVER, fee="le_phi", amount_vnd=80000, how="cash", note="thu nhầm")
    paid = desk.state.revision
    desk.do("correct", TUESDAY, RECEIVER, corrects=paid, what="payment", reason="nhập nhầm số 0")
    assert [p.voided for p in desk.state.payments] == [True]
    with pytest.raises(NothingToCorrect):
        desk.do("correct", TUESDAY, RECEIVER, corrects=paid, what="payment", reason="lần nữa")


def test_hand_over_does_not_wait_for_the_machine(desk: Desk) -> None:
    issued(desk)
    answer = desk.do("hand_over", TUESDAY, RECEIVER)
    assert answer["status"] == "handed_over"
    assert desk.machine(TUESDAY) == ["publish"]
    assert desk.types[-2:] == ["ResultHandedOver", "ResultPublished"]
    assert desk.machine(TUESDAY) == []


def test_a_step_can_hold_the_clock_while_it_is_open(office: Office) -> None:
    steps = [s.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for s in sample().steps]
    for step in steps:
        if step["id"] == "confirm":
            step["pauses"] = "posting"
    held = Desk(make_office(office.engine, sample(steps=steps))).accepted()
    held.appraised("wait", TUESDAY)
    assert held.row.status == "paused"
    assert due(held) is None
    apply_timers(held.office, held.code, now=at("2026-03-05T08:00"))
    assert [(p.reason, p.started_at, p.ended_at) for p in held.state.pauses] == [
        ("posting", TUESDAY, at("2026-03-05T00:00"))
    ]
    assert due(held) == "2026-03-11"  # the office hours of 3 March from 9:00 and of 4 March were not counted
