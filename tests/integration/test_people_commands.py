"""People from the shell: absences, coverage, reassignment, exemptions, dated roles, names instead of ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import cli
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.session import engine_for
from dossiers.tables import DossierRow
from dossiers.views import may_view
from tests.conftest import make_office
from tests.desk import Desk
from tests.people import as_of, grant, hire
from tests.samples import COMMUNE, officer, sample

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An installation on SQLite whose shell believes that it is Monday, 2 March 2026."""
    url = f"sqlite:///{tmp_path / 'motcua.db'}"
    upgrade(engine_for(url))
    made = make_office(engine_for(url), sample())
    for name in ("dossiers.people_commands", "dossiers.absence_commands"):
        monkeypatch.setattr(f"{name}.office", lambda: made)
        monkeypatch.setattr(f"{name}.now", lambda: NOW)
    monkeypatch.setattr("dossiers.timeline_commands.office", lambda: made)
    hire(made, "lan", "case_officer", "receiving_officer")
    hire(made, "mai", "case_officer")
    hire(made, "truong", "supervisor", "head_of_division")
    hire(made, "admin", grant("administrator", commune=""))
    yield made
    engine_for(url).dispose()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, [*arguments])


def answer(*arguments: str, code: int = 0) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output or result.exception
    return json.loads(result.stdout)


def test_an_absence_from_asking_to_listing(shop: Office) -> None:
    days = ("--from", "2026-03-04", "--to", "2026-03-06")
    shown = answer("absence", "preview", "lan", *days, "--actor", "lan")
    assert (shown["late"], shown["substitute_name"]) == ([], "Mai")
    asked = answer("absence", "plan", "lan", *days, "--actor", "lan")
    decided = run("absence", "decide", str(asked["id"]), "approve", "--actor", "truong")
    assert decided.stdout.splitlines()[0] == ("#1 Lan: 2026-03-04 - 2026-03-06 approved · thay / substitute: Mai")
    assert len(decided.stdout.splitlines()) == 2  # nobody else receives
    assert run("absence", "list", "--actor", "truong").stdout.startswith("#1 Lan")
    refused = run("absence", "plan", "lan", "--from", "4/3/2026", "--to", "2026-03-06", "--actor", "lan")
    assert "2026-03-02" in str(refused.exception)


def test_coverage_tells_by_its_exit_code(shop: Office) -> None:
    shown = answer("coverage", "--commune", COMMUNE, "--on", "2026-03-02", code=1)
    assert [(g["role"], g["why"]) for g in shown["gaps"]] == [("clerk", "nobody"), ("signatory", "nobody")]
    given = ("--commune", COMMUNE, "--from", "2026-03-02", "--to", "2026-03-03", "--actor", "admin")
    assert "2026-03-02 - 2026-03-03" in run("staff", "grant", "mai", "signatory", *given).stdout
    assert answer("staff", "grant", "mai", "clerk", *given)["last_on"] == "2026-03-03"
    assert answer("coverage", "--commune", COMMUNE, "--on", "2026-03-03")["gaps"] == []
    assert len(answer("coverage", "--province", "38", "--on", "2026-03-04", code=1)["gaps"]) == 2
    assert run("staff", "grant", "mai", "clerk", "--commune", COMMUNE, "--actor", "truong").exit_code != 0


def test_giving_to_another_person_and_a_timeline_with_names(shop: Office) -> None:
    desk = Desk(shop).accepted()
    truong = as_of(shop, "truong", NOW)
    desk.do("assign", NOW, truong, occurrence=2, assignee="lan")
    moved = answer("reassign", "--from", "lan", "--to", "mai", "--actor", "truong")
    assert [(r["dossier"], r["done"]) for r in moved["results"]] == [(desk.code, True)]
    back = run("reassign", "--from", "mai", "--actor", "truong")
    assert back.stdout.splitlines()[-1] == "1 đã giao / done, 0 bị từ chối / refused"
    assert desk.row.holder == "case_officer"
    lines = run("dossier", desk.code).stdout.splitlines()
    assert lines[-1].split()[-2:] == ["StepAssigned", "Truong"]


def test_exemptions(shop: Office) -> None:
    ground = ("--ground", "Văn bản do cơ quan nêu", "--from", "2026-03-02")
    made = answer("exemption", "grant", COMMUNE, *ground, "--actor", "admin")
    assert (made["commune"], made["last_on"]) == (COMMUNE, None)
    assert answer("exemption", "end", "1", "--actor", "admin")["last_on"] == "2026-03-01"
    assert run("exemption", "list", "--actor", "truong").stdout.startswith("#1 14845 * 2026-03-02 - 2026-03-01")


def test_a_dossier_of_a_commune_that_is_no_more_is_seen_by_roles_of_the_province() -> None:
    row = DossierRow(
        code="x",
        procedure="9.000001",
        version=1,
        field="ho-tich",
        province="38",
        commune="99999",
        intake_commune="99999",
        channel="direct",
        status="submitted",
        revision=1,
        head_hash="",
        registered_at=NOW,
    )
    assert may_view(officer("province_auditor", commune=""), row) is True
    assert may_view(officer("supervisor", commune="99999"), row) is False
    assert may_view(officer("province_auditor", commune="", province="04"), row) is False
