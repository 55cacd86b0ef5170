"""Slips over REST and from the shell: who may have them, that the access is recorded, that anybody can check them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

import cli
from dossiers.personal_tables import AccessRow
from dossiers.session import reading
from dossiers.settings import settings
from notifications.slips.keys import read_public_key
from notifications.slips.pending import make_slips
from tests.api.conftest import Web
from tests.api.test_dossiers import machine
from tests.samples import COMMUNE


def receipt(web: Web) -> str:
    """The code of a dossier whose receipt was issued."""
    code = web.accepted()
    machine(web)
    return code


def accesses(web: Web) -> list[tuple[str, int | None]]:
    with reading(web.office.engine) as session:
        rows = session.execute(select(AccessRow.what, AccessRow.applicant_id).order_by(AccessRow.id))
        return [(what, person) for what, person in rows]


def test_a_slip_is_made_when_it_is_asked_for_and_the_access_is_recorded(web_on_each: Web) -> None:
    web, code, token = web_on_each, receipt(web_on_each), web_on_each.token("receiving_officer")
    assert web.call("GET", f"/dossiers/{code}/slips", token).body == []
    got = web.client.get(f"/api/v1/dossiers/{code}/slips/01.pdf", headers={"authorization": f"Bearer {token}"})
    assert got.status_code == 200
    assert got.content.startswith(b"%PDF-")
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == f'inline; filename="01-{code}-a5.pdf"'
    assert got.headers["cache-control"] == "private, no-store"
    digest = hashlib.sha256(got.content).hexdigest()
    assert got.headers["etag"] == f'"{digest}"'
    listed = web.call("GET", f"/dossiers/{code}/slips", token).body
    assert [(s["form"], s["paper"], s["number"], s["of_revision"], s["sha256"]) for s in listed] == [
        ("01", "a5", "01/2026/M01", 3, digest)
    ]
    assert accesses(web) == [("api slip 01", 1)]
    again = web.client.get(f"/api/v1/dossiers/{code}/slips/01.pdf", headers={"authorization": f"Bearer {token}"})
    assert again.content == got.content


def test_the_delivery_makes_the_slips_that_wait(web: Web) -> None:
    code, token = receipt(web), web.token("receiving_officer")
    report = make_slips(web.office, web.settings, now=web.now)
    assert (report.rendered, report.failed, report.more) == (1, 0, False)
    assert [s["form"] for s in web.call("GET", f"/dossiers/{code}/slips", token).body] == ["01"]


def test_the_control_slip_is_made_by_a_post(web: Web) -> None:
    code, token = receipt(web), web.token("case_officer")
    got = web.call("POST", f"/dossiers/{code}/slips/06?paper=a4", token)
    assert (got.status, got.body["form"], got.body["number"]) == (201, "06", "01/2026/M06")
    where = f"/api/v1/dossiers/{code}/slips/06.pdf?paper=a4&of_revision=3"
    assert got.headers["location"] == where
    pdf = web.client.get(where, headers={"authorization": f"Bearer {token}"})
    assert hashlib.sha256(pdf.content).hexdigest() == got.body["sha256"]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("slips/02.pdf", 409, "nothing_calls_for_slip"),
        ("slips/09.pdf", 404, "unknown_form"),
        ("slips/01.pdf?paper=a3", 422, "paper_not_offered"),
        ("slips/01.pdf?of_revision=1", 409, "nothing_calls_for_slip"),
        ("slips/01.pdf?of_revision=0", 422, "malformed_request"),
    ],
)
def test_what_cannot_be_printed_says_why(web: Web, path: str, status: int, error: str) -> None:
    code = receipt(web)
    before = web.events()
    got = web.call("GET", f"/dossiers/{code}/{path}", web.token("receiving_officer"))
    assert (got.status, got.body["type"]) == (status, f"urn:motcua:error:{error}")
    assert web.events() == before


def test_nobody_else_gets_a_slip(web: Web) -> None:
    code = receipt(web)
    before = web.events()
    elsewhere, auditor = web.token("receiving_officer", commune="14869"), web.token("province_auditor", commune="")
    for method, path in (("GET", "slips/01.pdf"), ("POST", "slips/06")):
        assert web.call(method, f"/dossiers/{code}/{path}").status == 401
        assert web.call(method, f"/dossiers/{code}/{path}", elsewhere).status == 403
        assert web.call(method, f"/dossiers/{code}/{path}", auditor).status == 403
    assert web.call("GET", f"/dossiers/{code}/slips", auditor).status == 200
    period = f"commune={COMMUNE}&from=2026-03-01&to=2026-03-31"
    assert web.call("GET", f"/register.pdf?{period}", elsewhere).status == 403
    assert web.call("GET", f"/register.pdf?{period}", auditor).status == 403
    assert (web.events(), accesses(web)) == (before, [])


def test_the_register_records_everybody_whom_it_shows(web_on_each: Web) -> None:
    web = web_on_each
    receipt(web)
    receipt(web)
    token = web.token("supervisor")
    path = f"/api/v1/register.pdf?commune={COMMUNE}&from=2026-03-02&to=2026-03-02"
    got = web.client.get(path, headers={"authorization": f"Bearer {token}"})
    assert got.content.startswith(b"%PDF-")
    assert accesses(web) == [("api register", 1), ("api register", 2)]
    assert web.call("GET", path.replace("to=2026-03-02", "to=2026-03-01"), token).status == 422
    assert web.call("GET", path.replace("to=2026-03-02", "to=x"), token).status == 422
    empty = web.client.get(path.replace("03-02", "03-01"), headers={"authorization": f"Bearer {token}"})
    assert empty.content.startswith(b"%PDF-")
    assert len(accesses(web)) == 2


def test_the_key_is_for_everybody(web: Web) -> None:
    got = web.call("GET", "/slip-key")
    assert got.status == 200
    assert got.body["algorithm"] == "Ed25519"
    pem, raw = read_public_key(got.body["pem"]), read_public_key(got.body["public_key"])
    assert pem.public_bytes_raw() == raw.public_bytes_raw()
    assert web.call("GET", "/slip-key").body == got.body


def test_the_same_from_a_shell(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = receipt(web)
    monkeypatch.setenv("MOTCUA_DATABASE_URL", web.office.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    monkeypatch.setattr("notifications.slips.commands.office", lambda: web.office)
    try:
        out = tmp_path / "slip.pdf"
        done = CliRunner().invoke(cli.app, ["slip", code, "--form", "01", "--paper", "a4", "--out", str(out), "--json"])
        assert done.exit_code == 0, done.output
        said = json.loads(done.stdout)
        assert said["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
        register = ["register", "--commune", COMMUNE, "--from", "2026-03-01", "--to", "2026-03-31"]
        done = CliRunner().invoke(cli.app, [*register, "--out", str(out), "--json"])
        assert json.loads(done.stdout) == {"file": str(out), "dossiers": 1}
        assert [what for what, _ in accesses(web)] == ["shell slip 01", "shell register"]
        key = CliRunner().invoke(cli.app, ["slip-key"])
        assert key.stdout.startswith("-----BEGIN PUBLIC KEY-----")
        assert (tmp_path / "home" / "slip.key").stat().st_mode & 0o777 == 0o600
    finally:
        settings.cache_clear()
