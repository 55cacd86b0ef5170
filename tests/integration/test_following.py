"""Linked dossiers: what befalls the group befalls its unfinished parts, in one transaction, and once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select

from dossiers.authority import Actor
from dossiers.counting import body_cases, citizen_case, responsible_body
from dossiers.gate import apply_timers
from dossiers.ledger_check import check
from dossiers.linked_view import group_of
from dossiers.office import Office
from dossiers.session import reading
from dossiers.store import find
from dossiers.tables import DossierRow
from notifications.routing import route
from notifications.tables import MessageRow
from tests.conftest import make_office
from tests.desk import Desk
from tests.integration.test_linked_groups import CHILD, FRIDAY, MONDAY, finish, open_group
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, SUPERVISOR, at

TUESDAY = at("2026-10-06T08:00")
LATER = at("2026-10-20T08:00")
WHY = {"reason": "Có tranh chấp", "legal_ground": "Quyết định của tòa án"}
TICKS = {"electronic_form": "electronic", "birth_notification": "electronic"}


@pytest.fixture
def group(office: Office) -> Desk:
    """A birth group: the birth accepted, and residence, insurance and card opened."""
    whole = make_office(office.engine)
    desk = open_group(
        whole, "3.000722", {**CHILD, "householder": "Lò Văn B"}, ["electronic_form", "birth_notification"]
    )
    Desk(whole, desk.state.linked[0]).do("accept", FRIDAY, RECEIVER, documents=TICKS)
    finish(desk, MONDAY, ("registered_with_card", CASE))
    return desk


def parts(group: Desk) -> list[Desk]:
    return [Desk(group.office, code) for code in group.state.linked]


def statuses(group: Desk) -> list[str]:
    return [part.row.status for part in parts(group)]


def end(group: Desk, action: str) -> None:
    if action == "stop":
        group.do("propose_stop", TUESDAY, CASE, **WHY)
    commands: dict[str, tuple[Actor, dict[str, Any]]] = {
        "withdraw": (RECEIVER, {"reason": "Không còn nhu cầu"}),
        "refuse": (SIGNER, {"reason": "Không đủ điều kiện"}),
        "stop": (SIGNER, {}),
    }
    actor, command = commands[action]
    group.do(action, TUESDAY, actor, **command)


def test_each_part_names_its_body_and_its_group_shows_all(group: Desk) -> None:
    assert [part.row.body for part in parts(group)] == [
        "Ủy ban nhân dân cấp xã",
        "Công an",
        "Bảo hiểm xã hội",
        "Công an",
    ]
    assert parts(group)[1].events[0].payload["body"] == "Công an"
    with reading(group.office.engine) as session:
        shown = group_of(group.office, session, group.row, now=MONDAY)
        residence = group_of(group.office, session, find(session, group.state.linked[1]), now=MONDAY)
    assert [(p.relation, p.procedure, p.body, p.status, p.late) for p in shown] == [
        ("child", "9.900100", "Ủy ban nhân dân cấp xã", "in_progress", True),  # 24 hours were over on Saturday
        ("child", "9.900101", "Công an", "submitted", False),
        ("child", "9.900102", "Bảo hiểm xã hội", "submitted", False),
        ("child", "9.900103", "Công an", "submitted", False),
    ]
    assert [(p.relation, p.procedure) for p in residence] == [
        ("parent", "3.000722"),
        ("sibling", "9.900100"),
        ("sibling", "9.900102"),
        ("sibling", "9.900103"),
    ]


@pytest.mark.parametrize(
    ("action", "status", "because"),
    [
        ("withdraw", "withdrawn", "parent_withdrawn"),
        ("refuse", "stopped", "parent_refused"),
        ("stop", "stopped", "parent_stopped"),
    ],
)
def test_the_parts_end_with_their_group_and_come_back_with_it(
    group: Desk, action: str, status: str, because: str
) -> None:
    own = parts(group)[2]
    own.do("withdraw", MONDAY, RECEIVER, reason="Đã có thẻ rồi")  # a part that ended by itself
    end(group, action)
    assert statuses(group) == [status, status, "withdrawn", status]
    for part in (parts(group)[0], parts(group)[1], parts(group)[3]):
        last = part.events[-1]
        assert (last.payload["because"], last.payload["parent"], last.actor) == (because, group.code, "system")
        assert (last.occurred_at, last.recorded_at) == (TUESDAY, TUESDAY)
        assert part.row.next_timer_at is None
    group.do("reopen", LATER, SUPERVISOR, reason="Người dân đề nghị", whose="applicant")
    assert statuses(group) == ["in_progress", "submitted", "withdrawn", "submitted"]
    birth = parts(group)[0]
    assert birth.events[-1].payload["because"] == "parent_reopened"
    assert birth.state.pauses[-1].whose == "applicant"
    assert [s.role for s in birth.state.open_steps.values()] == ["case_officer"]
    assert check(group.office, now=LATER).differences == []


def test_what_was_issued_stays(group: Desk) -> None:
    birth = parts(group)[0]
    finish(birth, TUESDAY, ("complete", CASE), ("registered", CASE), ("signed", SIGNER))
    birth.do("issue_result", TUESDAY, CLERK, result="birth_certificate")
    end(group, "withdraw")
    assert statuses(group) == ["finished", "withdrawn", "withdrawn", "withdrawn"]
    group.do("reopen", LATER, SUPERVISOR, reason="Người dân đề nghị")
    assert statuses(group) == ["finished", "submitted", "submitted", "submitted"]


def test_the_silence_of_the_applicant_ends_the_parts_at_the_legal_moment(group: Desk) -> None:
    group.do("request_supplement", MONDAY, CASE, items=[{"problem": "thiếu chữ ký"}])
    apply_timers(group.office, group.code, now=LATER)
    over = at("2026-10-15T00:00")  # 24:00 of the seventh working day, Wednesday 14 October
    assert group.events[-1].occurred_at == over
    assert statuses(group) == ["stopped"] * 4
    assert {part.events[-1].occurred_at for part in parts(group)} == {over}


def test_corrections_follow_where_they_apply(group: Desk) -> None:
    birth, residence = parts(group)[0], parts(group)[1]
    why = {"corrects": 1, "reason": "Ghi nhầm"}
    group.do("correct", TUESDAY, RECEIVER, what="channel", channel="postal", **why)
    assert [part.row.channel for part in parts(group)] == ["postal"] * 4
    group.do("correct", TUESDAY, RECEIVER, what="documents", documents={"electronic_form": "original"}, **why)
    assert birth.state.documents == {"electronic_form": "original"}  # the notification was not there after all
    assert residence.state.documents == {"electronic_form": "original"}
    assert residence.events[-1].payload["because"] == "parent_corrected"
    before = [part.row.revision for part in parts(group)]
    group.do("correct", TUESDAY, RECEIVER, what="official_code", official_code="H56.14-261002-0001", **why)
    group.do("correct", TUESDAY, RECEIVER, what="channel", channel="postal", **why)
    assert [part.row.revision for part in parts(group)] == before  # its own code, and nothing new


def test_a_group_counts_once_for_the_citizen_and_once_for_each_body(group: Desk) -> None:
    query = select(responsible_body(), body_cases()).group_by(responsible_body()).order_by(responsible_body())
    with reading(group.office.engine) as session:
        codes = list(session.execute(select(DossierRow.code).where(citizen_case())).scalars())  # type: ignore[call-overload]
        bodies = dict(session.execute(query).all())
        every = session.execute(select(body_cases())).scalar_one()
    assert codes == [group.code]
    assert bodies == {"": 1, "Bảo hiểm xã hội": 1, "Công an": 1}
    assert every == 3


def test_the_citizen_is_told_once_of_the_whole_group(group: Desk) -> None:
    route(group.office, now=MONDAY)
    end(group, "withdraw")
    route(group.office, now=TUESDAY)
    with reading(group.office.engine) as session:
        query = select(MessageRow.dossier_id).where(MessageRow.notice == "withdrawn")  # type: ignore[call-overload]
        told = list(session.execute(query).scalars())
    assert told == [group.row.id]


def test_two_hands_on_one_group_wait_for_each_other(group: Desk) -> None:
    """The group is withdrawn while its parts are worked on: nobody is left half-way, no lock is waited for in vain."""
    failures: list[Exception] = []

    def hands(work: Any) -> None:
        try:
            work()
        except Exception as error:
            failures.append(error)

    def on_a_part(part: Desk) -> None:
        for _ in range(3):
            part.do("correct", TUESDAY, RECEIVER, corrects=1, what="channel", channel="online", reason="nhầm")

    threads = [threading.Thread(target=hands, args=(lambda p=part: on_a_part(p),)) for part in parts(group)]
    threads.append(threading.Thread(target=hands, args=(lambda: end(group, "withdraw"),)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert statuses(group) == ["withdrawn"] * 4
    assert check(group.office, now=TUESDAY).differences == []
