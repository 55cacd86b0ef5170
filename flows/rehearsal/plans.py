"""What becomes of each rehearsed dossier, thrown by dice from a seed before anything happens. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from flows.demonstration.plans import FAMILY_NAMES, FIRST_NAMES, MIDDLE_NAMES, away_from
from procedures.catalogue import Catalogue
from procedures.schema import Definition
from procedures.steps import Kind

T = TypeVar("T")
Key = tuple[int, ...]
"""A dossier of the rehearsal: its number, and for a part of a linked group the number of the part."""

WEIGHTED: tuple[tuple[int, tuple[str, ...]], ...] = (
    (50, ("1.001193", "1.000656", "1.000894", "1.004873", "2.000635", "1.004884", "1.001022", "2.000779")),
    (16, ("1.013225", "1.013227", "1.013229")),
    (20, ("1.115492", "1.115493", "1.115494", "1.115519", "1.115520", "1.115537", "1.115453")),
    (10, ("3.000722", "2.002913", "2.000986", "2.001023")),
    (4, ("2.000884", "2.001263")),
)
"""Procedures with their weights: civil status, construction, land, linked groups, the rest."""


class Intake(StrEnum):
    """What happens before the acceptance."""

    PLAIN = "plain"
    IGNORED = "ignored"
    """Nobody looks at it for days."""
    SUPPLEMENTED = "supplemented"
    NEVER_COMPLETED = "never_completed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FORWARDED = "forwarded"
    OFFLINE = "offline"
    """Written on paper while the line was down, and recorded hours later."""


class Course(StrEnum):
    """What happens while it is worked on."""

    PLAIN = "plain"
    SLOW = "slow"
    """One officer lets it lie."""
    STUCK = "stuck"
    """Nobody goes on with it."""
    SUPPLEMENTED = "supplemented"
    NEVER_COMPLETED = "never_completed"
    PAUSED = "paused"
    PAUSED_FOR_EVER = "paused_for_ever"
    EXTENDED = "extended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    STOP_DECLINED = "stop_declined"
    RETURNED = "returned"
    CORRECTED = "corrected"


class Body(StrEnum):
    """How a consulted body behaves."""

    ANSWERS = "answers"
    OBJECTS = "objects"
    SILENT = "silent"
    TOO_LATE = "too_late"


class Applicant(StrEnum):
    """How the applicant behaves where something waits for them."""

    PROMPT = "prompt"
    SILENT = "silent"
    EXEMPT = "exempt"


INTAKES = {
    Intake.PLAIN: 66,
    Intake.IGNORED: 7,
    Intake.SUPPLEMENTED: 7,
    Intake.NEVER_COMPLETED: 5,
    Intake.REFUSED: 2,
    Intake.WITHDRAWN: 2,
    Intake.FORWARDED: 6,
    Intake.OFFLINE: 5,
}
COURSES = {
    Course.PLAIN: 46,
    Course.SLOW: 12,
    Course.STUCK: 5,
    Course.SUPPLEMENTED: 6,
    Course.NEVER_COMPLETED: 5,
    Course.PAUSED: 5,
    Course.PAUSED_FOR_EVER: 4,
    Course.EXTENDED: 4,
    Course.REFUSED: 3,
    Course.WITHDRAWN: 2,
    Course.STOPPED: 2,
    Course.STOP_DECLINED: 2,
    Course.RETURNED: 2,
    Course.CORRECTED: 2,
}
BODIES = {Body.ANSWERS: 40, Body.OBJECTS: 5, Body.SILENT: 40, Body.TOO_LATE: 15}
APPLICANTS = {Applicant.PROMPT: 70, Applicant.SILENT: 20, Applicant.EXEMPT: 10}

ASSIGNED, REOPENED, COLLECTED, BY_THE_LONG_WAY = 0.3, 0.04, 0.85, 0.6


@dataclass(frozen=True, slots=True)
class DossierPlan:
    """One dossier to be. Times are hours of office time."""

    key: Key
    seed: int
    procedure: str
    commune: str
    intake_commune: str
    channel: str
    applicant: str
    starts_at: datetime
    intake: Intake
    course: Course
    body: Body
    answers: Applicant
    via: str | None
    """A step by which it has to go, so that waits and consultations occur more often than by the shortest way."""
    assigned: bool
    """Whether a supervisor names the case officer."""
    reopened: bool
    collected: bool

    @property
    def parent(self) -> Key | None:
        """The linked group that it is a part of."""
        return self.key[:-1] or None

    def dice(self, what: object) -> random.Random:
        """Dice of this dossier for one purpose: the same throw whenever it is asked."""
        return random.Random(f"{self.seed}/{self.key}/{what}")


def plan_one(
    key: Key,
    *,
    seed: int,
    definition: Definition,
    commune: str,
    neighbours: Sequence[str],
    starts_at: datetime,
    case: str | None = None,
) -> DossierPlan:
    """The plan of one dossier; a part of a linked group is taken in where the group is."""
    dice = random.Random(f"{seed}/{key}")
    name = " ".join((dice.choice(FAMILY_NAMES), dice.choice(MIDDLE_NAMES), dice.choice(FIRST_NAMES)))
    intake = _thrown(dice, INTAKES)
    part = len(key) > 1
    if part and intake in (Intake.FORWARDED, Intake.OFFLINE, Intake.WITHDRAWN):
        intake = Intake.PLAIN
    if intake is Intake.FORWARDED and not neighbours:
        intake = Intake.PLAIN
    return DossierPlan(
        key=key,
        seed=seed,
        procedure=definition.code,
        commune=commune,
        intake_commune=dice.choice(neighbours) if intake is Intake.FORWARDED else commune,
        channel=dice.choices(("direct", "online", "postal"), (6, 3, 1))[0],
        applicant=f"{name} (REHEARSAL)",
        starts_at=starts_at,
        intake=intake,
        course=_thrown(dice, COURSES),
        body=_thrown(dice, BODIES),
        answers=_thrown(dice, APPLICANTS),
        via=_via(dice, definition, case),
        assigned=dice.random() < ASSIGNED,
        reopened=dice.random() < REOPENED and not part,
        collected=dice.random() < COLLECTED,
    )


def thrown_procedure(dice: random.Random, catalogue: Catalogue, *, province: str, at: datetime) -> Definition:
    """A procedure that is in force there on that day, by the weights."""
    weights, fields = [], []
    for weight, codes in WEIGHTED:
        able = [d for code in codes for d in catalogue.versions(code) if d.scope.covers(province)]
        able = [d for d in able if d.effective.covers(at.date())]
        if able:
            weights.append(weight)
            fields.append(able)
    return dice.choice(dice.choices(fields, weights)[0])


def _thrown(dice: random.Random, weights: dict[T, int]) -> T:
    return dice.choices(list(weights), list(weights.values()))[0]


def _via(dice: random.Random, definition: Definition, case: str | None) -> str | None:
    start = definition.case(case).start_step or definition.start
    able = [
        s.id
        for s in definition.steps
        if s.kind in (Kind.CONSULTATION, Kind.WAIT) and start in away_from(definition, [s.id])
    ]
    return dice.choice(able) if able and dice.random() < BY_THE_LONG_WAY else None
