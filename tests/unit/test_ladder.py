"""The warning ladder as a file: what holds for whom from when, and how a broken file is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dossiers.errors import BrokenLadder
from dossiers.ladder import Kind, Ladder, Ladders, Told, built_in_ladders, read_ladders

BUILT_IN = [
    "acceptance_due_soon",
    "acceptance_late",
    "step_due_soon",
    "step_late",
    "supplement_window",
    "answer_due_soon",
    "consultation_due_soon",
    "consultation_late",
    "used_50",
    "used_75",
    "used_90",
    "apology_due",
    "due_today",
    "overdue",
    "overdue_1",
    "overdue_3",
    "overdue_5",
]
NAMES = '{vi: "Bậc thử", en: "A trial rung"}'
MARCH = date(2026, 3, 2)


def provincial(folder: Path, text: str) -> Ladders:
    """The built-in ladder with the file of a province."""
    path = folder / "ladder.yaml"
    path.write_text(text, encoding="utf-8")
    return read_ladders(path)


def of(ladders: Ladders, on: date = MARCH, **changes: str) -> Ladder:
    """The ladder of a dossier of civil status in a commune of Thanh Hoá."""
    place = {"procedure": "9.000001", "field": "ho-tich", "province": "38", "commune": "14845"}
    return ladders.ladder_for(**(place | changes), on=on)


def test_the_built_in_ladder_holds_everywhere() -> None:
    ladder = of(built_in_ladders())
    assert list(ladder.rungs) == BUILT_IN
    assert list(of(built_in_ladders(), province="01", commune="00070", field="dat-dai").rungs) == BUILT_IN


def test_the_holder_is_told_first_the_supervisor_from_90_percent_the_province_from_three_days() -> None:
    told = {name: rung.to for name, rung in of(built_in_ladders()).rungs.items()}
    assert told["used_50"] == told["used_75"] == told["step_due_soon"] == (Told.HOLDER,)
    assert told["used_90"] == told["due_today"] == told["overdue_1"] == (Told.HOLDER, Told.SUPERVISOR)
    assert told["overdue_3"] == told["overdue_5"] == (Told.HOLDER, Told.SUPERVISOR, Told.PROVINCE)
    assert told["consultation_due_soon"] == (Told.CONSULTED_BODY, Told.HOLDER)
    assert told["answer_due_soon"] == (Told.APPLICANT, Told.HOLDER)


def test_there_is_no_ladder_before_it_came_into_force() -> None:
    assert of(built_in_ladders(), on=date(2025, 6, 30)).rungs == {}
    assert len(of(built_in_ladders(), on=date(2025, 7, 1)).rungs) == 17


def test_a_province_replaces_a_rung_by_its_id(tmp_path: Path) -> None:
    ladders = provincial(
        tmp_path,
        f"""
- effective_from: 2026-03-02
  for: {{provinces: ["38"]}}
  rungs:
    - {{id: used_50, when: {{time_used: 40}}, to: [holder, supervisor], names: {NAMES}}}
""",
    )
    changed = of(ladders).rungs["used_50"]
    assert (changed.number, changed.to, changed.names.vi) == (40, (Told.HOLDER, Told.SUPERVISOR), "Bậc thử")
    assert of(ladders, province="01").rungs["used_50"].number == 50
    assert of(ladders, on=date(2026, 3, 1)).rungs["used_50"].number == 50


@pytest.mark.parametrize(
    ("where", "other"),
    [
        ('{procedures: ["9.000001"]}', {"procedure": "9.000002"}),
        ("{fields: [ho-tich]}", {"field": "dat-dai"}),
        ('{provinces: ["38"]}', {"province": "01"}),
        ('{communes: ["14845"]}', {"commune": "14848"}),
        ('{procedures: ["9.000001"], communes: ["14845"]}', {"commune": "14848"}),
    ],
)
def test_an_entry_holds_for_what_it_names(tmp_path: Path, where: str, other: dict[str, str]) -> None:
    ladders = provincial(tmp_path, f"- {{effective_from: 2026-01-01, for: {where}, without: [used_50, overdue_5]}}")
    assert sorted(set(BUILT_IN) - set(of(ladders).rungs)) == ["overdue_5", "used_50"]
    assert list(of(ladders, **other).rungs) == BUILT_IN


def test_a_later_entry_may_bring_back_what_an_earlier_one_took_away(tmp_path: Path) -> None:
    ladders = provincial(
        tmp_path,
        f"""
- effective_from: 2026-04-01
  rungs: [{{id: used_50, when: {{time_used: 55}}, to: [holder], names: {NAMES}}}]
- effective_from: 2026-02-01
  without: [used_50]
""",
    )
    assert of(ladders, on=date(2026, 1, 31)).rungs["used_50"].number == 50
    assert "used_50" not in of(ladders, on=date(2026, 3, 31)).rungs
    assert of(ladders, on=date(2026, 4, 1)).rungs["used_50"].number == 55


def test_a_rung_keeps_its_name_after_it_was_taken_away(tmp_path: Path) -> None:
    ladders = provincial(tmp_path, "- {effective_from: 2026-01-01, without: [used_50]}")
    assert ladders.names_of("used_50").vi == "Đã dùng 50% thời hạn"
    assert ladders.names_of("never_there").vi == "never_there"


def test_rungs_are_found_by_their_kind() -> None:
    ladder = of(built_in_ladders())
    assert [r.id for r in ladder.of_kind(Kind.OVERDUE_DAYS)] == ["overdue_1", "overdue_3", "overdue_5"]
    assert [r.number for r in ladder.of_kind(Kind.TIME_USED)] == [50, 75, 90]
    assert [r.number for r in ladder.of_kind(Kind.DUE_DAY)] == [1]


def with_rung(rung: str) -> str:
    """A file with one rung of that body."""
    return f"- {{effective_from: 2026-01-01, rungs: [{{id: x1, {rung}, names: {NAMES}}}]}}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {effective_from: 2026-01-01, rungs: [", "expected"),
        ("- {rungs: []}", "effective_from"),
        ("- {effective_from: 2026-01-01, whitout: [used_50]}", "Extra inputs are not permitted"),
        ("- {effective_from: 2026-01-01, for: {commune: ['14845']}}", "Extra inputs are not permitted"),
        (with_rung("when: {used: 5}, to: [holder]"), "'time_used'"),
        (with_rung("when: {time_used: 50}, to: [mayor]"), "'holder', 'supervisor', 'province', 'applicant' or "),
        (with_rung("when: {time_used: 50}, to: []"), "at least 1 item"),
        (with_rung("when: {time_used: true}, to: [holder]"), "time_used takes a number"),
        (with_rung("when: {due_day: 3}, to: [holder]"), "due_day takes true"),
        (with_rung("when: {time_used: 120}, to: [holder]"), "from 1 to 100"),
        (with_rung("when: {overdue_days: 31}, to: [holder]"), "from 1 to 30"),
        (with_rung("when: {time_used: 50, due_day: true}, to: [holder]"), "at most 1 item"),
        (with_rung("when: {time_used: 50}, to: [holder], colour: red"), "Extra inputs are not permitted"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_and_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BrokenLadder) as caught:
        provincial(tmp_path, text)
    assert str(tmp_path / "ladder.yaml") in str(caught.value)
    assert says in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenLadder, match=r"none\.yaml"):
        read_ladders(tmp_path / "none.yaml")
