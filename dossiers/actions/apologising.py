"""An apology with a new appointment where the procedure knows no extension: the legal due time stays where it is."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from dossiers.actions.base import Command, Context, Instant, action
from dossiers.duty_errors import ApologyGoesWithExtension, ApologyLimitReached
from dossiers.duty_rules import duty_rules
from dossiers.errors import ExtensionNotLater
from dossiers.events import EventType, FreeText, NewEvent, instant
from dossiers.permitted import Action
from procedures.schema import Definition


class Apologise(Command):
    """Apologise and name a new appointment (form 04). The dossier stays due when it was."""

    until: Instant
    reason: str = Field(min_length=3, max_length=4000)
    apology: str = Field(min_length=3, max_length=4000)


def apologises_alone(definition: Definition) -> bool:
    """Whether an apology comes without an extension, because the procedure has none to give."""
    return definition.extension is None or definition.extension.maximum_times == 0


@action(Action.APOLOGISE, Apologise)
def apologise(ctx: Context, command: Apologise) -> list[NewEvent]:
    """Apologise. `apology_late` records that it came after the last allowed day.

    Source: NĐ 61/2018/NĐ-CP art. 19.9 (once; at least one day before), unverified in NĐ 118/2025.

    Raises:
        ApologyGoesWithExtension: the procedure allows an extension.
        ApologyLimitReached: one was sent already.
        ExtensionNotLater: the new appointment is not later than the one in force, or is past.
    """
    if not apologises_alone(ctx.definition):
        raise ApologyGoesWithExtension(procedure=ctx.definition.code)
    rule, sent = duty_rules().apology, ctx.state.apologies
    if sent >= rule.maximum_times:
        raise ApologyLimitReached(times=sent, allowed=rule.maximum_times)
    due = ctx.reading().due_at
    if command.until <= max(due, ctx.at):
        raise ExtensionNotLater(before=instant(max(due, ctx.at)), after=instant(command.until))
    payload = {
        "reason": FreeText(command.reason),
        "apology": FreeText(command.apology),
        "apology_late": ctx.at > due - timedelta(days=rule.days_before),
        "due_before": instant(due),
        "promised_at": instant(command.until),
    }
    return [NewEvent(EventType.APOLOGY_SENT, payload)]
