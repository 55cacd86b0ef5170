"""The list of dossiers: what waits for me, what is overdue, what can still be saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Caller
from api.deps import desk_of, needs, now_of
from api.language import language_of, say
from api.pages.presenting import place, step_name
from api.pages.rendering import page
from dossiers.authority import Actor, Permission, grants_for
from dossiers.listing import Due, Listed, ListQuery, count_standing, list_dossiers
from dossiers.office import Office
from dossiers.session import reading
from dossiers.states import Status
from dossiers.tables import OpenStepRow
from dossiers.viewing import log_list
from dossiers.views import staff_names
from procedures.steps import Role

router = APIRouter(include_in_schema=False)
TABS = ("mine", "overdue", "due_soon", "open", "all")
_DUE: dict[str, Due] = {"overdue": "overdue", "due_soon": "due_soon", "open": "open"}
ON_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list, ready to be shown."""

    listed: Listed
    procedure: str
    steps: tuple[tuple[str, str, str], ...]
    """Step, role, holder."""


@router.get("/dossiers")
def show_list(
    *,
    request: Request,
    caller: Annotated[Caller, needs(None)],
    view: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    status: Annotated[str, Query(max_length=30)] = "",
    role: Annotated[str, Query(max_length=30)] = "",
    field: Annotated[str, Query(max_length=40)] = "",
    commune: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The list in one of its views, filtered; the most pressing dossier on top. Who sees none goes to the account."""
    if not grants_for(caller.actor, Permission.VIEW_DOSSIERS):
        return RedirectResponse("/account", 303)
    desk, now, actor = desk_of(request), now_of(request), caller.actor
    tab = view if view in TABS else ("all" if q or _only_watches(actor) else "mine")
    wide = ListQuery(
        commune=commune or None,
        status=(status,) if status in set(Status) else (),
        field=field or None,
        role=role if role in set(Role) else None,
        text=q,
        limit=ON_A_PAGE,
        cursor=cursor or None,
    )
    query = replace(wide, mine=tab == "mine", due=_DUE.get(tab))
    with reading(desk.office.engine) as session:
        found = list_dossiers(desk.office, session, query, actor=actor, now=now)
        counts = count_standing(session, query, desk.office, actor=actor, now=now)
        holders = staff_names(session, {s.assignee for one in found.items for s in one.steps if s.assignee})
    log_list(desk.office, found.items, actor=actor, what="page list", now=now)
    chosen = {"q": q, "status": status, "role": role, "field": field, "commune": commune}
    language = language_of(request)
    return page(
        request,
        "dossiers.html",
        caller=caller,
        tab=tab,
        tabs=TABS,
        counts=counts,
        lines=[_line(desk.office, one, holders, language) for one in found.items],
        chosen=chosen,
        kept=urlencode({k: v for k, v in chosen.items() if v}),
        next_cursor=found.next_cursor,
        cursor=cursor,
        statuses=list(Status),
        roles=list(Role),
        fields={name: one.names.in_language(language) for name, one in desk.office.catalogue.fields().items()},
        communes=_communes(actor),
        message=("done.action", {}) if done else "",
    )


def _only_watches(actor: Actor) -> bool:
    return not any(g.role.value in set(Role) for g in actor.grants)


def _communes(actor: Actor) -> dict[str, str]:
    codes = dict.fromkeys(g.commune for g in grants_for(actor, Permission.VIEW_DOSSIERS) if g.commune)
    return {code: place(code) for code in codes}


def _line(office: Office, one: Listed, holders: dict[str, str], language: str) -> Line:
    versions = office.catalogue.versions(one.row.procedure)  # before acceptance none is bound: the newest names it
    definition = next((d for d in versions if d.version == one.row.version), versions[-1])

    def holder(step: OpenStepRow) -> str:
        name = holders.get(step.assignee or "", "")
        return say(language, "list.in_place_of", name=name) if step.assignee in one.stands_in_for else name

    steps = tuple((step_name(definition, s.step, language), s.role or "machine", holder(s)) for s in one.steps)
    return Line(one, definition.names.in_language(language), steps)
