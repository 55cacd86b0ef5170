"""The demonstration accounts: made once, able to work, never outside a demonstration."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.app import create_app
from dossiers.demo_accounts import PASSWORD, create
from dossiers.session import reading
from dossiers.tables import InstallationRow
from tests.api.conftest import SUBMISSION, TestClient, Web, hidden


def test_every_commune_has_its_posts_and_every_province_an_auditor(web_on_each: Web) -> None:
    made = create(web_on_each.office, now=web_on_each.now)
    assert len(made) == 52
    assert sorted({one.commune for one in made if one.commune}) == [
        "01273",
        "01321",
        "07582",
        "09187",
        "14797",
        "14845",
        "15568",
        "16531",
    ]
    here = {one.login: one.roles for one in made if one.commune == "14845"}
    assert here == {
        "muonglat-tiepnhan": ("receiving_officer",),
        "muonglat-thuly": ("case_officer",),
        "muonglat-lanhdao": ("signatory",),
        "muonglat-vanthu": ("clerk", "receiving_officer"),
        "muonglat-giamdoc": ("supervisor", "head_of_division"),
        "muonglat-phochutich": ("signatory",),
    }
    whole = {one.login: (one.province, one.roles) for one in made if not one.commune}
    assert whole == {
        "thanhhoa-kiemtra": ("38", ("province_auditor",)),
        "caobang-kiemtra": ("04", ("province_auditor",)),
        "bacninh-kiemtra": ("24", ("province_auditor",)),
        "quantri": ("38", ("administrator",)),
    }


def test_making_them_again_changes_nothing(web: Web) -> None:
    first = create(web.office, now=web.now)
    assert create(web.office, now=web.now) == first
    with reading(web.office.engine) as session:
        marked = session.get(InstallationRow, "demo")
        assert marked is not None
        assert marked.value == "1"


def test_a_demonstration_account_can_log_in_and_take_in(web: Web) -> None:
    create(web.office, now=web.now)
    got = web.call("POST", "/session", json={"login": "muonglat-tiepnhan", "password": "motcua-demo"})
    assert got.status == 200
    assert PASSWORD == "motcua-demo"
    headers = {"X-CSRF-Token": got.body["csrf"]}
    assert web.call("POST", "/dossiers", json=SUBMISSION, headers=headers).status == 201


@pytest.mark.parametrize(
    ("mode", "marked", "shown"), [("demo", True, True), ("demo", False, False), ("production", True, False)]
)
def test_the_log_in_lists_them_in_a_demonstration_only(
    web: Web, tmp_path: Path, mode: str, marked: bool, shown: bool
) -> None:
    if marked:
        create(web.office, now=web.now)
    own = web.settings.model_copy(update={"mode": mode, "home": tmp_path})
    with TestClient(create_app(web.office, own, clock=lambda: web.now), base_url="https://motcua.test") as client:
        text = client.get("/login").text
    assert ("muonglat-tiepnhan" in text) is shown
    assert ("Bản trình diễn – dữ liệu không có thật" in text) is (mode == "demo")
    assert len(hidden(text, "csrf")) >= 32
