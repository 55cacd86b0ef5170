"""From warnings to whom we tell: at once while fresh, to whoever holds it or answers for it, each exactly once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.settings import Settings
from dossiers.sweep import sweep
from dossiers.tables import DossierRow, UndecidedWarningRow
from notifications.preferences import set_preference
from notifications.routing import route
from notifications.rules import Mode
from notifications.telling import decide_all
from notifications.warning_routing import route_warnings
from tests.desk import MONDAY
from tests.samples import CASE, SUPERVISOR, at
from tests.staff import absent, body, member
from tests.told import accepted, people, rows, swept, text_of, told, waiting

TUESDAY = at("2026-03-03T09:00")
DUE = at("2026-03-09T17:00")
"""Close of office on the fifth working day after Monday 2 March."""


@pytest.fixture(name="people")
def _people(office: Office) -> None:
    people(office)


@pytest.mark.usefixtures("people")
def test_a_fresh_warning_goes_to_the_holder_and_the_supervisor_at_once(office: Office) -> None:
    accepted(office)
    for hours in range(176):  # up to 16:00 on the due date
        swept(office, MONDAY + timedelta(hours=hours))
    before = len(rows(office))
    swept(office, DUE + timedelta(minutes=5))
    fresh = rows(office)[before:]
    assert sorted((r.recipient, r.notice) for r in fresh) == [("staff:boss", "warning"), ("staff:case1", "warning")]
    outgoing = text_of(office, fresh[0])
    assert outgoing.subject == "Hồ sơ MC-14845-260302-0001: Vừa quá hạn"
    assert outgoing.body == (
        f"Kính gửi: {outgoing.name},\n\n"
        "Vừa quá hạn: 17:00 ngày 09/03/2026\n\n"
        "Mã hồ sơ: MC-14845-260302-0001\nThủ tục: Thủ tục mẫu\nHạn giải quyết: 17:00 ngày 09/03/2026\n\n"
        "Thư được gửi tự động, xin không trả lời.\n\n"
        "Trung tâm Phục vụ hành chính công xã Mường Lát, tỉnh Thanh Hóa\n"
    )
    assert outgoing.short == "Hồ sơ MC-14845-260302-0001: Vừa quá hạn, hạn 17:00 ngày 09/03/2026."


@pytest.mark.usefixtures("people")
def test_preferences_decide_how_but_duty_cannot_be_switched_off(office: Office) -> None:
    with writing(office.engine) as session:
        for key, mode in (("staff:case1", Mode.OFF), ("staff:boss", Mode.OFF), ("staff:audit", Mode.NOW)):
            set_preference(session, key, "*", mode, by="test", now=MONDAY)
    accepted(office)
    swept(office, at("2026-03-12T08:00"))
    assert told(office) == [("staff:audit", "warning", "email"), ("staff:boss", "digest", "email")]
    swept(office, at("2026-03-16T07:30"))
    assert told(office) == [
        ("staff:audit", "warning", "email"),
        ("staff:audit", "warning", "email"),
        ("staff:boss", "digest", "email"),
        ("staff:boss", "digest", "email"),
    ]
    assert waiting(office) == {}


@pytest.mark.usefixtures("people")
def test_whoever_is_away_is_told_through_the_substitute(office: Office) -> None:
    member(office, "case3", "case_officer")
    desk = accepted(office)
    desk.do("assign", MONDAY, SUPERVISOR, occurrence=2, assignee="case1")
    route(office, now=MONDAY)
    absent(office, "case1", date(2026, 3, 9), date(2026, 3, 20), "case3")
    swept(office, at("2026-03-18T10:07"))
    assert {r for r, _, _ in told(office)} == {"staff:case1", "staff:case3", "staff:boss", "staff:audit"}
    assert [n for r, n, _ in told(office) if r == "staff:case1"] == ["assigned"]


def test_where_nobody_holds_the_role_the_supervisor_is_told(office: Office) -> None:
    member(office, "boss", "supervisor", email=None)
    accepted(office)
    swept(office, at("2026-03-04T18:00"))
    swept(office, at("2026-03-05T07:00"))
    assert {(r, channel) for r, _, channel in told(office)} == {("staff:boss", "counter")}


def test_where_nobody_is_at_all_a_warning_is_consumed_and_stays_in_the_table(office: Office) -> None:
    accepted(office)
    swept(office, at("2026-03-18T10:07"))
    assert told(office) == []
    with reading(office.engine) as session:
        assert session.scalar(select(func.count()).select_from(UndecidedWarningRow)) == 0


def test_the_body_asked_and_the_province_are_told(office: Office) -> None:
    asked = body(office, "Công an xã Mường Lát", webhook="https://ca.example.vn/motcua")
    system = body(office, "Thanh Hóa", email="tinh@example.vn")
    desk = accepted(office)
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["công an  xã Mường Lát"], question="Có phù hợp?")
    route(office, now=TUESDAY)
    assert told(office) == [(asked, "consultation_asked", "webhook")]
    (row,) = [r for r in rows(office) if r.recipient == asked]
    outgoing = text_of(office, row)
    assert outgoing.data["answer_by"] == "2026-03-05T17:00:00+00:00"
    assert "Thời hạn trả lời: 00:00 ngày 06/03/2026\n" in outgoing.body
    assert "Có phù hợp?" not in outgoing.body
    for hours in range(60):
        sweep(office, now=TUESDAY + timedelta(hours=hours))
        route_warnings(office, now=TUESDAY + timedelta(hours=hours))
    assert (asked, "consultation_reminder", "webhook") in told(office)
    swept(office, at("2026-03-18T10:07"))
    assert (system, "digest", "email") in told(office)


def test_the_applicant_is_reminded_once_of_the_last_day(office: Office) -> None:
    desk = accepted(office)
    desk.do("request_supplement", TUESDAY, SUPERVISOR, items=[{"problem": "Thiếu chữ ký"}])
    swept(office, TUESDAY)
    for hours in range(48):
        swept(office, TUESDAY + timedelta(hours=hours))
    found = [(r.recipient, r.notice, r.channel) for r in rows(office)]
    assert found.count(("applicant:1", "answer_reminder", "email")) == 1
    reminder = next(r for r in rows(office) if r.notice == "answer_reminder")
    assert "Đề nghị bổ sung trước: 00:00 ngày 06/03/2026\n" in text_of(office, reminder).body


@pytest.mark.usefixtures("people")
def test_a_silent_dossier_warns_nobody(office: Office) -> None:
    accepted(office)
    sweep(office, now=at("2026-03-18T10:07"))
    with writing(office.engine) as session:
        session.execute(update(DossierRow).values(silent=True))
    decide_all(office, Settings(), now=at("2026-03-18T10:07"))
    assert told(office) == []
