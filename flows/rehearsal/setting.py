"""The setting of a rehearsal: communes, calendars, people and the dossiers to come, all from one seed. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from dossiers.working_time import add_office_minutes, from_local, next_opening, office_time
from flows.rehearsal.plans import DossierPlan, plan_one, thrown_procedure
from flows.rehearsal.team import Team, team_of
from procedures.calendars import Calendar, day_from_number, day_number, load_calendar
from procedures.catalogue import Catalogue, load_catalogue, load_fields
from procedures.communes import communes_of
from procedures.schema import Definition
from procedures.steps import Act, Kind

HOME = "38"
PROVINCES = (HOME, HOME, HOME, "24", HOME, "48")
"""Where the communes lie, in turn: Thanh Hoá, whose land procedures are declared, Bắc Ninh and Đà Nẵng."""
INTERNAL_LIMIT_HOURS = Decimal(6)
MOST_COMMUNES = 60
STORM = """
documents: [{{id: storm, document: Công điện diễn tập về bão (không có thật)}}]
days:
"""
STORM_DAY = (
    "  - {{date: {day}, kind: local_closure, names: {{vi: Bão (diễn tập), en: Storm (rehearsal)}}, "
    "where: {{communes: [{communes}]}}, source: [storm]}}\n"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be rehearsed. `per_day`: dossiers that come in on a working day in each commune."""

    communes: int
    days: int
    seed: int
    start: date
    per_day: int

    @property
    def begins_at(self) -> datetime:
        """Midnight (Vietnam) of the first day."""
        return from_local(day_number(self.start) * 86_400_000_000)

    @property
    def ends_at(self) -> datetime:
        """Midnight (Vietnam) after the last day."""
        return self.begins_at + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Storm:
    """A local closure, decided on the morning of its first day."""

    days: tuple[date, ...]
    communes: tuple[str, ...]

    @property
    def decided_at(self) -> datetime:
        """When the closure is decided, and the calendar file with it installed."""
        return from_local(day_number(self.days[0]) * 86_400_000_000 + 6 * 3_600_000_000)

    @property
    def file(self) -> str:
        """The calendar file."""
        communes = ", ".join(f"'{c}'" for c in self.communes)
        return STORM.format() + "".join(STORM_DAY.format(day=day, communes=communes) for day in self.days)


@dataclass(frozen=True)
class Setting:
    """Everything that is fixed before the first dossier comes in."""

    wish: Wish
    catalogue: Catalogue
    teams: dict[str, Team]
    storm: Storm | None
    plans: tuple[DossierPlan, ...]


def setting_of(wish: Wish) -> Setting:
    """The setting of a wish: equal wishes have equal settings."""
    catalogue = rehearsed_catalogue()
    places = _communes(wish)
    teams = {
        commune: team_of(commune, province, number=n, seed=wish.seed, start=wish.start, days=wish.days)
        for n, (commune, province) in enumerate(places)
    }
    storm = _storm(wish, [c for c, province in places if province == HOME])
    plans: list[DossierPlan] = []
    for commune, province in places:
        neighbours = [c for c, p in places if p == province and c != commune]
        for starts_at in _arrivals(wish, commune, load_calendar(province=province, commune=commune), storm):
            key = (len(plans) + 1,)
            dice = random.Random(f"{wish.seed}/{key}/procedure")
            found = thrown_procedure(dice, catalogue, province=province, at=starts_at)
            plans.append(
                plan_one(
                    key,
                    seed=wish.seed,
                    definition=found,
                    commune=commune,
                    neighbours=neighbours,
                    starts_at=starts_at,
                )
            )
    return Setting(wish, catalogue, teams, storm, tuple(plans))


def rehearsed_catalogue() -> Catalogue:
    """The built-in procedures; steps of case officers get an internal limit, so that steps can be late, too."""
    built_in = load_catalogue()
    return Catalogue.of(tuple(_with_limits(d) for d in built_in.definitions), load_fields())


def _with_limits(definition: Definition) -> Definition:
    steps = tuple(
        s.model_copy(update={"limit_hours": INTERNAL_LIMIT_HOURS})
        if s.kind is Kind.HUMAN and s.limit_hours is None and s.does is not Act.HAND_OVER and s.role == "case_officer"
        else s
        for s in definition.steps
    )
    return definition.model_copy(update={"steps": steps})


def _communes(wish: Wish) -> list[tuple[str, str]]:
    dice = random.Random(f"{wish.seed}/communes")
    rest = {p: dice.sample([c.code for c in communes_of(p)], MOST_COMMUNES) for p in sorted(set(PROVINCES))}
    return [
        (rest[province].pop(), province) for province in (PROVINCES[n % len(PROVINCES)] for n in range(wish.communes))
    ]


def _storm(wish: Wish, communes: list[str]) -> Storm | None:
    """Two working days at about three fifths of the time, in the first half of the home province's communes."""
    calendar = load_calendar(province=HOME, commune=None)
    nth = calendar.working_days_before(day_number(wish.start) + wish.days * 3 // 5)
    days = tuple(day_from_number(calendar.nth_working_day(nth + further)) for further in (0, 1))
    if days[-1] >= wish.start + timedelta(days=wish.days):
        return None
    return Storm(days, tuple(communes[: (len(communes) + 1) // 2]))


def _arrivals(wish: Wish, commune: str, calendar: Calendar, storm: Storm | None) -> list[datetime]:
    found: list[datetime] = []
    dice = random.Random(f"{wish.seed}/arrivals/{commune}")
    office = office_time(calendar)
    for offset in range(wish.days):
        day = wish.start + timedelta(days=offset)
        closed = storm is not None and day in storm.days and commune in storm.communes
        if not office.is_working(day_number(day)) or closed:
            continue
        opening = next_opening(from_local(day_number(day) * 86_400_000_000), calendar)
        found += sorted(
            add_office_minutes(opening, dice.randint(1, 450), calendar) + timedelta(seconds=dice.randint(0, 59))
            for _ in range(wish.per_day)
        )
    return found
