"""A web application over a throw-away database, with a clock of its own and people of every role."""

from __future__ import annotations

import re
import secrets
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would like another client than the one we have
    from starlette.testclient import TestClient

from api.app import create_app
from api.auth import create_token
from dossiers.authority import Grant, StaffRole
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.people import hash_password
from dossiers.personal import Vault
from dossiers.personal_tables import GrantRow, StaffRow
from dossiers.session import engine_for, reading, writing
from dossiers.settings import Settings
from dossiers.tables import CutRow, EventRow
from procedures.catalogue import Catalogue, load_catalogue, load_fields
from tests.samples import COMMUNE, at, sample

PASSWORD = "mat-khau-thu-nghiem"
_HASH = hash_password(PASSWORD)
NINE = at("2026-03-02T09:00")
SUBMISSION: dict[str, Any] = {
    "procedure": "9.000001",
    "commune": COMMUNE,
    "applicant": {"name": "Lò Thị Bưởi", "personal_id_number": "038190001234", "phone": "0912345678"},
    "documents": {"to_khai": "original"},
}


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]
    text: str


@dataclass
class Web:
    """The application under test."""

    office: Office
    client: TestClient
    settings: Settings
    now: datetime = NINE
    people: dict[tuple[str, str], str] = field(default_factory=dict)

    def person(self, *roles: str, commune: str = COMMUNE, province: str = "38", login: str = "") -> str:
        """Id of somebody with these roles (a province role with commune "")."""
        key = (" ".join(roles), commune or province)
        if not login and key in self.people:
            return self.people[key]
        staff_id = secrets.token_hex(8)
        with writing(self.office.engine) as session:
            session.add(StaffRow(id=staff_id, login=login or f"u-{staff_id}", name="Nguyễn Văn A", password_hash=_HASH))
            session.flush()
            for role in roles:
                grant = Grant(StaffRole(role), province, commune)
                session.add(
                    GrantRow(staff_id=staff_id, role=grant.role.value, province=grant.province, commune=grant.commune)
                )
        if not login:
            self.people[key] = staff_id
        return staff_id

    def token(
        self, *roles: str, scopes: tuple[str, ...] = ("read", "act", "figures"), days: float = 30, **where: str
    ) -> str:
        """A token of somebody with these roles."""
        with writing(self.office.engine) as session:
            _, token = create_token(
                session,
                staff_id=self.person(*roles, **where),
                name="test",
                scopes=scopes,
                now=self.now,
                lasts=timedelta(days=days),
            )
        return token

    def call(self, method: str, path: str, token: str | None = None, **given: Any) -> Answer:
        """A request to the API, as the holder of a token."""
        headers = dict(given.pop("headers", {}))
        if token:
            headers["authorization"] = f"Bearer {token}"
        url = path if path.startswith("/api") else f"/api/v1{path}"
        got = self.client.request(method, url, headers=headers, follow_redirects=False, **given)
        is_json = "json" in got.headers.get("content-type", "")
        return Answer(got.status_code, got.json() if is_json and got.content else None, dict(got.headers), got.text)

    def register(self, **changes: Any) -> str:
        """The code of a new dossier."""
        got = self.call("POST", "/dossiers", self.token("receiving_officer"), json=SUBMISSION | changes)
        assert got.status == 201, got.text
        return str(got.body["dossier"])

    def act(self, code: str, action: str, role: str, **command: Any) -> Answer:
        """An action by somebody with that role in the dossier's commune."""
        return self.call("POST", f"/dossiers/{code}/actions/{action}", self.token(role), json=command)

    def accepted(self) -> str:
        """The code of a dossier that has been accepted, its receipt still to be issued by the machine."""
        code = self.register()
        got = self.act(code, "accept", "receiving_officer")
        assert got.status == 200, got.text
        return code

    def events(self) -> int:
        """How many events there are at all: what proves that nothing was written."""
        with reading(self.office.engine) as session:
            counted = self._one(session, select(func.count()).select_from(EventRow))
            cut = self._one(session, select(CutRow.last))
        assert counted == cut
        return counted

    @staticmethod
    def _one(session: Session, query: Any) -> int:
        return int(session.execute(query).scalar_one())

    # the desk, in a browser

    def page(self, path: str, **given: Any) -> Answer:
        """A page, redirects not followed."""
        got = self.client.get(path, follow_redirects=False, **given)
        return Answer(got.status_code, None, dict(got.headers), got.text)

    def send(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        """A form as a browser sends it, redirects not followed."""
        sent = {"sec-fetch-site": "same-origin"} | {k.replace("_", "-"): v for k, v in headers.items()}
        got = self.client.post(path, data=fields, headers=sent, follow_redirects=False)
        return Answer(got.status_code, None, dict(got.headers), got.text)

    def sign_in(self, *roles: str, **where: str) -> str:
        """Sign somebody in by the log-in form; gives the CSRF secret of the session."""
        self.client.cookies.clear()
        login = f"x-{secrets.token_hex(4)}"
        self.person(*roles, login=login, **where)
        secret = hidden(self.page("/login").text, "csrf")
        got = self.send("/login", {"csrf": secret, "login": login, "password": PASSWORD})
        assert got.status == 303, got.text
        return hidden(self.page("/account").text, "csrf")


def hidden(html: str, name: str) -> str:
    """The value of the first hidden field of that name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no hidden field {name}"
    return found[1]


def _web(url: str, folder: Path) -> Iterator[Web]:
    engine = engine_for(url)
    upgrade(engine)
    definitions = (sample(), sample(code="9.000002", scope={"provinces": ["04"]}), *load_catalogue().definitions)
    ended = sample(code="9.000003", effective={"from": "2025-01-01", "until": "2026-01-01"})
    office = Office(engine, Catalogue.of((*definitions, ended), load_fields()), Vault.from_secret(b"k" * 32))
    own = Settings(home=folder, database_url=url)
    made: list[Web] = []
    app = create_app(office, own, clock=lambda: made[0].now)
    with TestClient(app, base_url="https://motcua.test", raise_server_exceptions=False) as client:
        made.append(Web(office, client, own))
        yield made[0]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """The application on SQLite."""
    url = f"sqlite:///{tmp_path / 'web.db'}"
    yield from _web(url, tmp_path)
    engine_for(url).dispose()


@pytest.fixture
def web_on_each(database_url: str, tmp_path: Path) -> Iterator[Web]:
    """The application on SQLite and on PostgreSQL."""
    yield from _web(database_url, tmp_path)
