"""Counts of formulas for whole months, kept as sums: what a dossier adds, how rows change, and reading them back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, tuple_
from sqlmodel import Session, col

from dossiers.columns import table_of
from performance.fact_types import Facts
from performance.formulas import FILE, compiled, formulas
from performance.points import points_of
from performance.tables import FigureCountRow

ALL_FIELDS = ""
Key = tuple[str, str, str, str, int, int]
"""Formula, province, field, commune, first month, month after the last."""
Amounts = dict[Key, Counter[str]]
_COUNTS = table_of(FigureCountRow)
_KEY = tuple(_COUNTS.primary_key.columns)
_AT_ONCE = 400


@cache
def kept_as(name: str) -> str:
    """The formula under whose name a formula's counts are kept: the first one that counts the same classes alike.

    Raises:
        UnknownFormula: there is none of that id.
    """
    wanted = compiled(name)
    return next(other for other in formulas() if _counts_alike(other, wanted))


def _counts_alike(other: str, wanted: Any) -> bool:
    one = compiled(other)
    return (one.groups, one.marks, one.counts) == (wanted.groups, wanted.marks, wanted.counts)


@cache
def kept_formulas() -> tuple[str, ...]:
    """The formulas whose counts are kept, each kind once."""
    return tuple(dict.fromkeys(kept_as(name) for name in formulas()))


@cache
def formulas_digest() -> str:
    """A digest of the formulas' file: counts that were kept by another one are made anew."""
    import hashlib

    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:16]


def added_by(facts: Facts) -> Amounts:
    """What one dossier adds to the counts, as known now.

    Raises:
        NoClass: a formula has a gap.
    """
    found: Amounts = {}
    for name in kept_formulas():
        for (start, end), amounts in points_of(compiled(name), facts).items():
            for field in (ALL_FIELDS, facts.field):
                found[name, facts.province, field, facts.commune, start, end] = Counter(amounts)
    return found


def changed(before: Iterable[Facts], after: Iterable[Facts]) -> Amounts:
    """What the counts have to change by when some dossiers are known as `after` instead of `before`.

    Raises:
        NoClass: a formula has a gap.
    """
    found: Amounts = {}
    for facts, sign in ((f, s) for group, s in ((before, -1), (after, 1)) for f in group):
        for key, amounts in added_by(facts).items():
            kept = found.setdefault(key, Counter())
            for name, number in amounts.items():
                kept[name] += sign * number
    cleaned = {key: Counter({name: n for name, n in amounts.items() if n}) for key, amounts in found.items()}
    return {key: amounts for key, amounts in cleaned.items() if amounts}


def apply_change(session: Session, change: Amounts) -> None:
    """Bring the rows of the counts up to date. The caller holds the lock of the figures."""
    keys = sorted(change)
    for first in range(0, len(keys), _AT_ONCE):
        some = keys[first : first + _AT_ONCE]
        among = tuple_(*_KEY).in_(some)
        kept = {tuple(row[:-1]): row[-1] for row in session.execute(select(*_KEY, _COUNTS.c.counts).where(among))}
        rows = []
        for key in some:
            counts = Counter(kept.get(key, {}))
            counts.update(change[key])
            if left := {name: n for name, n in sorted(counts.items()) if n}:
                names = ("formula", "province", "field", "commune", "start_month", "end_month")
                rows.append(dict(zip(names, key, strict=True)) | {"counts": left})
        if kept:
            session.execute(delete(_COUNTS).where(among))
        if rows:
            session.execute(insert(_COUNTS), rows)


def kept_counts(
    session: Session,
    name: str,
    months: Sequence[tuple[int, int]],
    *,
    province: str | None = None,
    communes: Iterable[str] = (),
    field: str = ALL_FIELDS,
) -> list[dict[str, dict[str, int]]]:
    """The classes of a formula per commune, for each period [first month, month after the last) in turn."""
    wide: list[ColumnElement[bool]] = [col(FigureCountRow.formula) == kept_as(name)]
    wide.append(col(FigureCountRow.field) == field)
    if province:
        wide.append(col(FigureCountRow.province) == province)
    if some := list(communes):
        wide.append(col(FigureCountRow.commune).in_(some))
    columns = (_COUNTS.c.commune, _COUNTS.c.start_month, _COUNTS.c.end_month, _COUNTS.c.counts)
    rows = [tuple(r) for r in session.execute(select(*columns).where(*wide))]
    if _single_in_turn(months):
        return _running(rows, months)
    return [_summed(rows, start, end) for start, end in months]


def _single_in_turn(months: Sequence[tuple[int, int]]) -> bool:
    first = months[0][0]
    return all(pair == (first + i, first + i + 1) for i, pair in enumerate(months))


def _running(rows: Iterable[tuple[Any, ...]], months: Sequence[tuple[int, int]]) -> list[dict[str, dict[str, int]]]:
    """Months in a row: a point counts from the month on in which both its months are reached."""
    first = months[0][0]
    steps: list[list[tuple[str, Mapping[str, int]]]] = [[] for _ in months]
    for commune, start, end, counts in rows:
        since = max(start, end - 1, first) - first
        if since < len(steps):
            steps[since].append((commune, counts))
    running: dict[str, dict[str, int]] = {}
    found = []
    for step in steps:
        for commune, counts in step:
            _add(running.setdefault(commune, {}), counts)
        found.append({commune: dict(counts) for commune, counts in running.items()})
    return found


def _summed(rows: Iterable[tuple[Any, ...]], start: int, end: int) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for commune, from_start, from_end, counts in rows:
        if from_start <= start and from_end <= end:
            _add(found.setdefault(commune, {}), counts)
    return found


def _add(into: dict[str, int], counts: Mapping[str, int]) -> None:
    for name, number in counts.items():
        into[name] = into.get(name, 0) + number
