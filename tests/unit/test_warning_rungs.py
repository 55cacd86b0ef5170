"""The legal moment of every kind of rung, worked out by hand. Office hours are 7:00-11:30 and 13:30-17:00.

In 2026, 2 March is a Monday; Tết is from Monday 16 to Friday 20 February.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from dossiers.clock import read_clock
from dossiers.ladder import Ladder, built_in_ladders
from dossiers.reading import clock_history
from dossiers.states import (
    Consultation,
    DossierState,
    ExtensionGranted,
    OpenStep,
    PauseInterval,
    Status,
    Supplement,
)
from dossiers.warning_rungs import plan
from dossiers.working_time import LOCAL_ZONE
from procedures.calendars import load_calendar
from procedures.limits import Limit, Unit
from procedures.schema import Definition
from tests.samples import at, sample

CALENDAR = load_calendar()
ACCEPTED = "2026-03-02T09:00"


def with_hours(hours: str) -> Definition:
    """The sample procedure with an internal limit for the appraisal."""
    raw = sample().model_dump(mode="json", by_alias=True, exclude_none=True)
    steps = [s | {"limit_hours": hours} if s["id"] == "appraise" else s for s in raw["steps"]]
    return sample(steps=steps)


DEFINITION = with_hours("8")


def ladder() -> Ladder:
    return built_in_ladders().ladder_for(
        procedure="9.000001", field="ho-tich", province="38", commune="14845", on=at(ACCEPTED).date()
    )


def accepted(amount: str = "5", when: str = ACCEPTED, unit: Unit = Unit.WORKING_DAYS) -> DossierState:
    return DossierState(
        status=Status.IN_PROGRESS,
        version=1,
        registered_at=at(when),
        accepted_at=at(when),
        clock_starts_at=at(when),
        limit=Limit(Decimal(amount), unit, cut_off=at("2026-01-01T15:00").timetz().replace(tzinfo=None)),
    )


def moments(state: DossierState, *prefixes: str, now: str = "2026-03-02T10:00") -> list[tuple[str, str]]:
    """The rungs whose id begins so, each with its local moment; `now` matters while the clock stands still."""
    reading = read_clock(state.limit, clock_history(state), CALENDAR, now=at(now)) if state.limit else None
    planned = plan(state, DEFINITION if state.version else None, reading, CALENDAR, ladder())
    return [(p.rung, local(p.moment)) for p in planned if p.rung.startswith(prefixes or ("",))]


def local(moment: datetime) -> str:
    return moment.astimezone(LOCAL_ZONE).strftime("%Y-%m-%dT%H:%M")


def paused(state: DossierState, start: str, end: str | None = None) -> DossierState:
    number = len(state.pauses) + 1
    over = at(end) if end else None
    state.pauses.append(PauseInterval(number, "survey", "other_agency", at(start), "continue", ended_at=over))
    return state


def appraising(state: DossierState, opened: str) -> DossierState:
    state.open_steps[2] = OpenStep(2, "appraise", "human", "case_officer", at(opened))
    return state


def test_every_rung_by_the_dossiers_own_clock() -> None:
    # 40 office hours from Tuesday's opening; due at the close of office on Monday 9 March.
    assert moments(accepted()) == [
        ("used_50", "2026-03-05T11:00"),  # 20 h: two days and four hours of Thursday
        ("apology_due", "2026-03-06T07:00"),  # the last working day a day before the due date
        ("used_75", "2026-03-06T15:00"),  # 30 h: three days and six hours of Friday
        ("due_today", "2026-03-09T07:00"),
        ("used_90", "2026-03-09T11:00"),  # 36 h: four days and four hours of Monday
        ("overdue", "2026-03-09T17:00"),
        ("overdue_1", "2026-03-10T07:00"),
        ("overdue_3", "2026-03-12T07:00"),
        ("overdue_5", "2026-03-16T07:00"),  # a weekend lies between
    ]


def test_over_tet_the_rungs_skip_the_holidays() -> None:
    # Three days from Wednesday 11/2: Thursday 12, Friday 13, Monday 23. The last working day before it is Friday 13.
    assert moments(accepted("3", "2026-02-11T09:00"), now="2026-02-11T09:00") == [
        ("apology_due", "2026-02-13T07:00"),
        ("used_50", "2026-02-13T11:00"),
        ("due_today", "2026-02-23T07:00"),
        ("used_75", "2026-02-23T09:00"),
        ("used_90", "2026-02-23T14:36"),  # 21.6 h: two days, a morning and 66 minutes
        ("overdue", "2026-02-23T17:00"),
        ("overdue_1", "2026-02-24T07:00"),
        ("overdue_3", "2026-02-26T07:00"),
        ("overdue_5", "2026-03-02T07:00"),
    ]


def test_overdue_days_count_over_tet() -> None:
    # Due on Friday 13/2: the first working day after it is Monday the 23rd.
    assert moments(accepted("2", "2026-02-11T09:00"), "overdue", now="2026-02-11T09:00") == [
        ("overdue", "2026-02-13T17:00"),
        ("overdue_1", "2026-02-23T07:00"),
        ("overdue_3", "2026-02-25T07:00"),
        ("overdue_5", "2026-02-27T07:00"),
    ]


def test_a_same_day_procedure_is_warned_of_within_its_day() -> None:
    # Received at 9:00: 6 office hours to the close of office.
    assert moments(accepted("0", unit=Unit.SAME_DAY)) == [
        ("due_today", "2026-03-02T09:00"),
        ("used_50", "2026-03-02T14:00"),
        ("used_75", "2026-03-02T15:30"),
        ("used_90", "2026-03-02T16:24"),
        ("overdue", "2026-03-02T17:00"),
        ("overdue_1", "2026-03-03T07:00"),
        ("overdue_3", "2026-03-05T07:00"),
        ("overdue_5", "2026-03-09T07:00"),
    ]


def test_working_hours_run_out_within_a_day() -> None:
    # Eight hours from 9:00: six on Monday, two on Tuesday.
    assert moments(accepted("8", unit=Unit.WORKING_HOURS), "used", "due", "overdue") == [
        ("used_50", "2026-03-02T15:00"),
        ("used_75", "2026-03-02T17:00"),
        ("due_today", "2026-03-03T07:00"),
        ("used_90", "2026-03-03T08:12"),
        ("overdue", "2026-03-03T09:00"),
        ("overdue_1", "2026-03-04T07:00"),
        ("overdue_3", "2026-03-06T07:00"),
        ("overdue_5", "2026-03-10T07:00"),
    ]


def test_while_the_clock_stands_still_no_rung_of_the_clock_or_of_a_step_is_planned() -> None:
    state = paused(appraising(accepted(), ACCEPTED), "2026-03-04T07:00")
    state.status = Status.PAUSED
    assert moments(state, "used", "due", "overdue", "apology", "step", now="2026-03-20T09:00") == []


def test_a_pause_after_the_due_time_does_not_hide_that_it_is_overdue() -> None:
    state = paused(accepted(), "2026-03-11T09:00")
    assert moments(state, "overdue", now="2026-03-20T09:00") == [
        ("overdue", "2026-03-09T17:00"),
        ("overdue_1", "2026-03-10T07:00"),
        ("overdue_3", "2026-03-12T07:00"),
        ("overdue_5", "2026-03-16T07:00"),
    ]


def test_a_pause_that_is_over_moves_what_lies_after_it() -> None:
    state = paused(accepted(), "2026-03-06T07:00", "2026-03-11T07:00")  # Friday, Monday and Tuesday: 24 h
    assert moments(state, "used", "due", "overdue") == [
        ("used_50", "2026-03-05T11:00"),
        ("used_75", "2026-03-11T15:00"),
        ("due_today", "2026-03-12T07:00"),
        ("used_90", "2026-03-12T11:00"),
        ("overdue", "2026-03-12T17:00"),
        ("overdue_1", "2026-03-13T07:00"),
        ("overdue_3", "2026-03-17T07:00"),
        ("overdue_5", "2026-03-19T07:00"),
    ]


def test_a_new_clock_period_has_only_what_comes_after_its_beginning() -> None:
    state = accepted()
    state.extensions.append(ExtensionGranted(at("2026-03-06T16:00"), "2", None))
    state.period_started_at = at("2026-03-06T16:00")
    # 56 h, due on Wednesday 11/3; half of it was over on Friday at 11:00, and the apology was sent with the extension.
    assert moments(state, "used", "due", "apology", "overdue") == [
        ("used_75", "2026-03-10T09:00"),
        ("due_today", "2026-03-11T07:00"),
        ("used_90", "2026-03-11T09:24"),
        ("overdue", "2026-03-11T17:00"),
        ("overdue_1", "2026-03-12T07:00"),
        ("overdue_3", "2026-03-16T07:00"),
        ("overdue_5", "2026-03-18T07:00"),
    ]
    reading = read_clock(state.limit, clock_history(state), CALENDAR, now=at(ACCEPTED))  # type: ignore[arg-type]
    assert {p.clock_period for p in plan(state, DEFINITION, reading, CALENDAR, ladder())} == {1}


@pytest.mark.parametrize(
    ("opened", "pause", "soon", "late"),
    [
        ("2026-03-02T09:00", None, "2026-03-02T17:00", "2026-03-03T09:00"),
        # Stopped from 10:00 to Tuesday 14:00: one hour before it, then 13:30-14:00 passes unused.
        ("2026-03-02T09:00", ("2026-03-02T10:00", "2026-03-03T14:00"), "2026-03-04T09:00", "2026-03-04T11:00"),
        ("2026-03-06T16:00", None, "2026-03-09T14:00", "2026-03-09T16:00"),  # over a weekend
        ("2026-02-13T16:00", None, "2026-02-23T14:00", "2026-02-23T16:00"),  # over Tết
    ],
)
def test_a_step_has_75_and_100_percent_of_its_own_hours(
    opened: str, pause: tuple[str, str] | None, soon: str, late: str
) -> None:
    state = appraising(accepted(), opened)
    if pause:
        paused(state, *pause)
    assert moments(state, "step") == [("step_due_soon", soon), ("step_late", late)]


def test_a_step_of_the_machine_or_without_a_limit_has_no_rungs() -> None:
    state = accepted()
    state.open_steps[1] = OpenStep(1, "issue_receipt", "automatic", None, at(ACCEPTED))
    state.open_steps[2] = OpenStep(2, "sign", "human", "signatory", at(ACCEPTED))
    assert moments(state, "step") == []


def test_a_rung_names_its_step_consultation_or_request() -> None:
    state = appraising(accepted(), ACCEPTED)
    reading = read_clock(state.limit, clock_history(state), CALENDAR, now=at(ACCEPTED))  # type: ignore[arg-type]
    keys = [p.key for p in plan(state, DEFINITION, reading, CALENDAR, ladder())]
    assert ("step_late", 2, 0) in keys
    assert ("used_50", 0, 0) in keys


def test_acceptance_is_half_over_after_four_office_hours_and_late_after_eight() -> None:
    state = DossierState(status=Status.SUBMITTED, registered_at=at("2026-03-06T15:00"))
    assert moments(state) == [("acceptance_due_soon", "2026-03-09T09:00"), ("acceptance_late", "2026-03-09T15:00")]


def test_acceptance_counts_anew_after_a_supplement_at_intake_under_a_number_of_its_own() -> None:
    state = DossierState(status=Status.SUBMITTED, registered_at=at("2026-03-02T09:00"))
    state.supplements.append(Supplement(1, "intake", at("2026-03-02T10:00"), "run", received_at=at("2026-03-10T07:00")))
    assert moments(state) == [("acceptance_due_soon", "2026-03-10T11:00"), ("acceptance_late", "2026-03-10T17:00")]
    assert {p.number for p in plan(state, None, None, CALENDAR, ladder())} == {1}


def test_the_last_day_to_request_a_supplement_is_the_third_after_the_acceptance() -> None:
    window = [("supplement_window", "2026-03-05T07:00")]
    assert moments(appraising(accepted(), ACCEPTED), "supplement") == window
    assert moments(accepted(), "supplement") == []  # nobody appraises it any more
    asked = appraising(accepted(), ACCEPTED)
    asked.supplements.append(Supplement(1, "processing", at("2026-03-03T10:00"), "pause"))
    assert moments(asked, "supplement") == []
    assert moments(appraising(accepted("5", "2026-02-12T09:00"), ACCEPTED), "supplement") == [
        ("supplement_window", "2026-02-24T07:00")  # Friday 13, Monday 23, Tuesday 24
    ]


def test_the_applicants_last_day_to_answer() -> None:
    state = accepted()
    state.status = Status.AWAITING_SUPPLEMENT
    paused(state, "2026-03-03T10:00")
    asked = Supplement(1, "processing", at("2026-03-03T10:00"), "pause", answer_by=at("2026-03-06T00:00"))
    state.supplements.append(asked)
    assert moments(state, "answer", now="2026-03-03T10:00") == [("answer_due_soon", "2026-03-05T07:00")]
    asked.answer_by = at("2026-03-04T00:00")  # today is the last day
    assert moments(state, "answer", now="2026-03-03T10:00") == [("answer_due_soon", "2026-03-03T10:00")]
    asked.received_at = at("2026-03-03T11:00")
    assert moments(state, "answer", now="2026-03-03T11:00") == []


def test_a_consulted_body_is_reminded_at_75_percent_and_late_only_if_silence_is_no_answer() -> None:
    state = accepted("10")
    asked = Consultation(1, "Công an xã", 3, at("2026-03-03T09:00"), at("2026-03-06T00:00"), "consent")
    state.consultations[1] = asked
    # From Tuesday 9:00 to the end of Thursday: 6 + 8 + 8 = 22 office hours; 16.5 of them end on Thursday at 9:30.
    assert moments(state, "consultation") == [("consultation_due_soon", "2026-03-05T09:30")]
    asked.on_silence = None
    assert moments(state, "consultation") == [
        ("consultation_due_soon", "2026-03-05T09:30"),
        ("consultation_late", "2026-03-06T00:00"),
    ]
    asked.answered_at = at("2026-03-04T09:00")
    assert moments(state, "consultation") == []


def test_a_dossier_that_is_done_has_no_rungs() -> None:
    state = appraising(accepted(), ACCEPTED)
    state.status, state.finished_at = Status.FINISHED, at("2026-03-04T09:00")
    assert moments(state) == []
