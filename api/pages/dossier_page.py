"""One dossier: where it stands, why it is due when it is, what happened, and what may be done now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.auth import Caller
from api.deps import at_dossier, desk_of, needs, now_of
from api.errors import shown
from api.language import language_of, say, wording
from api.pages import presenting
from api.pages.action_forms import DOCUMENT_FORMS, ITEM_ROWS, Attempt, command_of, forms
from api.pages.rendering import page
from api.routes.actions import seen_revision
from dossiers.authority import Permission
from dossiers.errors import DossierError, MalformedCommand, MissingDocuments, UnknownAction
from dossiers.explanation import explain
from dossiers.gate import act
from dossiers.idempotency import IdempotencyKey
from dossiers.limit_basis import basis_of
from dossiers.linked_view import group_of
from dossiers.offers import offers
from dossiers.office import Office
from dossiers.people import ApplicantView, applicant_view, log_access
from dossiers.permitted import Action
from dossiers.session import reading
from dossiers.views import (
    DossierView,
    TimelineEntry,
    form_values,
    may_see_person,
    open_view,
    staff_names,
    timeline_with_rungs,
)
from procedures.errors import ProcedureError

router = APIRouter(include_in_schema=False)
_WHOLE = {Action.EXTEND: "amount", Action.CORRECT: "what"}
"""Which field shows what is wrong with a command as a whole."""
Sight = Annotated[Caller, needs(Permission.VIEW_DOSSIERS, at_dossier)]


@router.get("/dossiers/{code}")
def show_dossier(
    *,
    request: Request,
    code: str,
    caller: Sight,
    show_id: Annotated[str, Query(max_length=1)] = "",
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The page of a dossier."""
    message: Any = ""
    if done == "register":
        message = ("done.register", {"code": code})
    elif done in set(Action):
        message = ("done.action", {"action": say(language_of(request), f"action.{done}")})
    return _draw(request, caller, code, show_id=show_id == "1", message=message)


@router.post("/dossiers/{code}/actions/{action}")
def do_action(request: Request, code: str, action: str, caller: Sight) -> Response:
    """Do what a form says and show the dossier again; a refusal is shown in its place with what was typed."""
    typed = request.state.form
    try:
        name = Action(action)
    except ValueError:
        raise UnknownAction(action=action) from None
    key, revision = _first(typed, "key"), _first(typed, "revision")
    command = command_of(name, typed)
    route = f"dossiers/{code}/{name.value}"
    idempotency = IdempotencyKey.of(actor=caller.actor.id, route=route, key=key[:200], body=command) if key else None
    try:
        act(
            desk_of(request).office,
            code,
            name,
            command,
            actor=caller.actor,
            now=now_of(request),
            expected_revision=seen_revision(revision or None),
            idempotency=idempotency,
        )
    except (DossierError, ProcedureError) as error:
        return _refused(request, caller, code, name, error)
    return RedirectResponse(f"/dossiers/{code}?done={name.value}", 303)


def _refused(request: Request, caller: Caller, code: str, action: Action, error: Exception) -> Response:
    found, language = shown(error), language_of(request)
    problems = problems_by_field(error, language)
    if "" in problems:  # the command as a whole does not fit
        problems[_WHOLE.get(action, "")] = problems.pop("")
    text = say(language, "form.see") if problems else found.title(language)
    if isinstance(error, MissingDocuments):
        text = f"{text} {_document_names(request, code, error, language)}"
    attempt = Attempt(action, request.state.form, text, problems)
    return _draw(request, caller, code, attempt=attempt, status=found.status)


def _document_names(request: Request, code: str, error: MissingDocuments, language: str) -> str:
    office = desk_of(request).office
    with reading(office.engine) as session:
        view = open_view(office, session, code, now=now_of(request))
    names = {d.id: d.names.in_language(language) for d in view.definition.documents}
    return "; ".join(names.get(one, one) for one in error.facts["missing"])


