"""Taking a dossier in: choose the procedure, fill in its form, tick what was handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Caller
from api.deps import desk_of, needs, now_of
from api.errors import shown
from api.language import language_of
from api.pages.action_forms import DOCUMENT_FORMS, documents_of
from api.pages.dossier_page import problems_by_field
from api.pages.presenting import place
from api.pages.rendering import page
from dossiers.authority import Actor, grants_for
from dossiers.errors import DossierError, NoAuthority
from dossiers.gate import VIETNAM
from dossiers.idempotency import IdempotencyKey
from dossiers.permitted import Action
from dossiers.registration import register
from procedures.communes import commune as commune_of
from procedures.communes import communes_of
from procedures.errors import FormRefused, ProcedureError
from procedures.schema import Definition

router = APIRouter(include_in_schema=False)
TakesIn = Annotated[Caller, needs(Action.REGISTER_SUBMISSION)]
CHANNELS = ("direct", "online", "postal")
_PERSON = ("name", "phone", "email", "address", "personal_id_number", "representative")


@router.get("/dossiers/new")
def choose_procedure(request: Request, caller: TakesIn, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The procedures that can be taken in here and today, by field."""
    places = _places(caller.actor)
    catalogue, today = desk_of(request).office.catalogue, now_of(request).astimezone(VIETNAM).date()
    provinces = dict.fromkeys(commune_of(code).province_code for code in places)
    fields = {g.field for g in grants_for(caller.actor, Action.REGISTER_SUBMISSION)}
    found: dict[str, list[Definition]] = {name: [] for name in catalogue.fields()}
    for newest in catalogue.search(q):
        for province in provinces:
            try:
                definition = catalogue.in_force(newest.code, today, province)
            except ProcedureError:
                continue
            if "" in fields or definition.field in fields:
                found.setdefault(definition.field, []).append(definition)
            break
    names = {name: one.names.in_language(language_of(request)) for name, one in catalogue.fields().items()}
    return page(request, "choose.html", caller=caller, q=q, found={k: v for k, v in found.items() if v}, names=names)


@router.get("/dossiers/new/{procedure}")
def show_intake(request: Request, procedure: str, caller: TakesIn) -> Response:
    """The form of a procedure, empty."""
    return _draw(request, caller, procedure, typed={})


@router.post("/dossiers/new/{procedure}")
def take_in(request: Request, procedure: str, caller: TakesIn) -> Response:
    """Register what the form says; a refusal shows the form again with everything that was typed."""
    typed = request.state.form
    definition = _definition(request, procedure, _intake(caller.actor, typed))
    command = _command(definition, typed, _intake(caller.actor, typed))
    key = next(iter(typed.get("key", [])), "")[:200]
    idempotency = IdempotencyKey.of(actor=caller.actor.id, route="register", key=key, body=command) if key else None
    try:
        answer = register(
            desk_of(request).office, command, actor=caller.actor, now=now_of(request), idempotency=idempotency
        )
    except (DossierError, ProcedureError) as error:
        return _draw(request, caller, procedure, typed=typed, error=error)
    return RedirectResponse(f"/dossiers/{answer['dossier']}?done=register", 303)


def _places(actor: Actor) -> dict[str, str]:
    codes = dict.fromkeys(g.commune for g in grants_for(actor, Action.REGISTER_SUBMISSION) if g.commune)
    if not codes:
        raise NoAuthority(action=Action.REGISTER_SUBMISSION.value, actor=actor.id)
    return {code: place(code) for code in codes}


def _intake(actor: Actor, typed: Mapping[str, list[str]]) -> str:
    places = _places(actor)
    given = next(iter(typed.get("intake_commune", [])), "")
    return given if given in places else next(iter(places))


def _definition(request: Request, procedure: str, intake: str) -> Definition:
    today = now_of(request).astimezone(VIETNAM).date()
    return desk_of(request).office.catalogue.in_force(procedure, today, commune_of(intake).province_code)


def _command(definition: Definition, typed: Mapping[str, list[str]], intake: str) -> dict[str, Any]:
    def one(name: str) -> str:
        return next(iter(typed.get(name, [])), "").strip()

    values = {f.id: one(f"form.{f.id}") for f in definition.form}
    command: dict[str, Any] = {
        "procedure": definition.code,
        "commune": one("commune") or intake,
        "intake_commune": intake,
        "channel": one("channel") or "direct",
        "applicant": {name: one(f"applicant.{name}") for name in _PERSON if one(f"applicant.{name}")},
        "form": {name: value for name, value in values.items() if value},
        "documents": documents_of(typed),
    }
    command["applicant"].setdefault("name", "")
    digits = command["applicant"].get("personal_id_number", "")
    if digits:
        command["applicant"]["personal_id_number"] = digits.replace(" ", "")
    return command | {name: one(name) for name in ("case", "official_code") if one(name)}


def _draw(
    request: Request,
    caller: Caller,
    procedure: str,
    *,
    typed: Mapping[str, list[str]],
    error: Exception | None = None,
) -> Response:
    language, intake = language_of(request), _intake(caller.actor, typed)
    definition = _definition(request, procedure, intake)
    refused = shown(error) if error else None
    problems = problems_by_field(error, language) if error else {}
    if isinstance(error, FormRefused):
        problems = {f"form.{p.field}": p.message.in_language(language) for p in error.facts["problems"]}
    return page(
        request,
        "intake.html",
        status=refused.status if refused else 200,
        caller=caller,
        definition=definition,
        names=definition.names.in_language(language),
        typed={name: values[0] for name, values in typed.items() if values},
        problems=problems,
        refused=refused is not None,
        refusal=refused.title(language) if refused and not problems else "",
        places=_places(caller.actor),
        intake=intake,
        neighbours=communes_of(commune_of(intake).province_code),
        channels=CHANNELS,
        document_forms=DOCUMENT_FORMS,
        person_fields=_PERSON,
    )
