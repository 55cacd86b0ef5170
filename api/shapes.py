"""Shapes of answers, for OpenAPI and for whoever reads it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Header, Path
from pydantic import BaseModel, Field

from api.shapes_of_papers import ChecklistShape, FeesShape
from procedures.base import Names

Code = Annotated[str, Path(max_length=60, description="The dossier's own code, e.g. MC-14845-260302-0001.")]
IdempotencyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same command under the same key gives the first answer again; another one is refused.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description='The revision that you have seen, e.g. "5"; refused with 412 when it has moved on.',
    ),
]


class Problem(BaseModel):
    """What every refusal answers (application/problem+json)."""

    type: str
    title: str = Field(description="Vietnamese wording.")
    title_en: str
    status: int
    detail: str = Field(description="The wording in the language of Accept-Language, with the plain facts.")
    facts: dict[str, Any]


class OpenStepShape(BaseModel):
    """A step that waits."""

    occurrence: int
    step: str
    kind: str
    role: str | None
    assignee: str | None


class ActionAnswer(BaseModel):
    """What an action answers; `revision` is what the next command names in If-Match."""

    dossier: str
    revision: int
    status: str
    open_steps: list[OpenStepShape]
    events: list[str]
    absent_until: date | None = Field(default=None, description="The assignee is absent until that day, inclusive.")


class ListedShape(BaseModel):
    """One dossier of a list."""

    code: str
    official_code: str | None
    procedure: str
    version: int
    field: str
    case: str | None
    status: str
    commune: str
    intake_commune: str
    registered_at: datetime
    due_at: datetime | None
    due_on: date | None
    standing: str = Field(description="overdue, due_soon, in_time, none")
    person: str | None = Field(description="Name of the applicant; null where you may not see it.")
    revision: int
    open_steps: list[OpenStepShape]
    stands_in_for: list[str] = Field(default_factory=list, description="Absent holders in whose place you may act.")


class ListShape(BaseModel):
    """A page of dossiers, the most pressing first."""

    items: list[ListedShape]
    next_cursor: str | None


class Clock(BaseModel):
    """Where the dossier's clock stands."""

    state: str
    due_at: datetime
    due_on: date
    legal_due_at: datetime
    original_due_at: datetime | None
    promised_at: datetime | None
    finished_at: datetime | None
    paused: bool
    used_minutes: int
    left_minutes: int


class Person(BaseModel):
    """The applicant; the identity number masked unless asked for with show_id=1."""

    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    representative: str | None
    personal_id: str | None
    erased: bool


class GroupPartShape(BaseModel):
    """Another dossier of the same linked group: its body, its clock, and whether that body is late."""

    code: str
    relation: str = Field(description="parent, sibling, child")
    procedure: str
    names: dict[str, str]
    body: str | None
    status: str
    due_at: datetime | None
    due_on: date | None
    finished_at: datetime | None
    late: bool


class StopProposalShape(BaseModel):
    """A proposal to stop the dossier."""

    revision: int
    by: str
    at: datetime


class DossierShape(BaseModel):
    """One dossier."""

    code: str
    official_code: str | None
    procedure: str
    version: int
    field: str
    names: dict[str, str]
    case: str | None
    status: str
    revision: int
    province: str
    commune: str
    intake_commune: str
    desk: str
    channel: str
    parent: str | None
    body: str | None = Field(description="The body whose part of a linked group this is.")
    linked: list[str]
    group: list[GroupPartShape] = Field(description="The other dossiers of the linked group.")
    stop_proposal: StopProposalShape | None = Field(description="Waits for a second person.")
    documents: dict[str, str] = Field(description="Required documents that were ticked, with their form.")
    checklist: list[ChecklistShape]
    fees: FeesShape
    rating: int | None = Field(description="1 to 5, given at hand-over or later.")
    registered_at: datetime | None
    accepted_at: datetime | None
    closed_at: datetime | None
    result: str | None
    clock: Clock | None
    open_steps: list[OpenStepShape]
    applicant: Person | None = Field(description="null where you may not see personal data")
    form: dict[str, Any] | None


class TimelineShape(BaseModel):
    """One event, free texts in place; or a rung of the warning ladder that was reached, which has no revision."""

    revision: int | None
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    actor_name: str
    facts: dict[str, Any]
    recorded: bool
    people: dict[str, str] = Field(default_factory=dict, description="Names of the staff whose ids are in facts.")
    warning: Names | None = Field(default=None, description="What was warned of, in Vietnamese and English.")


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": words}
    for status, words in {
        401: "Not signed in",
        403: "No role for it here",
        404: "Unknown",
        409: "Not permitted now",
        412: "The dossier has moved on",
        413: "Too large",
        422: "Malformed",
    }.items()
}
