"""Each special kind of dossier under each formula: the class written down by hand, and the rule that it names."""

from __future__ import annotations

import pytest

from performance.conditions import Span
from performance.fact_types import Facts
from performance.formulas import compiled, formula, formulas, library
from performance.verdicts import count, place
from tests.facts import APRIL, MARCH, written
from tests.samples import at

DUE = "2026-03-09T17:00"
KINDS: dict[str, tuple[Facts, str]] = {
    "early": (written(finished_at="2026-03-06T10:00"), "early"),
    "on time, after office hours": (written(finished_at="2026-03-09T23:59"), "on_time"),
    "late": (written(finished_at="2026-03-10T00:00"), "late"),
    "open, due in April": (written("2026-03-30T09:00", "2026-04-06T17:00"), "open_in_time"),
    "open, due on the last day": (written("2026-03-24T09:00", "2026-03-31T17:00"), "open_in_time"),
    "open and late": (written("2026-03-23T09:00", "2026-03-30T17:00"), "open_late"),
    "issued in April, late in March": (
        written("2026-03-23T09:00", "2026-03-30T17:00", finished_at="2026-04-02T09:00"),
        "open_late",
    ),
    "its time stands still": (written("2026-03-23T09:00", None), "open_in_time"),
    "refused": (written(ended_at="2026-03-10T08:00", end_kind="refused"), "refused"),
    "withdrawn": (written(ended_at="2026-03-05T08:00", end_kind="withdrawn"), "withdrawn"),
    "stopped": (written(ended_at="2026-03-05T08:00", end_kind="stopped"), "stopped"),
    "imported without a due time": (written(due_at=None, finished_at="2026-03-06T10:00"), "unjudged"),
    "same day, before 15:00": (
        written(due_at="2026-03-02T17:00", same_day=True, limit_unit="same_day", finished_at="2026-03-02T16:00"),
        "on_time",
    ),
    "same day, after 15:00 and done at once": (
        written("2026-03-02T16:00", "2026-03-03T17:00", same_day=True, finished_at="2026-03-02T16:30"),
        "early",
    ),
    "in hours, a minute late on its due date": (
        written(due_at="2026-03-03T09:00", by_instant=True, finished_at="2026-03-03T09:01"),
        "late",
    ),
    "in hours, at the very instant": (
        written(due_at="2026-03-03T09:00", by_instant=True, finished_at="2026-03-03T09:00"),
        "on_time",
    ),
    "in hours, a minute before": (
        written(due_at="2026-03-03T09:00", by_instant=True, finished_at="2026-03-03T08:59"),
        "early",
    ),
    "extended, after the legal date": (
        written(extended_due_at="2026-03-13T17:00", extensions=1, finished_at="2026-03-12T09:00"),
        "late",
    ),
    "supplemented, within the moved date": (
        written(original_due_at="2026-03-06T17:00", supplement_count=1, finished_at="2026-03-09T09:00"),
        "on_time",
    ),
    "reopened": (written(reopened=1, reopened_at="2026-03-12T09:00"), "open_late"),
    "forwarded": (written(forwarded=True, non_boundary=True, finished_at="2026-03-06T09:00"), "early"),
    "a linked group's own dossier": (written(linked_parts=3, finished_at="2026-03-06T09:00"), "early"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_s_column_of_each_kind(kind: str) -> None:
    facts, expected = KINDS[kind]
    assert place("ii06a", facts, MARCH).classes == {"received": "received_direct_or_post", "outcome": expected}


def test_received_online_carried_over_and_outside() -> None:
    online = written(channel="online", finished_at="2026-03-05T09:00")
    assert place("ii06a", online, MARCH).classes["received"] == "received_online"
    still = written("2026-03-30T09:00", "2026-04-06T17:00", channel="online")
    assert place("ii06a", still, APRIL).classes == {"received": "carried_over", "outcome": "open_late"}
    outside = place("ii06a", online, APRIL)
    assert (outside.counted, outside.classes) == (False, {})
    assert [r.of for r in outside.reasons] == ["handled_in_period", "handled_in_period"]
    assert "đã kết thúc trước kỳ" in outside.reasons[0].words.vi


def test_a_part_of_a_group_counts_for_its_body_and_the_group_for_the_citizen() -> None:
    group, part = written(linked_parts=2), written(parent="MC-14845-260302-0001", body="Công an")
    seen = [place("ii06a", f, MARCH, counts=c).counted for f in (group, part) for c in ("citizen", "body")]
    assert seen == [True, False, False, True]
    assert place("ii06a", part, MARCH).reasons[0].of == "citizen"


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("refused", {"ended_at": "2026-03-10T08:00", "end_kind": "refused"}),
        ("withdrawn", {"ended_at": "2026-03-10T08:00", "end_kind": "withdrawn"}),
        ("stopped", {"ended_at": "2026-03-10T08:00", "end_kind": "stopped"}),
        ("linked", {"linked_parts": 2}),
        ("same_day", {"same_day": True}),
        ("hour_limited", {"by_instant": True}),
        ("extended", {"extensions": 1}),
        ("supplemented", {"supplement_count": 1}),
        ("reopened", {"reopened": 1}),
        ("forwarded", {"non_boundary": True}),
    ],
)
def test_every_formula_names_its_rule_for_every_special_kind(kind: str, changes: dict[str, object]) -> None:
    for name in formulas():
        rules = [r for r in place(name, written(**changes), MARCH).reasons if (r.kind, r.of) == ("rule", kind)]
        assert len(rules) == 1, name
        assert len(rules[0].source) > 10
        assert rules[0].review in ("verified", "unverified")
    assert set(library().special_cases) == {
        *("refused", "withdrawn", "stopped", "linked", "same_day", "hour_limited"),
        *("extended", "supplemented", "reopened", "forwarded"),
    }


