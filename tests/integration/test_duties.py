"""Duties at the gate: stopping by two persons, the supplement's window, an apology without extension, waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from dossiers.duty_errors import (
    ApologyGoesWithExtension,
    ApologyLimitReached,
    SecondPersonNeeded,
    StopAlreadyProposed,
    StopNotProposed,
)
from dossiers.errors import (
    BeforePreviousEvent,
    ExtensionNotLater,
    InTheFuture,
    MalformedCommand,
    NoAuthority,
    SupplementLimitReached,
)
from dossiers.gate import apply_timers
from dossiers.ledger_check import check
from dossiers.office import Office
from tests.desk import MONDAY, Desk
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, SUPERVISOR, at, officer, sample

TUESDAY = at("2026-03-03T09:00")
WHY = {"reason": "Có tranh chấp", "legal_ground": "Quyết định của tòa án"}
ITEM = [{"problem": "thiếu chữ ký"}]


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office).accepted()


def due(desk: Desk) -> str:
    found = desk.row.due_at
    return "" if found is None else found.astimezone(MONDAY.tzinfo).isoformat()[:16]


# stopping by two persons


def test_a_stop_is_proposed_by_one_and_confirmed_by_another(desk: Desk) -> None:
    with pytest.raises(StopNotProposed):
        desk.do("stop", TUESDAY, SUPERVISOR)
    proposed = desk.do("propose_stop", TUESDAY, SUPERVISOR, **WHY)
    assert (proposed["status"], proposed["revision"]) == ("in_progress", 4)  # the clock goes on meanwhile
    assert desk.row.stop_proposed_by == "supervisor"
    with pytest.raises(SecondPersonNeeded) as refused:
        desk.do("stop", TUESDAY, SUPERVISOR)
    assert refused.value.facts["proposed_by"] == "supervisor"
    with pytest.raises(StopAlreadyProposed):
        desk.do("propose_stop", TUESDAY, CASE, **WHY)
    assert desk.do("stop", TUESDAY, SIGNER, proposal=4, remark="Đồng ý")["status"] == "stopped"
    proposal, stop = (e.payload for e in desk.events[-2:])
    assert (stop["proposal"], stop["reason"], stop["legal_ground"]) == (4, proposal["reason"], proposal["legal_ground"])
    assert desk.row.stop_proposed_by is None
    assert check(desk.office, now=TUESDAY).differences == []


def test_a_declined_proposal_is_over_and_its_number_confirms_nothing(desk: Desk) -> None:
    desk.do("propose_stop", TUESDAY, CASE, **WHY)
    with pytest.raises(NoAuthority):
        desk.do("decline_stop", TUESDAY, CASE, reason="không đồng ý")
    desk.do("decline_stop", TUESDAY, SIGNER, reason="đã hòa giải xong")
    assert desk.row.stop_proposed_by is None
    desk.do("propose_stop", TUESDAY, CASE, **WHY)
    with pytest.raises(StopNotProposed) as refused:
        desk.do("stop", TUESDAY, SIGNER, proposal=4)
    assert refused.value.facts["open"] == 6
    assert desk.types[-3:] == ["StopProposed", "StopDeclined", "StopProposed"]


def test_a_result_closes_the_proposal(desk: Desk) -> None:
    desk.do("propose_stop", TUESDAY, CASE, **WHY)
    desk.appraised("ok", TUESDAY)
    desk.do("complete_step", TUESDAY, SIGNER, occurrence=3, outcome="signed")
    desk.do("issue_result", TUESDAY, CLERK, result="paper")
    assert (desk.row.stop_proposed_by, desk.row.status) == (None, "finished")


# the supplement's window


@pytest.mark.parametrize(
    ("asked", "late"), [("2026-03-06T23:59", False), ("2026-03-07T00:00", True), ("2026-03-09T08:00", True)]
)
def test_a_supplement_is_asked_for_within_three_working_days_of_the_finding(desk: Desk, asked: str, late: bool) -> None:
    desk.do("request_supplement", at(asked), CASE, items=ITEM, found_at="2026-03-03T10:00:00+07:00")
    payload = desk.events[-1].payload
    assert payload["found_at"] == "2026-03-03T03:00:00.000000+00:00"
    assert payload["request_by"] == "2026-03-06T17:00:00.000000+00:00"  # 24:00 of Friday 6 March
    assert payload["request_late"] is late


def test_a_finding_lies_between_the_acceptance_and_now(office: Office) -> None:
    desk = Desk(office)
    desk.register()
    with pytest.raises(MalformedCommand):
        desk.do("request_supplement", MONDAY, RECEIVER, items=ITEM, found_at="2026-03-02T09:00:00+07:00")
    desk.do("accept", MONDAY, RECEIVER)
    with pytest.raises(BeforePreviousEvent):
        desk.do("request_supplement", TUESDAY, CASE, items=ITEM, found_at="2026-03-02T08:59:00+07:00")
    with pytest.raises(InTheFuture):
        desk.do("request_supplement", TUESDAY, CASE, items=ITEM, found_at="2026-03-03T09:01:00+07:00")


def test_a_second_request_needs_a_reason_and_is_marked_as_late_for_the_index(desk: Desk) -> None:
    desk.do("request_supplement", TUESDAY, CASE, items=ITEM)
    desk.do("receive_supplement", TUESDAY, RECEIVER)
    with pytest.raises(SupplementLimitReached, match="766"):
        desk.do("request_supplement", TUESDAY, CASE, items=ITEM)
    desk.do("request_supplement", TUESDAY, CASE, items=ITEM, exceeding_reason="mới phát hiện giấy giả")
    assert desk.events[-1].payload["counts_late_in_766"] is True


@pytest.mark.parametrize(("rule", "status"), [("refuse", "refused"), ("stop", "stopped")])
@pytest.mark.parametrize("stage", ["intake", "processing"])
def test_the_applicants_own_deadline_does_what_the_procedure_says(
    sqlite_office: Callable[..., Office], rule: str, status: str, stage: str
) -> None:
    supplement = {
        "maximum_requests": 1,
        "applicant_deadline": {"amount": "7", "unit": "working_days"},
        "when_deadline_passes": rule,
        "clock": "pause",
        "source": ["law"],
    }
    desk = Desk(sqlite_office(sample(supplement=supplement)))
    desk.register()
    if stage == "processing":
        desk.do("accept", MONDAY, RECEIVER)
    desk.do("request_supplement", TUESDAY, RECEIVER, items=ITEM)
    apply_timers(desk.office, desk.code, now=at("2026-03-20T08:00"))
    last = desk.events[-1]
    assert (desk.row.status, last.payload["stage"]) == (status, stage)
    assert last.occurred_at == at("2026-03-13T00:00")  # 24:00 of the seventh working day, Thursday 12 March


# an apology without an extension


def without_extension(sqlite_office: Callable[..., Office]) -> Desk:
    return Desk(sqlite_office(sample(extension=None))).accepted()


def apologise(desk: Desk, now: datetime, until: str = "2026-03-12T16:00:00+07:00") -> dict[str, object]:
    words = {"reason": "Chờ xác minh", "apology": "Xin lỗi ông bà"}
    return desk.do("apologise", now, CASE, until=until, **words)


def test_an_apology_promises_anew_and_leaves_the_due_date_alone(sqlite_office: Callable[..., Office]) -> None:
    desk = without_extension(sqlite_office)
    assert due(desk) == "2026-03-09T17:00"
    with pytest.raises(ExtensionNotLater):
        apologise(desk, TUESDAY, "2026-03-09T17:00:00+07:00")
    apologise(desk, TUESDAY)
    assert (due(desk), desk.row.promised_at) == ("2026-03-09T17:00", at("2026-03-12T16:00"))
    assert (desk.row.extensions, desk.row.apologies, desk.row.clock_period) == (0, 1, 0)
    assert desk.events[-1].payload["apology_late"] is False
    with pytest.raises(ApologyLimitReached):
        apologise(desk, TUESDAY, "2026-03-20T16:00:00+07:00")


def test_an_apology_on_the_last_day_or_after_it_is_late(sqlite_office: Callable[..., Office]) -> None:
    desk = without_extension(sqlite_office)
    apologise(desk, at("2026-03-10T09:00"))
    assert desk.events[-1].payload["apology_late"] is True
    assert desk.events[-1].payload["due_before"] == "2026-03-09T10:00:00.000000+00:00"


def test_where_an_extension_is_possible_the_apology_goes_with_it(desk: Desk) -> None:
    with pytest.raises(ApologyGoesWithExtension):
        apologise(desk, TUESDAY)
    desk.do("extend", TUESDAY, CASE, amount="2", reason="Chờ xác minh", apology="Xin lỗi")
    assert (desk.row.extensions, desk.row.apologies) == (1, 1)


# public posting, and waiting for money


def test_a_posting_keeps_the_clock_still_and_ends_at_its_legal_moment(sqlite_office: Callable[..., Office]) -> None:
    steps = [s.model_dump(mode="json", exclude_none=True) for s in sample().steps]
    for step in steps:
        if step["id"] == "confirm":
            step |= {"wait_for": "time", "pauses": "posting", "role": "case_officer"}
            step["answer_within"] = {"amount": "3", "unit": "working_days"}
            step["outcomes"] = {"accepted": "sign", "objected": "appraise"}
    desk = Desk(sqlite_office(sample(steps=steps))).accepted()
    desk.appraised("wait", TUESDAY)
    assert (desk.row.status, due(desk)) == ("paused", "")
    apply_timers(desk.office, desk.code, now=at("2026-03-20T08:00"))  # noticed a fortnight later
    assert [s.step for s in desk.state.open_steps.values()] == ["sign"]
    assert desk.events[-1].occurred_at == at("2026-03-07T00:00")  # 24:00 of Friday, the third working day
    # Two of forty hours had run on Tuesday; the other 38 run from Monday 9 March and end on Friday.
    assert due(desk) == "2026-03-13T17:00"
    again = Desk(desk.office).accepted()
    again.appraised("wait", TUESDAY)
    again.do("complete_step", at("2026-03-05T09:00"), CASE, occurrence=3, outcome="objected")
    assert [s.step for s in again.state.open_steps.values()] == ["appraise"]
    assert again.row.status == "in_progress"  # an objection ends the posting, and the clock goes on


def test_waiting_for_money_can_keep_the_clock_still(sqlite_office: Callable[..., Office]) -> None:
    steps = [s.model_dump(mode="json", exclude_none=True) for s in sample().steps]
    for step in steps:
        if step["id"] == "pay":
            step["pauses"] = "survey"
    desk = Desk(sqlite_office(sample(steps=steps))).accepted()
    desk.appraised("fee", TUESDAY)
    assert (desk.row.status, due(desk)) == ("paused", "")
    desk.do("record_payment", at("2026-03-10T09:00"), RECEIVER, fee="le_phi", amount_vnd=8000, how="cash")
    assert (desk.row.status, due(desk)) == ("in_progress", "2026-03-16T17:00")


def test_a_colleague_with_both_roles_cannot_confirm_the_own_proposal(desk: Desk) -> None:
    both = officer("case_officer", "signatory", id="kiem-nhiem")
    desk.do("propose_stop", TUESDAY, both, **WHY)
    with pytest.raises(SecondPersonNeeded):
        desk.do("stop", TUESDAY, both)
    desk.do("decline_stop", TUESDAY, both, reason="rút lại đề xuất")
    assert desk.state.stop_proposal is None
