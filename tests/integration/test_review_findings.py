"""What a review found: each of these once went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dossiers.errors import (
    BrokenKey,
    ExtensionTooLong,
    InTheFuture,
    MalformedCommand,
    NoAuthority,
    PaymentMissing,
    TooEarly,
    UnknownAssignee,
    WrongBody,
)
from dossiers.gate import apply_timers
from dossiers.office import Office
from dossiers.personal import Vault
from performance.reports import monthly
from procedures.errors import NotInForce
from tests.conftest import make_office
from tests.desk import MONDAY, Desk
from tests.samples import CASE, CLERK, HEAD, RECEIVER, SIGNER, SUPERVISOR, at, officer, sample

TUESDAY = at("2026-03-03T09:00")
APOLOGY = {"reason": "cần xác minh", "apology": "Thành thật xin lỗi"}


def steps(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    raw = [s.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for s in sample().steps]
    for step in raw:
        step.update(changes.get(step["id"], {}))
    return raw


def test_a_late_receipt_does_not_take_a_new_promise_back(office: Office) -> None:
    desk = Desk(office)
    desk.register()
    desk.do("accept", MONDAY, RECEIVER)
    desk.do("extend", MONDAY, SIGNER, amount="2", **APOLOGY)
    desk.machine(TUESDAY)
    assert desk.row.promised_at == at("2026-03-11T17:00")


def test_an_extension_to_a_date_keeps_to_the_maximum_too(office: Office) -> None:
    desk = Desk(office).accepted()
    with pytest.raises(ExtensionTooLong):
        desk.do("extend", TUESDAY, CASE, until="2027-06-01T17:00:00+07:00", **APOLOGY)
    desk.do("extend", TUESDAY, CASE, until="2026-03-16T17:00:00+07:00", **APOLOGY)


def test_a_corrected_clock_start_cannot_polish_a_late_dossier(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.appraised("ok", TUESDAY)
    desk.do("complete_step", TUESDAY, SIGNER, occurrence=3, outcome="signed")
    desk.do("issue_result", at("2026-04-01T09:00"), CLERK, result="paper")
    wrong = {"corrects": 2, "what": "clock_start", "reason": "nhập sai"}
    with pytest.raises(InTheFuture):
        desk.do("correct", at("2026-04-02T09:00"), SUPERVISOR, clock_start="2026-08-01T09:00:00+07:00", **wrong)
    with pytest.raises(NoAuthority):
        desk.do("correct", at("2026-04-02T09:00"), RECEIVER, clock_start="2026-03-02T09:00:00+07:00", **wrong)
    assert desk.row.verdict == "late"


def test_a_step_holds_the_clock_no_longer_than_its_ground_may(office: Office) -> None:
    held = make_office(office.engine, sample(steps=steps(sign={"pauses": "posting"})))
    desk = Desk(held).accepted()
    desk.appraised("ok", TUESDAY)
    assert desk.row.next_timer_at == at("2026-03-07T00:00")
    apply_timers(held, desk.code, now=at("2026-03-20T08:00"))
    assert desk.row.status == "in_progress"


def test_a_consultation_holds_the_clock_from_the_question_on(office: Office) -> None:
    held = make_office(office.engine, sample(steps=steps(consult={"pauses": "survey"})))
    desk = Desk(held).accepted()
    desk.appraised("ask", TUESDAY)
    assert desk.row.status == "in_progress"
    desk.do("consult", at("2026-03-04T09:00"), CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
    assert desk.row.status == "paused"
    desk.do("answer_consultation", at("2026-03-05T09:00"), CASE, number=1, answer="consent")
    assert [(p.started_at, p.ended_at) for p in desk.state.pauses] == [(at("2026-03-04T09:00"), at("2026-03-05T09:00"))]


def test_two_steps_on_one_ground_hold_the_clock_until_both_are_done(office: Office) -> None:
    ground = {"pauses": "survey"}
    held = make_office(office.engine, sample(steps=steps(check_a=ground, check_b=ground)))
    desk = Desk(held).accepted()
    desk.appraised("split", TUESDAY)
    desk.do("complete_step", TUESDAY, CASE, occurrence=3, outcome="done")
    assert desk.row.status == "paused"
    desk.do("complete_step", TUESDAY, HEAD, occurrence=4, outcome="done")
    assert desk.row.status == "in_progress"


def test_a_wait_cannot_be_waved_through(office: Office) -> None:
    posted = steps(confirm={"wait_for": "time"})
    desk = Desk(make_office(office.engine, sample(steps=posted))).accepted()
    desk.appraised("wait", TUESDAY)
    with pytest.raises(TooEarly):
        desk.do("complete_step", TUESDAY, RECEIVER, occurrence=3, outcome="accepted")
    paying = Desk(office).accepted()
    paying.appraised("fee", TUESDAY)
    with pytest.raises(PaymentMissing):
        paying.do("complete_step", TUESDAY, RECEIVER, occurrence=3, outcome="paid")
    with pytest.raises(MalformedCommand):
        paying.do("record_payment", TUESDAY, RECEIVER, fee="le_phi", amount_vnd=0, how="cash")


def test_a_submission_outlives_its_procedure(office: Office) -> None:
    ending = {"from": "2025-01-01", "until": "2026-03-03"}
    desk = Desk(make_office(office.engine, sample(effective=ending)))
    desk.register()
    with pytest.raises(NotInForce):
        desk.do("accept", TUESDAY, RECEIVER)
    assert desk.do("refuse", TUESDAY, RECEIVER, reason="Thủ tục đã bãi bỏ")["status"] == "refused"


def test_going_back_into_one_branch_keeps_what_the_other_has_done(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.appraised("split", TUESDAY)
    desk.do("complete_step", TUESDAY, CASE, occurrence=3, outcome="done")
    desk.do("complete_step", TUESDAY, HEAD, occurrence=4, outcome="done")
    desk.do("return_to_step", TUESDAY, SIGNER, step="check_a", reason="kiểm tra lại")
    answer = desk.do("complete_step", TUESDAY, CASE, occurrence=6, outcome="done")
    assert [s["step"] for s in answer["open_steps"]] == ["both"]


def test_recording_an_answer_is_not_appraising(office: Office) -> None:
    signer = officer("signatory", "case_officer", id="minh")
    desk = Desk(office).accepted()
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
    desk.do("answer_consultation", TUESDAY, signer, number=1, answer="consent")
    assert desk.do("complete_step", TUESDAY, signer, occurrence=4, outcome="signed")["status"] == "in_progress"


def test_a_closed_dossier_leaves_no_question_open(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
    desk.do("withdraw", TUESDAY, RECEIVER, reason="không cần nữa")
    desk.do("reopen", at("2026-04-01T09:00"), SUPERVISOR, reason="đề nghị lại")
    apply_timers(office, desk.code, now=at("2026-04-10T09:00"))
    assert desk.types[-1] == "DossierReopened"


def test_on_the_due_date_a_dossier_is_open_in_time_until_midnight(office: Office) -> None:
    Desk(office).accepted()  # due 9 March, 17:00
    evening = monthly(office, province="38", month="2026-03", now=at("2026-03-09T18:00"))
    after = monthly(office, province="38", month="2026-03", now=at("2026-03-10T00:01"))
    assert (evening.total.counted.get("open_in_time", 0), evening.total.counted.get("open_late", 0)) == (1, 0)
    assert (after.total.counted.get("open_in_time", 0), after.total.counted.get("open_late", 0)) == (0, 1)


def test_intake_in_another_province_is_refused(office: Office) -> None:
    there = officer("receiving_officer", id="there", commune="01273", province="04")
    with pytest.raises(WrongBody):
        Desk(office).register(actor=there, intake_commune="01273")


def test_what_the_intake_refused_stays_the_intakes(office: Office) -> None:
    there = officer("receiving_officer", "supervisor", id="there", commune="14758")
    desk = Desk(office)
    desk.register(actor=there, intake_commune="14758")
    desk.do("refuse", MONDAY, there, reason="không thuộc phạm vi")
    with pytest.raises(NoAuthority):
        desk.do("reopen", TUESDAY, SUPERVISOR, reason="xem lại")
    assert desk.do("reopen", TUESDAY, there, reason="xem lại")["status"] == "submitted"


def test_a_machine_step_is_nobodys(office: Office) -> None:
    desk = Desk(office)
    desk.register()
    desk.do("accept", MONDAY, RECEIVER)
    with pytest.raises(UnknownAssignee):
        desk.do("assign", MONDAY, SUPERVISOR, occurrence=1, assignee="Nguyễn Văn A 038190009999")


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+14:00"])
def test_instants_beyond_our_time_are_refused(office: Office, moment: str) -> None:
    desk = Desk(office)
    desk.register()
    with pytest.raises(MalformedCommand):
        desk.do("accept", MONDAY, RECEIVER, occurred_at=moment, backdating_reason="thử")


def test_a_damaged_key_is_never_used(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(BrokenKey):
        Vault.from_file(tmp_path / "secret.key")
    good = tmp_path / "new.key"
    assert Vault.from_file(good) == Vault.from_file(good)
    assert good.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.glob("*.part")] == []