def test_form_07a_counts_what_was_never_accepted() -> None:
    def submitted(**changes: object) -> str:
        facts = written(None, registered_at="2026-03-02T09:00", **changes)
        found = place("btp07a", facts, MARCH).classes
        assert set(found) == {"submitted"}
        return found["submitted"]

    assert submitted(ended_at="2026-03-02T10:00", end_kind="refused_at_intake") == "not_accepted"
    assert submitted(ended_at="2026-03-02T10:00", end_kind="withdrawn") == "ended_before_acceptance"
    assert submitted(acceptance_due_at="2026-03-03T09:00") == "awaiting_acceptance_late"
    assert submitted(acceptance_due_at="2026-04-01T09:00") == "awaiting_acceptance_in_time"
    assert submitted() == "awaiting_acceptance_in_time"  # the applicant is to act
    assert place("btp07a", written(), MARCH).classes["submitted"] == "accepted"


def test_form_07a_marks() -> None:
    late = {"finished_at": "2026-03-11T09:00"}
    assert place("btp07a", written(**late, apology_at="2026-03-06T09:00"), MARCH).marks == ("late_with_apology",)
    assert place("btp07a", written(**late, non_boundary=True), MARCH).marks == ("non_boundary", "late_without_apology")
    online = written(channel="online", payments_online=1, documents_electronic=True)
    assert place("btp07a", online, MARCH).marks == ("received_fully_online", "paid_online")
    partly = written(channel="online", payments_direct=1, documents_electronic=False)
    assert place("btp07a", partly, MARCH).marks == ("received_partly_online", "paid_direct")
    waiting = written(supplement_count=1, first_supplement_at="2026-03-04T09:00", last_supplement_at="2026-03-04T09:00")
    assert place("btp07a", waiting, MARCH).marks == ("waiting_for_supplement",)


def test_the_apology_after_the_period_does_not_help_the_period() -> None:
    facts = written(finished_at="2026-03-11T09:00", apology_at="2026-04-02T09:00")
    assert place("btp07a", facts, MARCH).marks == ("late_without_apology",)


def asked(*days: str, received: str | None = None) -> dict[str, object]:
    """Supplement requests on days of March 2026."""
    moments = [f"2026-03-{day}T09:00" for day in days]
    return {
        "supplement_count": len(days),
        "first_supplement_at": moments[0],
        "second_supplement_at": moments[1] if len(moments) > 1 else None,
        "last_supplement_at": moments[-1],
        "first_supplement_received_at": received and f"2026-03-{received}T09:00",
        "last_supplement_received_at": received and f"2026-03-{received}T09:00",
    }


PROGRESS: dict[str, tuple[Facts, str]] = {
    "handled by the promised date": (written(finished_at="2026-03-09T18:00"), "done_in_time"),
    "handled after it": (written(finished_at="2026-03-10T08:00"), "done_late"),
    "handled first, handed over later": (
        written(finished_at="2026-03-09T10:00", handed_over_at="2026-03-20T10:00"),
        "done_in_time",
    ),
    "refused in time": (written(ended_at="2026-03-09T10:00", end_kind="refused"), "done_in_time"),
    "withdrawn after the promised date": (written(ended_at="2026-03-12T10:00", end_kind="withdrawn"), "done_late"),
    "waiting, asked in time": (written(**asked("06")), "waiting_in_time"),
    "waiting, asked after the promised date": (written(**asked("11")), "waiting_late"),
    "asked twice, done early": (
        written(**asked("03", "05", received="05"), finished_at="2026-03-06T10:00"),
        "second_supplement_late",
    ),
    "the time to supplement is taken off": (
        written(
            **asked("04", received="06"),
            promised_at=DUE,
            promise_less_supplement_at="2026-03-11T17:00",
            finished_at="2026-03-11T16:00",
        ),
        "done_in_time",
    ),
    "no promise: the limit": (
        written(
            promise_less_supplement_at=None, limit_less_supplement_at="2026-03-05T17:00", finished_at="2026-03-06T10:00"
        ),
        "done_late",
    ),
    "not ended, promised after the period": (written("2026-03-30T09:00", "2026-04-06T17:00"), "still_open_in_time"),
    "not ended, promised for its last day": (written("2026-03-24T09:00", "2026-03-31T17:00"), "still_open_in_time"),
    "not ended, promised earlier": (written("2026-03-23T09:00", "2026-03-30T17:00"), "still_open_late"),
    "nothing to judge by": (written(due_at=None, finished_at="2026-03-06T10:00"), "without_any_due"),
    "extended: the last promise": (
        written(promise_less_supplement_at="2026-03-13T17:00", extensions=1, finished_at="2026-03-12T09:00"),
        "done_in_time",
    ),
}


