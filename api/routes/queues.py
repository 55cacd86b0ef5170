"""What waits for the machine: automatic steps, and messages on their way or of unknown outcome."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import func, select
from sqlmodel import col

from api.auth import Caller
from api.deps import anywhere, desk_of, needs
from api.shapes import REFUSALS
from dossiers.authority import Permission
from dossiers.listing import visible
from dossiers.session import reading
from dossiers.tables import DossierRow, WakeUpRow
from dossiers.wakeups import DONE
from notifications.tables import MessageRow, MessageState

router = APIRouter(prefix="/queues", tags=["queues"], responses=REFUSALS)
Watcher = Annotated[Caller, needs(Permission.VIEW_QUEUES, anywhere)]
Most = Annotated[int, Query(ge=1, le=500)]


@router.get("/wake-ups")
def wake_ups(request: Request, caller: Watcher, limit: Most = 100) -> dict[str, Any]:
    """Automatic steps of your places by state, and those not done yet, oldest first."""
    mine = visible(caller.actor, Permission.VIEW_QUEUES)
    joined = col(WakeUpRow.dossier_id) == col(DossierRow.id)
    with reading(desk_of(request).office.engine) as session:
        counted = select(col(WakeUpRow.state), func.count()).join(DossierRow, joined).where(mine)
        counts = {state: int(n) for state, n in session.execute(counted.group_by(col(WakeUpRow.state)))}
        waiting = select(WakeUpRow).join(DossierRow, joined).where(mine, col(WakeUpRow.state) != DONE)
        rows = list(session.execute(waiting.order_by(col(WakeUpRow.id)).limit(limit)).scalars())
    shown = {"dossier_code", "occurrence", "step", "state", "attempt", "lease_until", "last_error", "created_at"}
    return {"counts": counts, "waiting": [row.model_dump(mode="json", include=shown) for row in rows]}


@router.get("/messages")
def messages(request: Request, caller: Watcher, limit: Most = 100) -> dict[str, Any]:
    """Messages about dossiers of your places by state, and those not accepted yet. No address, no wording."""
    mine = visible(caller.actor, Permission.VIEW_QUEUES)
    joined = col(MessageRow.dossier_id) == col(DossierRow.id)
    with reading(desk_of(request).office.engine) as session:
        counted = select(col(MessageRow.state), func.count()).join(DossierRow, joined).where(mine)
        counts = {state: int(n) for state, n in session.execute(counted.group_by(col(MessageRow.state)))}
        open_ = col(MessageRow.state) != MessageState.ACCEPTED.value
        waiting = select(MessageRow, col(DossierRow.code)).join(DossierRow, joined).where(mine, open_)
        rows = list(session.execute(waiting.order_by(col(MessageRow.id)).limit(limit)))
    shown = {"message_id", "notice", "channel", "state", "attempts", "next_try_at", "last_error", "created_at"}
    return {
        "counts": counts,
        "waiting": [{"dossier": code, **row.model_dump(mode="json", include=shown)} for row, code in rows],
    }
