"""Audit bundles: checked by their own script in a bare Python, intact and after somebody has changed them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from dossiers.authority import SYSTEM
from dossiers.office import Office
from dossiers.personal_tables import AccessRow
from dossiers.session import reading
from performance.audit import audit_sample
from performance.sampling import draw
from performance.seal_errors import NothingToAudit
from tests.samples import at
from tests.sealed import key, two_sealed


def bundle(office: Office, *, personal: bool = False) -> bytes:
    content, _ = audit_sample(
        office,
        province="38",
        month="2026-03",
        size=60,
        seed=5,
        key=key(),
        actor=SYSTEM,
        now=at("2026-04-02T09:00"),
        personal=personal,
    )
    return content


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        found.extractall(folder)
    return folder


def checked(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_an_intact_bundle_is_sound_and_the_same_again(office: Office, tmp_path: Path) -> None:
    first, _ = two_sealed(office)
    content = bundle(office)
    assert content == bundle(office)
    code, said = checked(unpacked(content, tmp_path / "b"))
    assert (code, said.splitlines()[0], said.splitlines()[-1]) == (
        0,
        "2 ho so / dossiers, 8 su kien / events, 8 da niem phong / sealed",
        "KHOP / SOUND",
    )
    folder = tmp_path / "b" / "dossiers" / first.code
    assert not (folder / "personal.json").exists()
    assert not any("Lò Thị B" in path.read_text(encoding="utf-8") for path in folder.glob("*.json*"))
    days = json.loads((folder / "day-ledger.json").read_text(encoding="utf-8"))["days"]
    assert days[0]["date"] == "2026-03-02"
    assert checked(tmp_path / "b", "0" * 16)[0] == 1


@pytest.mark.parametrize(
    ("name", "old", "new", "named"),
    [
        ("events.jsonl", "direct", "online", "revision 1: changed"),
        ("events.jsonl", '"cut": 2', '"cut": 7', "its events are not those of seal 2"),
        ("proof.json", '"dossiers": 2', '"dossiers": 3', "does not lead to the root of seal 2"),
        ("day-ledger.json", "2026-03-02", "2026-03-03", "day-ledger.json: changed"),
    ],
)
def test_a_changed_bundle_is_named(office: Office, tmp_path: Path, name: str, old: str, new: str, named: str) -> None:
    first, _ = two_sealed(office)
    folder = unpacked(bundle(office), tmp_path / "b")
    path = folder / "dossiers" / first.code / name
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    code, said = checked(folder)
    assert code == 1
    assert named in said


def test_a_forged_seal_and_an_added_file_are_named(office: Office, tmp_path: Path) -> None:
    two_sealed(office)
    folder = unpacked(bundle(office), tmp_path / "b")
    path = folder / "seals" / "seal-000002.json"
    path.write_text(path.read_text().replace('\\"dossiers\\":2', '\\"dossiers\\":1'))
    (folder / "more.txt").write_text("x")
    code, said = checked(folder)
    assert code == 1
    assert "seal-000002.json: not what was signed" in said
    assert "more.txt: added" in said


def test_personal_data_only_when_asked_and_never_without_a_trace(office: Office, tmp_path: Path) -> None:
    first, _ = two_sealed(office)
    folder = unpacked(bundle(office, personal=True), tmp_path / "b")
    person = json.loads((folder / "dossiers" / first.code / "personal.json").read_text(encoding="utf-8"))
    assert person["applicant"]["name"] == "Lò Thị B"
    assert checked(folder)[0] == 0
    with reading(office.engine) as session:
        assert [row.what for row in session.execute(select(AccessRow)).scalars()] == ["audit sample"] * 2


def test_nothing_to_audit_is_said(office: Office) -> None:
    with pytest.raises(NothingToAudit):
        bundle(office)


def test_a_sample_is_drawn_by_strata_and_seed() -> None:
    population = [(f"A-{n}", ("14845", "early", "x")) for n in range(80)]
    population += [(f"B-{n}", ("14845", "late", "x")) for n in range(19)] + [("C-1", ("14848", "late", "x"))]
    drawn = draw(population, size=10, seed=5)
    assert drawn.strata == {
        ("14845", "early", "x"): (80, 7),
        ("14845", "late", "x"): (19, 2),
        ("14848", "late", "x"): (1, 1),
    }
    assert drawn == draw(reversed(population), size=10, seed=5)
    assert drawn.codes != draw(population, size=10, seed=6).codes
    assert len(draw(population, size=500, seed=5).codes) == 100
    assert sum(n for _, n in draw(population, size=2, seed=5).strata.values()) == 2