@pytest.mark.parametrize("kind", PROGRESS)
def test_progress_by_decision_766(kind: str) -> None:
    facts, expected = PROGRESS[kind]
    assert place("qd766_progress", facts, MARCH).classes == {"outcome": expected}
    assert place("phutho", facts, MARCH).classes == {"outcome": expected}


def test_progress_of_all_of_them_together() -> None:
    counted = count("qd766_progress", [facts for facts, _ in PROGRESS.values()], MARCH)
    one = formula("qd766_progress")
    rate = one.rate_of(counted)
    assert one.parts(counted) == (8, 15)
    assert (one.percent_of(rate), one.score_of(rate)) == ("53.33", "10.67")
    carried_over = written("2026-02-27T09:00", finished_at="2026-03-06T10:00")
    assert place("qd766_progress", carried_over, MARCH).counted is False


def test_the_same_dossiers_side_by_side() -> None:
    """Ten dossiers: 4 early, 1 on time, 1 late, 2 open in time, 2 open and late; three are not due in March."""
    dossiers = [
        *[written(finished_at="2026-03-06T10:00")] * 4,
        written(finished_at=DUE),
        written(finished_at="2026-03-12T10:00"),
        *[written("2026-03-30T09:00", "2026-04-06T17:00")] * 2,
        written("2026-03-02T09:00", DUE),
        written("2026-02-20T09:00", "2026-02-27T17:00"),
    ]
    rates = {name: formula(name).percent_of(formula(name).rate_of(count(name, dossiers, MARCH))) for name in formulas()}
    assert rates == {
        "ii06a": None,
        "btp07a": None,
        "on_time_of_resolved": "83.33",  # 5 of 6
        "extended_of_resolved": "83.33",
        "of_resolved": "83.33",
        "falling_due": "71.43",  # 5 of 7: the one still open when it fell due was missed
        "of_handled": "70.00",  # 1 − 3 : 10
        "strict": "62.50",  # 5 of 8
        "qd766_progress": "77.78",  # 7 of the 9 accepted in March
        "phutho": "77.78",
    }


def test_nothing_counted_is_no_data_under_every_formula() -> None:
    for name in formulas():
        one, counted = formula(name), count(name, [], MARCH)
        assert (one.rate_of(counted), one.percent_of(None), one.score_of(None)) == (None, None, None)
        assert set(counted.values()) == {0}


def test_refused_before_it_was_late_is_not_due_and_after_it_was_missed() -> None:
    early = written(ended_at="2026-03-05T09:00", end_kind="refused")
    after = written(ended_at="2026-03-11T09:00", end_kind="withdrawn")
    assert place("falling_due", early, MARCH).counted is False
    assert place("falling_due", after, MARCH).classes == {"outcome": "due_missed"}


def test_a_period_that_is_not_over_ends_now() -> None:
    so_far = Span(MARCH.start, at("2026-03-09T12:00"))
    assert place("falling_due", written(), so_far).counted is False  # due today
    assert place("strict", written(), so_far).classes["outcome"] == "open_in_time"
    hourly = written(due_at="2026-03-09T11:00", by_instant=True)
    assert place("strict", hourly, so_far).classes["outcome"] == "open_late"


def test_instants_instead_of_dates_are_a_matter_of_data() -> None:
    from performance.formulas import compile_formula
    from performance.verdicts import classes_of

    strict = formula("strict").model_copy(update={"comparison": "instant"})
    by_instant = compile_formula(strict, library())
    evening = written(finished_at="2026-03-09T17:01")
    assert classes_of(compiled("strict"), evening, MARCH)["outcome"] == "on_time"
    assert classes_of(by_instant, evening, MARCH)["outcome"] == "late"
    assert classes_of(by_instant, written(finished_at=DUE), MARCH)["outcome"] == "on_time"
