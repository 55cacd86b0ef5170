"""Whether counted figures add up: classes of a group to its total, and groups of one population to each other. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from performance.errors import DoesNotReconcile
from performance.formula_types import Formula


def totals(formula: Formula, counted: Mapping[str, int]) -> dict[str, int]:
    """The sum of the classes of each group; what is not there counts 0."""
    return {name: sum(counted.get(c, 0) for c in group.classes) for name, group in formula.groups.items()}


def reconciled(formula: Formula, counted: Mapping[str, int], *, where: str = "") -> dict[str, int]:
    """The totals by group, when they agree.

    Groups of the same population must have the same total, and where a formula counts submissions, those accepted must
    be the dossiers that the other groups share out.

    Raises:
        DoesNotReconcile: two numbers differ; it names them, the difference and `where`.
    """
    found = totals(formula, counted)
    first_of: dict[str, str] = {}
    for name, group in formula.groups.items():
        first = first_of.setdefault(group.of, name)
        _same(formula, where, (first, found[first]), (name, found[name]))
    if "accepted" in formula.columns:
        shared = first_of["handled_in_period"]
        _same(formula, where, ("accepted", counted.get("accepted", 0)), (shared, found[shared]))
    return found


def reconciled_with(
    formula: Formula, counted: Mapping[str, int], stated: Mapping[str, int], *, where: str = ""
) -> dict[str, int]:
    """The totals by group, when those that somebody else states (e.g. published, by group) agree with the classes.

    Raises:
        DoesNotReconcile: a total is not the sum of its classes; it names both, the difference and `where`.
    """
    found = totals(formula, counted)
    for group, total in stated.items():
        _same(formula, where, (f"{group} as stated", total), (group, found[group]))
    return found


def _same(formula: Formula, where: str, one: tuple[str, int], other: tuple[str, int]) -> None:
    if one[1] != other[1]:
        facts = {one[0]: one[1], other[0]: other[1]}
        raise DoesNotReconcile(formula=formula.id, where=where, numbers=facts, difference=one[1] - other[1])
