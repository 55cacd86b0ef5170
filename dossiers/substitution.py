"""Who stands in for whom, and who could: pure rules over who is away and who holds what.

A substitute gets no role: he acts by roles that he holds himself, and only finishes what was assigned to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dossiers.authority import AUTHORITY, Permission, StaffRole
from dossiers.delegation import Member

WORKS = AUTHORITY[Permission.PLAN_ABSENCE]
"""Roles whose holder is missed when away: those of the office."""
_COUNTERPART = {
    StaffRole.SIGNATORY: StaffRole.CASE_OFFICER,
    StaffRole.CASE_OFFICER: StaffRole.SIGNATORY,
}
_LINKS = 2
"""The substitute, and the substitute's substitute; no further."""

Why = Literal["nobody", "absent", "same_person", "held_by_others"]
"""No one holds it; all who do are away; case officer and signatory would be one; others hold it, not the substitute."""


@dataclass(frozen=True, slots=True)
class Away:
    """An approved absence; both days inclusive."""

    staff_id: str
    first_on: date
    last_on: date
    substitute: str | None = None

    def touches(self, first_on: date, last_on: date) -> bool:
        """Whether a day of it lies between the two days, both inclusive."""
        return self.first_on <= last_on and first_on <= self.last_on


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """A role in a place and field that somebody has to fill. `commune` "": in every commune of the province."""

    role: StaffRole
    province: str
    commune: str
    field: str


@dataclass(frozen=True, slots=True)
class Lack:
    """A need that stays without anybody, and why."""

    need: Need
    why: Why


@dataclass(frozen=True, slots=True)
class Cover:
    """What one person would cover of an absence. `substitute` None: nobody covers anything."""

    substitute: Member | None
    covered: tuple[Need, ...]
    uncovered: tuple[Lack, ...]


Exempt = Callable[[str, str], bool]
"""Whether signatory and case officer may be one person in a commune and field."""


def stand_ins(person: str, away_today: Mapping[str, str | None]) -> tuple[str, ...]:
    """Who stands in for somebody on a day: the substitute and, where that one is away too, theirs. Nobody else.

    Args:
        person: whose work it is.
        away_today: who is away on that day, with their substitutes.
    """
    found: list[str] = []
    link = person
    for _ in range(_LINKS):
        following = away_today.get(link)
        if following is None or following == person or following in found:
            break
        found.append(following)
        link = following
    return tuple(found)


def stood_in_for(person: str, away_today: Mapping[str, str | None]) -> frozenset[str]:
    """For whom somebody stands in on a day: the other side of `stand_ins`."""
    return frozenset(other for other in away_today if person in stand_ins(other, away_today))


def needs_of(person: Member, *, fields: Collection[str], first_on: date, last_on: date) -> tuple[Need, ...]:
    """What the office misses while somebody is away: each role, place and field that they hold on one of those days."""
    held = [g for g in person.grants if g.role in WORKS and g.held_between(first_on, last_on)]
    return tuple(
        sorted({Need(g.role, g.province, g.commune, f) for g in held for f in ([g.field] if g.field else fields)})
    )


def cover_by(
    candidate: Member,
    absence: Away,
    needs: Iterable[Need],
    *,
    members: Sequence[Member],
    away: Collection[Away],
    exempt: Exempt,
) -> Cover:
    """What a candidate would cover of an absence: the roles that they hold on every day of it, and may use.

    Barred: who would be the only case officer and the only signatory there at once, where the commune is not exempt.
    """
    gone = {a.staff_id for a in away if a.touches(absence.first_on, absence.last_on)} | {absence.staff_id}
    present = [m for m in members if m.id not in gone]
    covered: list[Need] = []
    lacks: list[Lack] = []
    for need in needs:
        able = [m for m in present if _fills(m, need, need.role, absence)]
        if candidate not in able:
            anybody = any(_fills(m, need, need.role, absence) for m in members if m.id != absence.staff_id)
            lacks.append(Lack(need, "held_by_others" if able else "absent" if anybody else "nobody"))
        elif _barred(candidate, need, present, absence) and not exempt(need.commune, need.field):
            lacks.append(Lack(need, "same_person"))
        else:
            covered.append(need)
    return Cover(candidate, tuple(covered), tuple(lacks))


def choose(
    absence: Away,
    needs: Collection[Need],
    *,
    members: Sequence[Member],
    away: Collection[Away],
    loads: Mapping[str, int],
    exempt: Exempt,
) -> Cover:
    """The one present person who covers most of an absence; among equals the one with the fewest open steps."""
    gone = {a.staff_id for a in away if a.touches(absence.first_on, absence.last_on)} | {absence.staff_id}
    covers = [
        cover_by(m, absence, needs, members=members, away=away, exempt=exempt) for m in members if m.id not in gone
    ]

    def rank(cover: Cover) -> tuple[int, int, int, str, str]:
        who = cover.substitute
        at_steps = sum(n.role is not StaffRole.SUPERVISOR for n in cover.covered)
        assert who is not None
        return (-at_steps, -len(cover.covered), loads.get(who.id, 0), who.name, who.id)

    best = min((c for c in covers if c.covered), key=rank, default=None)
    if best is not None:
        return best
    nobody = cover_by(Member("", "", ()), absence, needs, members=members, away=away, exempt=exempt)
    # Who is able but covers nothing is barred: else they would have covered it.
    lacks = (Lack(x.need, "same_person" if x.why == "held_by_others" else x.why) for x in nobody.uncovered)
    return Cover(None, (), tuple(lacks))


def _fills(member: Member, need: Need, role: StaffRole, absence: Away) -> bool:
    return member.holds(
        role,
        province=need.province,
        commune=need.commune,
        field=need.field,
        first_on=absence.first_on,
        last_on=absence.last_on,
    )


def _barred(candidate: Member, need: Need, present: Iterable[Member], absence: Away) -> bool:
    counterpart = _COUNTERPART.get(need.role)
    if counterpart is None or not _fills(candidate, need, counterpart, absence):
        return False
    return not any(_fills(m, need, counterpart, absence) for m in present if m.id != candidate.id)
