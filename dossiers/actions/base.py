"""What an action is given, and the shape of its command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from dossiers.authority import Actor
from dossiers.clock import ClockReading, add_limit, read_clock
from dossiers.errors import HeldBySomeoneElse, NoAuthority, SignerIsCaseOfficer, StepNotOpen
from dossiers.events import NewEvent
from dossiers.permitted import Action
from dossiers.reading import clock_history
from dossiers.states import DossierState, OpenStep
from procedures.calendars import Calendar
from procedures.limits import Unit
from procedures.schema import Definition, MaximumPause
from procedures.steps import Kind, Step, StepLimit


def _of_our_time(at: datetime) -> datetime:
    if not EARLIEST_YEAR <= at.year < LATEST_YEAR:
        raise ValueError(f"a year from {EARLIEST_YEAR} to {LATEST_YEAR - 1}")
    return at


EARLIEST_YEAR, LATEST_YEAR = 2000, 2200
Instant = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
"""An aware instant of our time: nothing that leaves the calendar in another time zone."""


class Command(BaseModel):
    """What every command may say beside its own fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    occurred_at: Instant | None = Field(default=None, description="Legal time; absent: now.")
    backdating_reason: str | None = Field(default=None, max_length=1000, description="Needed with occurred_at.")


@dataclass(frozen=True, slots=True)
class Context:
    """All that an action may look at. `at` is the legal moment of the action, `now` the moment of recording."""

    state: DossierState
    definition: Definition
    calendar: Calendar
    now: datetime
    at: datetime
    actor: Actor
    roles: frozenset[str]
    """Roles that the actor holds where the dossier is."""
    newest: Calendar
    """The calendar installed now for the place of the dossier; `calendar` is the one that the dossier is bound to."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What only the store can know, e.g. the codes of linked dossiers to open."""

    def add_limit(self, start: datetime, limit: StepLimit | MaximumPause) -> datetime:
        """The instant at which a small limit that starts at `start` is over (end of the last day for day units)."""
        return add_limit(start, limit.amount, Unit(limit.unit), self.calendar)

    def reading(self) -> ClockReading:
        """The clock of the dossier at the moment of the action."""
        if self.state.limit is None:
            raise StepNotOpen(dossier=self.state.code)
        return read_clock(self.state.limit, clock_history(self.state), self.calendar, now=self.at)


Decide = Callable[[Context, Any], list[NewEvent]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One action: the shape of its command and the pure function that decides its events."""

    action: Action
    command: type[Command]
    decide: Decide


RULES: dict[Action, Rule] = {}


def action(name: Action, command: type[Command]) -> Callable[[Decide], Decide]:
    """Enter a deciding function into the table of actions."""

    def register(decide: Decide) -> Decide:
        RULES[name] = Rule(name, command, decide)
        return decide

    return register


def open_step(ctx: Context, occurrence: int) -> tuple[OpenStep, Step]:
    """The open step of that occurrence and its definition.

    Raises:
        StepNotOpen: it is not open (any more).
    """
    found = ctx.state.open_steps.get(occurrence)
    if found is None:
        raise StepNotOpen(
            dossier=ctx.state.code,
            occurrence=occurrence,
            open=[f"{o.occurrence}:{o.step}" for o in ctx.state.open_steps.values()],
        )
    return found, ctx.definition.step(found.step)


def check_holder(ctx: Context, found: OpenStep, step: Step) -> None:
    """Nothing, when the actor may finish that step now.

    Raises:
        NoAuthority: the step needs another role.
        HeldBySomeoneElse: it is assigned to somebody else for whom the actor does not stand in now.
        SignerIsCaseOfficer: the signatory appraised the dossier, and the commune is not exempt.
    """
    if ctx.actor.is_system:
        return
    if step.kind in (Kind.AUTOMATIC, Kind.LINKED):
        raise NoAuthority(action=step.id, role="system", actor=ctx.actor.id)
    if step.role and step.role.value not in ctx.roles:
        raise NoAuthority(action=step.id, role=step.role.value, actor=ctx.actor.id)
    stands_in = found.assignee in ctx.facts.get("stands_in_for", ())
    if found.assignee and found.assignee != ctx.actor.id and not stands_in:
        raise HeldBySomeoneElse(step=step.id, holder=found.assignee)
    signs = step.role is not None and step.role.value == "signatory"
    differs = ctx.definition.signer_differs_from_case_officer and not ctx.facts.get("signer_exemption")
    if signs and differs and ctx.actor.id in ctx.state.case_officers():
        raise SignerIsCaseOfficer(step=step.id, actor=ctx.actor.id)


def plain(amount: Decimal) -> str:
    """A decimal in its shortest plain spelling, as payloads write it."""
    return format(amount.normalize(), "f")
