"""Definitions ask roles that the table of authority allows, or are refused by the check and at the start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from dossiers.definition_authority import forbidden, require_authority
from dossiers.office import Office
from dossiers.settings import Settings
from procedures.catalogue import load_catalogue
from procedures.errors import BrokenDefinition
from tests.definition_texts import FIELDS, PROCEDURE
from tests.samples import sample


def test_every_built_in_step_may_be_done_by_the_role_that_it_names() -> None:
    assert [d.code for d in load_catalogue().definitions if any(forbidden(d))] == []


@pytest.mark.parametrize(
    ("step", "role", "action"),
    [
        ("issue", "head_of_division", "issue_result"),
        ("refusal", "case_officer", "refuse"),
        ("return_result", "signatory", "hand_over"),
        ("consult", "clerk", "consult"),
    ],
)
def test_a_role_that_may_not_do_it_is_found(step: str, role: str, action: str) -> None:
    raw = sample().model_dump(mode="json", by_alias=True)
    changed = sample(steps=[s | ({"role": role} if s["id"] == step else {}) for s in raw["steps"]])
    assert [(s.id, a.value) for _, s, a in forbidden(changed)] == [(step, action)]
    with pytest.raises(BrokenDefinition):
        require_authority([changed], None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A province's own folder in which the head of division issues the result."""
    (tmp_path / "fields.yaml").write_text(FIELDS, "utf-8")
    wrong = PROCEDURE.replace("role: clerk", "role: head_of_division")
    assert wrong != PROCEDURE
    (tmp_path / "p.yaml").write_text(wrong, "utf-8")
    return tmp_path


def test_the_check_names_file_line_and_mend(folder: Path) -> None:
    result = CliRunner().invoke(cli.app, ["check", str(folder), "--json"])
    (problem,) = json.loads(result.stdout)["problems"]
    assert (result.exit_code, problem["code"], problem["path"].split(".")[-1]) == (1, "role_not_allowed", "role")
    assert "head_of_division" in (folder / "p.yaml").read_text("utf-8").splitlines()[problem["line"] - 1]
    assert problem["mend"]["en"] == "Use one of: case_officer, clerk, signatory."


def test_the_office_does_not_open_with_it(folder: Path, tmp_path: Path) -> None:
    own = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'x.db'}", definitions=folder)
    with pytest.raises(BrokenDefinition) as refused:
        Office.open(own)
    assert [p.code for p in refused.value.facts["problems"]] == ["role_not_allowed"]
