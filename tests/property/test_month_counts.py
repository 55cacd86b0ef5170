"""Counts kept as sums of points are what counting each period of whole months gives."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings

from performance.conditions import Span
from performance.counters import kept_as, kept_formulas
from performance.fact_types import Facts
from performance.formulas import compiled
from performance.periods import month_of, month_start
from performance.points import points_of
from performance.verdicts import classes_of, marks_of
from tests.facts import MARCH, written
from tests.property.test_formulas_agree import lived
from tests.samples import at

FIRST = month_of(MARCH.start) - 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts=lived())
def test_sums_of_points_are_the_classes_of_every_period(facts: Facts) -> None:
    for name in kept_formulas():
        one = compiled(name)
        points = points_of(one, facts)
        for start in range(FIRST, FIRST + 6):
            for end in range(start + 1, FIRST + 7):
                summed = Counter[str]()
                for (s, e), amounts in points.items():
                    if s <= start and e <= end:
                        summed.update(amounts)
                span = Span(month_start(start), month_start(end))
                wanted = Counter((*classes_of(one, facts, span).values(), *marks_of(one, facts, span)))
                assert +summed == wanted, (name, start, end)
                assert all(n >= 0 for n in summed.values())


def test_a_dossier_of_one_month_changes_the_form_at_four_points() -> None:
    facts = written(finished_at="2026-03-09T16:00")
    march = 12 * 2026 + 2
    assert points_of(compiled("ii06a"), facts) == {
        (0, march + 1): {"received_direct_or_post": 1, "on_time": 1},
        (march + 1, 0): {"received_direct_or_post": -1, "on_time": -1},
    }


def test_due_at_the_very_start_of_a_month_falls_due_in_the_month_before() -> None:
    facts = written(due_at="2026-03-31T17:00")  # late from 1 April 00:00
    march = 12 * 2026 + 2
    assert facts.legal_due_late_from == at("2026-04-01T00:00")
    assert points_of(compiled("falling_due"), facts) == {
        (0, march + 1): {"due_missed": 1},
        (march + 1, 0): {"due_missed": -1},
    }


def test_formulas_that_count_alike_are_kept_once() -> None:
    assert [kept_as(name) for name in ("ii06a", "of_handled", "strict", "phutho", "of_resolved")] == [
        "ii06a",
        "ii06a",
        "ii06a",
        "qd766_progress",
        "on_time_of_resolved",
    ]
