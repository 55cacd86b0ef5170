"""Dossiers: take in, list, look at."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from api.auth import Caller
from api.deps import anywhere, at_dossier, desk_of, needs, now_of
from api.papers_shown import checklist_shown, fees_shown
from api.shapes import (
    REFUSALS,
    ActionAnswer,
    Clock,
    Code,
    DossierShape,
    GroupPartShape,
    IdempotencyHeader,
    ListedShape,
    ListShape,
    OpenStepShape,
    Person,
    StopProposalShape,
    TimelineShape,
)
from dossiers.actions.intake import RegisterSubmission
from dossiers.authority import Permission
from dossiers.idempotency import IdempotencyKey
from dossiers.linked_view import GroupPart, group_of
from dossiers.listing import Due, Listed, ListQuery, list_dossiers
from dossiers.offers import offers
from dossiers.office import Office
from dossiers.people import applicant_view, log_access
from dossiers.permitted import Action
from dossiers.registration import register
from dossiers.session import reading
from dossiers.states import Status
from dossiers.viewing import log_list
from dossiers.views import DossierView, due_explained, form_values, may_see_person, open_view, timeline_with_rungs

router = APIRouter(prefix="/dossiers", tags=["dossiers"], responses=REFUSALS)
Sight = Annotated[Caller, needs(Permission.VIEW_DOSSIERS, at_dossier)]
Desk = Annotated[Caller, needs(Action.REGISTER_SUBMISSION)]
Sights = Annotated[Caller, needs(Permission.VIEW_DOSSIERS, anywhere)]


@router.post("", status_code=201, response_model=ActionAnswer)
def register_submission(
    *,
    request: Request,
    response: Response,
    command: RegisterSubmission,
    caller: Desk,
    key: IdempotencyHeader = None,
) -> dict[str, Any]:
    """Register a submission. The answer names the new dossier; `Location` points to it."""
    idempotency = None
    if key:
        body = command.model_dump(mode="json", exclude_unset=True)
        idempotency = IdempotencyKey.of(actor=caller.actor.id, route="register", key=key, body=body)
    answer = register(
        desk_of(request).office, command, actor=caller.actor, now=now_of(request), idempotency=idempotency
    )
    response.headers["location"] = f"/api/v1/dossiers/{answer['dossier']}"
    response.headers["etag"] = f'"{answer["revision"]}"'
    return answer


@router.get("", response_model=ListShape)
def list_them(
    *,
    request: Request,
    caller: Sights,
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
    status: Annotated[list[Status] | None, Query()] = None,
    field: Annotated[str | None, Query(max_length=40)] = None,
    due: Annotated[Due | None, Query()] = None,
    role: Annotated[str | None, Query(max_length=30)] = None,
    mine: bool = False,
    q: Annotated[str, Query(max_length=100, description="Code, part of a name, or a whole identity number.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ListShape:
    """The dossiers that you may see, by due instant (those without one last). Follow `next_cursor` for more."""
    office, now = desk_of(request).office, now_of(request)
    query = ListQuery(
        commune=commune,
        status=tuple(s.value for s in status or ()),
        field=field,
        due=due,
        role=role,
        mine=mine,
        text=q,
        limit=limit,
        cursor=cursor,
    )
    with reading(office.engine) as session:
        page = list_dossiers(office, session, query, actor=caller.actor, now=now)
    log_list(office, page.items, actor=caller.actor, what="api list", now=now)
    return ListShape(items=[_listed(one) for one in page.items], next_cursor=page.next_cursor)


def _listed(one: Listed) -> ListedShape:
    row = one.row
    steps = [OpenStepShape.model_validate(s, from_attributes=True) for s in one.steps]
    return ListedShape(
        **row.model_dump(include=set(ListedShape.model_fields) - {"case", "standing", "person", "open_steps"}),
        case=row.case_id,
        standing=one.standing,
        person=one.person,
        open_steps=steps,
        stands_in_for=list(one.stands_in_for),
    )


@router.get("/{code}", response_model=DossierShape)
def look_at(
    *,
    request: Request,
    response: Response,
    code: Code,
    show_id: Annotated[bool, Query(description="1: identity numbers unmasked; recorded.")] = False,
    caller: Sight,
) -> DossierShape:
    """One dossier; its `ETag` is the revision that a command names in `If-Match`."""
    office, now = desk_of(request).office, now_of(request)
    with reading(office.engine) as session:
        view = open_view(office, session, code, now=now)
        seen = may_see_person(caller.actor, view.row)
        found = shape(office, session, view, personal=seen, show_id=show_id)
    if seen:
        what = "api dossier with identity number" if show_id else "api dossier"
        _log(office, view, caller, what, now)
    response.headers["etag"] = f'"{view.revision}"'
    return found


def shape(office: Office, session: Session, view: DossierView, *, personal: bool, show_id: bool) -> DossierShape:
    """A dossier for machines; personal data only where asked for."""
    row, state = view.row, view.state
    person = None
    if personal and row.applicant_id:
        shown = applicant_view(office, session, row.applicant_id, show_id=show_id)
        person = Person.model_validate(shown, from_attributes=True)
    own = {"code", "official_code", "procedure", "field", "province", "commune", "intake_commune", "parent", "body"}
    waiting = state.stop_proposal
    return DossierShape(
        **row.model_dump(include=own),
        version=view.definition.version,
        names={"vi": view.definition.names.vi, "en": view.definition.names.en},
        case=state.case_id,
        status=state.status.value,
        revision=view.revision,
        desk=view.desk,
        channel=state.channel,
        linked=state.linked,
        group=[_group_part(part) for part in group_of(office, session, row, now=view.now)],
        stop_proposal=StopProposalShape.model_validate(waiting, from_attributes=True) if waiting else None,
        documents=state.documents,
        checklist=checklist_shown(session, view),
        fees=fees_shown(session, view, personal=personal),
        rating=state.rating,
        registered_at=state.registered_at,
        accepted_at=state.accepted_at,
        closed_at=state.closed_at,
        result=state.result,
        clock=_clock(view),
        open_steps=[OpenStepShape.model_validate(o, from_attributes=True) for o in state.open_steps.values()],
        applicant=person,
        form=form_values(office, session, view, show_id=show_id) if personal else None,
    )


def _group_part(part: GroupPart) -> GroupPartShape:
    return GroupPartShape.model_validate(asdict(part) | {"names": {"vi": part.names.vi, "en": part.names.en}})


def _clock(view: DossierView) -> Clock | None:
    if view.reading is None:
        return None
    state = view.state
    return Clock.model_validate(
        {
            "state": view.reading.state.value,
            "original_due_at": state.original_due_at,
            "promised_at": state.promised_at,
            "finished_at": state.finished_at,
        }
        | {
            name: getattr(view.reading, name)
            for name in ("due_at", "due_on", "legal_due_at", "paused", "used_minutes", "left_minutes")
        }
    )


@router.get("/{code}/timeline", response_model=list[TimelineShape])
def look_back(request: Request, code: Code, caller: Sight) -> list[TimelineShape]:
    """Everything that happened, in order. Free texts are hidden where you may not see personal data.

    Rungs of the warning ladder stand among the events; they have no revision, because they are no part of the ledger.
    """
    office, now = desk_of(request).office, now_of(request)
    with reading(office.engine) as session:
        view = open_view(office, session, code, now=now)
        seen = may_see_person(caller.actor, view.row)
        entries = timeline_with_rungs(office, session, view, personal=seen)
    if seen:
        _log(office, view, caller, "api timeline", now)
    return [TimelineShape.model_validate(e, from_attributes=True) for e in entries]


@router.get("/{code}/due")
def explain_due(request: Request, code: Code, caller: Sight) -> dict[str, Any]:
    """The due date with its day ledger, explained in Vietnamese and English."""
    office = desk_of(request).office
    with reading(office.engine) as session:
        view = open_view(office, session, code, now=now_of(request))
    return due_explained(office, view)


@router.get("/{code}/actions")
def look_for_actions(request: Request, response: Response, code: Code, caller: Sight) -> dict[str, Any]:
    """What you may do with the dossier now, with the choices that each action leaves open."""
    office = desk_of(request).office
    with reading(office.engine) as session:
        view = open_view(office, session, code, now=now_of(request))
        found = offers(office, session, view, actor=caller.actor)
    response.headers["etag"] = f'"{view.revision}"'
    return {"dossier": code, "revision": view.revision, "actions": [offer.as_dict() for offer in found]}


def _log(office: Office, view: DossierView, caller: Caller, what: str, now: datetime) -> None:
    log_access(
        office, actor=caller.actor, what=what, now=now, dossier_id=view.row.id, applicant_id=view.row.applicant_id
    )
