"""What happens to a linked dossier because something happened to the one that opened it. Pure.

A group that is withdrawn, refused or stopped takes its unfinished parts with it: without the registration of the birth
there is nothing for the other bodies to go on with. A part is *stopped*, never refused, by what befell the group: who
did not decide refuses nothing. A result that was issued stays. Taken up again, the group takes back exactly the parts
that ended with it.
"""

from __future__ import annotations

from typing import Any

from dossiers.actions.base import Context
from dossiers.actions.ending import taken_up_at
from dossiers.events import Event, EventType, NewEvent
from dossiers.states import BEFORE_ACCEPTANCE, ENDED, RUNNING

ENDS_WITH = {
    EventType.DOSSIER_WITHDRAWN: (EventType.DOSSIER_WITHDRAWN, "parent_withdrawn"),
    EventType.DOSSIER_REFUSED: (EventType.DOSSIER_STOPPED, "parent_refused"),
    EventType.DOSSIER_STOPPED: (EventType.DOSSIER_STOPPED, "parent_stopped"),
}
"""How a part ends when its group did, and what is given as the cause."""
BECAUSE_OF_PARENT = frozenset(because for _, because in ENDS_WITH.values())
FOLLOWED = frozenset({*ENDS_WITH, EventType.DOSSIER_REOPENED, EventType.CORRECTION_MADE})
"""What has to be told to the parts of a group."""
UNFINISHED = BEFORE_ACCEPTANCE | RUNNING


def followed(ctx: Context, cause: Event) -> list[NewEvent]:
    """What the cause, an event of the parent, does to the linked dossier of the context; often nothing.

    `ctx.facts["common_documents"]` names the documents that both procedures know.
    """
    if cause.type in ENDS_WITH:
        return _ended(ctx, cause)
    if cause.type is EventType.DOSSIER_REOPENED:
        return _taken_up(ctx, cause)
    return _corrected(ctx, cause)


def _because(ctx: Context, cause: Event, word: str) -> dict[str, Any]:
    return {"because": word, "parent": ctx.state.parent, "parent_revision": cause.revision}


def _ended(ctx: Context, cause: Event) -> list[NewEvent]:
    if ctx.state.status not in UNFINISHED:
        return []
    ended, word = ENDS_WITH[cause.type]
    return [NewEvent(ended, _because(ctx, cause, word))]


def _taken_up(ctx: Context, cause: Event) -> list[NewEvent]:
    if ctx.state.status not in ENDED or ctx.state.ended_because not in BECAUSE_OF_PARENT:
        return []
    payload = _because(ctx, cause, "parent_reopened") | {"whose": cause.payload["whose"]}
    return [NewEvent(EventType.DOSSIER_REOPENED, payload | taken_up_at(ctx))]


def _corrected(ctx: Context, cause: Event) -> list[NewEvent]:
    what, value = cause.payload["what"], cause.payload.get("value")
    if what == "channel" and value != ctx.state.channel:
        right: Any = value
    elif what == "documents":
        common: frozenset[str] = ctx.facts["common_documents"]
        own = {k: v for k, v in ctx.state.documents.items() if k not in common}
        right = own | {k: v for k, v in (value or {}).items() if k in common}
        if right == ctx.state.documents:
            return []
    else:  # an official code, the start of a clock and a payment belong to one dossier alone
        return []
    payload = _because(ctx, cause, "parent_corrected") | {"corrects": 1, "what": what, "value": right}
    return [NewEvent(EventType.CORRECTION_MADE, payload)]
