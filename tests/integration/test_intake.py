"""Taking in: registering, forwarding, accepting, refusing; and what is refused without leaving a trace."""

from __future__ import annotations

from typing import Any

import pytest

from dossiers.errors import (
    BackdatingNeedsReason,
    BeforePreviousEvent,
    InTheFuture,
    MalformedCommand,
    MissingDocuments,
    NoAuthority,
    NotPermittedNow,
    StaleRevision,
    UnknownAction,
    UnknownDocument,
    UnknownDossier,
    WrongBody,
)
from dossiers.gate import act
from dossiers.office import Office
from procedures.errors import AreaClassNeeded, NotInForce, OutsideScope, UnknownCase, UnknownCommune, UnknownProcedure
from tests.conftest import make_office
from tests.desk import MONDAY, Desk, count_events
from tests.samples import CASE, COMMUNE, RECEIVER, SIGNER, at, officer, sample

ELSEWHERE = "14758"
"""Another commune of Thanh Hoá."""


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_registering_starts_no_clock(desk: Desk) -> None:
    answer = desk.register()
    assert answer == {
        "dossier": "MC-14845-260302-0001",
        "revision": 1,
        "status": "submitted",
        "open_steps": [],
        "events": ["SubmissionRegistered"],
    }
    assert desk.row.due_at is None
    assert desk.register()["dossier"] == "MC-14845-260302-0002"


def test_accepting_binds_version_case_limit_and_due_date(desk: Desk) -> None:
    desk.register()
    answer = desk.do("accept", MONDAY, RECEIVER)
    assert answer["status"] == "in_progress"
    assert [s["step"] for s in answer["open_steps"]] == ["issue_receipt"]
    assert desk.row.due_on is not None
    assert desk.row.due_on.isoformat() == "2026-03-09"  # five working days after Monday 2 March
    assert desk.row.promised_at is None
    assert desk.machine(MONDAY) == ["issue_receipt"]
    assert desk.row.promised_at == at("2026-03-09T17:00")


def test_an_addition_lengthens_the_limit(desk: Desk) -> None:
    desk.accepted(additions=["verify"])
    assert desk.row.due_on is not None
    assert desk.row.due_on.isoformat() == "2026-03-12"  # eight working days


def test_an_unknown_area_class_is_asked_for_and_who_chose_is_recorded(desk: Desk) -> None:
    desk.register(case="area")
    with pytest.raises(AreaClassNeeded):
        desk.do("accept", MONDAY, RECEIVER)
    desk.do("accept", MONDAY, RECEIVER, area="difficult")
    assert desk.events[-1].payload["area"] == "difficult"
    assert desk.events[-1].payload["area_chosen_by"] == RECEIVER.id
    assert desk.events[-1].payload["limit"]["amount"] == "23"


def test_intake_away_from_the_boundary_starts_the_clock_at_the_competent_body(desk: Desk) -> None:
    there = officer("receiving_officer", id="there", commune=ELSEWHERE)
    desk.register(actor=there, intake_commune=ELSEWHERE)
    with pytest.raises(WrongBody):
        desk.do("accept", MONDAY, there)
    with pytest.raises(NoAuthority):
        desk.do("forward", MONDAY, RECEIVER)
    desk.do("forward", MONDAY, there)
    received = at("2026-03-04T10:00")
    desk.do("receive_at_competent_body", received, RECEIVER)
    desk.do("accept", at("2026-03-05T08:00"), RECEIVER)
    assert desk.row.clock_starts_at == received  # NĐ 118/2025 art. 17.3: the receipt, not the acceptance
    assert desk.row.due_on is not None
    assert desk.row.due_on.isoformat() == "2026-03-11"


def test_a_dossier_that_is_where_it_belongs_is_not_forwarded(desk: Desk) -> None:
    desk.register()
    with pytest.raises(WrongBody):
        desk.do("forward", MONDAY, RECEIVER)


def test_completion_at_intake_delays_the_clock_not_the_promise(desk: Desk) -> None:
    desk.register()
    desk.do("request_supplement", MONDAY, RECEIVER, items=[{"document": "giay_to", "problem": "thiếu bản chính"}])
    assert desk.state.status == "incomplete"
    with pytest.raises(NotPermittedNow):
        desk.do("accept", MONDAY, RECEIVER)
    desk.do("receive_supplement", at("2026-03-03T09:00"), RECEIVER, documents={"giay_to": "copy"})
    desk.do("accept", at("2026-03-03T09:05"), RECEIVER)
    assert desk.row.clock_starts_at == at("2026-03-03T09:05")
    assert desk.state.documents == {"to_khai": "original", "giay_to": "copy"}


def test_refusing_at_intake_ends_the_dossier(desk: Desk) -> None:
    desk.register()
    assert desk.do("refuse", MONDAY, RECEIVER, reason="Không thuộc thẩm quyền")["status"] == "refused"
    with pytest.raises(NotPermittedNow):
        desk.do("accept", MONDAY, RECEIVER)


