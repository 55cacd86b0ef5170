"""First registration of land: the clock stands still while it is posted, at the tax office, and until it is paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dossiers.authority import Actor
from dossiers.gate import apply_timers
from dossiers.office import Office
from tests.desk import Desk
from tests.samples import CASE, RECEIVER, at

MONDAY = at("2026-08-03T09:00")
TUESDAY = at("2026-08-04T09:00")
FORM = {"land_user": "Lò Thị B", "plot": "12", "land_address": "Bản Mới", "area_m2": "120", "wants_certificate": True}


def next_step(desk: Desk, now: datetime, actor: Actor, outcome: str) -> str:
    """Finish the only open step; gives the next one."""
    (step,) = desk.state.open_steps.values()
    answer = desk.do("complete_step", now, actor, occurrence=step.occurrence, outcome=outcome)
    return ",".join(s["step"] for s in answer["open_steps"])


def due(desk: Desk) -> str:
    found = desk.row.due_at
    return "" if found is None else found.astimezone(MONDAY.tzinfo).isoformat()[:16]


def test_posting_tax_and_payment_are_not_the_office_s_time(sqlite_office: Callable[..., Office]) -> None:
    desk = Desk(sqlite_office())
    desk.register(MONDAY, procedure="1.115520", form=FORM, documents={"application": "original"})
    desk.do("accept", MONDAY, RECEIVER, area="normal")
    desk.machine(MONDAY)
    assert due(desk) == "2026-08-20T17:00"  # thirteen working days

    assert next_step(desk, TUESDAY, CASE, "map_available") == "establish_facts"
    assert next_step(desk, TUESDAY, CASE, "established") == "post_publicly"
    assert (desk.row.status, due(desk)) == ("paused", "")
    over = at("2026-08-25T00:00")  # 24:00 of the fifteenth working day, Monday; Saturday 22 August is worked
    assert desk.row.next_timer_at == over
    apply_timers(desk.office, desk.code, now=at("2026-08-26T08:00"))  # noticed a day later
    assert (desk.types[-1], desk.events[-1].occurred_at) == ("WaitEnded", over)
    assert (desk.row.status, due(desk)) == ("in_progress", "2026-09-15T17:00")  # 102 hours were left

    moment = at("2026-08-26T17:00")
    assert next_step(desk, moment, CASE, "grant") == "send_to_tax"
    assert desk.row.status == "in_progress"  # the office has not sent it yet
    assert next_step(desk, moment, CASE, "sent") == "await_tax_notice"
    assert (desk.row.status, desk.state.open_pauses[0].whose) == ("paused", "other_agency")
    assert next_step(desk, at("2026-08-28T17:00"), CASE, "notice_received") == "await_payment"
    assert [p.whose for p in desk.state.open_pauses] == ["applicant"]
    desk.do("record_exemption", at("2026-09-03T17:00"), RECEIVER, fee="land_obligation", ground="Hộ nghèo")
    fee = desk.do("record_exemption", at("2026-09-03T17:00"), RECEIVER, fee="registration_fee", ground="Hộ nghèo")
    assert [s["step"] for s in fee["open_steps"]] == ["sign"]
    assert (desk.row.status, due(desk)) == ("in_progress", "2026-09-18T17:00")  # 86 hours were left
