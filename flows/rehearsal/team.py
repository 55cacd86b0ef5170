"""The people of a rehearsed commune: who holds what, who is away when, and who stands in. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dossiers.authority import Actor, Grant, StaffRole

R = StaffRole
_LARGE = (
    ("receiving-1", (R.RECEIVING_OFFICER,)),
    ("receiving-2", (R.RECEIVING_OFFICER,)),
    ("case-1", (R.CASE_OFFICER,)),
    ("case-2", (R.CASE_OFFICER,)),
    ("head", (R.HEAD_OF_DIVISION,)),
    ("signatory-1", (R.SIGNATORY,)),
    ("signatory-2", (R.SIGNATORY,)),
    ("clerk", (R.CLERK,)),
    ("supervisor", (R.SUPERVISOR,)),
)
_SMALL = (
    ("receiving-1", (R.RECEIVING_OFFICER, R.CLERK)),
    ("case-1", (R.CASE_OFFICER,)),
    ("head", (R.HEAD_OF_DIVISION,)),
    ("signatory-1", (R.SIGNATORY,)),
    ("supervisor", (R.SUPERVISOR,)),
)
"""A commune with few people: one of them does two jobs, and nobody stands in for the others."""


@dataclass(frozen=True, slots=True)
class Away:
    """An approved absence, both days inclusive."""

    person: str
    first_on: date
    last_on: date
    substitute: str | None


@dataclass(frozen=True, slots=True)
class Team:
    """The staff of one commune."""

    commune: str
    people: tuple[Actor, ...]
    away: tuple[Away, ...]

    def absent(self, person: str, day: date) -> bool:
        """Whether somebody is away on a day."""
        return any(a.person == person and a.first_on <= day <= a.last_on for a in self.away)

    def holders(self, roles: Sequence[str]) -> list[Actor]:
        """Everybody who holds one of the roles, the first role's holders first."""
        return [p for role in roles for p in self.people if any(g.role.value == role for g in p.grants)]

    def who(
        self, roles: Sequence[str], day: date, *, assignee: str | None = None, avoid: frozenset[str] = frozenset()
    ) -> Actor | None:
        """Who does it on a day: the assignee or who stands in, else the first holder who is there; None: it waits."""
        there = [p for p in self.holders(roles) if not self.absent(p.id, day) and p.id not in avoid]
        if assignee is None:
            return there[0] if there else None
        wanted = assignee
        if self.absent(assignee, day):
            wanted = next(
                (a.substitute or "" for a in self.away if a.person == assignee and a.first_on <= day <= a.last_on), ""
            )
        return next((p for p in there if p.id == wanted), None)


def team_of(commune: str, province: str, *, number: int, seed: int, start: date, days: int) -> Team:
    """The team of a commune: every second one is small. Each has absences, some without anybody who stands in."""
    people = tuple(
        Actor(
            id=f"r-{commune}-{name}",
            name=f"{name} {commune} (REHEARSAL)",
            grants=tuple(Grant(role, province, commune) for role in roles),
        )
        for name, roles in (_SMALL if number % 2 else _LARGE)
    )
    dice = random.Random(f"{seed}/team/{commune}")
    away: list[Away] = []

    def absence(name: str, length: int, substitute: str | None = None) -> None:
        first = start + timedelta(days=dice.randint(1, max(1, days - length - 1)))
        last = first + timedelta(days=length - 1)
        away.append(Away(f"r-{commune}-{name}", first, last, f"r-{commune}-{substitute}" if substitute else None))

    if number % 2:
        absence("case-1", 3)
        absence("signatory-1", 2)
    else:
        absence("case-2", 6, "case-1")
        absence("signatory-1", 3, "signatory-2")
        absence("clerk", 2)
    return Team(commune, people, tuple(away))
