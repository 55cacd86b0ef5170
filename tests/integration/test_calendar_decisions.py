"""A new calendar decision moves nothing by itself; an explicit act moves due dates and never a promised date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from dossiers.backup import backup
from dossiers.calendar_archive import bound_calendar, load_kept
from dossiers.calendar_impact import apply, impact, keep_installed
from dossiers.errors import CalendarAlreadyApplied, CalendarChangedMeanwhile, CalendarNotKept, NoAuthority
from dossiers.gate import act
from dossiers.ledger_check import check
from dossiers.offers import offers
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.session import reading, writing
from dossiers.views import due_explained, open_view
from tests.desk import MONDAY, Desk
from tests.samples import CASE, RECEIVER, SUPERVISOR, at, officer

STORM = """
documents: [{id: storm, document: Công điện về bão}]
days:
  - {date: 2026-03-05, kind: local_closure, names: {vi: Bão, en: Storm}, where: {provinces: ['38']}, source: [storm]}
"""
SATURDAY_WORKED = """
documents: [{id: d, document: Quyết định}]
days: [{date: 2026-03-07, kind: make_up_working_day, names: {vi: Làm bù, en: Make-up day}, source: [d]}]
"""
TUESDAY = at("2026-03-03T09:00")


@pytest.fixture
def storm(tmp_path: Path) -> Path:
    """A file that closes the offices of the province on Thursday 5 March."""
    path = tmp_path / "storm.yaml"
    path.write_text(STORM, encoding="utf-8")
    return path


def due(desk: Desk) -> str:
    """The due date in the read model."""
    return str(desk.row.due_on)


def test_a_new_decision_leaves_open_dossiers_alone_and_binds_new_ones(office: Office, storm: Path) -> None:
    old = Desk(office).accepted()
    assert due(old) == "2026-03-09"
    later = replace(office, calendars=storm)
    with reading(office.engine) as session:
        view = open_view(later, session, old.code, now=TUESDAY)
        assert view.reading is not None
        assert view.reading.due_on.isoformat() == "2026-03-09"
        assert due_explained(later, view)["due_on"] == "2026-03-09"
        assert any("2026-03-05" in str(day["date"]) and day["counted"] for day in due_explained(later, view)["days"])
    assert check(later, now=TUESDAY).differences == []
    moved = Desk(later, old.code)
    moved.appraised("ok", TUESDAY)
    assert due(moved) == "2026-03-09"
    new = Desk(later).accepted()
    assert due(new) == "2026-03-10"
    assert check(later, now=TUESDAY).differences == []
    assert check(office, now=TUESDAY).differences == []


def test_a_pause_ends_by_the_calendar_that_the_dossier_is_bound_to(office: Office, storm: Path) -> None:
    desk = Desk(office).accepted()
    later = Desk(replace(office, calendars=storm), desk.code)
    later.do("pause", TUESDAY, CASE, reason="posting")
    assert later.state.open_pauses[0].ends_by == at("2026-03-07T00:00")


def test_the_dry_run_says_what_would_move_and_writes_nothing(office: Office, storm: Path) -> None:
    desk, revision = Desk(office).accepted(), 3
    paused = Desk(office).accepted()
    paused.do("pause", TUESDAY, CASE, reason="survey")
    waiting = Desk(office)
    waiting.register(MONDAY)
    report = impact(office, [storm], now=TUESDAY, province="38")
    assert report.looked_at == 2
    assert [(d.date.isoformat(), d.kind_before, d.kind_after, d.name) for d in report.days] == [
        ("2026-03-05", "working", "local_closure", "Bão")
    ]
    first, second = report.moved
    assert (first.dossier, first.revision, first.due_before, first.due_after) == (
        desk.code,
        revision,
        at("2026-03-09T17:00"),
        at("2026-03-10T17:00"),
    )
    assert (first.promised_at, first.promise, first.late_after, first.paused) == (
        at("2026-03-09T17:00"),
        "before_due",
        False,
        False,
    )
    assert (second.dossier, second.paused) == (paused.code, True)
    assert report.unreadable == {}
    assert desk.state.revision == revision
    assert impact(office, [storm], now=TUESDAY, province="04").looked_at == 0
    assert impact(office, now=TUESDAY).moved == []


def test_applying_is_a_recorded_act_and_the_promise_stays(office: Office, storm: Path) -> None:
    desk = Desk(office).accepted()
    report = apply(office, [storm], actor=SUPERVISOR, reason="Bão số 5", now=TUESDAY)
    assert [(one.dossier, one.promise) for one in report.applied] == [(desk.code, "before_due")]
    assert report.refused == {}
    event = desk.events[-1]
    assert event.type.value == "CalendarApplied"
    assert event.actor == "supervisor"
    assert event.payload["due_before"] == "2026-03-09T10:00:00.000000+00:00"
    assert event.payload["due_after"] == "2026-03-10T10:00:00.000000+00:00"
    assert event.payload["calendar_before"] != event.payload["calendar_after"]
    assert set(event.payload["reason"]) == {"text", "hmac"}
    assert due(desk) == "2026-03-10"
    assert desk.row.clock_period == 1
    assert desk.state.promised_at == at("2026-03-09T17:00")
    assert desk.state.original_due_at == at("2026-03-09T17:00")
    # The file is gone again, the act stays: the calendar itself was kept.
    assert check(office, now=TUESDAY).differences == []
    assert apply(office, [storm], actor=SUPERVISOR, reason="Bão số 5", now=TUESDAY).applied == ()
    assert len(desk.events) == 4


def test_a_saturday_worked_makes_a_dossier_late_and_shows_the_promise_beyond_the_law(
    office: Office, tmp_path: Path
) -> None:
    desk = Desk(office).accepted()
    file = tmp_path / "saturday.yaml"
    file.write_text(SATURDAY_WORKED, encoding="utf-8")
    now = at("2026-03-09T08:00")
    report = impact(office, [file], now=now)
    assert [one.dossier for one in report.become_late] == [desk.code]
    assert [one.due_after for one in report.promises_broken_by_law] == [at("2026-03-07T17:00")]
    apply(office, [file], actor=SUPERVISOR, reason="Làm bù", now=now)
    assert due(desk) == "2026-03-07"
    assert desk.state.promised_at == at("2026-03-09T17:00")
    undone = impact(office, now=now)
    assert [(one.dossier, one.no_longer_late) for one in undone.moved] == [(desk.code, True)]


def test_who_has_no_authority_moves_nothing(office: Office, storm: Path) -> None:
    desk = Desk(office).accepted()
    elsewhere = officer("supervisor", id="neighbour", commune="14797")
    for actor in (RECEIVER, elsewhere):
        report = apply(office, [storm], actor=actor, reason="Bão số 5", now=TUESDAY)
        assert report.applied == ()
        assert list(report.refused) == [desk.code]
        assert report.refused[desk.code].startswith("NoAuthority")
    with pytest.raises(NoAuthority):
        act(office, desk.code, "apply_calendar", {"reason": "bão số 5"}, actor=CASE, now=TUESDAY)
    assert due(desk) == "2026-03-09"


def test_one_dossier_is_moved_by_the_same_act(office: Office, storm: Path) -> None:
    desk, later = Desk(office).accepted(), replace(office, calendars=storm)
    with pytest.raises(CalendarAlreadyApplied):
        desk.do("apply_calendar", TUESDAY, SUPERVISOR, reason="bão số 5")
    seen = Desk(later, desk.code)
    with pytest.raises(CalendarChangedMeanwhile):
        seen.do("apply_calendar", TUESDAY, SUPERVISOR, reason="bão số 5", calendar="000000000000")
    with reading(office.engine) as session:
        offered = offers(later, session, open_view(later, session, desk.code, now=TUESDAY), actor=SUPERVISOR)
        before = offers(office, session, open_view(office, session, desk.code, now=TUESDAY), actor=SUPERVISOR)
    assert Action.APPLY_CALENDAR in {one.action for one in offered}
    assert Action.APPLY_CALENDAR not in {one.action for one in before}
    assert seen.do("apply_calendar", TUESDAY, SUPERVISOR, reason="bão số 5")["events"] == ["CalendarApplied"]
    assert due(seen) == "2026-03-10"


def test_a_dossier_outlives_the_years_of_its_calendar(office: Office, tmp_path: Path) -> None:
    start = at("2027-12-20T09:00")
    desk = Desk(office).accepted(start)
    (tmp_path / "vn-2028.yaml").write_text("year: 2028\n", encoding="utf-8")
    later = Desk(replace(office, calendars=tmp_path / "vn-2028.yaml"), desk.code)
    later.do("pause", at("2027-12-21T07:00"), CASE, reason="survey")
    later.do("resume", at("2028-01-10T07:00"), CASE, reason="survey")
    assert due(later) == "2028-01-14"
    assert impact(later.office, now=at("2028-01-10T08:00")).moved == []


def test_kept_calendars_are_whole_append_only_and_in_the_backup(office: Office, storm: Path, tmp_path: Path) -> None:
    Desk(office).accepted()
    Desk(office).accepted()
    storm_office = replace(office, calendars=storm)
    Desk(storm_office).accepted()
    installed = storm_office.calendar("38", "14845")
    with reading(office.engine) as session:
        kept = load_kept(session, installed.version)
    assert kept.version == installed.version
    assert dict(kept.decided) == dict(installed.decided)
    assert (kept.first, kept.last, kept.sessions) == (installed.first, installed.last, installed.sessions)
    assert kept.working_numbers == installed.working_numbers
    assert backup(office.engine, tmp_path / "all.gz", office.documents).rows["calendar_versions"] == 2
    with pytest.raises(DatabaseError, match="only ever added"), writing(office.engine) as session:
        session.execute(text("DELETE FROM calendar_versions"))
    with reading(office.engine) as session, pytest.raises(CalendarNotKept):
        bound_calendar(session, "000000000000", installed)


def test_calendars_of_older_databases_are_kept_while_they_are_still_installed(office: Office) -> None:
    Desk(office).accepted()
    assert keep_installed(office, now=TUESDAY) == ([], {})
