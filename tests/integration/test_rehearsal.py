"""A rehearsed month: swept often or once, by the gate or in bulk, it comes out the same, and nothing is missed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlmodel import col
from typer.testing import CliRunner

from cli import app
from dossiers.session import engine_for, reading, writing
from dossiers.tables import DossierRow, EventRow, UndecidedEventRow, UndecidedWarningRow, WarningRow
from flows.rehearsal.likeness import differences, events, read_model, rungs
from flows.rehearsal.proof import prove
from flows.rehearsal.run import NotEmpty, Rehearsed, Sweep, Through, rehearse, throw_away
from flows.rehearsal.setting import Setting, Wish, setting_of
from notifications.tables import MessageRow

SMALL = Wish(communes=3, days=12, seed=7, start=date(2027, 1, 25), per_day=1)
END = SMALL.ends_at


@cache
def setting() -> Setting:
    return setting_of(SMALL)


@pytest.fixture(scope="module")
def swept_once() -> Iterator[Rehearsed]:
    """Through the gate, with one sweep after the last day."""
    with throw_away() as (url, folder):
        yield rehearse(setting(), url, folder, through="gate", sweep="end")


@pytest.fixture
def own(tmp_path: Path) -> Rehearsed:
    """A rehearsal that a test may damage."""
    return rehearse(setting(), f"sqlite:///{tmp_path / 'own.db'}", tmp_path, through="bulk", sweep="end")


def test_a_sweep_every_5_minutes_or_one_at_the_end_gives_the_same(swept_once: Rehearsed) -> None:
    with throw_away() as (url, folder):
        often = rehearse(setting(), url, folder, through="gate", sweep="5m")
        assert often.counts.sweeps == 12 * 24 * 12 + 1
        first, second = often.offices.after, swept_once.offices.after
        assert differences(rungs(first), rungs(second)) == []
        assert differences(events(first, with_recording=False), events(second, with_recording=False)) == []
        assert differences(read_model(first), read_model(second)) == []
        assert differences(events(first, with_recording=True), events(second, with_recording=True)) != []
        assert often.proof.problems == swept_once.proof.problems == []


def test_bulk_writes_what_the_gate_writes(swept_once: Rehearsed, database_url: str, tmp_path: Path) -> None:
    bulk = rehearse(setting(), database_url, tmp_path, through="bulk", sweep="end")
    first, second = bulk.offices.after, swept_once.offices.after
    assert differences(rungs(first), rungs(second)) == []
    assert differences(events(first, with_recording=True), events(second, with_recording=True)) == []
    assert differences(read_model(first), read_model(second)) == []
    assert bulk.proof.problems == []
    with writing(engine_for(database_url)) as session:  # the database counts on where the rehearsal stopped
        last = session.execute(select(func.max(WarningRow.id))).scalar_one()
        one = session.execute(select(WarningRow).limit(1)).scalar_one()
        session.add(WarningRow(**one.model_dump(exclude={"id", "number"}), number=99))
        session.flush()
        assert session.execute(select(func.max(WarningRow.id))).scalar_one() == last + 1


def test_the_month_holds_what_it_is_meant_to_hold(swept_once: Rehearsed) -> None:
    proof = swept_once.proof
    assert proof.timers.keys() >= {"consultation_silent", "pause_at_maximum", "wait_over"}
    assert proof.rungs.keys() >= {"acceptance_late", "step_late", "used_90", "due_today", "overdue", "overdue_3"}
    assert proof.statuses.keys() >= {"handed_over", "refused", "finished", "in_progress"}
    storm = setting().storm
    assert storm is not None
    assert storm.days == (date(2027, 2, 1), date(2027, 2, 2))
    assert sum(len(team.away) for team in setting().teams.values()) == 8


def test_a_rung_that_was_lost_is_found(own: Rehearsed) -> None:
    with writing(own.offices.after.engine) as session:
        guards = text("SELECT name FROM sqlite_master WHERE tbl_name = 'warnings' AND type = 'trigger'")
        for trigger in session.execute(guards).all():
            session.execute(text(f"DROP TRIGGER {trigger.name}"))
        lost = session.execute(select(WarningRow).where(col(WarningRow.rung) == "used_75").limit(1)).scalar_one()
        code = session.execute(select(col(DossierRow.code)).where(col(DossierRow.id) == lost.dossier_id)).scalar_one()
        session.execute(delete(WarningRow).where(col(WarningRow.id) == lost.id))
    assert prove(own.offices, end=END).problems == [
        f"{code}: rung used_75 (number 0, clock period {lost.clock_period}) of {lost.legal_moment.isoformat()}"
        " is missing"
    ]


def test_a_rung_without_ground_and_one_of_a_wrong_moment_are_found(own: Rehearsed) -> None:
    with writing(own.offices.after.engine) as session:
        one = session.execute(select(WarningRow).where(col(WarningRow.rung) == "used_50").limit(1)).scalar_one()
        code = session.execute(select(col(DossierRow.code)).where(col(DossierRow.id) == one.dossier_id)).scalar_one()
        session.add(WarningRow(**one.model_dump(exclude={"id", "number"}), number=7))
        right, later = one.legal_moment, one.legal_moment + timedelta(minutes=1)
        session.execute(update(WarningRow).where(col(WarningRow.id) == one.id).values(legal_moment=later))
    period = one.clock_period
    assert prove(own.offices, end=END).problems == [
        f"{code}: rung used_50 (number 0, clock period {period}) carries {later.isoformat()}"
        f" instead of {right.isoformat()}",
        f"{code}: rung used_50 (number 7, clock period {period}) of {right.isoformat()} had no ground",
    ]


def test_a_timer_that_did_not_come_is_found(own: Rehearsed) -> None:
    later = END + timedelta(days=60)
    problems = prove(own.offices, end=later).problems
    assert any("did not come" in problem for problem in problems)
    assert any("is missing" in problem for problem in problems)


def test_a_rehearsal_tells_nobody_unless_it_is_asked_to(swept_once: Rehearsed) -> None:
    def queued(run: Rehearsed) -> list[int]:
        with reading(run.offices.after.engine) as session:
            tables = (UndecidedEventRow, UndecidedWarningRow, MessageRow)
            return [session.execute(select(func.count()).select_from(t)).scalar_one() for t in tables]

    assert queued(swept_once) == [0, 0, 0]
    with throw_away() as (url, folder):
        told = rehearse(setting(), url, folder, through="gate", sweep="end", silent=False)
        events_left, warnings_left, messages = queued(told)
        assert (events_left, warnings_left) == (0, 0)
        assert messages == told.counts.messages > 0
        assert differences(rungs(told.offices.after), rungs(swept_once.offices.after)) == []


def test_a_database_with_dossiers_is_refused(own: Rehearsed, tmp_path: Path) -> None:
    with pytest.raises(NotEmpty):
        rehearse(setting(), str(own.offices.after.engine.url), tmp_path, through="bulk", sweep="end")


def test_the_command_says_what_happened() -> None:
    runner = CliRunner()
    given = ["rehearse", "--communes", "2", "--days", "8", "--dossiers-per-day", "1", "--json"]
    done = runner.invoke(app, given)
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert list(shown["runs"]) == ["bulk, sweep end"]
    assert shown["differences"] == shown["runs"]["bulk, sweep end"]["problems"] == []
    words = runner.invoke(app, given[:-1])
    assert "ĐẠT: không sót" in words.stdout
    refused = runner.invoke(app, [*given, "--notices"])
    assert (refused.exit_code, "--through gate" in refused.output) == (2, True)


def test_prefect_is_not_needed() -> None:
    code = "import sys, flows.rehearsal.run, flows.rehearsal.commands; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.slow
@pytest.mark.parametrize(("through", "sweep"), [("gate", "5m"), ("bulk", "end")])
def test_a_whole_month_of_12_communes_misses_nothing(through: Through, sweep: Sweep) -> None:
    whole = setting_of(Wish(communes=12, days=30, seed=7, start=date(2027, 1, 25), per_day=1))
    with throw_away() as (url, folder):
        run = rehearse(whole, url, folder, through=through, sweep=sweep)
        assert run.proof.problems == []
        with reading(run.offices.after.engine) as session:
            count = session.execute(select(func.count()).select_from(EventRow)).scalar_one()
        assert run.proof.events == count > 1500
        assert run.proof.deemed > 5