def test_once_accepted_a_receiving_officer_cannot_refuse(desk: Desk) -> None:
    desk.accepted()
    with pytest.raises(NoAuthority):
        desk.do("refuse", MONDAY, RECEIVER, reason="Không đủ điều kiện")
    assert desk.do("refuse", MONDAY, SIGNER, reason="Không đủ điều kiện")["status"] == "refused"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"procedure": "1.999999"}, UnknownProcedure),
        ({"commune": "99999"}, UnknownCommune),
        ({"documents": {"ho_chieu": "copy"}}, UnknownDocument),
        ({"case": "nope"}, UnknownCase),
        ({"applicant": {"name": ""}}, MalformedCommand),
        ({"applicant": {"name": "A", "personal_id_number": "12"}}, MalformedCommand),
        ({"channel": "fax"}, MalformedCommand),
        ({"official_code": "MC-1"}, MalformedCommand),
        ({"colour": "red"}, MalformedCommand),
        ({"documents": ["to_khai"]}, MalformedCommand),
    ],
)
def test_a_wrong_submission_is_refused_and_leaves_no_trace(desk: Desk, changes: dict[str, Any], error: type) -> None:
    with pytest.raises(error):
        desk.register(**changes)
    assert count_events(desk.office) == 0
    assert desk.register()["dossier"].endswith("-0001")


def test_a_procedure_outside_its_province_or_time_is_refused(database_url: str, office: Office) -> None:
    elsewhere = Desk(make_office(office.engine, sample(scope={"provinces": ["04"]})))
    with pytest.raises(OutsideScope):
        elsewhere.register()
    later = Desk(make_office(office.engine, sample(effective={"from": "2026-07-01"})))
    with pytest.raises(NotInForce):
        later.register()
    assert count_events(office) == 0


def test_a_missing_document_is_named(desk: Desk) -> None:
    desk.register(documents={})
    with pytest.raises(MissingDocuments) as refused:
        desk.do("accept", MONDAY, RECEIVER)
    assert refused.value.facts == {"missing": ["to_khai"]}
    assert count_events(desk.office) == 1


def test_who_has_no_role_there_is_refused(desk: Desk) -> None:
    stranger = officer("receiving_officer", id="stranger", commune=ELSEWHERE)
    with pytest.raises(NoAuthority):
        desk.register(actor=stranger)
    desk.register()
    with pytest.raises(NoAuthority):
        desk.do("accept", MONDAY, CASE)
    with pytest.raises(NoAuthority):
        desk.do("accept", MONDAY, stranger)


def test_a_stale_revision_is_a_conflict_that_names_both(desk: Desk) -> None:
    desk.register()
    with pytest.raises(StaleRevision) as refused:
        act(desk.office, desk.code, "accept", {}, actor=RECEIVER, now=MONDAY, expected_revision=0)
    assert refused.value.facts == {
        "dossier": desk.code,
        "expected": 0,
        "actual": 1,
        "status": "submitted",
        "held_by": "công chức tiếp nhận (chưa giao cho ai)",
        "holders": [],
    }
    assert act(desk.office, desk.code, "accept", {}, actor=RECEIVER, now=MONDAY, expected_revision=1)["revision"] == 2


def test_unknown_dossiers_and_actions(desk: Desk) -> None:
    desk.register()
    with pytest.raises(UnknownAction):
        desk.do("approve", MONDAY, RECEIVER)
    desk.code = "MC-00000-260101-0001"
    with pytest.raises(UnknownDossier):
        desk.do("accept", MONDAY, RECEIVER)


def test_dating_back_needs_a_reason_and_an_order(desk: Desk) -> None:
    desk.register(at("2026-03-02T09:00"))
    later = at("2026-03-04T09:00")
    with pytest.raises(BackdatingNeedsReason):
        desk.do("accept", later, RECEIVER, occurred_at="2026-03-02T10:00:00+07:00")
    with pytest.raises(BeforePreviousEvent):
        desk.do("accept", later, RECEIVER, occurred_at="2026-03-02T08:00:00+07:00", backdating_reason="mất mạng")
    with pytest.raises(InTheFuture):
        desk.do("accept", later, RECEIVER, occurred_at="2026-03-05T08:00:00+07:00", backdating_reason="mất mạng")
    desk.do("accept", later, RECEIVER, occurred_at="2026-03-02T10:00:00+07:00", backdating_reason="mất mạng")
    event = desk.events[-1]
    assert (event.occurred_at, event.recorded_at) == (at("2026-03-02T10:00"), later)
    assert set(event.payload["backdated"]) == {"text", "hmac"}


def test_own_codes_never_look_official_and_the_official_one_is_kept(desk: Desk) -> None:
    desk.register(official_code="H56.14-240823-0001")
    assert desk.row.code.startswith("MC-")
    assert desk.row.official_code == "H56.14-240823-0001"
    assert desk.row.commune == COMMUNE
