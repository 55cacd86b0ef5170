"""What the demonstration will do, decided from a seed alone: which dossier takes which path, where and when."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from procedures.schema import Definition
from procedures.steps import Act, Kind

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
PROCEDURES = (
    "1.001193",
    "1.000656",
    "1.004873",
    "2.000635",
    "1.115520",
    "1.115516",
    "1.115453",
    "1.013225",
    "1.013227",
)
"""The procedures of the demonstration: civil status, land and construction."""
FIRST_NAMES = ("An", "Bình", "Chi", "Dung", "Hà", "Hùng", "Lan", "Minh", "Nga", "Phúc", "Quang", "Sơn", "Thảo", "Vân")
FAMILY_NAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Lò", "Vi", "Nông", "Triệu", "Hà", "Bế", "Lương")
MIDDLE_NAMES = ("Văn", "Thị", "Đức", "Ngọc", "Minh")


class Path(StrEnum):
    """The ways that the demonstration takes dossiers through."""

    ON_TIME = "on_time"
    LATE = "late"
    SUPPLEMENTED_AT_INTAKE = "supplemented_at_intake"
    SUPPLEMENTED = "supplemented"
    PAUSED = "paused"
    EXTENDED = "extended"
    REFUSED = "refused"
    DEEMED = "deemed"
    FORWARDED = "forwarded"
    WITHDRAWN = "withdrawn"
    STILL_OPEN = "still_open"


WEIGHTS = {
    Path.ON_TIME: 40,
    Path.LATE: 8,
    Path.SUPPLEMENTED_AT_INTAKE: 6,
    Path.SUPPLEMENTED: 8,
    Path.PAUSED: 8,
    Path.EXTENDED: 6,
    Path.REFUSED: 6,
    Path.DEEMED: 8,
    Path.FORWARDED: 6,
    Path.WITHDRAWN: 2,
    Path.STILL_OPEN: 10,
}


@dataclass(frozen=True, slots=True)
class DossierPlan:
    """One dossier to be. `starts_at` is when it comes in, in working hours."""

    number: int
    procedure: str
    commune: str
    intake_commune: str
    path: Path
    channel: str
    applicant: str
    starts_at: datetime
    hour_between: float
    """Hours between two actions of the office."""


def plan(
    definitions: Sequence[Definition], communes: dict[str, str], *, dossiers: int, seed: int, now: datetime
) -> list[DossierPlan]:
    """Plans for so many dossiers; the same seed and day give the same plans.

    Args:
        definitions: procedures in force.
        communes: commune code → province code of the demonstration.
        dossiers: how many.
        seed: of the random numbers.
        now: the demonstration lies in the ninety days before it.
    """
    dice = random.Random(seed)
    every = [(d, p) for d in definitions for p in Path if fits(d, p) and _places(d, communes)]
    first: list[tuple[Definition, Path]] = []
    for path in Path:  # each path at least once, then by weight
        able = [pair for pair in every if pair[1] is path]
        if able:
            first.append(dice.choice(able))
    weights = [WEIGHTS[p] for _, p in every]
    chosen = (first + dice.choices(every, weights, k=dossiers))[:dossiers]
    return [_one(dice, number, d, p, communes, now) for number, (d, p) in enumerate(chosen, start=1)]


def fits(definition: Definition, path: Path) -> bool:
    """Whether a procedure knows that path."""
    if path is Path.DEEMED:
        return any(s.kind is Kind.CONSULTATION and s.on_silence for s in definition.steps)
    if path is Path.PAUSED:
        return any(p.on_resume == "continue" for p in definition.pauses)
    if path is Path.EXTENDED:
        return definition.extension is not None
    if path is Path.SUPPLEMENTED:
        return definition.supplement is not None
    if path is Path.REFUSED:
        return any(s.does is Act.REFUSE for s in definition.steps)
    return True


def _places(definition: Definition, communes: dict[str, str]) -> list[str]:
    return sorted(c for c, province in communes.items() if definition.scope.covers(province))


def _one(
    dice: random.Random, number: int, definition: Definition, path: Path, communes: dict[str, str], now: datetime
) -> DossierPlan:
    places = _places(definition, communes)
    if path is Path.FORWARDED:
        places = [c for c in places if _neighbours(c, places, communes)] or places
    commune = dice.choice(places)
    others = _neighbours(commune, places, communes)
    intake = dice.choice(others) if path is Path.FORWARDED and others else commune
    days_ago = dice.randint(1, 6) if path is Path.STILL_OPEN else dice.randint(45, 90)
    name = " ".join((dice.choice(FAMILY_NAMES), dice.choice(MIDDLE_NAMES), dice.choice(FIRST_NAMES)))
    return DossierPlan(
        number=number,
        procedure=definition.code,
        commune=commune,
        intake_commune=intake,
        path=path,
        channel=dice.choices(("direct", "online", "postal"), (6, 3, 1))[0],
        applicant=f"{name} (DEMO)",
        starts_at=_working_hour(dice, now - timedelta(days=days_ago)),
        hour_between=dice.choice((0.25, 0.5, 1, 2)),
    )


def _neighbours(commune: str, places: Sequence[str], communes: dict[str, str]) -> list[str]:
    return [c for c in places if c != commune and communes[c] == communes[commune]]


def _working_hour(dice: random.Random, day: datetime) -> datetime:
    local = day.astimezone(VIETNAM).replace(
        hour=dice.randint(7, 10), minute=dice.randint(0, 59), second=0, microsecond=0
    )
    while local.weekday() > 4:  # noqa: PLR2004 - Saturday and Sunday
        local -= timedelta(days=1)
    return local


def away_from(definition: Definition, goals: Iterable[str]) -> dict[str, int]:
    """How many steps each step is away from the nearest goal; steps that never get there are missing."""
    away = dict.fromkeys(goals, 0)
    changed = True
    while changed:
        changed = False
        for step in definition.steps:
            ahead = [away[t] + 1 for t in step.all_targets() if t in away]
            if ahead and min(ahead) < away.get(step.id, len(definition.steps) + 1):
                away[step.id] = min(ahead)
                changed = True
    return away


def goals(definition: Definition, path: Path, passed: Sequence[str]) -> list[str]:
    """The steps that a path wants to reach next, given those it has passed."""
    if path is Path.REFUSED:
        return [s.id for s in definition.steps if s.does is Act.REFUSE]
    silent = [s.id for s in definition.steps if s.kind is Kind.CONSULTATION and s.on_silence]
    if path is Path.DEEMED and not set(silent) & set(passed):
        return silent
    return [s.id for s in definition.steps if s.does is Act.ISSUE_RESULT]


def outcome_towards(definition: Definition, step_id: str, goal: dict[str, int]) -> str | None:
    """The outcome of a step that comes nearest to a goal, or None when no outcome does."""
    step = definition.step(step_id)
    best: tuple[int, str] | None = None
    for outcome in step.outcomes:
        distances = [goal[t] for t in step.targets(outcome) if t in goal]
        if distances and (best is None or min(distances) < best[0]):
            best = (min(distances), outcome)
    return best[1] if best else None
