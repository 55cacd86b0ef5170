"""What time alone brings about: warnings and elapsed legal timers, however late they are noticed."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from dossiers import sweep as sweep_module
from dossiers.office import Office
from dossiers.session import reading
from dossiers.sweep import SweepReport, sweep
from dossiers.tables import DossierRow, WarningRow
from tests.desk import MONDAY, Desk
from tests.samples import CASE, at

TUESDAY = at("2026-03-03T09:00")
DUE_SOON = at("2026-03-06T15:00")
"""30 of 40 office hours after Tuesday's opening: three whole days and six hours of Friday."""
DUE = at("2026-03-09T17:00")
"""Close of office on the fifth working day after Monday 2 March."""


def warnings(office: Office) -> list[tuple[str, int, str]]:
    with reading(office.engine) as session:
        rows = session.scalars(select(WarningRow).order_by(col(WarningRow.legal_moment)))
        return [(w.rung, w.clock_period, w.legal_moment.isoformat(timespec="minutes")) for w in rows]


def test_warnings_come_at_their_moment_and_once(office: Office) -> None:
    Desk(office).accepted()
    assert sweep(office, now=at("2026-03-06T14:59")) == SweepReport()
    assert sweep(office, now=DUE_SOON) == SweepReport(warnings=1)
    assert sweep(office, now=at("2026-03-06T15:01")) == SweepReport()
    assert sweep(office, now=DUE) == SweepReport(warnings=1)
    assert sweep(office, now=at("2026-06-01T09:00")) == SweepReport()
    assert warnings(office) == [("due_soon", 0, "2026-03-06T08:00+00:00"), ("overdue", 0, "2026-03-09T10:00+00:00")]


def test_after_weeks_of_downtime_warnings_carry_their_legal_moments(office: Office) -> None:
    Desk(office).accepted()
    assert sweep(office, now=at("2026-04-20T09:00")) == SweepReport(warnings=2)
    assert warnings(office) == [("due_soon", 0, "2026-03-06T08:00+00:00"), ("overdue", 0, "2026-03-09T10:00+00:00")]


def test_an_action_after_the_warning_does_not_bring_it_again(office: Office) -> None:
    desk = Desk(office).accepted()
    sweep(office, now=DUE_SOON)
    desk.appraised("ok", at("2026-03-06T16:00"))
    assert sweep(office, now=at("2026-03-06T16:01")) == SweepReport()
    assert sweep(office, now=DUE) == SweepReport(warnings=1)


def test_an_extension_opens_a_new_round_of_warnings(office: Office) -> None:
    desk = Desk(office).accepted()
    sweep(office, now=DUE_SOON)
    desk.do("extend", at("2026-03-06T16:00"), CASE, amount="2", reason="Hồ sơ phức tạp", apology="Xin lỗi")
    assert sweep(office, now=at("2026-03-10T08:59")) == SweepReport()
    assert sweep(office, now=at("2026-03-10T09:00")) == SweepReport(warnings=1)
    assert warnings(office)[-1] == ("due_soon", 1, "2026-03-10T02:00+00:00")


def test_warnings_never_move_the_revision(office: Office) -> None:
    desk = Desk(office).accepted()
    before = desk.row.revision
    sweep(office, now=at("2026-04-20T09:00"))
    assert desk.row.revision == before


def test_no_warning_while_the_clock_stands_still(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.do("pause", TUESDAY, CASE, reason="survey")
    assert sweep(office, now=at("2026-04-20T09:00")) == SweepReport()


def test_silence_is_consent_as_of_its_legal_moment(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
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
    for _ in range(2):
        desk = Desk(office).accepted(MONDAY)
        desk.appraised("ask", TUESDAY)
        desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
    with reading(office.engine) as session:
        broken = session.scalars(select(col(DossierRow.code)).order_by(col(DossierRow.id))).first()
    apply = sweep_module.apply_timers

    def sometimes(office: Office, code: str, **more: object) -> int:
        if code == broken:
            raise ValueError("damaged")
        return apply(office, code, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sweep_module, "apply_timers", sometimes)
    report = sweep(office, now=at("2026-03-20T09:00"))
    assert (report.dossiers, report.failed) == (1, {broken: "ValueError: damaged"})


def test_a_sweep_that_reaches_its_limit_says_that_there_is_more(office: Office) -> None:
    for _ in range(3):
        Desk(office).accepted()
    assert sweep(office, now=DUE_SOON, limit=2) == SweepReport(warnings=2, more=True)
    assert sweep(office, now=DUE_SOON, limit=2) == SweepReport(warnings=1)
