"""Every route says what it needs, every error is mapped, every word has its place in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from fastapi.routing import APIRoute
from sqlalchemy import create_engine

import api
import dossiers
import notifications
import performance
import procedures
from api.app import create_app
from api.deps import Needs
from api.error_kinds import ApiError
from api.errors import TABLE, name_of
from api.language import wording
from api.pages.action_forms import FIELDS
from dossiers.clock_types import ClockState, LedgerKind
from dossiers.errors import DossierError
from dossiers.events import EventType
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.personal import Vault
from dossiers.settings import Settings
from dossiers.states import Status
from notifications.errors import NotificationError
from performance.errors import PerformanceError
from procedures.catalogue import load_catalogue
from procedures.errors import ProcedureError

API = Path(api.__file__).parent

PUBLIC = {
    "GET /",
    "GET /login",
    "POST /login",
    "GET /healthz",
    "GET /readyz",
    "POST /api/v1/session",
    "GET /api/v1/procedures",
    "GET /api/v1/procedures/{code}",
    "GET /api/v1/procedures/{code}/versions",
    "GET /api/v1/procedures/{code}/versions/{version}",
    "GET /api/v1/communes",
    "GET /api/v1/slip-key",
}
SIGNED_IN = {
    "GET /api/v1/notices/mine",
    "GET /api/v1/notices/preferences",
    "PUT /api/v1/notices/preferences",
    "GET /api/v1/session",
    "DELETE /api/v1/session",
    "POST /logout",
    "GET /account",
    "POST /account/password",
    "GET /dossiers",
}
NEEDED = {
    "POST /api/v1/imports": "import_data anywhere",
    "GET /api/v1/imports": "import_data anywhere",
    "GET /api/v1/imports/{number}": "import_data anywhere",
    "GET /dossiers/{code}": "view_dossiers at_dossier",
    "POST /dossiers/{code}/actions/{action}": "view_dossiers at_dossier",
    "GET /dossiers/new": "register_submission gate",
    "GET /dossiers/new/{procedure}": "register_submission gate",
    "POST /dossiers/new/{procedure}": "register_submission gate",
    "GET /api/v1/dossiers": "view_dossiers anywhere",
    "POST /api/v1/dossiers": "register_submission gate",
    "GET /api/v1/dossiers/{code}": "view_dossiers at_dossier",
    "GET /api/v1/dossiers/{code}/timeline": "view_dossiers at_dossier",
    "GET /api/v1/dossiers/{code}/due": "view_dossiers at_dossier",
    "GET /api/v1/dossiers/{code}/actions": "view_dossiers at_dossier",
    "POST /api/v1/dossiers/{code}/documents": "store_document gate",
    "GET /api/v1/dossiers/{code}/documents": "view_dossiers at_dossier",
    "GET /api/v1/dossiers/{code}/documents/{document}": "view_personal_data at_dossier",
    "DELETE /api/v1/dossiers/{code}/documents/{document}": "remove_document gate",
    "GET /api/v1/dossiers/{code}/slips": "view_dossiers at_dossier",
    "GET /api/v1/dossiers/{code}/slips/{form}.pdf": "view_personal_data at_dossier",
    "POST /api/v1/dossiers/{code}/slips/06": "view_personal_data at_dossier",
    "GET /api/v1/register.pdf": "view_personal_data at_place_in_all_fields",
    "GET /api/v1/figures/{month}": "view_figures at_place_or_own",
    "GET /api/v1/duties": "view_dossiers at_place_in_all_fields",
    "GET /api/v1/duties/{duty}": "view_dossiers at_place_in_all_fields",
    "GET /api/v1/consultations": "view_dossiers anywhere",
    "GET /api/v1/queues/wake-ups": "view_queues anywhere",
    "GET /api/v1/queues/messages": "view_queues anywhere",
    "GET /api/v1/notices/preferences/dossiers/{code}": "decide_notices at_dossier",
    "PUT /api/v1/notices/preferences/dossiers/{code}": "decide_notices at_dossier",
    "GET /api/v1/notices/undelivered": "view_dossiers anywhere",
    "GET /api/v1/notices/{message_id}": "view_personal_data anywhere",
    "PUT /api/v1/notices/{message_id}/address": "decide_notices anywhere",
    "POST /api/v1/notices/{message_id}/decision": "decide_notices anywhere",
    "GET /api/v1/contacts": "manage_contacts anywhere",
    "PUT /api/v1/contacts": "manage_contacts anywhere",
    "DELETE /api/v1/contacts/{contact_id}": "manage_contacts anywhere",
    "GET /api/v1/contacts/{contact_id}/webhook-key": "manage_contacts anywhere",
    "POST /api/v1/calendar/impact": "view_impact at_place",
    "GET /api/v1/tokens": "manage_tokens anywhere",
    "POST /api/v1/tokens": "manage_tokens anywhere",
    "DELETE /api/v1/tokens/{token_id}": "manage_tokens anywhere",
    "GET /api/v1/staff": "manage_staff anywhere",
    "POST /api/v1/staff": "manage_staff anywhere",
    "POST /api/v1/staff/{staff_id}/grants": "manage_staff anywhere",
    "POST /api/v1/staff/{staff_id}/deactivate": "manage_staff anywhere",
    "POST /api/v1/staff/{staff_id}/password": "manage_staff anywhere",
    "PUT /api/v1/staff/{staff_id}/contact": "manage_staff anywhere",
    "GET /api/v1/absences": "view_dossiers anywhere",
    "POST /api/v1/absences": "plan_absence anywhere",
    "GET /api/v1/absences/preview": "view_dossiers anywhere",
    "GET /api/v1/absences/{absence}/preview": "view_dossiers anywhere",
    "POST /api/v1/absences/{absence}/decision": "plan_absence anywhere",
    "GET /api/v1/coverage": "view_coverage at_place",
    "GET /api/v1/colleagues": "view_dossiers at_place",
    "POST /api/v1/reassign": "assign gate",
    "GET /api/v1/exemptions": "view_coverage anywhere",
    "POST /api/v1/exemptions": "manage_exemptions anywhere",
    "POST /api/v1/exemptions/{exemption}/end": "manage_exemptions anywhere",
} | {
    f"POST /api/v1/dossiers/{{code}}/actions/{action}": f"{action} gate"
    for action in (
        "apply_elapsed",
        "forward",
        "receive_at_competent_body",
        "accept",
        "refuse",
        "assign",
        "complete_step",
        "return_to_step",
        "request_supplement",
        "receive_supplement",
        "pause",
        "resume",
        "extend",
        "apologise",
        "consult",
        "answer_consultation",
        "record_payment",
        "record_exemption",
        "issue_result",
        "hand_over",
        "withdraw",
        "propose_stop",
        "decline_stop",
        "stop",
        "reopen",
        "correct",
        "apply_calendar",
        "move_to_version",
        "remove_document",
        "rate",
    )
}


def routes() -> dict[str, list[Needs]]:
    """What each route declares."""
    engine = create_engine("sqlite://")
    office = Office(engine, load_catalogue(), Vault.from_secret(b"k" * 32))
    app = create_app(office, Settings())
    found: dict[str, list[Needs]] = {}
    for path, route in _all(app.routes):
        declared = [d.call for d in route.dependant.dependencies if isinstance(d.call, Needs)]
        for method in route.methods:
            found[f"{method} {path}"] = declared
    engine.dispose()
    return found


def _all(routes: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, APIRoute]]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield prefix + route.path, route
        elif inner := getattr(route, "original_router", None):  # how newer FastAPIs keep an included router
            yield from _all(inner.routes, prefix + route.include_context.prefix)


def test_every_route_is_public_or_says_what_it_needs() -> None:
    found = routes()
    assert set(found) == PUBLIC | SIGNED_IN | set(NEEDED)
    assert {name for name, declared in found.items() if not declared} == PUBLIC
    assert {name for name, declared in found.items() if declared and declared[0].what is None} == SIGNED_IN
    said = {
        name: f"{one.what.value} {'gate' if isinstance(one.what, Action) else one.where.__name__}"
        for name, declared in found.items()
        for one in declared
        if one.what is not None
    }
    assert said == NEEDED


def _modules(package: ModuleType) -> None:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)


def _leaves(kind: type[Exception]) -> set[type[Exception]]:
    children = kind.__subclasses__()
    return {kind} if not children else {leaf for child in children for leaf in _leaves(child)}


def leaf_errors() -> list[type[Exception]]:
    for package in (procedures, dossiers, notifications, performance, api):
        _modules(package)
    bases = (ProcedureError, DossierError, NotificationError, PerformanceError, ApiError)
    floors = ("procedures", "dossiers", "notifications", "performance", "api")
    leaves = {leaf for base in bases for leaf in _leaves(base) if leaf.__module__.split(".")[0] in floors}
    return sorted(leaves, key=lambda leaf: leaf.__qualname__)


@pytest.mark.parametrize("leaf", leaf_errors(), ids=lambda leaf: leaf.__name__)
def test_every_error_has_a_status_and_a_wording_in_both_languages(leaf: type[Exception]) -> None:
    row = TABLE[leaf]
    assert row.status in {401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503}
    assert len(row.vi) > 10
    assert row.vi.endswith(".")
    assert re.search(r"[ăâđêôơưáàảãạéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự]", row.vi.lower())
    assert (leaf.__doc__ or "").strip()


def test_no_two_errors_share_a_name_and_none_is_listed_in_vain() -> None:
    names = [name_of(leaf) for leaf in leaf_errors()]
    assert len(names) == len(set(names))
    assert {kind.__name__ for kind in TABLE} == {leaf.__name__ for leaf in leaf_errors()}


def test_both_languages_have_the_same_keys_and_places() -> None:
    vi, en = wording("vi"), wording("en")
    assert set(vi) == set(en)
    places = re.compile(r"{(\w+)}")
    assert [k for k in vi if set(places.findall(vi[k])) != set(places.findall(en[k]))] == []


def test_no_key_is_read_as_something_else_by_yaml() -> None:
    for language in ("vi", "en"):
        loaded = yaml.safe_load((API / "languages" / f"{language}.yaml").read_text(encoding="utf-8"))
        assert all(isinstance(key, str) for group in loaded.values() for key in group)


def test_everything_that_is_shown_by_its_code_has_a_word() -> None:
    wanted = [
        *(f"event.{one.value}" for one in EventType),
        *(f"status.{one.value}" for one in Status),
        *(f"action.{one.value}" for one in Action),
        *(f"clock.state.{one.value}" for one in ClockState),
        *(f"day.{one.value}" for one in LedgerKind),
        *(f"day.short.{one.value}" for one in LedgerKind),
        *(f"field.{field.name}" for fields in FIELDS.values() for field in fields),
    ]
    assert [key for key in wanted if key not in wording("vi")] == []


def test_every_wording_that_a_template_names_exists() -> None:
    used = set()
    for template in (API / "templates").glob("*.html"):
        used |= set(re.findall(r"\bt\('([a-z_.]+[a-z_])'[,)]", template.read_text(encoding="utf-8")))
    assert len(used) > 80
    assert sorted(key for key in used if key not in wording("vi")) == []


def test_every_action_has_a_form() -> None:
    assert set(FIELDS) == set(Action) - {Action.REGISTER_SUBMISSION, Action.STORE_DOCUMENT, Action.ISSUE_SLIP}


@pytest.mark.parametrize("template", sorted((API / "templates").glob("*.html")), ids=lambda p: p.name)
def test_templates_hold_no_inline_script_or_style_and_load_nothing_from_elsewhere(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://|\|safe", text)


@pytest.mark.parametrize("template", sorted((API / "templates").glob("*.html")), ids=lambda p: p.name)
def test_every_form_that_sends_carries_its_secret(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    forms = re.findall(r'<form method="post".*?</form>', text, flags=re.DOTALL)
    assert all('name="csrf"' in form for form in forms)
    assert text.count('method="post"') == len(forms)


def test_the_style_sheet_is_small_and_loads_nothing() -> None:
    text = (API / "static" / "desk.css").read_text(encoding="utf-8")
    assert len(text.encode()) < 20_000
    assert "@import" not in text
    assert "url(" not in text
