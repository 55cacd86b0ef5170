"""Coverage: for which procedures in force a commune has nobody who may do a step. Pure, by commune, field and role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dossiers.delegation import Member
from dossiers.substitution import Away
from procedures.catalogue import Catalogue
from procedures.errors import NotInForce, OutsideScope
from procedures.schema import Definition
from procedures.steps import Kind, Role

_BY_PEOPLE = frozenset({Kind.HUMAN, Kind.CONSULTATION})
GapReason = Literal["nobody", "absent", "same_person"]
Exempt = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Demand:
    """What the procedures in force in a province on a day need: procedure codes by field and role."""

    roles: Mapping[tuple[str, str], tuple[str, ...]]
    """(field, role) → procedures with a step for that role, or, for the receiving officer, all of them."""
    two_persons: Mapping[str, tuple[str, ...]]
    """Field → procedures whose signatory must not have been the case officer."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A role that nobody present may fill in a commune and field, and the procedures that need it."""

    commune: str
    field: str
    role: str
    why: GapReason
    absent_until: date | None
    """The day before the first of those who hold the role is back."""
    procedures: tuple[str, ...]


def in_force(catalogue: Catalogue, province: str, on: date) -> Iterable[Definition]:
    """The version of each procedure that a dossier accepted on a day in a province gets, by code."""
    for code in catalogue.codes():
        try:
            yield catalogue.in_force(code, on, province)
        except (NotInForce, OutsideScope):
            continue


def demand(catalogue: Catalogue, province: str, on: date) -> Demand:
    """What the procedures in force in a province on a day need."""
    roles: dict[tuple[str, str], list[str]] = defaultdict(list)
    pairs: dict[str, list[str]] = defaultdict(list)
    for definition in in_force(catalogue, province, on):
        needed = {s.role.value for s in definition.steps if s.role and s.kind in _BY_PEOPLE}
        for role in sorted(needed | {Role.RECEIVING_OFFICER.value}):
            roles[definition.field, role].append(definition.code)
        both = {Role.CASE_OFFICER.value, Role.SIGNATORY.value} <= needed
        if both and definition.signer_differs_from_case_officer:
            pairs[definition.field].append(definition.code)
    return Demand({k: tuple(v) for k, v in roles.items()}, {k: tuple(v) for k, v in pairs.items()})


def gaps(
    demanded: Demand,
    communes: Iterable[str],
    *,
    members: Iterable[Member],
    away: Collection[Away],
    exempt: Exempt,
    on: date,
) -> list[Gap]:
    """What communes of one province lack on a day, by commune, field and role.

    Args:
        demanded: of that province and day.
        communes: their codes.
        members: staff with a role in the province.
        away: approved absences; those of other days are left aside.
        exempt: whether one person may appraise and sign in a commune and field.
        on: the day, in Vietnam.
    """
    back = {a.staff_id: a.last_on for a in away if a.touches(on, on)}
    holders = _holders(members, on)
    found: list[Gap] = []
    for commune in communes:
        present: dict[tuple[str, str], frozenset[str]] = {}
        for (field, role), procedures in demanded.roles.items():
            held = _held(holders, commune, field, role)
            there = present[field, role] = held - back.keys()
            if not there:
                until = min((back[one] for one in held), default=None)
                found.append(Gap(commune, field, role, "absent" if held else "nobody", until, procedures))
        for field, procedures in demanded.two_persons.items():
            appraise, sign = present[field, Role.CASE_OFFICER.value], present[field, Role.SIGNATORY.value]
            if appraise and sign and len(appraise | sign) == 1 and not exempt(commune, field):
                found.append(Gap(commune, field, Role.SIGNATORY.value, "same_person", None, procedures))
    return found


_Holders = Mapping[tuple[str, str, str], frozenset[str]]


def _holders(members: Iterable[Member], on: date) -> _Holders:
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for member in members:
        for grant in member.grants:
            if grant.held_on(on):
                found[grant.commune, grant.field, grant.role.value].add(member.id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _held(holders: _Holders, commune: str, field: str, role: str) -> frozenset[str]:
    empty: frozenset[str] = frozenset()
    return empty.union(*(holders.get((c, f, role), empty) for c in (commune, "") for f in (field, "")))
