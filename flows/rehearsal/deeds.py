"""What a rehearsed person sees and can do: the words in which the script speaks. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dossiers.permitted import Action
from dossiers.states import DossierState
from dossiers.working_time import add_office_minutes
from flows.rehearsal.plans import Applicant, DossierPlan, Intake
from procedures.calendars import Calendar
from procedures.schema import Definition

DESK = ("receiving_officer", "supervisor")
CASE = ("case_officer",)
SIGNER = ("signatory",)
SUPERVISOR = ("supervisor", "signatory")
OFFLINE_REASON = "Mất mạng, ghi sổ giấy (diễn tập)"


@dataclass(frozen=True, slots=True)
class Seen:
    """A dossier as somebody finds it on the desk. `tried`: what was done or refused before."""

    plan: DossierPlan
    state: DossierState
    definition: Definition
    calendar: Calendar
    """The calendar in force at the desk."""
    now: datetime
    moved_by_calendar: bool
    tried: frozenset[str] = frozenset()

    def after(self, since: datetime, what: object, low_hours: float, high_hours: float) -> datetime:
        """Some hours of office time after a moment, thrown once for each purpose."""
        hours = self.plan.dice(what).uniform(low_hours, high_hours)
        return add_office_minutes(since, max(1, round(hours * 60)), self.calendar)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does: the roles that may, whose step it is, and who must not be the one."""

    action: Action
    command: dict[str, Any]
    roles: tuple[str, ...]
    assignee: str | None = None
    avoid: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Later:
    """Nobody does anything before that moment; None: never again, unless something happens."""

    at: datetime | None


Decision = Deed | Later | None
"""None: this rule has nothing to say."""


NAMED = "the officer of the plan"
"""Stands for the case officer of the team whom the dossier's dice choose."""


def backdated(seen: Seen, minutes: int) -> dict[str, Any]:
    """What a command says that is recorded later than it was done, where the plan has it so."""
    timers = seen.state.open_consultations or seen.state.open_supplement or seen.state.open_pauses
    if seen.plan.intake is not Intake.OFFLINE or seen.plan.parent or timers:
        return {}
    at = max(seen.now - timedelta(minutes=minutes), seen.state.last_occurred_at or seen.plan.starts_at)
    return {"occurred_at": at, "backdating_reason": OFFLINE_REASON} if at < seen.now else {}


def paid(seen: Seen) -> Deed | None:
    """The next fee is paid, or owed by nobody; None: nothing is left to pay."""
    settled = {p.fee for p in seen.state.payments if not p.voided}
    fee = next((f for f in seen.definition.fees if f.amount_vnd != 0 and f.id not in settled), None)
    if fee is None:
        return None
    if seen.plan.answers is Applicant.EXEMPT:
        return Deed(Action.RECORD_EXEMPTION, {"fee": fee.id, "ground": "Hộ nghèo (diễn tập)"}, DESK)
    payment = {
        "fee": fee.id,
        "amount_vnd": int(fee.amount_vnd or 1000),
        "how": "cash",
        "receipt": f"{seen.plan.key[0]}",
    }
    return Deed(Action.RECORD_PAYMENT, payment, DESK)
