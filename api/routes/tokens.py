"""API tokens of the one who asks. No token can make another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Caller, create_token, revoke_token, tokens_of
from api.deps import desk_of, needs, now_of
from api.shapes import REFUSALS
from dossiers.authority import Permission
from dossiers.personal_tables import ApiTokenRow
from dossiers.session import reading, writing

router = APIRouter(prefix="/tokens", tags=["tokens"], responses=REFUSALS)
Holder = Annotated[Caller, needs(Permission.MANAGE_TOKENS)]
Scope = Literal["read", "act", "figures"]


class NewToken(BaseModel):
    """What a token is for, what it may do and for how long."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=100)
    scopes: list[Scope] = Field(min_length=1, max_length=3)
    days: int = Field(default=90, ge=1, le=366)


class TokenShape(BaseModel):
    """A token without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class MadeToken(TokenShape):
    """A token just made; its secret is shown only now."""

    token: str


@router.get("")
def list_tokens(request: Request, caller: Holder) -> list[TokenShape]:
    """Your tokens, newest first."""
    with reading(desk_of(request).office.engine) as session:
        return [_shape(row) for row in tokens_of(session, caller.actor.id)]


@router.post("", status_code=201)
def make_token(request: Request, new: NewToken, caller: Holder) -> MadeToken:
    """Make a token; keep it, it is not shown again."""
    with writing(desk_of(request).office.engine) as session:
        row, token = create_token(
            session,
            staff_id=caller.actor.id,
            name=new.name,
            scopes=new.scopes,
            now=now_of(request),
            lasts=timedelta(days=new.days),
        )
        return MadeToken(**_shape(row).model_dump(), token=token)


@router.delete("/{token_id}", status_code=204)
def end_token(request: Request, token_id: Annotated[str, Path(max_length=32)], caller: Holder) -> None:
    """Revoke a token; it stops working at once."""
    with writing(desk_of(request).office.engine) as session:
        revoke_token(session, staff_id=caller.actor.id, token_id=token_id, now=now_of(request))


def _shape(row: ApiTokenRow) -> TokenShape:
    return TokenShape(
        id=row.id,
        name=row.name,
        scopes=row.scopes.split(),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
