"""Imports over REST: an administrator sends a file and its mapping, and reads the report."""

from __future__ import annotations

from tests.api.conftest import Web
from tests.integration.test_imports import REGISTER, ROWS


def test_an_administrator_imports_and_reads_the_report(web: Web) -> None:
    token = web.token("administrator", commune="", scopes=("read", "act", "figures"))
    files = {"file": ("so.csv", ROWS.encode()), "mapping": ("map.yaml", REGISTER.encode())}
    headers = {"authorization": f"Bearer {token}"}
    sent = web.client.post("/api/v1/imports", files=files, headers=headers)
    assert (sent.status_code, sent.json()["added"], sent.json()["left_out"]) == (200, 2, 3), sent.text
    shown = web.client.get(f"/api/v1/imports/{sent.json()['import']}", headers=headers)
    assert [p["line"] for p in shown.json()["problems"]] == [4, 5, 6]
    other = web.client.get("/api/v1/imports", headers={"authorization": f"Bearer {web.token('clerk')}"})
    assert other.status_code == 403
