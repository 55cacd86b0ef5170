"""Digests: one for everything that waited, each morning and after a downtime."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from dossiers.office import Office
from dossiers.session import writing
from dossiers.settings import Settings
from dossiers.sweep import sweep
from dossiers.tables import DossierRow
from notifications.digests import DigestReport, send_digests
from notifications.telling import decide_all
from notifications.warning_routing import route_warnings
from tests.desk import MONDAY
from tests.samples import CLERK, SIGNER, at
from tests.told import accepted, people, rows, swept, text_of, told, waiting

TUESDAY = at("2026-03-03T09:00")
DUE = at("2026-03-09T17:00")
"""Close of office on the fifth working day after Monday 2 March."""


@pytest.fixture(name="people")
def _people(office: Office) -> None:
    people(office)


@pytest.mark.usefixtures("people")
def test_after_a_week_of_downtime_each_gets_exactly_one_digest(office: Office) -> None:
    for _ in range(3):
        accepted(office)
    late = at("2026-03-18T10:07")
    swept(office, late)
    assert told(office) == [
        ("staff:audit", "digest", "email"),
        ("staff:boss", "digest", "email"),
        ("staff:case1", "digest", "email"),
    ]
    assert waiting(office) == {}
    swept(office, late + timedelta(minutes=1))
    assert len(told(office)) == 3
    (holder,) = [r for r in rows(office) if r.recipient == "staff:case1"]
    outgoing = text_of(office, holder)
    assert outgoing.subject == "3 hồ sơ cần chú ý, 3 đã quá hạn (18/03/2026)"
    lines = outgoing.body.splitlines()
    assert lines[2:6] == [
        "Các hồ sơ cần chú ý, hồ sơ gấp nhất trước:",
        "",
        "1. MC-14845-260302-0001 (Xã Mường Lát): Quá hạn 5 ngày làm việc, 07:00 ngày 16/03/2026; "
        "hạn 17:00 ngày 09/03/2026; và 9 cảnh báo khác",
        "   Thủ tục mẫu",
    ]
    assert "Lò Thị B" not in outgoing.body
    assert outgoing.short == "3 hồ sơ cần chú ý, 3 đã quá hạn. Gấp nhất: MC-14845-260302-0001."


@pytest.mark.usefixtures("people")
def test_digests_wait_until_the_backlog_is_drained(office: Office) -> None:
    for _ in range(3):
        accepted(office)
    late = at("2026-03-18T10:07")
    sweep(office, now=late)
    assert route_warnings(office, now=late, limit=5).more
    assert send_digests(office, now=late) == DigestReport(held_back=True)
    while route_warnings(office, now=late, limit=5).more:
        pass
    assert send_digests(office, now=late, limit=2) == DigestReport(digests=2, more=True)
    assert send_digests(office, now=late, limit=2) == DigestReport(digests=1)
    assert send_digests(office, now=late) == DigestReport()


@pytest.mark.usefixtures("people")
def test_a_backlog_that_nobody_drains_holds_digests_back_for_two_hours_only(office: Office) -> None:
    accepted(office)
    late = at("2026-03-18T10:07")
    swept_only = sweep(office, now=late)
    assert swept_only.warnings > 5
    route_warnings(office, now=late)
    other = accepted(office, at("2026-03-18T10:08"))
    with writing(office.engine) as session:
        session.execute(
            update(DossierRow).where(col(DossierRow.code) == other.code).values(next_warning_at=at("2026-03-17T08:00"))
        )
    assert send_digests(office, now=late + timedelta(minutes=119)) == DigestReport(held_back=True)
    assert send_digests(office, now=late + timedelta(minutes=121)) == DigestReport(digests=3, held_back=True)


@pytest.mark.usefixtures("people")
def test_the_daily_digest_goes_out_at_seven_on_working_days(office: Office) -> None:
    accepted(office)
    for hours in range(76):  # up to 12:00 on Thursday: half of the five days from Tuesday on
        swept(office, MONDAY + timedelta(hours=hours))
    before = len(rows(office))
    assert waiting(office) == {"staff:case1": 1}
    swept(office, at("2026-03-06T06:59"))
    assert len(rows(office)) == before
    sweep(office, now=at("2026-03-06T07:00"))
    decide_all(office, Settings(), now=at("2026-03-06T07:00"))
    assert [(r.recipient, r.notice) for r in rows(office)[before:]] == [
        ("staff:boss", "warning"),
        ("staff:case1", "digest"),
    ]
    swept(office, at("2026-03-06T07:01"))
    assert len(rows(office)) == before + 2


@pytest.mark.usefixtures("people")
def test_a_finished_dossier_is_past_and_not_to_be_done(office: Office) -> None:
    done, open_ = accepted(office), accepted(office)
    late = at("2026-03-18T10:07")
    sweep(office, now=late)
    done.appraised("ok", late)
    done.do("complete_step", late, SIGNER, occurrence=3, outcome="signed")
    done.do("issue_result", late, CLERK, result="paper")
    decide_all(office, Settings(), now=late)
    (row,) = [r for r in rows(office) if r.recipient == "staff:boss" and r.notice == "digest"]
    outgoing = text_of(office, row)
    assert outgoing.subject == "1 hồ sơ cần chú ý, 1 đã quá hạn (18/03/2026)"
    assert open_.code in outgoing.body
    assert done.code not in outgoing.body
    assert "1 hồ sơ khác có cảnh báo nhưng đã kết thúc, không còn việc phải làm." in outgoing.body


@pytest.mark.usefixtures("people")
def test_a_long_digest_lists_forty_and_counts_the_rest(office: Office) -> None:
    for _ in range(42):
        accepted(office)
    swept(office, at("2026-03-18T10:07"))
    (row,) = [r for r in rows(office) if r.recipient == "staff:boss"]
    outgoing = text_of(office, row)
    assert "40. MC-14845-260302-0040" in outgoing.body
    assert "41. " not in outgoing.body
    assert "… và 2 hồ sơ nữa." in outgoing.body
    assert len(outgoing.data["lines"]) == 40
    assert outgoing.data["more"] == 2


@pytest.mark.usefixtures("people")
def test_several_at_once_decide_about_each_warning_once(office: Office) -> None:
    for _ in range(6):
        accepted(office)
    late = at("2026-03-18T10:07")
    count = sweep(office, now=late).warnings
    with ThreadPoolExecutor(6) as pool:
        reports = list(pool.map(lambda _: route_warnings(office, now=late, limit=10), range(12)))
        assert sum(r.warnings for r in reports) == min(count, 120)
        while route_warnings(office, now=late).more:
            pass
        sent = list(pool.map(lambda _: send_digests(office, now=late), range(6)))
    assert sum(s.digests for s in sent) == 3
    assert [r for r, _, _ in told(office)] == ["staff:audit", "staff:boss", "staff:case1"]
