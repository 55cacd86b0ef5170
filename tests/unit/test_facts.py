"""The facts of dossiers that went through the gate, beside what was expected by hand.

5 working days from Monday 2 March 2026, 09:00, end on Monday 9 March; offices are open 7:00-11:30 and 13:30-17:00.
"""

from __future__ import annotations

from collections.abc import Callable

from dossiers.clock import Verdict
from dossiers.gate import apply_timers
from dossiers.office import Office
from dossiers.work import desk as desk_of
from performance.fact_types import Yardstick
from tests.desk import MONDAY, Desk
from tests.facts import known, versions_of
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, at, officer, sample

MakeOffice = Callable[..., Office]
ASKED = {"items": [{"problem": "thiếu chữ ký"}]}


def issue(desk: Desk, when: str) -> Desk:
    """Appraised, signed and issued at once, whatever occurrence comes next."""
    moment = at(when)
    for actor, outcome in ((CASE, "ok"), (SIGNER, "signed")):
        desk.do("complete_step", moment, actor, occurrence=max(desk.state.open_steps), outcome=outcome)
    desk.do("issue_result", moment, CLERK, result="paper")
    return desk


def test_a_plain_dossier_from_registration_to_hand_over(sqlite_office: MakeOffice) -> None:
    desk = issue(Desk(sqlite_office(sample())).accepted(), "2026-03-06T15:00")
    desk.machine(at("2026-03-06T15:00"))
    desk.do("hand_over", at("2026-03-10T08:00"), RECEIVER, how="counter", rating=4)
    facts = known(desk)
    assert (facts.registered_at, facts.accepted_at) == (MONDAY, MONDAY)
    assert (facts.finished_at, facts.ended_at, facts.end_kind) == (at("2026-03-06T15:00"),) * 2 + ("issued",)
    assert facts.handed_over_at == at("2026-03-10T08:00")
    assert facts.legal_due_at == at("2026-03-09T17:00")
    assert facts.legal_due_on_time_from == at("2026-03-09T00:00")
    assert facts.late_since == at("2026-03-10T00:00")
    assert {y: facts.verdict(y) for y in Yardstick} == dict.fromkeys(Yardstick, Verdict.EARLY)
    assert (facts.allowed_minutes, facts.used_minutes) == (2400, 1800)  # 5 and 3.75 days of 480 minutes
    assert facts.working_minutes == 360 + 3 * 480 + 360  # Monday from 09:00; Tuesday to Thursday; Friday to 15:00
    assert (facts.late_minutes, facts.late_minutes_commune) == (0, 0)
    assert (facts.receiver, facts.case_officer, facts.signer) == (RECEIVER.id, CASE.id, SIGNER.id)
    assert (facts.signed_at, facts.closed_before_signature) == (at("2026-03-06T15:00"), False)
    assert (facts.result_recorded_by, facts.result_after_hours) == (CLERK.id, False)
    assert (facts.rating, facts.fully_electronic, facts.limit_unit) == (4, False, "working_days")
    assert facts.acceptance_due_at == at("2026-03-03T09:00")  # 8 working hours from Monday 09:00


def test_a_version_a_change_and_its_cut(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample()))
    desk.register()
    first = versions_of(desk)
    desk.do("accept", MONDAY, RECEIVER)
    desk.machine(MONDAY)
    issue(desk, "2026-03-10T08:30")
    found = versions_of(desk)
    cuts = [cut for cut, _ in found]
    assert found[: len(first)] == first
    assert cuts == sorted(set(cuts))
    assert cuts[0] == 1
    seen = [
        (f.accepted_at is not None, f.promised_at is not None, f.case_officer, f.signer, f.end_kind) for _, f in found
    ]
    assert seen == [
        (False, False, None, None, None),
        (True, False, None, None, None),
        (True, True, None, None, None),
        (True, True, CASE.id, None, None),
        (True, True, CASE.id, SIGNER.id, None),
        (True, True, CASE.id, SIGNER.id, "issued"),
    ]


def test_on_the_due_date_is_on_time_and_the_next_morning_is_late(sqlite_office: MakeOffice) -> None:
    office = sqlite_office(sample())
    on_time = known(issue(Desk(office).accepted(), "2026-03-09T20:00"))
    late = known(issue(Desk(office).accepted(), "2026-03-10T08:30"))
    assert (on_time.verdict(), on_time.late_minutes, on_time.result_after_hours) == (Verdict.ON_TIME, 0, True)
    assert (late.verdict(), late.late_minutes, late.late_minutes_commune) == (Verdict.LATE, 90, 90)
    assert late.used_minutes == 2400 + 90


