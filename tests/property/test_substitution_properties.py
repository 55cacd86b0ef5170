"""However people, roles and absences lie: a substitute never takes what they may not do themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dossiers.actions.base import Context, check_holder
from dossiers.authority import Actor, Grant, StaffRole
from dossiers.delegation import Member
from dossiers.errors import DossierError
from dossiers.states import DoneStep, DossierState, OpenStep
from dossiers.substitution import Away, choose, needs_of, stand_ins, stood_in_for
from procedures.calendars import load_calendar
from procedures.steps import Step
from tests.samples import COMMUNE, at, sample

NINE = at("2026-03-02T09:00")
DAY = date(2026, 3, 2)
FIELDS = ("ho-tich", "dat-dai")
IDS = "abcdef"
days = st.integers(0, 12).map(lambda n: DAY + timedelta(days=n))
grants = st.builds(
    Grant,
    role=st.sampled_from(list(StaffRole)),
    province=st.just("38"),
    commune=st.sampled_from(["", "14845", "14797"]),
    field=st.sampled_from(["", *FIELDS]),
    first_on=st.none() | days,
    last_on=st.none() | days,
)
people = st.lists(st.lists(grants, max_size=4), min_size=2, max_size=6).map(
    lambda held: [Member(i, i, tuple(g)) for i, g in zip(IDS, held, strict=False)]
)
aways = st.lists(
    st.builds(
        lambda who, first, length: Away(who, first, first + timedelta(days=length)),
        st.sampled_from(IDS),
        days,
        st.integers(0, 5),
    ),
    max_size=5,
)


@given(people=people, away=aways, first=days, length=st.integers(0, 6), exempt=st.booleans())
def test_a_substitute_holds_every_role_covered_on_every_day(
    people: list[Member], away: list[Away], first: date, length: int, exempt: bool
) -> None:
    absence = Away("a", first, first + timedelta(days=length))
    needs = needs_of(people[0], fields=FIELDS, first_on=absence.first_on, last_on=absence.last_on)
    cover = choose(absence, needs, members=people, away=away, loads={}, exempt=lambda _c, _f: exempt)
    assert {*cover.covered, *(lack.need for lack in cover.uncovered)} == set(needs)
    assert (cover.substitute is None) is (not cover.covered)
    if cover.substitute is None:
        return
    assert cover.substitute.id != "a"
    assert not any(a.staff_id == cover.substitute.id and a.touches(absence.first_on, absence.last_on) for a in away)
    every = [first + timedelta(days=n) for n in range(length + 1)]
    for need in cover.covered:
        for day in every:
            held = [g for g in cover.substitute.grants if g.role is need.role and g.held_on(day)]
            assert any(g.reaches(need.province, need.commune, need.field) for g in held)


STEPS = [s for s in sample().steps if s.role is not None]
CALENDAR = load_calendar(province="38", commune=COMMUNE)


@given(
    step=st.sampled_from(STEPS),
    roles=st.frozensets(st.sampled_from([r.value for r in StaffRole])),
    assignee=st.sampled_from(["me", "absent", "other", None]),
    appraised=st.booleans(),
    exemption=st.none() | st.integers(1, 9),
)
def test_the_gate_lets_a_substitute_pass_only_with_the_steps_own_role(
    step: Step, roles: frozenset[str], assignee: str | None, appraised: bool, exemption: int | None
) -> None:
    state = DossierState()
    if appraised:
        state.done_steps.append(DoneStep(1, "appraise", "case_officer", "ok", "me", NINE, by_hand=True))
    facts = {"stands_in_for": frozenset({"absent"}), "signer_exemption": exemption}
    context = Context(state, sample(), CALENDAR, NINE, NINE, Actor("me"), roles, CALENDAR, facts)
    assert step.role is not None
    may_pass = (
        step.role.value in roles
        and assignee != "other"
        and not (step.role.value == "signatory" and appraised and exemption is None)
    )
    try:
        check_holder(context, OpenStep(2, step.id, step.kind.value, step.role.value, NINE, assignee), step)
    except DossierError:
        assert not may_pass
    else:
        assert may_pass


chains: Any = st.dictionaries(st.sampled_from(IDS), st.none() | st.sampled_from(IDS))


@given(chains, st.sampled_from(IDS))
def test_a_chain_is_short_without_loops_and_reads_the_same_from_both_ends(
    away_today: dict[str, str | None], person: str
) -> None:
    found = stand_ins(person, away_today)
    assert len(found) <= 2
    assert len(set(found)) == len(found)
    assert person not in found
    assert person in away_today or not found
    assert {other for other in IDS if person in stood_in_for(other, away_today)} == set(found)
