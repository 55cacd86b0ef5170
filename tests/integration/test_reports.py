"""Form II.06a per commune and month, from real dossiers on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from dossiers.gate import apply_timers
from dossiers.office import Office
from dossiers.session import writing
from performance.errors import DoesNotReconcile
from performance.reports import monthly
from tests.desk import Desk
from tests.samples import CASE, CLERK, COMMUNE, RECEIVER, SIGNER, at


def finish(office: Office, start: str, end: str, **changes: object) -> Desk:
    desk = Desk(office)
    desk.register(at(start), **changes)
    desk.do("accept", at(start), RECEIVER)
    desk.machine(at(start))
    desk.do("complete_step", at(start), CASE, occurrence=2, outcome="ok")
    desk.do("complete_step", at(start), SIGNER, occurrence=3, outcome="signed")
    desk.do("issue_result", at(end), CLERK, result="paper")
    return desk


def test_a_month_with_every_kind_of_dossier(office: Office) -> None:
    finish(office, "2026-02-25T09:00", "2026-03-02T09:00")  # carried over, early (due 4 March)
    finish(office, "2026-03-02T09:00", "2026-03-09T16:00", channel="online")  # on time: due 9 March
    finish(office, "2026-03-02T09:00", "2026-03-10T08:00")  # late
    finish(office, "2026-03-02T09:00", "2026-04-01T08:00")  # open and late at the end of March
    Desk(office).accepted(at("2026-03-31T09:00"))  # open and in time
    refused = Desk(office).accepted(at("2026-03-02T09:00"))
    refused.do("refuse", at("2026-03-03T09:00"), SIGNER, reason="Không đủ điều kiện")
    Desk(office).register(at("2026-03-02T09:00"))  # never accepted: not in the form
    waiting = Desk(office).accepted(at("2026-03-31T09:00"))
    waiting.do("request_supplement", at("2026-03-31T10:00"), CASE, items=[{"problem": "thiếu chữ ký"}])

    report = monthly(office, province="38", month="2026-03", now=at("2026-06-01T08:00"))
    assert [r.commune for r in report.rows] == [COMMUNE]
    assert report.total.counted == {
        "received_online": 1,
        "received_direct_or_post": 5,
        "carried_over": 1,
        "early": 1,
        "on_time": 1,
        "late": 1,
        "open_in_time": 2,
        "open_late": 1,
        "refused": 1,
        "waiting_for_supplement": 1,
    }
    shown = report.total.as_dict()
    assert (shown["on_time_rate"], shown["on_time_percent"]) == ("2/3", "66.67")
    assert report.cut == 40

    apply_timers(office, waiting.code, now=at("2026-04-10T08:00"))
    again = monthly(office, province="38", month="2026-03", now=at("2026-06-01T08:00"))
    assert again.total.counted == report.total.counted  # refused in April: still open at the end of March

    april = monthly(office, province="38", month="2026-04", now=at("2026-06-01T08:00"))
    assert april.total.counted["carried_over"] == 3
    assert april.total.counted["late"] == 1


def test_other_places_and_months_are_empty_not_perfect(office: Office) -> None:
    finish(office, "2026-03-02T09:00", "2026-03-09T16:00")
    empty = monthly(office, province="04", month="2026-03", now=at("2026-06-01T08:00"))
    assert empty.rows == ()
    assert empty.total.as_dict()["on_time_percent"] is None
    assert monthly(office, province="38", month="2026-02", now=at("2026-06-01T08:00")).rows == ()


def test_a_table_that_does_not_add_up_is_not_published(office: Office) -> None:
    finish(office, "2026-03-02T09:00", "2026-03-09T16:00")
    monthly(office, province="38", month="2026-03", now=at("2026-06-01T08:00"))
    with writing(office.engine) as session:
        session.execute(text("""UPDATE figure_counts SET counts = '{"late": 1}' WHERE formula = 'ii06a'"""))
    with pytest.raises(DoesNotReconcile) as refused:
        monthly(office, province="38", month="2026-03", now=at("2026-06-01T08:00"))
    assert refused.value.facts == {"period": "2026-03", "rows": [COMMUNE, ""]}
