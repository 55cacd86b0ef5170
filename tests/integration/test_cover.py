"""Absent holders, their substitutes, dated delegations and exempt communes, through the gate on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from dossiers.authority import Actor, Grant, StaffRole
from dossiers.errors import HeldBySomeoneElse, NoAuthority, SignerIsCaseOfficer, StaleRevision, StepNotOpen
from dossiers.exemptions import end_exemption, grant_exemption
from dossiers.gate import act
from dossiers.listing import ListQuery, list_dossiers
from dossiers.office import Office
from dossiers.people_errors import AssigneeAbsent, DatesWrong, UnknownExemption
from dossiers.session import reading
from tests.desk import MONDAY, Desk
from tests.people import as_of, grant, hire, send_away
from tests.samples import CLERK, COMMUNE, SUPERVISOR, at

TUESDAY = at("2026-03-03T09:00")
ADMINISTRATOR = Actor("admin", grants=(Grant(StaffRole.ADMINISTRATOR, "38"),))


@pytest.fixture
def desk(office: Office) -> Desk:
    for name in ("lan", "mai", "nam"):
        hire(office, name, "case_officer")
    return Desk(office).accepted()


def assigned(desk: Desk, to: str = "lan") -> None:
    desk.do("assign", MONDAY, SUPERVISOR, occurrence=2, assignee=to)


def finishes(desk: Desk, who: str, now=TUESDAY, **more):  # type: ignore[no-untyped-def]
    return desk.do("complete_step", now, as_of(desk.office, who, now), occurrence=2, outcome="ok", **more)


def mine(desk: Desk, who: str, now=TUESDAY) -> list[tuple[str, tuple[str, ...]]]:  # type: ignore[no-untyped-def]
    with reading(desk.office.engine) as session:
        actor = as_of(desk.office, who, now)
        found = list_dossiers(desk.office, session, ListQuery(mine=True), actor=actor, now=now)
    return [(one.row.code, one.stands_in_for) for one in found.items]


def test_a_substitute_finishes_what_was_assigned_to_the_absent_one(desk: Desk) -> None:
    assigned(desk)
    assert mine(desk, "mai") == []
    with pytest.raises(HeldBySomeoneElse) as refused:
        finishes(desk, "mai")
    assert refused.value.facts["held_by"] == "Lan (công chức thụ lý)"
    send_away(desk.office, "lan", "2026-03-03", "2026-03-04", "mai")
    assert mine(desk, "mai") == [(desk.code, ("lan",))]
    assert mine(desk, "nam") == []
    assert mine(desk, "mai", at("2026-03-02T23:59")) == []
    assert mine(desk, "mai", at("2026-03-04T23:59")) == [(desk.code, ("lan",))]
    assert mine(desk, "mai", at("2026-03-05T00:00")) == []
    with pytest.raises(HeldBySomeoneElse) as refused:
        finishes(desk, "nam")
    words = "Lan (công chức thụ lý, vắng đến 04/03/2026, người làm thay: Mai)"
    assert refused.value.facts["held_by"] == words
    finishes(desk, "mai")
    assert (desk.events[-1].actor, desk.events[-1].payload["on_behalf_of"]) == ("mai", "lan")


def test_the_absence_counts_on_the_legal_moment(desk: Desk) -> None:
    assigned(desk)
    send_away(desk.office, "lan", "2026-03-03", "2026-03-03", "mai")
    with pytest.raises(HeldBySomeoneElse):
        finishes(desk, "mai", at("2026-03-04T09:00"))
    back = {"occurred_at": "2026-03-03T10:00:00+07:00", "backdating_reason": "mất mạng"}
    finishes(desk, "mai", at("2026-03-04T09:00"), **back)
    assert desk.events[-1].payload["on_behalf_of"] == "lan"


def test_who_is_absent_may_still_act_and_a_chain_has_one_link(desk: Desk) -> None:
    hire(desk.office, "oanh", "case_officer")
    assigned(desk)
    send_away(desk.office, "lan", "2026-03-03", "2026-03-06", "mai")
    with pytest.raises(HeldBySomeoneElse):
        finishes(desk, "nam")
    send_away(desk.office, "mai", "2026-03-03", "2026-03-06", "nam")
    send_away(desk.office, "nam", "2026-03-03", "2026-03-06", "oanh")
    with pytest.raises(HeldBySomeoneElse):
        finishes(desk, "oanh")
    assert mine(desk, "nam") == [(desk.code, ("lan",))]
    finishes(desk, "nam")
    assert desk.events[-1].payload["on_behalf_of"] == "lan"


def test_the_absent_one_acts_without_a_mark(desk: Desk) -> None:
    assigned(desk)
    send_away(desk.office, "lan", "2026-03-03", "2026-03-06", "mai")
    finishes(desk, "lan")
    assert "on_behalf_of" not in desk.events[-1].payload


def test_a_substitute_gets_no_role_that_he_does_not_hold(desk: Desk) -> None:
    hire(desk.office, "thu", "clerk")
    assigned(desk)
    send_away(desk.office, "lan", "2026-03-03", "2026-03-06", "thu")
    assert mine(desk, "thu") == []
    with pytest.raises(NoAuthority):
        finishes(desk, "thu")


def test_a_dated_delegation_gives_the_role_on_its_days_only(desk: Desk) -> None:
    deputy = grant("case_officer", first="2026-03-03", last="2026-03-04")
    hire(desk.office, "pho", deputy)
    assigned(desk, "lan")
    send_away(desk.office, "lan", "2026-03-02", "2026-03-10", "pho")
    assert as_of(desk.office, "pho", MONDAY).grants == ()
    assert as_of(desk.office, "pho", at("2026-03-05T00:00")).grants == ()
    held = as_of(desk.office, "pho", TUESDAY)
    back = {"occurred_at": "2026-03-02T10:00:00+07:00", "backdating_reason": "mất mạng"}
    with pytest.raises(NoAuthority):  # it did not hold yet at that legal moment
        desk.do("complete_step", TUESDAY, held, occurrence=2, outcome="ok", **back)
    with pytest.raises(NoAuthority):
        finishes(desk, "pho", at("2026-03-05T09:00"))
    finishes(desk, "pho", at("2026-03-04T16:00"))
    assert desk.events[-1].payload["on_behalf_of"] == "lan"


def test_assigning_to_somebody_absent_needs_to_be_meant(desk: Desk) -> None:
    send_away(desk.office, "lan", "2026-03-02", "2026-03-06")
    with pytest.raises(AssigneeAbsent) as refused:
        assigned(desk)
    assert refused.value.facts == {"step": "appraise", "absent_until": "2026-03-06"}
    answer = desk.do("assign", MONDAY, SUPERVISOR, occurrence=2, assignee="lan", even_if_absent=True)
    assert answer["absent_until"] == "2026-03-06"
    assert "absent_until" not in desk.do("assign", MONDAY, SUPERVISOR, occurrence=2, assignee="mai")


def test_a_step_goes_back_to_everybody_with_its_role(desk: Desk) -> None:
    assigned(desk)
    assert mine(desk, "mai") == []
    answer = desk.do("assign", MONDAY, SUPERVISOR, occurrence=2, assignee=None)
    assert answer["open_steps"][0]["assignee"] is None
    assert desk.row.holder == "case_officer"
    assert mine(desk, "mai") == [(desk.code, ())]


def test_where_the_commune_is_exempt_the_case_officer_signs_and_it_is_recorded(desk: Desk) -> None:
    hire(desk.office, "tat-ca", "case_officer", "signatory")
    finishes(desk, "tat-ca")
    one = as_of(desk.office, "tat-ca", TUESDAY)
    with pytest.raises(SignerIsCaseOfficer):
        desk.do("complete_step", TUESDAY, one, occurrence=3, outcome="signed")
    given = {"ground": "Văn bản do cơ quan nêu", "actor": ADMINISTRATOR, "now": TUESDAY}
    land = grant_exemption(desk.office, commune=COMMUNE, field="dat-dai", first_on=date(2026, 3, 3), **given)
    with pytest.raises(SignerIsCaseOfficer):
        desk.do("complete_step", TUESDAY, one, occurrence=3, outcome="signed")
    made = grant_exemption(desk.office, commune=COMMUNE, first_on=date(2026, 3, 4), **given)
    with pytest.raises(SignerIsCaseOfficer):
        desk.do("complete_step", TUESDAY, one, occurrence=3, outcome="signed")
    desk.do("complete_step", at("2026-03-04T08:00"), one, occurrence=3, outcome="signed")
    assert desk.events[-1].payload["signer_was_case_officer"] == {"exemption": made["id"]}
    assert made["id"] == land["id"] + 1


def test_an_exemption_is_the_administrators_and_never_dated_back(desk: Desk) -> None:
    office, first = desk.office, date(2026, 3, 3)
    with pytest.raises(NoAuthority):
        grant_exemption(office, commune=COMMUNE, ground="g", first_on=first, actor=SUPERVISOR, now=TUESDAY)
    with pytest.raises(DatesWrong):
        grant_exemption(
            office, commune=COMMUNE, ground="g", first_on=date(2026, 3, 2), actor=ADMINISTRATOR, now=TUESDAY
        )
    with pytest.raises(UnknownExemption):
        end_exemption(office, 7, actor=ADMINISTRATOR, now=TUESDAY)
    made = grant_exemption(office, commune=COMMUNE, ground="g", first_on=first, actor=ADMINISTRATOR, now=TUESDAY)
    assert made["last_on"] is None
    ended = end_exemption(office, made["id"], actor=ADMINISTRATOR, now=TUESDAY)
    assert ended["last_on"] == "2026-03-02"
    with pytest.raises(DatesWrong):
        end_exemption(office, made["id"], last_on=date(2026, 3, 9), actor=ADMINISTRATOR, now=TUESDAY)


def test_refusals_name_the_holder_only_to_who_may_see_the_dossier(desk: Desk) -> None:
    assigned(desk)
    with pytest.raises(StaleRevision) as stale:
        act(desk.office, desk.code, "extend", {"amount": "1", "reason": "bận việc", "apology": "xin lỗi"},
            actor=SUPERVISOR, now=TUESDAY, expected_revision=1)  # fmt: skip
    assert stale.value.facts["held_by"] == "Lan (công chức thụ lý)"
    with pytest.raises(StepNotOpen) as gone:
        desk.do("issue_result", TUESDAY, CLERK, result="paper")
    assert gone.value.facts["holders"] == [
        {"step": "appraise", "role": "case_officer", "name": "Lan", "absent_until": None, "substitute": None}
    ]
    stranger = Actor("x", grants=(Grant(StaffRole.SUPERVISOR, "04", "01321"),))
    with pytest.raises(StaleRevision) as stale:
        act(desk.office, desk.code, "apply_elapsed", {}, actor=stranger, now=TUESDAY, expected_revision=1)
    assert "held_by" not in stale.value.facts
    assert "holders" not in stale.value.facts