def problems_by_field(error: Exception, language: str) -> dict[str, str]:
    """What is wrong with each field of a command, in the reader's words."""
    if not isinstance(error, MalformedCommand):
        return {}
    found: dict[str, str] = {}
    for one in error.facts.get("problems", ()):
        name = str(one["field"])
        key = name if "." not in name or name.startswith("applicant.") else name.split(".", maxsplit=1)[0]
        specific = say(language, f"invalid.{key or 'amount'}")
        general = say(language, "form.missing" if "required" in one["problem"].lower() else "form.wrong")
        found[key] = specific if f"invalid.{key or 'amount'}" in wording(language) else general
    return found


@dataclass(frozen=True)
class _Person:
    """What the page shows of the applicant, where the reader may see it."""

    applicant: ApplicantView | None
    form: Mapping[str, Any]


def _draw(
    request: Request,
    caller: Caller,
    code: str,
    *,
    show_id: bool = False,
    message: Any = "",
    attempt: Attempt | None = None,
    status: int = 200,
) -> Response:
    office, now, language = desk_of(request).office, now_of(request), language_of(request)
    with reading(office.engine) as session:
        view = open_view(office, session, code, now=now)
        seen = may_see_person(caller.actor, view.row)
        person = _person(office, session, view, show_id=show_id) if seen else None
        entries = timeline_with_rungs(office, session, view, personal=seen)
        offered = offers(office, session, view, actor=caller.actor)
        waiting = view.state.stop_proposal
        named = {o.assignee for o in view.state.open_steps.values() if o.assignee}
        named |= {waiting.by} if waiting else set()
        holders = staff_names(session, named)
        group = group_of(office, session, view.row, now=now)
    if seen:
        what = "page dossier with identity number" if show_id else "page dossier"
        ids = {"dossier_id": view.row.id, "applicant_id": view.row.applicant_id}
        log_access(office, actor=caller.actor, what=what, now=now, **ids)
    made = forms(offered, view.state.documents, attempt=attempt)
    placed = attempt is None or any(one.error for one in made)
    return page(
        request,
        "dossier.html",
        status=status,
        caller=caller,
        view=view,
        names=view.definition.names.in_language(language),
        forms=made,
        unplaced=None if placed else attempt,
        person=person,
        seen=seen,
        show_id=show_id,
        entries=[_entry(e, view, language) for e in reversed(entries)],
        holders=holders,
        group=group,
        clock=_clock(office, view, language),
        step_name=lambda step: presenting.step_name(view.definition, step, language),
        document_forms=DOCUMENT_FORMS,
        item_rows=range(ITEM_ROWS),
        message=message,
    )


def _person(office: Office, session: Session, view: DossierView, *, show_id: bool) -> _Person:
    applicant = None
    if view.row.applicant_id is not None:
        applicant = applicant_view(office, session, view.row.applicant_id, show_id=show_id)
    return _Person(applicant, form_values(office, session, view, show_id=show_id))


def _entry(entry: TimelineEntry, view: DossierView, language: str) -> dict[str, Any]:
    return {
        "entry": entry,
        "title": entry.warning.in_language(language) if entry.warning else say(language, f"event.{entry.type}"),
        "lines": () if entry.warning else presenting.event_facts(entry, view.definition, language),
        "who": say(language, "app.machine") if entry.actor == "system" else entry.actor_name,
        "later": entry.recorded and not entry.warning and (entry.recorded_at - entry.occurred_at).total_seconds() >= 60,  # noqa: PLR2004
    }


def _clock(office: Office, view: DossierView, language: str) -> dict[str, Any] | None:
    reading_, limit = view.reading, view.state.limit
    if reading_ is None or limit is None:
        return None
    basis = basis_of(view.state, view.definition)
    sentences = explain(limit, view.history, view.calendar, now=view.now, language=language, basis=basis)
    return {
        "reading": reading_,
        "tone": presenting.tone(view),
        "percent": min(round(reading_.used_fraction * 100), 999),
        "left": presenting.duration(reading_.left_minutes, limit.unit, language),
        "sentences": [s.split(". ", 1)[-1] for s in sentences],
        "months": presenting.months(reading_.days),
    }


def _first(typed: Mapping[str, list[str]], name: str) -> str:
    return next(iter(typed.get(name, [])), "")
