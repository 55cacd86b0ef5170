"""What time alone brings about: warnings and elapsed legal timers, however late they are noticed."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from dossiers import sweep as sweep_module
from dossiers.office import Office
from dossiers.session import reading
from dossiers.sweep import SweepReport, sweep
from dossiers.tables import DossierRow, UndecidedWarningRow, WarningRow
from tests.desk import MONDAY, Desk
from tests.samples import CASE, RECEIVER, at

TUESDAY = at("2026-03-03T09:00")
USED_75 = at("2026-03-06T15:00")
"""30 of 40 office hours after Tuesday's opening: three whole days and six hours of Friday."""
ACCEPTED = [
    ("supplement_window", "2026-03-05T00:00"),
    ("used_50", "2026-03-05T04:00"),
    ("apology_due", "2026-03-06T00:00"),
    ("used_75", "2026-03-06T08:00"),
    ("due_today", "2026-03-09T00:00"),
    ("used_90", "2026-03-09T04:00"),
    ("overdue", "2026-03-09T10:00"),
    ("overdue_1", "2026-03-10T00:00"),
    ("overdue_3", "2026-03-12T00:00"),
    ("overdue_5", "2026-03-16T00:00"),
]
"""Five working days from Monday 2 March at 9:00 with nobody touching the dossier; UTC, seven hours behind Hà Nội."""


def warnings(office: Office) -> list[tuple[str, str]]:
    with reading(office.engine) as session:
        rows = session.scalars(select(WarningRow).order_by(col(WarningRow.legal_moment), col(WarningRow.id)))
        return [(w.rung, w.legal_moment.strftime("%Y-%m-%dT%H:%M")) for w in rows]


def queued(office: Office) -> int:
    with reading(office.engine) as session:
        return len(session.scalars(select(UndecidedWarningRow)).all())


def consulting(office: Office) -> Desk:
    """A body was asked on Tuesday at 9:00; its silence is consent from Friday 6 March, 0:00, on."""
    desk = Desk(office).accepted(MONDAY)
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
    return desk


def test_warnings_come_at_their_moment_and_once(office: Office) -> None:
    Desk(office).accepted()
    assert sweep(office, now=at("2026-03-05T06:59")) == SweepReport()
    assert sweep(office, now=at("2026-03-05T07:00")) == SweepReport(warnings=1)
    assert sweep(office, now=at("2026-03-06T14:59")) == SweepReport(warnings=2)
    assert sweep(office, now=USED_75) == SweepReport(warnings=1)
    assert sweep(office, now=at("2026-03-06T15:01")) == SweepReport()
    assert sweep(office, now=at("2026-03-09T17:00")) == SweepReport(warnings=3)
    assert sweep(office, now=at("2026-03-10T07:00")) == SweepReport(warnings=1)
    assert sweep(office, now=at("2026-03-12T07:00")) == SweepReport(warnings=1)
    assert sweep(office, now=at("2026-06-01T09:00")) == SweepReport(warnings=1)
    assert sweep(office, now=at("2026-06-02T09:00")) == SweepReport()
    assert warnings(office) == ACCEPTED
    assert queued(office) == 10


def test_after_weeks_of_downtime_warnings_carry_their_legal_moments(office: Office) -> None:
    Desk(office).accepted()
    assert sweep(office, now=at("2026-04-20T09:00")) == SweepReport(warnings=10)
    assert warnings(office) == ACCEPTED


def test_a_submission_that_nobody_accepts_is_warned_of(office: Office) -> None:
    Desk(office).register(MONDAY)
    assert sweep(office, now=at("2026-03-20T09:00")) == SweepReport(warnings=2)
    assert warnings(office) == [("acceptance_due_soon", "2026-03-02T08:00"), ("acceptance_late", "2026-03-03T02:00")]


