"""What is checked of a command before a rule decides anything: its shape, its legal moment, and what its sender saw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from dossiers.actions.base import RULES, Command
from dossiers.errors import (
    BackdatingNeedsReason,
    BeforePreviousEvent,
    InTheFuture,
    MalformedCommand,
    StaleRevision,
    UnknownAction,
)
from dossiers.events import instant
from dossiers.permitted import Action
from dossiers.states import DossierState


def parse(action: Action | str, command: Command | Mapping[str, Any]) -> tuple[Action, Command]:
    """The action and its validated command.

    Raises:
        UnknownAction: there is none of that name.
        MalformedCommand: the command has not the shape that it needs; `problems` lists field and reason.
    """
    try:
        name = Action(action)
        rule = RULES[name]
    except (ValueError, KeyError):
        raise UnknownAction(action=str(action), known=sorted(a.value for a in RULES)) from None
    if isinstance(command, Command):
        return name, command
    try:
        return name, rule.command.model_validate(command)
    except ValidationError as error:
        problems = [{"field": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        raise MalformedCommand(problems=problems) from None


def legal_moment(command: Command, state: DossierState, now: datetime) -> datetime:
    """When the action counts as done: now, or the moment given with a reason.

    Raises:
        InTheFuture, BackdatingNeedsReason, BeforePreviousEvent: the moment given cannot be.
    """
    given, last = command.occurred_at, state.last_occurred_at
    if given is None:
        return max(now, last) if last else now
    if given > now:
        raise InTheFuture(given=instant(given), now=instant(now))
    if given < now and not command.backdating_reason:
        raise BackdatingNeedsReason(given=instant(given))
    if last and given < last:
        raise BeforePreviousEvent(given=instant(given), previous=instant(last))
    return given


def refuse_stale(state: DossierState, expected: int | None) -> None:
    """Nothing, when nobody changed since that revision what anybody may do with the dossier.

    Raises:
        StaleRevision: somebody did; it says how the dossier stands and who holds it now.
    """
    if expected is None or state.moved_revision <= expected <= state.revision:
        return
    raise StaleRevision(
        dossier=state.code,
        expected=expected,
        actual=state.revision,
        status=state.status.value,
        held_by=[o.assignee or o.role or "system" for o in state.open_steps.values()],
    )