def test_waiting_for_a_supplement_moves_what_is_due_and_is_known_while_it_lasts(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample())).accepted()
    desk.do("request_supplement", at("2026-03-04T09:00"), CASE, **ASKED)
    waiting = known(desk)
    assert (waiting.legal_due_at, waiting.extended_due_at) == (None, None)
    assert waiting.promised_at == waiting.promise_less_supplement_at == at("2026-03-09T17:00")
    assert (waiting.supplement_count, waiting.first_supplement_at) == (1, at("2026-03-04T09:00"))
    assert (waiting.last_supplement_received_at, waiting.supplement_minutes) == (None, 0)
    desk.do("receive_supplement", at("2026-03-05T09:00"), RECEIVER)
    facts = known(desk)
    assert facts.legal_due_on_time_from == at("2026-03-10T00:00")
    assert facts.promised_at == at("2026-03-09T17:00")  # nobody told the applicant anything else
    assert facts.promise_less_supplement_at == facts.limit_less_supplement_at == at("2026-03-10T17:00")
    assert (facts.supplement_minutes, facts.paused_minutes, facts.supplement_late) == (480, 480, False)
    done = known(issue(desk, "2026-03-10T10:00"))
    assert done.verdict(Yardstick.PROMISED) is Verdict.LATE
    assert done.verdict(Yardstick.ORIGINAL_DUE) is Verdict.LATE
    assert done.verdict() is done.verdict(Yardstick.PROMISE_LESS_SUPPLEMENT) is Verdict.ON_TIME
    assert done.working_minutes == 360 + 5 * 480 + 180 - 480


def test_a_second_request_and_a_late_first_one(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample())).accepted()
    desk.do("request_supplement", at("2026-03-06T09:00"), CASE, **ASKED)  # found within 3 working days: until Thursday
    desk.do("receive_supplement", at("2026-03-06T10:00"), RECEIVER)
    desk.do("request_supplement", at("2026-03-06T11:00"), CASE, **ASKED, exceeding_reason="giấy tờ mới bị hỏng")
    facts = known(desk)
    assert (facts.supplement_count, facts.supplement_late) == (2, True)
    assert facts.second_supplement_at == facts.last_supplement_at == at("2026-03-06T11:00")
    assert facts.first_supplement_received_at == at("2026-03-06T10:00")


def test_a_pause_with_less_than_a_day_left_and_one_after_the_due_date(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample())).accepted()
    desk.do("pause", at("2026-03-04T09:00"), CASE, reason="survey")
    desk.do("resume", at("2026-03-04T10:00"), CASE, reason="survey")
    assert known(desk).pauses_near_due == 0
    desk.do("pause", at("2026-03-10T07:30"), CASE, reason="survey")  # due 10 March 17:00: less than 480 minutes left
    desk.do("resume", at("2026-03-10T08:00"), CASE, reason="survey")
    desk.do("pause", at("2026-03-11T08:00"), CASE, reason="survey")
    facts = known(desk)
    assert (facts.pauses_near_due, facts.pauses_after_due, facts.pause_near_due_by) == (1, 1, CASE.id)
    assert facts.legal_due_at == at("2026-03-10T17:00")  # it was over before the last pause began, so it stands


def test_an_extension_leaves_the_legal_due_time(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample())).accepted()
    desk.do("extend", at("2026-03-05T09:00"), SIGNER, amount="2", reason="phức tạp", apology="xin lỗi ông bà")
    facts = known(issue(desk, "2026-03-11T09:00"))
    assert (facts.extensions, facts.apologies, facts.apology_in_time) == (1, 1, True)
    assert facts.apology_at == at("2026-03-05T09:00")
    assert facts.extended_due_at == facts.promised_at == at("2026-03-11T17:00")
    assert (facts.verdict(), facts.verdict(Yardstick.EXTENDED_DUE)) == (Verdict.LATE, Verdict.ON_TIME)


def test_refused_at_intake_and_later_withdrawn_and_stopped(sqlite_office: MakeOffice) -> None:
    office = sqlite_office(sample())
    turned_away, refused, withdrawn, silent = (Desk(office) for _ in range(4))
    turned_away.register()
    turned_away.do("refuse", at("2026-03-02T10:00"), RECEIVER, reason="không thuộc thẩm quyền")
    refused.accepted().do("refuse", at("2026-03-10T08:30"), SIGNER, reason="không đủ điều kiện")
    withdrawn.accepted().do("withdraw", at("2026-03-03T10:00"), RECEIVER, reason="không cần nữa")
    silent.accepted().do("request_supplement", at("2026-03-03T09:00"), CASE, **ASKED)
    apply_timers(office, silent.code, now=at("2026-03-20T08:00"))
    kinds = [
        (f.end_kind, f.finished_at, f.accepted_at is None)
        for f in map(known, (turned_away, refused, withdrawn, silent))
    ]
    assert kinds == [
        ("refused_at_intake", None, True),
        ("refused", None, False),
        ("withdrawn", None, False),
        ("refused", None, False),
    ]
    assert known(refused).late_minutes == 90  # refusing late is late too, for whoever asks
    assert known(silent).ended_because == "supplement_deadline_passed"


