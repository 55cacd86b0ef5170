"""Whatever happens to a valid file, the loader gives a definition or problems, never an exception."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.checks import check_all
from procedures.loader import Loaded, read_definition
from procedures.schema import Definition
from tests.definition_texts import PROCEDURE

LINES = PROCEDURE.splitlines(keepends=True)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.dates().map(str),
    st.sampled_from(["", "end", "1.001193", "working_days", "same_day", "human", "wait", "15:00", "issue_result"]),
    st.text(max_size=20),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
KEYS = st.sampled_from([*Definition.model_fields, "does", "join", "unit", "amount"])
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def is_settled(loaded: Loaded) -> None:
    """A definition without problems, or problems that each stand on a line of the file and can be mended."""
    assert (loaded.definition is None) == bool(loaded.problems)
    for problem in loaded.problems:
        assert problem.file == "p.yaml"
        assert problem.line >= 1
        assert problem.message.vi
        assert problem.message.en
        assert problem.mend.vi
        assert problem.mend.en
        json.dumps(problem.as_json(), ensure_ascii=False).encode("utf-8")
        str(problem).encode("utf-8")
    for found in check_all([loaded], {"moi-truong"}):
        str(found).encode("utf-8")


@quick
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    is_settled(read_definition(text, "p.yaml"))


@quick
@given(st.integers(0, len(PROCEDURE)), st.integers(0, 30), st.text(max_size=6))
def test_any_edit_of_the_characters_is_read_or_refused(at: int, length: int, put: str) -> None:
    is_settled(read_definition(PROCEDURE[:at] + put + PROCEDURE[at + length :], "p.yaml"))


@quick
@given(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=4), st.data())
def test_any_shuffle_of_the_lines_is_read_or_refused(places: list[int], data: st.DataObject) -> None:
    lines = list(LINES)
    for place in places:
        line = lines.pop(min(place, len(lines) - 1))
        if data.draw(st.booleans()):
            lines.insert(data.draw(st.integers(0, len(lines))), line)
    is_settled(read_definition("".join(lines), "p.yaml"))


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(p for key, child in inner for p in paths(child, (*here, key)))]


TREE = yaml.load(PROCEDURE, Loader=yaml.BaseLoader)
PLACES = [p for p in paths(TREE) if p]


@quick
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), VALUES | KEYS, st.sampled_from(["put", "drop", "add"])),
        min_size=1,
        max_size=3,
    )
)
def test_any_change_of_the_values_is_read_or_refused(changes: list[tuple[tuple[Any, ...], Any, str]]) -> None:
    tree = yaml.load(PROCEDURE, Loader=yaml.BaseLoader)
    for path, value, how in changes:
        parent = tree
        try:
            for key in path[:-1]:
                parent = parent[key]
            if how == "drop":
                del parent[path[-1]]
            elif how == "put" or not isinstance(parent[path[-1]], dict):
                parent[path[-1]] = value
            else:
                parent[path[-1]]["surprise"] = value
        except (KeyError, IndexError, TypeError):
            continue
    is_settled(read_definition(yaml.safe_dump(tree, allow_unicode=True), "p.yaml"))
