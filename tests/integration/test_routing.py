"""From events to messages: exactly once, by rules that are data, and silent where they should be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from dossiers.erasure import erase_person
from dossiers.events import EventType
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.tables import DossierRow, EventRow, UndecidedEventRow
from notifications.errors import BrokenRouting
from notifications.message_rows import message_id
from notifications.notices import Notice
from notifications.routing import RouteReport, route
from notifications.rules import built_in_rules, in_force, read_rules
from notifications.tables import MessageRow
from tests.desk import MONDAY, Desk
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, SUPERVISOR, at

TUESDAY = at("2026-03-03T09:00")


def rows(office: Office) -> list[MessageRow]:
    with reading(office.engine) as session:
        return list(session.scalars(select(MessageRow).order_by(col(MessageRow.id))))


def told(office: Office) -> list[tuple[str, str, str]]:
    return [(r.notice, r.channel, r.state) for r in rows(office)]


def undecided(office: Office) -> int:
    with reading(office.engine) as session:
        return session.execute(select(func.count()).select_from(UndecidedEventRow)).scalar_one()


def test_an_issued_receipt_becomes_one_message(office: Office) -> None:
    Desk(office).accepted()
    assert route(office, now=MONDAY) == RouteReport(events=3, messages=1)
    assert route(office, now=MONDAY) == RouteReport(events=0, messages=0)
    assert undecided(office) == 0
    (row,) = rows(office)
    assert (row.notice, row.recipient, row.channel, row.language) == ("receipt", "applicant:1", "email", "vi")
    assert (row.state, row.attempts, row.next_try_at) == ("waiting", 0, MONDAY)
    with reading(office.engine) as session:
        event = session.get_one(EventRow, row.event_id)
    assert event.type == "ReceiptIssued"
    assert row.message_id == message_id(event.hash, "receipt", "applicant:1", "email")


def test_a_message_id_follows_from_what_the_message_is() -> None:
    assert message_id("ab" * 32, "receipt", "applicant:1", "email") == "1b8e320b5a6f79b66e1d173e21501b85"


def test_who_gave_no_email_is_told_at_the_counter(office: Office) -> None:
    desk = Desk(office)
    desk.register(applicant={"name": "Lò Thị B"})
    desk.do("accept", MONDAY, RECEIVER)
    desk.machine(MONDAY)
    route(office, now=MONDAY)
    assert told(office) == [("receipt", "counter", "waiting")]


def test_a_whole_life_gives_these_notices(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.do("request_supplement", MONDAY, SUPERVISOR, items=[{"problem": "Thiếu chữ ký"}])
    desk.do("receive_supplement", TUESDAY, RECEIVER)
    desk.do("extend", TUESDAY, SUPERVISOR, amount="2", reason="Chờ xác minh", apology="Xin lỗi Ông/Bà")
    desk.appraised("ok", TUESDAY)
    desk.do("complete_step", TUESDAY, SIGNER, occurrence=3, outcome="signed")
    desk.do("issue_result", TUESDAY, CLERK, result="paper")
    desk.machine(TUESDAY)
    route(office, now=TUESDAY)
    assert told(office) == [
        ("receipt", "email", "waiting"),
        ("supplement_request", "email", "waiting"),
        ("apology", "email", "waiting"),
        ("result_ready", "email", "waiting"),
    ]


def test_whoever_has_the_result_is_not_asked_to_come(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.appraised("ok", TUESDAY)
    desk.do("complete_step", TUESDAY, SIGNER, occurrence=3, outcome="signed")
    desk.do("issue_result", TUESDAY, CLERK, result="paper")
    desk.do("hand_over", TUESDAY, RECEIVER)
    desk.machine(TUESDAY)
    assert desk.types[-1] == "ResultPublished"
    route(office, now=TUESDAY)
    assert told(office) == [("receipt", "email", "waiting")]


@pytest.mark.parametrize(
    ("action", "command", "notice"),
    [
        ("refuse", {"reason": "Không thuộc thẩm quyền"}, "refusal"),
        ("withdraw", {"reason": "Tôi muốn rút hồ sơ"}, "withdrawn"),
        ("stop", {}, "stopped"),
    ],
)
def test_every_end_without_a_result_is_told(office: Office, action: str, command: dict[str, Any], notice: str) -> None:
    desk = Desk(office).accepted()
    if action == "stop":
        desk.do("propose_stop", TUESDAY, CASE, reason="Có tranh chấp", legal_ground="Điều 1")
    desk.do(action, TUESDAY, SUPERVISOR, **command)
    route(office, now=TUESDAY)
    assert told(office) == [("receipt", "email", "waiting"), (notice, "email", "waiting")]


def test_a_limit_leaves_the_rest_for_the_next_call(office: Office) -> None:
    Desk(office).accepted()
    assert route(office, now=MONDAY, limit=2) == RouteReport(events=2, messages=0, more=True)
    assert route(office, now=MONDAY, limit=2) == RouteReport(events=1, messages=1, more=False)


def test_several_at_once_decide_about_each_event_once(office: Office) -> None:
    for _ in range(6):
        Desk(office).accepted()
    with ThreadPoolExecutor(6) as pool:
        reports = list(pool.map(lambda _: route(office, now=MONDAY, limit=3), range(12)))
    assert sum(r.events for r in reports) == 18
    assert sum(r.messages for r in reports) == 6
    assert [r.recipient for r in rows(office)].count("applicant:1") == 1
    assert undecided(office) == 0


def test_an_event_that_is_queued_again_tells_nobody_twice(office: Office) -> None:
    Desk(office).accepted()
    route(office, now=MONDAY)
    (row,) = rows(office)
    with writing(office.engine) as session:
        queued = UndecidedEventRow(
            event_id=row.event_id, dossier_id=row.dossier_id, type="ReceiptIssued", recorded_at=MONDAY
        )
        session.add(queued)
    assert route(office, now=TUESDAY) == RouteReport(events=1, messages=0)
    assert [r.message_id for r in rows(office)] == [row.message_id]


def test_a_silent_dossier_tells_nobody(office: Office) -> None:
    Desk(office).accepted()
    with writing(office.engine) as session:
        session.execute(update(DossierRow).values(silent=True))
    assert route(office, now=MONDAY) == RouteReport(events=3, messages=0)


def test_before_the_first_rules_nobody_is_told(office: Office) -> None:
    Desk(office).accepted()
    later = tuple(s.model_copy(update={"effective_from": date(2026, 3, 3)}) for s in built_in_rules())
    assert route(office, now=TUESDAY, rule_sets=later) == RouteReport(events=3, messages=0)


def test_rules_take_effect_at_midnight_in_vietnam(office: Office) -> None:
    desk = Desk(office)
    desk.register(at("2026-03-02T23:30"))
    desk.do("refuse", at("2026-03-02T23:59"), RECEIVER, reason="Không thuộc thẩm quyền")
    new = tuple(s.model_copy(update={"effective_from": date(2026, 3, 3)}) for s in built_in_rules())
    assert route(office, now=TUESDAY, rule_sets=new).messages == 0
    desk.register(at("2026-03-03T00:00"))
    desk.do("refuse", at("2026-03-03T00:00"), RECEIVER, reason="Không thuộc thẩm quyền")
    assert route(office, now=TUESDAY, rule_sets=new).messages == 1


def test_a_message_to_an_erased_person_says_so(office: Office) -> None:
    desk = Desk(office).accepted()
    erase_person(office, desk.code, now=MONDAY + timedelta(hours=1))
    route(office, now=TUESDAY)
    (row,) = rows(office)
    assert (row.state, row.last_error) == ("undeliverable", "the recipient has been erased")
    assert row.settled_at == TUESDAY


def test_the_built_in_rules_use_every_notice() -> None:
    (first,) = built_in_rules()
    assert first.effective_from == date(2025, 7, 1)
    used = {r.notice for r in first.rules} | {w.notice for w in first.warnings}
    assert used == set(Notice) - {Notice.DIGEST}
    assert [r.notice for r in first.about(EventType.RECEIPT_ISSUED)] == [Notice.RECEIPT]
    assert in_force(built_in_rules(), date(2025, 6, 30)) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "- {effective_from: 2026-01-01, rules: [{event: X, notice: receipt, to: applicant, through: [email]}]}",
            "event",
        ),
        (
            "- {effective_from: 2026-01-01, "
            "rules: [{event: ReceiptIssued, notice: receipt, to: applicant, through: [fax]}]}",
            "there is no channel fax; known: email, counter, sms, zalo, webhook",
        ),
        (
            "- {effective_from: 2026-01-01, "
            "rules: [{event: ReceiptIssued, notice: receipt, to: mayor, through: [email]}]}",
            "Input should be 'applicant', 'holder'",
        ),
        ("- {effective_from: 2026-01-01, colour: red}", "colour"),
        ("- {effective_from: 2026-01-01}\n- {effective_from: 2026-01-01}", "two sets take effect on the same day"),
        ("- {effective_from: [", "while parsing"),
        (
            "- effective_from: 2026-01-01\n"
            "  rules:\n"
            "  - {event: ReceiptIssued, notice: receipt, to: applicant, through: [email]}\n"
            "  - {event: ReceiptIssued, notice: receipt, to: applicant, through: [counter]}\n",
            "two rules give the same notice",
        ),
    ],
)
def test_broken_rules_are_refused_with_their_reason(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "routing.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BrokenRouting) as caught:
        read_rules(file)
    assert problem in str(caught.value)
    assert str(file) in str(caught.value)
