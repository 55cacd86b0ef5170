"""A new version of a procedure: what it would move, the explicit act, and past dossiers counted again under it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dossiers.errors import (
    MalformedCommand,
    NoAuthority,
    NotPermittedNow,
    NoTransitionRule,
    VersionDoesNotFit,
    VersionNotLater,
)
from dossiers.ledger_check import check
from dossiers.offers import offers
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.replay import months, replay
from dossiers.session import reading
from dossiers.version_impact import version_impact
from dossiers.views import open_view
from procedures.catalogue import Catalogue, load_fields
from procedures.errors import UnknownProcedure
from procedures.schema import Definition
from tests.desk import MONDAY, Desk
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, SUPERVISOR, at, sample

TUESDAY = at("2026-03-03T09:00")
RULE = "Hồ sơ đã tiếp nhận được chuyển sang phiên bản mới."


def second(amount: str = "3", *, transition: str | None = RULE, **changes: Any) -> Definition:
    """Version 2 of the sample, with another limit for its normal case."""
    cases = [case.model_dump(by_alias=True, exclude_none=True) for case in sample().cases]
    cases[0]["time_limit"]["amount"] = {"normal": amount}
    given = {"version": 2, "effective": {"from": "2026-04-01"}, "cases": cases, "transition": transition, **changes}
    return sample(**given)


def both(office: Office, new: Definition) -> Office:
    """An office in which version 2 is installed beside version 1."""
    first = sample(effective={"from": "2025-01-01", "until": "2026-04-01"})
    return replace(office, catalogue=Catalogue.of((first, new), load_fields()))


def without(part: str, name: str) -> list[dict[str, Any]]:
    """A part of the sample without the entry of that id."""
    entries = getattr(sample(), part)
    return [e.model_dump(by_alias=True, exclude_none=True) for e in entries if e.id != name]


def test_the_dry_run_names_due_dates_under_the_new_version_and_writes_nothing(office: Office) -> None:
    plain, longer = Desk(office).accepted(), Desk(office).accepted(additions=["verify"])
    area = Desk(office).accepted(case="area", area="difficult")
    report = version_impact(office, second(), now=TUESDAY)
    assert (report.looked_at, report.transition) == (3, RULE)
    assert [(m.dossier, m.bound_before, m.bound_after, m.due_before, m.due_after) for m in report.moved] == [
        (plain.code, "1", "2", at("2026-03-09T17:00"), at("2026-03-05T17:00")),
        (longer.code, "1", "2", at("2026-03-12T17:00"), at("2026-03-10T17:00")),
    ]
    assert {m.promise for m in report.moved} == {"after_due"}
    assert report.unchanged == [area.code]
    assert report.cannot_move == {}
    late = version_impact(office, second(), now=at("2026-03-06T09:00"))
    assert [m.dossier for m in late.moved if m.becomes_late] == [plain.code]
    assert plain.state.revision == 3
    assert version_impact(office, sample(), now=TUESDAY).looked_at == 0


def test_what_the_new_version_lacks_is_listed(office: Office) -> None:
    area = Desk(office).accepted(case="area", area="normal")
    paused = Desk(office).accepted()
    paused.do("pause", TUESDAY, CASE, reason="survey")
    new = second(
        cases=[second().cases[0].model_dump(by_alias=True, exclude_none=True)], pauses=without("pauses", "survey")
    )
    report = version_impact(office, new, now=TUESDAY)
    assert report.cannot_move[paused.code] == ["pause survey"]
    assert [reason.split(" (")[0] for reason in report.cannot_move[area.code]] == ["The procedure has no such case."]


def test_moving_is_a_recorded_act_and_the_promise_stays(office: Office) -> None:
    desk = Desk(both(office, second())).accepted()
    with reading(office.engine) as session:
        view = open_view(desk.office, session, desk.code, now=TUESDAY)
        offered = {o.action: o for o in offers(desk.office, session, view, actor=SUPERVISOR)}
    assert [c.id for c in offered[Action.MOVE_TO_VERSION].choices["version"]] == ["2"]
    with pytest.raises(NoAuthority):
        desk.do("move_to_version", TUESDAY, CASE, version=2, reason="luật mới")
    desk.do("move_to_version", TUESDAY, SUPERVISOR, version=2, reason="luật mới")
    event = desk.events[-1]
    assert event.type.value == "VersionChanged"
    assert (event.payload["version_before"], event.payload["version_after"]) == (1, 2)
    assert event.payload["limit"]["amount"] == "3"
    assert str(desk.row.due_on) == "2026-03-05"
    assert desk.row.version == 2
    assert desk.row.clock_period == 1
    assert desk.state.promised_at == at("2026-03-09T17:00")
    assert check(desk.office, now=TUESDAY).differences == []
    desk.appraised("ok", TUESDAY)
    with pytest.raises(VersionNotLater):
        desk.do("move_to_version", TUESDAY, SUPERVISOR, version=1, reason="luật mới")


def test_no_dossier_moves_without_a_transition_rule_or_past_what_it_needs(office: Office) -> None:
    desk = Desk(both(office, second(transition=None))).accepted()
    with pytest.raises(NoTransitionRule):
        desk.do("move_to_version", TUESDAY, SUPERVISOR, version=2, reason="luật mới")
    with pytest.raises(UnknownProcedure):
        desk.do("move_to_version", TUESDAY, SUPERVISOR, version=3, reason="luật mới")
    paused = Desk(both(office, second(pauses=without("pauses", "survey")))).accepted()
    paused.do("pause", TUESDAY, CASE, reason="survey")
    with pytest.raises(VersionDoesNotFit):
        paused.do("move_to_version", TUESDAY, SUPERVISOR, version=2, reason="luật mới")
    waiting = Desk(both(office, second()))
    waiting.register(MONDAY)
    with pytest.raises(NotPermittedNow):
        waiting.do("move_to_version", TUESDAY, SUPERVISOR, version=2, reason="luật mới")


def finished(office: Office, day: str, *, pause: tuple[str, str, str] | None = None, step: str = "ok") -> Desk:
    """A dossier accepted on 2 March and finished on a day; paused on a ground from one instant to another."""
    desk, end = Desk(office).accepted(), at(f"{day}T10:00")
    if pause:
        desk.do("pause", at(pause[1]), CASE, reason=pause[0])
        desk.do("resume", at(pause[2]), CASE, reason=pause[0])
    desk.do("complete_step", end, CASE, occurrence=2, outcome=step)
    if step == "wait":
        desk.do("complete_step", end, RECEIVER, occurrence=3, outcome="accepted")
    signing = next(o.occurrence for o in desk.state.open_steps.values() if o.step == "sign")
    desk.do("complete_step", end, SIGNER, occurrence=signing, outcome="signed")
    desk.do("issue_result", end, CLERK, result="paper")
    return desk


def test_past_dossiers_are_counted_again_under_a_shorter_limit(office: Office) -> None:
    for day in ("2026-03-04", "2026-03-05", "2026-03-06"):
        finished(office, day)
    late = finished(office, "2026-03-10")
    Desk(office).accepted()
    report = replay(office, second(), procedure="9.000001", period="2026-03")
    assert (report.real.early, report.real.on_time, report.real.late) == (3, 0, 1)
    assert report.real.rate == Fraction(3, 4)
    assert (report.would_be.early, report.would_be.on_time, report.would_be.late) == (1, 1, 2)
    assert report.would_be.rate == Fraction(1, 2)
    assert [(c.verdict_before.value, c.verdict_after.value, c.due_after) for c in report.changed] == [
        ("early", "on_time", at("2026-03-05T17:00")),
        ("early", "late", at("2026-03-05T17:00")),
    ]
    assert late.code not in {c.dossier for c in report.changed}
    assert report.not_compared == {}
    assert replay(office, second(), procedure="9.000001", period="2026-04..2026-06").would_be.rate is None
    assert replay(office, second(), procedure="9.000001", period="2026-01..2026-03").real.total == 4
    assert replay(office, second(), procedure="9.000001", period="2026-03", province="04").real.total == 0


def test_pauses_are_recognised_by_their_ground_and_its_maximum(office: Office) -> None:
    # Five working days with two paused away: due on Wednesday 11 March, finished that day.
    finished(office, "2026-03-11", pause=("survey", "2026-03-04T07:00", "2026-03-06T07:00"))
    same = replay(office, second("5"), procedure="9.000001", period="2026-03")
    assert [(c.due_before, c.due_after) for c in same.compared] == [(at("2026-03-11T17:00"), at("2026-03-11T17:00"))]
    unknown = replay(office, second("5", pauses=without("pauses", "survey")), procedure="9.000001", period="2026-03")
    assert [(c.due_after, c.verdict_after.value) for c in unknown.compared] == [(at("2026-03-09T17:00"), "late")]
    assert unknown.pauses_not_recognised == {"survey": 1}
    shorter = [*without("pauses", "survey"), _survey(maximum={"amount": "4", "unit": "working_hours"})]
    capped = replay(office, second("5", pauses=shorter), procedure="9.000001", period="2026-03")
    assert [c.due_after for c in capped.compared] == [at("2026-03-10T17:00")]
    again = [*without("pauses", "survey"), _survey(on_resume="restart")]
    restarted = replay(office, second("5", pauses=again), procedure="9.000001", period="2026-03")
    assert [c.due_after for c in restarted.compared] == [at("2026-03-13T17:00")]
    stopped = [*without("pauses", "survey"), _survey(on_resume="stop")]
    ended = replay(office, second("5", pauses=stopped), procedure="9.000001", period="2026-03")
    assert ended.compared == []
    assert [why for why in ended.not_compared.values() if "stops the dossier" in why] != []


def _survey(**changes: Any) -> dict[str, Any]:
    names = {"vi": "đo đạc", "en": "survey"}
    return {"id": "survey", "names": names, "whose_time": "other_agency", "source": ["law"], **changes}


def test_what_cannot_be_compared_and_steps_that_are_gone_are_listed(office: Office) -> None:
    finished(office, "2026-03-05", step="wait")
    steps = without("steps", "confirm")
    appraise = next(s for s in steps if s["id"] == "appraise")
    appraise["outcomes"] = {k: v for k, v in appraise["outcomes"].items() if k != "wait"}
    report = replay(office, second("5", steps=steps), procedure="9.000001", period="2026-03")
    assert report.steps_gone == {"confirm": 1}
    assert report.real.total == 1
    elsewhere = second(scope={"provinces": ["04"]})
    other = replay(office, elsewhere, procedure="9.000001", period="2026-03")
    assert other.compared == []
    assert len(other.not_compared) == 1
    with pytest.raises(MalformedCommand):
        replay(office, second(), procedure="9.000002", period="2026-03")


def test_a_period_is_months_of_local_time() -> None:
    assert months("2026-12") == (at("2026-12-01T00:00"), at("2027-01-01T00:00"))
    assert months("2026-07..2026-09") == (at("2026-07-01T00:00"), at("2026-10-01T00:00"))


@pytest.mark.parametrize(
    "period", ["", "2026", "2026-13", "2026-09..2026-07", "2026-7", "0000-01", "2026-07..", "9999-12"]
)
def test_a_period_that_is_none_is_refused(period: str) -> None:
    with pytest.raises(MalformedCommand):
        months(period)