def test_taken_up_again_it_is_open_again(sqlite_office: MakeOffice) -> None:
    desk = issue(Desk(sqlite_office(sample())).accepted(), "2026-03-05T09:00")
    desk.do("reopen", at("2026-03-11T09:00"), officer("supervisor"), reason="sai tên")
    facts = known(desk)
    assert (facts.finished_at, facts.ended_at, facts.end_kind, facts.result_recorded_at) == (None,) * 4
    assert (facts.reopened, facts.reopened_at, facts.late_since) == (1, at("2026-03-11T09:00"), at("2026-03-10T00:00"))


def test_forwarded_it_belongs_to_the_competent_commune(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample()))
    desk.register(intake_commune="14758", actor=officer("receiving_officer", commune="14758"))
    before = known(desk)
    assert (before.commune, before.intake_commune, before.non_boundary, before.forwarded) == (
        "14758",
        "14758",
        True,
        False,
    )
    desk.do("forward", at("2026-03-02T15:00"), officer("receiving_officer", commune="14758"))
    assert known(desk).acceptance_due_at is None
    desk.do("receive_at_competent_body", at("2026-03-03T09:00"), RECEIVER)
    desk.do("accept", at("2026-03-03T10:00"), RECEIVER)
    after = known(desk)
    assert (after.commune, after.forwarded, after.clock_starts_at) == ("14845", True, at("2026-03-03T09:00"))
    assert (after.commune, before.commune) == (desk_of(desk.state), "14758")


def test_fully_electronic_needs_every_part(sqlite_office: MakeOffice) -> None:
    office = sqlite_office(sample())

    def handled(paid: str, how: str) -> bool:
        desk = Desk(office)
        desk.register(channel="online", documents={"to_khai": "electronic"})
        desk.do("accept", MONDAY, RECEIVER)
        desk.machine(MONDAY)
        desk.do("record_payment", MONDAY, RECEIVER, fee="le_phi", amount_vnd=8000, how=paid)
        issue(desk, "2026-03-05T09:00")
        desk.machine(at("2026-03-05T09:00"))
        assert known(desk).fully_electronic is False  # nobody has it yet
        desk.do("hand_over", at("2026-03-05T10:00"), RECEIVER, how=how)
        facts = known(desk)
        assert facts.payments_online + facts.payments_direct == 1
        return facts.fully_electronic

    assert [handled("online", "electronic"), handled("cash", "electronic"), handled("online", "post")] == [
        True,
        False,
        False,
    ]


def test_a_backdated_receipt_and_a_backdated_result(sqlite_office: MakeOffice) -> None:
    desk = Desk(sqlite_office(sample()))
    desk.register()
    desk.do("accept", at("2026-03-02T11:00"), RECEIVER, occurred_at=MONDAY, backdating_reason="mất điện")
    desk.machine(at("2026-03-02T11:00"))
    assert known(desk).receipt_backdated_minutes == 120
    desk.do("complete_step", at("2026-03-09T08:00"), CASE, occurrence=2, outcome="ok")
    desk.do("complete_step", at("2026-03-09T08:00"), SIGNER, occurrence=3, outcome="signed")
    late = {"occurred_at": at("2026-03-09T16:00"), "backdating_reason": "mất mạng"}
    desk.do("issue_result", at("2026-03-10T22:00"), CLERK, result="paper", **late)
    facts = known(desk)
    assert (facts.result_backdated_minutes, facts.result_after_hours) == (30 * 60, True)
    assert facts.verdict() is Verdict.ON_TIME


def test_a_result_without_the_signature_that_the_procedure_has(sqlite_office: MakeOffice) -> None:
    steps = [s.model_dump() for s in sample().steps]
    appraise = next(s for s in steps if s["id"] == "appraise")
    appraise["outcomes"] = {**appraise["outcomes"], "skip": "issue"}
    desk = Desk(sqlite_office(sample(steps=steps))).accepted()
    desk.do("complete_step", at("2026-03-05T09:00"), CASE, occurrence=2, outcome="skip")
    desk.do("issue_result", at("2026-03-05T10:00"), CLERK, result="paper")
    facts = known(desk)
    assert (facts.signed_at, facts.signer, facts.closed_before_signature) == (None, None, True)
