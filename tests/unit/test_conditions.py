"""How conditions are written, what an unknown value does, and which data files are refused."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from performance.conditions import Compare, Reader
from performance.errors import NoClass, UnknownFormula, WrongCondition
from performance.formulas import FILE, compile_formula, formula, library, read_library
from performance.verdicts import classes_of, place
from tests.facts import MARCH, written

READER = Reader(formula("ii06a").words, {"settled": "ended_at known"})


def holds(raw: Any, **changes: Any) -> bool:
    return READER.read(raw).holds(written(**changes), MARCH)


def test_moments_and_words() -> None:
    assert READER.read("finish >= start") == Compare(("finished_at",), False, True, ("start",))
    assert holds("accepted_at < end")
    assert holds(["accepted_at >= start", {"not": "finish known"}])
    assert holds({"any": ["supplement_count > 1", "channel in online, direct"]})
    assert holds("settled", finished_at="2026-03-09T10:00")
    assert holds("non_boundary", non_boundary=True)


@pytest.mark.parametrize("raw", ["finish < end", "finish >= start", "finish early", "finish on_time", "finish late"])
def test_an_unknown_value_fulfils_no_comparison_and_its_negation_does(raw: str) -> None:
    assert not holds(raw)
    assert holds({"not": raw})


@pytest.mark.parametrize(
    ("finished", "said"),
    [
        ("2026-03-08T23:59", "early"),
        ("2026-03-09T00:00", "on_time"),
        ("2026-03-09T23:59", "on_time"),
        ("2026-03-10T00:00", "late"),
    ],
)
def test_a_date_of_vietnam_decides(finished: str, said: str) -> None:
    shown = [word for word in ("early", "on_time", "late") if holds(f"finish {word}", finished_at=finished)]
    assert shown == [said]


@pytest.mark.parametrize(
    "raw",
    ["happy", "accepted_at", "channel > 1", "accepted_at ~ end", "end early", "rating late", {"xor": []}, {}, 7, ""],
)
def test_what_is_no_condition_is_refused(raw: Any) -> None:
    with pytest.raises(WrongCondition):
        READER.read(raw)


def changed(change: Any) -> str:
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    change(data)
    return yaml.safe_dump(data)


def test_a_formula_without_a_rule_for_a_special_kind_is_refused() -> None:
    text = changed(lambda data: data["rule_sets"]["report"].pop("reopened"))
    with pytest.raises(ValidationError, match="a rule for each of"):
        read_library(text)


def test_unknown_classes_populations_and_keys_are_refused() -> None:
    def outcome(data: dict[str, Any], **content: Any) -> None:
        data["formulas"]["strict"]["groups"] = {"outcome": {"of": "handled_in_period", "classes": ["early"], **content}}
        data["formulas"]["strict"]["rate"] = None

    for content, said in (
        ({"classes": ["happy"]}, "unknown happy"),
        ({"of": "everything"}, "unknown everything"),
        ({"colour": "red"}, "Extra inputs"),
    ):
        with pytest.raises(ValidationError, match=said):
            read_library(changed(lambda data, content=content: outcome(data, **content)))


def test_a_new_formula_is_data_alone() -> None:
    def add(data: dict[str, Any]) -> None:
        data["formulas"]["early_only"] = {
            "same_as": "on_time_of_resolved",
            "names": {"vi": "Chỉ trước hạn", "en": "Early only"},
            "rate": {"numerator": ["early"], "denominator": ["early", "on_time", "late"]},
        }

    data = read_library(changed(add))
    one = data.formulas["early_only"]
    found = compile_formula(one, data)
    assert classes_of(found, written(finished_at="2026-03-06T10:00"), MARCH) == {"outcome": "early"}
    assert one.percent_of(one.rate_of({"early": 1, "on_time": 1, "late": 1})) == "33.33"


def test_a_formula_whose_classes_leave_a_gap_says_so() -> None:
    def leave_out(data: dict[str, Any]) -> None:
        data["formulas"]["on_time_of_resolved"]["groups"]["outcome"]["classes"] = ["early", "on_time", "late"]

    data = read_library(changed(leave_out))
    found = compile_formula(data.formulas["on_time_of_resolved"], data)
    with pytest.raises(NoClass, match="on_time_of_resolved"):
        classes_of(found, written(due_at=None, finished_at="2026-03-06T10:00"), MARCH)


@pytest.mark.parametrize("other", ["nobody", "strict", "phutho"])
def test_a_formula_that_takes_from_nobody_or_from_itself_is_refused(other: str) -> None:
    def take(data: dict[str, Any]) -> None:
        data["formulas"]["strict"]["same_as"] = other
        data["formulas"]["phutho"]["same_as"] = "strict"

    with pytest.raises(UnknownFormula):
        read_library(changed(take))


def test_an_unknown_formula_is_refused() -> None:
    with pytest.raises(UnknownFormula):
        place("best", written(), MARCH)


def test_only_the_clock_start_rule_is_verified() -> None:
    rules = {(r.source, r.review) for rules in library().rule_sets.values() for r in rules.values()}
    assert [source for source, review in rules if review == "verified"] == [
        "NĐ 118/2025/NĐ-CP Điều 17.3 (NĐ 309/2026/NĐ-CP)"
    ]
    assert {f.review for f in library().formulas.values()} == {"unverified"}
