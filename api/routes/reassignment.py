"""Giving one or many open steps to another person."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Caller
from api.deps import desk_of, needs, now_of
from api.errors import wording_by_name
from api.shapes import REFUSALS, IdempotencyHeader
from dossiers.idempotency import IdempotencyKey
from dossiers.permitted import Action
from dossiers.reassignment import Which, reassign

router = APIRouter(prefix="/reassign", tags=["people"], responses=REFUSALS)


class Filter(BaseModel):
    """What must fit beside whose steps they are; nothing: all of them."""

    model_config = ConfigDict(extra="forbid")

    procedure: str | None = Field(default=None, max_length=12)
    step: str | None = Field(default=None, max_length=60)
    dossiers: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=2000)


class Reassignment(BaseModel):
    """From whom to whom. `from` null: steps assigned to nobody; `to` null: back to everybody with the role."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: str | None = Field(alias="from", max_length=32)
    to: str | None = Field(max_length=32)
    commune: str | None = Field(default=None, pattern=r"^[0-9]{5}$")
    filter: Filter = Filter()
    even_if_absent: bool = False


@router.post("")
def give_to_another(
    *,
    request: Request,
    command: Reassignment,
    caller: Annotated[Caller, needs(Action.ASSIGN)],
    key: IdempotencyHeader = None,
) -> dict[str, Any]:
    """Each dossier in a transaction of its own; the answer says of each whether it was done, or why not."""
    wanted = command.filter
    which = Which(command.from_, command.commune, wanted.procedure, wanted.step, tuple(wanted.dossiers))
    body = command.model_dump(mode="json", by_alias=True)
    answer = reassign(
        desk_of(request).office,
        which,
        to=command.to,
        even_if_absent=command.even_if_absent,
        actor=caller.actor,
        now=now_of(request),
        idempotency=IdempotencyKey.of(actor=caller.actor.id, route="reassign", key=key, body=body) if key else None,
    )
    results = [one | ({"title": wording_by_name(one["error"])} if "error" in one else {}) for one in answer["results"]]
    return answer | {"results": results}
