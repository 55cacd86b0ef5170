"""Next steps: parallel branches, joins, waits and going back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dossiers.routing import after_outcome, open_steps, reachable, return_to
from dossiers.states import DossierState, OpenStep
from procedures.schema import MaximumPause
from procedures.steps import StepLimit
from tests.samples import at, sample

NOON = at("2026-03-02T12:00")
D = sample()


def in_a_day(start: datetime, _limit: StepLimit | MaximumPause) -> datetime:
    return start + timedelta(days=1)


def state(*steps: str, arrivals: dict[str, set[str]] | None = None) -> DossierState:
    found = DossierState()
    for number, name in enumerate(steps, start=1):
        found.open_steps[number] = OpenStep(number, name, D.step(name).kind.value, None, NOON)
    found.last_occurrence = len(steps)
    found.arrivals = arrivals or {}
    return found


def outcome(given: DossierState, occurrence: int, name: str) -> dict[str, Any]:
    return after_outcome(D, given, occurrence, name, at=NOON, add_limit=in_a_day)


def test_an_outcome_closes_its_step_and_opens_the_next() -> None:
    assert outcome(state("sign"), 1, "signed") == {
        "closes": [[1, "signed"]],
        "opens": [{"occurrence": 2, "step": "issue", "kind": "human", "role": "clerk"}],
    }


def test_the_end_opens_nothing() -> None:
    assert outcome(state("refusal"), 1, "done") == {"closes": [[1, "done"]]}


def test_parallel_branches_open_together() -> None:
    opens = outcome(state("appraise"), 1, "split")["opens"]
    assert [(o["occurrence"], o["step"]) for o in opens] == [(2, "check_a"), (3, "check_b")]


def test_a_join_waits_for_its_last_branch() -> None:
    first = outcome(state("check_a", "check_b"), 1, "done")
    assert first == {"closes": [[1, "done"]], "arrived": [["both", "check_a"]]}
    second = outcome(state("check_b", arrivals={"both": {"check_a"}}), 1, "done")
    assert second["joined"] == ["both"]
    assert [o["step"] for o in second["opens"]] == ["both"]


def test_the_same_branch_twice_does_not_open_the_join() -> None:
    again = outcome(state("check_a", arrivals={"both": {"check_a"}}), 1, "done")
    assert "opens" not in again


def test_a_wait_knows_when_its_time_is_up() -> None:
    opened = outcome(state("appraise"), 1, "wait")["opens"][0]
    assert opened["time_up_at"] == "2026-03-03T05:00:00.000000+00:00"
    assert opened["on_time_up"] == "accepted"


def test_a_wait_without_a_limit_has_no_end() -> None:
    assert "time_up_at" not in outcome(state("appraise"), 1, "fee")["opens"][0]


def test_reachable_follows_every_outcome() -> None:
    assert reachable(D, "issue") == {"issue", "publish", "return_result"}


def test_going_back_closes_what_lies_behind_and_forgets_arrivals() -> None:
    given = state("both", arrivals={"both": {"check_a"}})
    effects = return_to(D, given, "appraise", at=NOON, add_limit=in_a_day)
    assert effects["closes"] == [[1, "returned"]]
    assert effects["forget_arrivals"] == ["both"]
    assert effects["opens"][0]["step"] == "appraise"


def test_going_back_leaves_a_parallel_branch_alone() -> None:
    effects = return_to(D, state("check_b", "both"), "check_a", at=NOON, add_limit=in_a_day)
    assert effects["closes"] == [[2, "returned"]]


def test_occurrences_count_on() -> None:
    given = state("appraise")
    given.last_occurrence = 7
    assert open_steps(D, [D.step("sign")], given, at=NOON, add_limit=in_a_day)["opens"][0]["occurrence"] == 8
