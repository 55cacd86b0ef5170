"""Conditions as SQL over `figure_facts`: the same tree that Python asks, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, not_, null, or_, true

from dossiers.columns import UtcDateTime
from performance.conditions import (
    END,
    START,
    All,
    AnyOf,
    Columns,
    Compare,
    Condition,
    Flag,
    Known,
    More,
    Not,
    OneOf,
    Span,
)
from performance.formulas import Compiled, Group
from performance.tables import FACT_COLUMNS, FigureFactRow

Table = Mapping[str, ColumnElement[Any]]
"""Columns by name: those of `figure_facts`, of an alias or of a temporary table."""


def fact_columns() -> dict[str, ColumnElement[Any]]:
    """The columns of `figure_facts` by name."""
    return {name: FigureFactRow.__table__.c[name] for name in FACT_COLUMNS}  # type: ignore[attr-defined]


def condition_sql(condition: Condition, table: Table, span: Span) -> ColumnElement[bool]:  # noqa: PLR0911 - one a kind
    """A condition as an expression that is true or false, never null."""
    match condition:
        case Compare():
            return _compare(condition, table, span)
        case Known(columns):
            return or_(false(), *(table[column].is_not(None) for column in columns))
        case OneOf(column, values):
            return and_(table[column].is_not(None), table[column].in_(values))
        case More(column, than):
            return and_(table[column].is_not(None), table[column] > than)
        case Flag(column):
            return table[column].is_(True)
        case All(parts):
            return and_(true(), *(condition_sql(part, table, span) for part in parts))
        case AnyOf(parts):
            return or_(false(), *(condition_sql(part, table, span) for part in parts))
        case Not(part):
            return not_(condition_sql(part, table, span))


def class_sql(group: Group, table: Table, span: Span) -> ColumnElement[str | None]:
    """The class of a group that a row falls in; null where the group does not count it."""
    counted = condition_sql(group.of, table, span)
    classes = [(condition_sql(one, table, span), literal(name)) for name, one in group.classes]
    return case((not_(counted), null()), *classes, else_=null())


def count_columns(compiled: Compiled, table: Table, span: Span) -> dict[str, ColumnElement[int]]:
    """A sum a class and mark, by its id, over whatever rows the caller selects."""
    found: dict[str, ColumnElement[int]] = {}
    for group in compiled.groups.values():
        one = class_sql(group, table, span)
        for name, _ in group.classes:
            found[name] = func.coalesce(func.sum(case((one == name, 1), else_=0)), 0)
    for name, mark in compiled.marks.items():
        found[name] = func.coalesce(func.sum(case((condition_sql(mark, table, span), 1), else_=0)), 0)
    return found


def _compare(condition: Compare, table: Table, span: Span) -> ColumnElement[bool]:
    left, right = _moment(condition.left, table, span), _moment(condition.right, table, span)
    if condition.before:
        compared = left <= right if condition.or_equal else left < right
    else:
        compared = left >= right if condition.or_equal else left > right
    known = [
        side.is_not(None) for side, names in ((left, condition.left), (right, condition.right)) if _may_lack(names)
    ]
    return and_(*known, compared) if known else compared


def _may_lack(columns: Columns) -> bool:
    return columns[0] not in (START, END)


def _moment(columns: Columns, table: Table, span: Span) -> ColumnElement[Any]:
    if columns[0] in (START, END):
        return literal(span.start if columns[0] == START else span.end, UtcDateTime())
    found = [table[name] for name in columns]
    return found[0] if len(found) == 1 else func.coalesce(*found)
