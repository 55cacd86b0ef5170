"""Stopping a dossier on a legal ground (form 05) takes two persons: one proposes, another confirms or declines."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from dossiers.actions.base import Command, Context, action
from dossiers.duty_errors import SecondPersonNeeded, StopAlreadyProposed, StopNotProposed
from dossiers.events import EventType, FreeText, NewEvent
from dossiers.permitted import Action
from dossiers.states import StopProposal


class ProposeStop(Command):
    """Propose to stop the dossier, with the reason and its ground in law."""

    reason: str = Field(min_length=3, max_length=4000)
    legal_ground: str = Field(min_length=3, max_length=500)


class DeclineStop(Command):
    """Let the dossier go on; the proposal is closed."""

    reason: str = Field(min_length=3, max_length=4000)
    proposal: int | None = Field(default=None, ge=1, description="Revision of the proposal that you have seen.")


class Stop(Command):
    """Stop the dossier as another person proposed; reason and ground are those of the proposal."""

    proposal: int | None = Field(default=None, ge=1, description="Revision of the proposal that you have seen.")
    remark: str | None = Field(default=None, max_length=4000)


@action(Action.PROPOSE_STOP, ProposeStop)
def propose_stop(ctx: Context, command: ProposeStop) -> list[NewEvent]:
    """Propose; the clock goes on meanwhile.

    Raises:
        StopAlreadyProposed: a proposal waits already.
    """
    waiting = ctx.state.stop_proposal
    if waiting is not None:
        raise StopAlreadyProposed(dossier=ctx.state.code, proposal=waiting.revision, by=waiting.by)
    payload = {"reason": FreeText(command.reason), "legal_ground": FreeText(command.legal_ground)}
    return [NewEvent(EventType.STOP_PROPOSED, payload)]


@action(Action.DECLINE_STOP, DeclineStop)
def decline_stop(ctx: Context, command: DeclineStop) -> list[NewEvent]:
    """Close the proposal. Who made it may take it back this way.

    Raises:
        StopNotProposed: there is none, or not that one.
    """
    found = _proposal(ctx, command.proposal)
    return [NewEvent(EventType.STOP_DECLINED, {"proposal": found.revision, "reason": FreeText(command.reason)})]


@action(Action.STOP, Stop)
def stop(ctx: Context, command: Stop) -> list[NewEvent]:
    """End on the legal ground proposed. The event refers to the very texts of the proposal.

    Raises:
        StopNotProposed: nobody proposed it, or the proposal is another one.
        SecondPersonNeeded: the actor proposed it.
    """
    found = _proposal(ctx, command.proposal)
    if found.by == ctx.actor.id:
        raise SecondPersonNeeded(dossier=ctx.state.code, proposed_by=found.by)
    payload: dict[str, Any] = {
        "proposal": found.revision,
        "reason": found.reason,
        "legal_ground": found.legal_ground,
    }
    if command.remark:
        payload["remark"] = FreeText(command.remark)
    return [NewEvent(EventType.DOSSIER_STOPPED, payload)]


def _proposal(ctx: Context, seen: int | None) -> StopProposal:
    found = ctx.state.stop_proposal
    if found is None or (seen is not None and seen != found.revision):
        raise StopNotProposed(dossier=ctx.state.code, proposal=seen, open=found.revision if found else None)
    return found
