"""Where the counts of a formula change for whole months, of one dossier: so that any formula can be kept as sums. Pure.

For one dossier, whether a class counts it depends on the first month `s` of the period and on the month `e` after its
last. It changes only where a moment of the dossier is passed, so it is a sum of points: each adds its amount to every
period with `s` and `e` not before the point's two months. As `s < e`, most points need only one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from performance.conditions import END, START, All, AnyOf, Columns, Compare, Condition, Not, Span
from performance.fact_types import Facts
from performance.formulas import Compiled
from performance.periods import BEFORE_ALL, month_of, month_start
from performance.verdicts import classes_of, marks_of

Point = tuple[int, int]
"""(first month of the period, month after its last) from which on an amount counts; `BEFORE_ALL`: always."""
_LONG_AGO = (datetime(1900, 1, 1, tzinfo=UTC), datetime(1900, 2, 1, tzinfo=UTC))
_known: dict[int, tuple[Compiled, tuple[Columns, ...]]] = {}


def points_of(compiled: Compiled, facts: Facts) -> dict[Point, dict[str, int]]:
    """The amounts of each class by point.

    Raises:
        NoClass: a group counts the dossier in some period and none of its classes fits.
    """
    grid = _grid(compiled, facts)
    held: dict[Point, frozenset[str]] = {}
    nothing: frozenset[str] = frozenset()
    found: dict[Point, Counter[str]] = {}
    for i, start in enumerate(grid):
        for j, end in enumerate(grid):
            here = held[i, j] = _counted(compiled, facts, grid, i, j)
            sides = held.get((i - 1, j), nothing), held.get((i, j - 1), nothing)
            corner = held.get((i - 1, j - 1), nothing)
            if (here, sides[1]) == (sides[0], corner) or (here, sides[0]) == (sides[1], corner):
                continue
            amounts = found.setdefault((start, end if end > start + 1 else BEFORE_ALL), Counter())
            amounts.update(here)
            amounts.update(corner)
            amounts.subtract(sides[0])
            amounts.subtract(sides[1])
    cleaned = {point: {name: n for name, n in amounts.items() if n} for point, amounts in found.items()}
    return {point: amounts for point, amounts in cleaned.items() if amounts}


def _counted(compiled: Compiled, facts: Facts, grid: tuple[int, ...], i: int, j: int) -> frozenset[str]:
    """The classes that count it between two grid lines; where no period lies there, nothing."""
    after = grid[i + 1] if i + 1 < len(grid) else None
    if i > j or (i == j and i > 0 and after is not None and after == grid[i] + 1):
        return frozenset()
    start = month_start(grid[i]) if i else _LONG_AGO[0]
    end = month_start(grid[j]) if i < j else month_start(grid[i] + 1) if i else _LONG_AGO[1]
    span = Span(start, end)
    return frozenset((*classes_of(compiled, facts, span).values(), *marks_of(compiled, facts, span)))


def _grid(compiled: Compiled, facts: Facts) -> tuple[int, ...]:
    months = {BEFORE_ALL}
    for columns in period_columns(compiled):
        at = next((found for name in columns if (found := getattr(facts, name)) is not None), None)
        if at is not None:
            month = month_of(at)
            months.add(month + 1)
            if at == month_start(month):  # at the very start, `<=` and `>` change one month earlier
                months.add(month)
    return tuple(sorted(months))


def period_columns(compiled: Compiled) -> tuple[Columns, ...]:
    """The moments that the formula compares with the start or the end of the period."""
    kept = _known.get(id(compiled))
    if kept is None:
        conditions = [compiled.whose, *compiled.marks.values()]
        for group in compiled.groups.values():
            conditions += [group.of, *(one for _, one in group.classes)]
        kept = compiled, tuple(dict.fromkeys(c for one in conditions for c in _compared(one)))
        _known[id(compiled)] = kept
    return kept[1]


def _compared(condition: Condition) -> Iterator[Columns]:
    match condition:
        case Compare(left, _, _, right):
            for side, other in ((left, right), (right, left)):
                if side[0] in (START, END) and other[0] not in (START, END):
                    yield other
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _compared(part)
        case Not(part):
            yield from _compared(part)