def test_the_gate_records_what_was_reached_before_an_action(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.appraised("ok", at("2026-03-06T16:00"))
    assert warnings(office) == ACCEPTED[:4]
    assert sweep(office, now=at("2026-03-06T16:01")) == SweepReport()
    assert queued(office) == 4


def test_an_action_after_the_warning_does_not_bring_it_again(office: Office) -> None:
    desk = Desk(office).accepted()
    sweep(office, now=USED_75)
    desk.appraised("ok", at("2026-03-06T16:00"))
    assert sweep(office, now=at("2026-03-06T16:01")) == SweepReport()
    assert sweep(office, now=at("2026-03-09T17:00")) == SweepReport(warnings=3)


def test_an_extension_opens_a_new_round_of_warnings(office: Office) -> None:
    desk = Desk(office).accepted()
    sweep(office, now=USED_75)
    desk.do("extend", at("2026-03-06T16:00"), CASE, amount="2", reason="Hồ sơ phức tạp", apology="Xin lỗi")
    assert sweep(office, now=at("2026-03-10T08:59")) == SweepReport()
    assert sweep(office, now=at("2026-03-10T09:00")) == SweepReport(warnings=1)
    assert warnings(office) == [*ACCEPTED[:4], ("used_75", "2026-03-10T02:00")]
    with reading(office.engine) as session:
        again = select(col(WarningRow.clock_period)).where(col(WarningRow.rung) == "used_75")
        assert sorted(session.scalars(again)) == [0, 1]


def test_warnings_never_move_the_revision(office: Office) -> None:
    desk = Desk(office).accepted()
    before = desk.row.revision
    assert sweep(office, now=at("2026-04-20T09:00")).warnings == 10
    assert desk.row.revision == before


def test_no_warning_while_the_clock_stands_still(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.do("pause", TUESDAY, CASE, reason="survey")
    assert sweep(office, now=at("2026-04-20T09:00")) == SweepReport(warnings=1)
    assert warnings(office) == [("supplement_window", "2026-03-05T00:00")]


def test_rungs_wait_while_somebody_records_what_happened_offline_and_none_is_lost(office: Office) -> None:
    desk = Desk(office).accepted()
    sweep(office, now=at("2026-03-06T14:30"))
    paid = {"fee": "le_phi", "amount_vnd": 8000, "how": "cash"}
    offline = {"occurred_at": "2026-03-06T14:50:00+07:00", "backdating_reason": "Mất mạng"}
    desk.do("record_payment", at("2026-03-06T14:55"), RECEIVER, **paid, **offline)
    assert sweep(office, now=at("2026-03-06T15:24")) == SweepReport()
    assert sweep(office, now=at("2026-03-06T15:25")) == SweepReport(warnings=1)
    assert warnings(office) == ACCEPTED[:4]


def test_silence_is_consent_as_of_its_legal_moment(office: Office) -> None:
    desk = consulting(office)
    assert sweep(office, now=at("2026-03-05T23:59")).events == 0
    report = sweep(office, now=at("2026-03-20T09:00"))
    assert (report.dossiers, report.failed) == (1, {})
    assert [(e.type.value, e.occurred_at) for e in desk.events if e.type == "ConsultationDeemedAnswered"] == [
        ("ConsultationDeemedAnswered", at("2026-03-06T00:00"))
    ]
    assert sweep(office, now=at("2026-03-20T09:01")).dossiers == 0


def test_one_broken_dossier_does_not_keep_the_law_from_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = consulting(office), consulting(office)
    apply = sweep_module.apply_timers

    def sometimes(office: Office, code: str, **more: object) -> int:
        if code == broken.code:
            raise ValueError("damaged")
        return apply(office, code, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sweep_module, "apply_timers", sometimes)
    report = sweep(office, now=at("2026-03-20T09:00"))
    assert (report.dossiers, report.failed) == (1, {broken.code: "ValueError: damaged"})
    monkeypatch.undo()
    with reading(office.engine) as session:
        told = set(session.scalars(select(col(WarningRow.dossier_id))))
    assert told == {other.row.id}, "rungs wait for the timers that may move them"
    assert sweep(office, now=at("2026-03-20T09:01")).failed == {}
    first, second = (warnings_of(office, d.row) for d in (broken, other))
    assert first == second


def warnings_of(office: Office, row: DossierRow) -> list[tuple[str, int, str]]:
    with reading(office.engine) as session:
        query = select(WarningRow).where(col(WarningRow.dossier_id) == row.id).order_by(col(WarningRow.legal_moment))
        return [(w.rung, w.number, w.legal_moment.isoformat()) for w in session.scalars(query)]


def test_a_sweep_that_reaches_its_limit_says_that_there_is_more(office: Office) -> None:
    for _ in range(3):
        Desk(office).accepted()
    opening = at("2026-03-05T07:00")
    assert sweep(office, now=opening, limit=2) == SweepReport(warnings=2, more=True)
    assert sweep(office, now=opening, limit=2) == SweepReport(warnings=1)
