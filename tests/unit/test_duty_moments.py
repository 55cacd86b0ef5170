"""The last moments of duties with clocks of their own, worked out by hand on the calendar of March 2026."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from dossiers.clock import ClockReading, read_clock
from dossiers.duties import acceptance_due, apology_by, supplement_request_by, supplement_window_ends
from dossiers.duty_rules import duty_rules
from dossiers.reading import clock_history
from dossiers.states import DossierState, ExtensionGranted, PauseInterval, Status, Supplement
from procedures.calendars import load_calendar
from procedures.limits import Limit, Unit
from procedures.schema import ExtensionRule
from tests.samples import at

CALENDAR = load_calendar()


def submitted(when: str = "2026-03-02T09:00") -> DossierState:
    return DossierState(status=Status.SUBMITTED, registered_at=at(when))


def accepted(days: str = "5", when: str = "2026-03-02T09:00") -> DossierState:
    return DossierState(
        status=Status.IN_PROGRESS,
        registered_at=at(when),
        accepted_at=at(when),
        clock_starts_at=at(when),
        limit=Limit(Decimal(days), Unit.WORKING_DAYS),
    )


def clock(state: DossierState, now: datetime) -> ClockReading:
    assert state.limit is not None
    return read_clock(state.limit, clock_history(state), CALENDAR, now=now)


def extension(**changes: int) -> ExtensionRule:
    return ExtensionRule.model_validate({"source": ["law"], **changes})


@pytest.mark.parametrize(
    ("came_in", "due"),
    [
        ("2026-03-02T09:00", "2026-03-03T09:00"),
        ("2026-03-06T15:30", "2026-03-09T15:30"),  # Friday: the weekend does not count
        ("2026-03-07T10:00", "2026-03-09T17:00"),  # online on a Saturday: all of Monday
        ("2026-02-13T16:00", "2026-02-23T16:00"),  # over Tết
    ],
)
def test_a_submission_has_to_be_accepted_within_eight_working_hours(came_in: str, due: str) -> None:
    assert acceptance_due(submitted(came_in), CALENDAR) == at(due)


def test_a_forwarded_dossier_counts_from_its_receipt_at_the_competent_body() -> None:
    state = submitted()
    state.status = Status.FORWARDED
    assert acceptance_due(state, CALENDAR) is None
    state.status, state.received_at_competent_body = Status.SUBMITTED, at("2026-03-04T10:00")
    assert acceptance_due(state, CALENDAR) == at("2026-03-05T10:00")


def test_it_waits_for_the_applicant_and_starts_anew_after_the_supplement() -> None:
    state = submitted()
    state.status = Status.INCOMPLETE
    state.supplements.append(Supplement(1, "intake", at("2026-03-02T10:00"), "run"))
    assert acceptance_due(state, CALENDAR) is None
    state.status, state.supplements[0].received_at = Status.SUBMITTED, at("2026-03-10T08:00")
    assert acceptance_due(state, CALENDAR) == at("2026-03-11T08:00")
    state.reopened_at = at("2026-03-12T08:00")
    assert acceptance_due(state, CALENDAR) == at("2026-03-13T08:00")


def test_an_accepted_dossier_owes_no_acceptance() -> None:
    assert acceptance_due(accepted(), CALENDAR) is None


@pytest.mark.parametrize(
    ("days", "came_in", "rule", "by"),
    [
        # Five working days from Monday 2/3 are due on Monday 9/3: the last working day a day before is Friday.
        ("5", "2026-03-02T09:00", None, "2026-03-06T17:00"),
        ("4", "2026-03-02T09:00", None, "2026-03-05T17:00"),
        ("4", "2026-03-02T09:00", extension(apology_days_before=2), "2026-03-04T17:00"),
        ("4", "2026-03-02T09:00", extension(apology_days_before=0), "2026-03-06T17:00"),
        ("3", "2026-02-11T09:00", None, "2026-02-13T17:00"),  # due Monday 23/2: the day before lies in Tết
    ],
)
def test_the_last_close_of_office_at_which_an_apology_is_in_time(
    days: str, came_in: str, rule: ExtensionRule | None, by: str
) -> None:
    state = accepted(days, came_in)
    assert apology_by(state, clock(state, at(came_in)), CALENDAR, rule) == at(by)


def test_nobody_owes_an_apology_twice_nor_while_the_clock_stands_still_nor_for_a_same_day_limit() -> None:
    state = accepted()
    state.pauses.append(PauseInterval(1, "survey", "other_agency", at("2026-03-03T09:00"), "continue"))
    assert apology_by(state, clock(state, at("2026-03-04T09:00")), CALENDAR) is None
    extended = accepted()
    extended.extensions.append(ExtensionGranted(at("2026-03-03T09:00"), "2", None))
    assert apology_by(extended, clock(extended, at("2026-03-04T09:00")), CALENDAR) is None
    twice = extension(maximum_times=2)
    assert apology_by(extended, clock(extended, at("2026-03-04T09:00")), CALENDAR, twice) == at("2026-03-10T17:00")
    apologised = accepted()
    apologised.apologised.append(at("2026-03-03T09:00"))
    assert apology_by(apologised, clock(apologised, at("2026-03-04T09:00")), CALENDAR) is None
    same_day = accepted("1")
    same_day.limit = Limit(Decimal(8), Unit.WORKING_HOURS)
    assert apology_by(same_day, clock(same_day, at("2026-03-02T10:00")), CALENDAR) == at("2026-03-02T17:00")
    same_day.limit = Limit(Decimal(4), Unit.WORKING_HOURS)
    assert apology_by(same_day, clock(same_day, at("2026-03-02T10:00")), CALENDAR) is None


def test_three_working_days_to_ask_for_a_supplement() -> None:
    state = accepted("5", "2026-03-05T14:00")
    # Friday 6/3, Monday 9/3, Tuesday 10/3: until the end of that day.
    assert supplement_window_ends(state, CALENDAR) == at("2026-03-11T00:00")
    assert supplement_request_by(at("2026-03-06T08:00"), CALENDAR) == at("2026-03-12T00:00")
    state.supplements.append(Supplement(1, "processing", at("2026-03-06T10:00"), "pause"))
    assert supplement_window_ends(state, CALENDAR) is None
    assert supplement_window_ends(submitted(), CALENDAR) is None


def test_every_duty_names_its_source_and_says_that_nobody_checked_it() -> None:
    rules = duty_rules()
    assert rules.acceptance.source.startswith("NĐ 118/2025/NĐ-CP art. 18.2")
    assert rules.supplement_request.source == "NĐ 61/2018/NĐ-CP art. 19.4"
    assert rules.apology.source == "NĐ 61/2018/NĐ-CP art. 19.9"
    assert {rules.acceptance.review, rules.supplement_request.review, rules.apology.review} == {"unverified"}
