"""The course of a rehearsed month: who looks at which dossier when, and what the clock does in between."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dossiers.authority import Actor
from dossiers.errors import DossierError
from dossiers.permitted import Action
from dossiers.work import desk
from dossiers.working_time import add_office_minutes, local_date
from flows.demonstration.forms import documents_for, form_for
from flows.rehearsal.deeds import DESK, NAMED, OFFLINE_REASON, Deed, Seen
from flows.rehearsal.hands import Hands, Sight
from flows.rehearsal.plans import DossierPlan, Intake, Key, plan_one
from flows.rehearsal.script import decide
from flows.rehearsal.setting import Setting
from procedures.calendars import load_calendar
from procedures.communes import commune as commune_of
from procedures.errors import ProcedureError
from procedures.limits import Unit
from procedures.schema import Definition

OFFLINE_HOURS = 3
NEXT_DAY_MINUTES = 8 * 60
OFFLINE_PACE = timedelta(minutes=2)
AFTER_A_REFUSAL = timedelta(hours=4)
MOST_LOOKS = 200
LINKED = "lien-thong"


@dataclass
class _Life:
    plan: DossierPlan
    code: str = ""
    looks: int = 0
    tried: set[str] = field(default_factory=set)
    parts: int = 0


@dataclass
class Stage:
    """One rehearsal. `sweep_every` None: nothing is swept until the end."""

    setting: Setting
    hands: Hands
    sweep_every: timedelta | None = None
    progress: Callable[[datetime], None] = lambda _now: None
    _lives: dict[Key, _Life] = field(default_factory=dict)
    _due: list[tuple[datetime, Key]] = field(default_factory=list)

    def play(self) -> None:
        """From the first arrival to the end of the last day."""
        end = self.setting.wish.ends_at
        for plan in self.setting.plans:
            self._lives[plan.key] = _Life(plan)
            self._push(plan.starts_at, plan.key)
        swept = self.setting.wish.begins_at
        while self._due:
            at, key = heapq.heappop(self._due)
            swept = self._sweep_until(swept, at)
            self.progress(at)
            self._visit(self._lives[key], at)
        self._sweep_until(swept, end)
        self.hands.finish(end)

    def _push(self, at: datetime | None, key: Key) -> None:
        if at is not None and at < self.setting.wish.ends_at:
            heapq.heappush(self._due, (at.replace(microsecond=0), key))

    def _sweep_until(self, swept: datetime, at: datetime) -> datetime:
        if self.sweep_every is None:
            return swept
        while swept + self.sweep_every <= at:
            swept += self.sweep_every
            self.hands.sweep(swept)
        return swept

    def _visit(self, life: _Life, now: datetime) -> None:
        if not life.code:
            self._register(life, now)
            return
        life.looks += 1
        sight = self.hands.look(life.code, now)
        if sight.unrecorded and any(o.kind in ("automatic", "linked") for o in sight.state.open_steps.values()):
            sight = self._caught_up(life, sight, now)
        self._find_parts(life, sight, now)
        seen = Seen(
            life.plan,
            sight.state,
            sight.definition,
            sight.calendar,
            now,
            sight.moved_by_calendar and Action.APPLY_CALENDAR not in life.tried,
            frozenset(life.tried),
        )
        decision = decide(seen)
        if isinstance(decision, Deed):
            self._do(life, decision, sight, now)
        elif decision.at is not None and life.looks < MOST_LOOKS:
            self._push(max(decision.at, now + timedelta(minutes=1)), life.plan.key)

    def _caught_up(self, life: _Life, sight: Sight, now: datetime) -> Sight:
        """The dossier after what the law did was recorded and the machine did its part: people wait for that, too."""
        actor = self._actor(sight, ("receiving_officer", "case_officer", "supervisor"), now)
        if actor is not None:
            self._carry_out(life, Action.APPLY_ELAPSED, {}, actor, now)
        return self.hands.look(life.code, now)

    def _do(self, life: _Life, deed: Deed, sight: Sight, now: datetime) -> None:
        command = dict(deed.command)
        if command.get("assignee") == NAMED:
            case = self.setting.teams[desk(sight.state)].holders(("case_officer",))
            command["assignee"] = life.plan.dice("assignee").choice([p.id for p in case])
        actor = self._actor(sight, deed.roles, now, assignee=deed.assignee, avoid=deed.avoid)
        if actor is None:
            self._push(add_office_minutes(now, NEXT_DAY_MINUTES, sight.calendar), life.plan.key)
            return
        life.tried.add(deed.action)
        following = self._pace(life, sight, now)  # before the deed: what was seen may be the very thing that it moves
        if "occurred_at" in command:
            following = now + OFFLINE_PACE
        if not self._carry_out(life, deed.action, command, actor, now):
            following = now + AFTER_A_REFUSAL
        self._push(following, life.plan.key)

    def _carry_out(self, life: _Life, action: Action, command: dict[str, Any], actor: Actor, now: datetime) -> bool:
        try:
            machine = self.hands.act(life.code, action, command, actor, now)
        except (DossierError, ProcedureError) as refusal:
            reason = f"{action.value}: {type(refusal).__name__}"
            self.hands.counts.refusals[reason] = self.hands.counts.refusals.get(reason, 0) + 1
            return False
        if machine and self._field(life) == LINKED:
            self._find_parts(life, self.hands.look(life.code, now), now)
        return True

    def _find_parts(self, life: _Life, sight: Sight, now: datetime) -> None:
        """Linked dossiers that the machine has opened: from now on somebody looks at them, too."""
        for code in sight.state.linked[life.parts :]:
            life.parts += 1
            key = (*life.plan.key, life.parts)
            part = self.hands.look(code, now)
            plan = plan_one(
                key,
                seed=life.plan.seed,
                definition=part.definition,
                commune=part.state.commune,
                neighbours=(),
                starts_at=now,
                case=part.state.case_id,
            )
            self._lives[key] = _Life(plan, code)
            self._push(add_office_minutes(now, plan.dice("first").randint(20, 400), part.calendar), key)

    def _field(self, life: _Life) -> str:
        return self.setting.catalogue.versions(life.plan.procedure)[0].field

    def _pace(self, life: _Life, sight: Sight, now: datetime) -> datetime:
        limit = sight.state.limit
        quick = limit is not None and limit.unit in (Unit.SAME_DAY, Unit.HOURS)
        dice = life.plan.dice(f"pace {life.looks}")
        return add_office_minutes(now, dice.randint(6, 40) if quick else dice.randint(20, 300), sight.calendar)

    def _actor(self, sight: Sight, roles: tuple[str, ...], now: datetime, **limits: Any) -> Actor | None:
        return self.setting.teams[desk(sight.state)].who(roles, local_date(now), **limits)

    def _register(self, life: _Life, now: datetime) -> None:
        plan, place = life.plan, commune_of(life.plan.commune)
        calendar = load_calendar(province=place.province_code, commune=plan.intake_commune)
        actor = self.setting.teams[plan.intake_commune].who(DESK, local_date(now))
        if actor is None:
            self._push(add_office_minutes(now, NEXT_DAY_MINUTES, calendar), plan.key)
            return
        offline = plan.intake is Intake.OFFLINE
        at = now - timedelta(hours=OFFLINE_HOURS)
        definition = self.setting.catalogue.in_force(plan.procedure, local_date(at), place.province_code)
        command = _submission(plan, definition)
        if offline:
            command |= {"occurred_at": at, "backdating_reason": OFFLINE_REASON}
        life.code = self.hands.register(command, actor, now)
        dice = plan.dice("first")
        first = now + timedelta(minutes=3) if offline else add_office_minutes(now, dice.randint(2, 90), calendar)
        self._push(first, plan.key)


def _submission(plan: DossierPlan, definition: Definition) -> dict[str, Any]:
    number = plan.key[0]
    return {
        "procedure": plan.procedure,
        "commune": plan.commune,
        "intake_commune": plan.intake_commune,
        "channel": plan.channel,
        "applicant": {
            "name": plan.applicant,
            "phone": f"09{number:08d}",
            "email": f"nguoi-nop-{number}@rehearsal.invalid",
            "personal_id_number": f"0380{number:08d}",
        },
        "form": form_for(definition, number),
        "documents": documents_for(definition, None),
    }
