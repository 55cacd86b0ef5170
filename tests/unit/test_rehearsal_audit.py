"""The check of a rehearsed dossier, on ledgers and plans written by hand; and the script, which dice alone decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from dossiers.events import Event, EventType
from dossiers.planned_rungs import PlannedRung
from dossiers.rungs_reached import ReachedRung
from dossiers.states import DossierState
from flows.rehearsal.audit import Audit, Recorded, audit
from flows.rehearsal.proof import is_explained
from flows.rehearsal.setting import Wish, setting_of
from procedures.base import Names
from tests.samples import at

REGISTERED, WITHDRAWN = at("2026-03-02T09:00"), at("2026-03-04T09:00")
END = at("2026-03-10T00:00")
HALF, WHOLE = at("2026-03-03T09:00"), at("2026-03-05T09:00")


def event(revision: int, type: EventType, when: datetime, payload: dict[str, Any], actor: str = "r") -> Event:
    return Event(revision, type, when, when, actor, payload, "", "")


def ledger(*, withdrawn: bool) -> list[Event]:
    facts = {"code": "MC-1", "procedure": "9", "province": "38", "commune": "1", "intake_commune": "1"}
    first = event(1, EventType.SUBMISSION_REGISTERED, REGISTERED, {**facts, "channel": "direct", "applicant": {}})
    last = event(2, EventType.DOSSIER_WITHDRAWN, WITHDRAWN, {})
    return [first, last] if withdrawn else [first]


def plan(state: DossierState, _at: datetime) -> Iterable[PlannedRung]:
    """Half and all of the time for acceptance, as long as the dossier waits for it."""
    if state.closed_at is None:
        return [PlannedRung(HALF, "half", 0, 0), PlannedRung(WHOLE, "whole", 0, 0)]
    return []


def half(moment: datetime = HALF) -> Recorded:
    return Recorded("half", 0, 0, moment, moment + timedelta(minutes=5))


def checked(events: list[Event], *recorded: Recorded) -> Audit:
    return audit("MC-1", events, recorded, plan_of=plan, end=END)


def test_a_state_brings_what_lies_before_the_event_that_ended_it() -> None:
    found = checked(ledger(withdrawn=True), half())
    assert found.expected == {("half", 0, 0): HALF}
    assert found.problems == []


def test_a_state_that_stands_brings_everything_until_the_end() -> None:
    found = checked(ledger(withdrawn=False), half(), Recorded("whole", 0, 0, WHOLE, END))
    assert found.expected == {("half", 0, 0): HALF, ("whole", 0, 0): WHOLE}
    assert found.problems == []


def test_missing_doubled_groundless_and_wrong_rungs_are_named() -> None:
    assert checked(ledger(withdrawn=True)).problems == [
        "rung half (number 0, clock period 0) of 2026-03-03T09:00:00+07:00 is missing"
    ]
    assert checked(ledger(withdrawn=True), half(), half()).problems == [
        "rung half (number 0, clock period 0) was recorded 2 times"
    ]
    assert checked(ledger(withdrawn=True), half(), Recorded("whole", 0, 0, WHOLE, END)).problems == [
        "rung whole (number 0, clock period 0) of 2026-03-05T09:00:00+07:00 had no ground"
    ]
    assert checked(ledger(withdrawn=True), half(HALF + timedelta(hours=1))).problems == [
        "rung half (number 0, clock period 0) carries 2026-03-03T10:00:00+07:00 instead of 2026-03-03T09:00:00+07:00"
    ]
    early = Recorded("half", 0, 0, HALF, HALF - timedelta(minutes=1))
    assert checked(ledger(withdrawn=True), early).problems == [
        "rung half (number 0, clock period 0) was recorded before its moment"
    ]


def test_a_supplement_that_nobody_answered_must_end_the_dossier_at_its_moment() -> None:
    asked = {"number": 1, "stage": "intake", "clock": "run", "when_passed": "refuse"}
    asked["answer_by"] = WHOLE.isoformat()
    events = [*ledger(withdrawn=False), event(2, EventType.SUPPLEMENT_REQUESTED, HALF, asked)]
    assert audit("MC-1", events, [], plan_of=lambda _s, _a: [], end=END).problems == [
        "applicant_silent of 2026-03-05T09:00:00+07:00 did not come"
    ]
    silent = {"because": "supplement_deadline_passed", "request": 1, "stage": "intake"}
    ended = [*events, event(3, EventType.DOSSIER_REFUSED, WHOLE, silent, "system")]
    found = audit("MC-1", ended, [], plan_of=lambda _s, _a: [], end=END)
    assert found.problems == []
    assert [(t.kind.value, t.moment) for t in found.elapsed] == [("applicant_silent", WHOLE)]
    late = [*events, event(3, EventType.DOSSIER_REFUSED, END, silent, "system")]
    assert audit("MC-1", late, [], plan_of=lambda _s, _a: [], end=END).problems == [
        "revision 3: DossierRefused without a timer of that moment"
    ]
    overtaken = [*events, event(3, EventType.SUPPLEMENT_RECEIVED, END, {"number": 1})]
    assert audit("MC-1", overtaken, [], plan_of=lambda _s, _a: [], end=END).problems == [
        "revision 3: applicant_silent was due before it, and did not come"
    ]


def test_an_automatic_step_is_done_exactly_once() -> None:
    opens = [{"occurrence": 1, "step": "issue_receipt", "kind": "automatic", "role": None}]
    registered, *_ = ledger(withdrawn=False)
    opened = event(1, registered.type, REGISTERED, {**registered.payload, "opens": opens})
    assert audit("MC-1", [opened], [], plan_of=lambda _s, _a: [], end=END).problems == [
        "automatic step issue_receipt was never done"
    ]
    receipt = {"promised_at": None, "occurrence": 1}
    done = event(2, EventType.RECEIPT_ISSUED, HALF, {**receipt, "closes": [[1, "done"]]}, "system")
    again = event(3, EventType.RECEIPT_ISSUED, HALF, receipt, "system")
    assert audit("MC-1", [opened, done], [], plan_of=lambda _s, _a: [], end=END).problems == []
    assert audit("MC-1", [opened, done, again], [], plan_of=lambda _s, _a: [], end=END).problems == [
        "automatic step 1 was done 2 times"
    ]


def test_a_sentence_names_its_rung_and_its_moment_in_both_languages() -> None:
    names = Names(vi="Quá hạn", en="Overdue")
    good = Names(vi="Quá hạn lúc 09:00 03/03/2026", en="Overdue at 09:00 03/03/2026")
    assert is_explained(ReachedRung("overdue", 0, 0, HALF, HALF, good), names)
    half_said = Names(vi="Quá hạn lúc 09:00 03/03/2026", en="Overdue")
    assert not is_explained(ReachedRung("overdue", 0, 0, HALF, HALF, half_said), names)
    bare = Names(vi="overdue lúc 09:00 03/03/2026", en="overdue at 09:00 03/03/2026")
    assert not is_explained(ReachedRung("overdue", 0, 0, HALF, HALF, bare), Names(vi="overdue", en="overdue"))


def test_the_same_seed_gives_the_same_month_and_another_seed_another() -> None:
    wish = Wish(communes=3, days=12, seed=7, start=date(2027, 1, 25), per_day=1)
    first, again = setting_of(wish), setting_of(wish)
    assert first.plans == again.plans
    assert first.teams == again.teams
    assert first.plans != setting_of(Wish(3, 12, 8, date(2027, 1, 25), 1)).plans


def test_tet_and_the_storm_bring_no_dossiers() -> None:
    month = setting_of(Wish(communes=4, days=30, seed=7, start=date(2027, 1, 25), per_day=2))
    days = {plan.starts_at.astimezone(at("2027-01-01T00:00").tzinfo).date() for plan in month.plans}
    assert days.isdisjoint(date(2027, 2, day) for day in (4, 5, 6, 7, 8, 9, 10))
    assert month.storm is not None
    struck = {plan.commune for plan in month.plans if plan.starts_at.date() in month.storm.days}
    assert struck.isdisjoint(month.storm.communes)
