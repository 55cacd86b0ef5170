"""Any sequence of actions, sensible or not, leaves dossiers in a known state with a sound ledger."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossiers.errors import DossierError
from dossiers.events import Event
from dossiers.gate import apply_timers
from dossiers.history import apply, fold
from dossiers.ledger_check import chain_problem, check
from dossiers.migrate import upgrade
from dossiers.session import engine_for
from dossiers.states import ENDED, DossierState, Status
from dossiers.timers import next_timer
from procedures.errors import ProcedureError
from tests.conftest import make_office
from tests.desk import Desk
from tests.samples import CASE, CLERK, HEAD, RECEIVER, SIGNER, SUPERVISOR, at, sample

ACTORS = [RECEIVER, CASE, HEAD, SIGNER, CLERK, SUPERVISOR]
STEPS = [s.id for s in sample().steps]
OUTCOMES = sorted({o for s in sample().steps for o in s.outcomes})
REASON = {"reason": "lý do của phép thử"}
number = st.integers(1, 9)
commands: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.tuples(st.just("accept"), st.just({})),
    st.tuples(st.just("refuse"), st.just(REASON)),
    st.tuples(st.just("assign"), st.builds(dict, occurrence=number, assignee=st.sampled_from([a.id for a in ACTORS]))),
    st.tuples(st.just("complete_step"), st.builds(dict, occurrence=number, outcome=st.sampled_from(OUTCOMES))),
    st.tuples(st.just("complete_step"), st.builds(dict, occurrence=number, outcome=st.sampled_from(OUTCOMES))),
    st.tuples(st.just("return_to_step"), st.builds(dict, step=st.sampled_from(STEPS), reason=st.just("lý do"))),
    st.tuples(st.just("request_supplement"), st.just({"items": [{"problem": "thiếu"}], "exceeding_reason": "vì lẽ"})),
    st.tuples(st.just("receive_supplement"), st.just({})),
    st.tuples(st.just("pause"), st.builds(dict, reason=st.sampled_from(["posting", "survey", "tax", "violation"]))),
    st.tuples(st.just("resume"), st.builds(dict, reason=st.sampled_from(["posting", "survey", "tax", "violation"]))),
    st.tuples(st.just("extend"), st.just({"amount": "2", "apology": "xin lỗi", **REASON})),
    st.tuples(
        st.just("consult"), st.builds(dict, occurrence=number, bodies=st.just(["X", "Y"]), question=st.just("?..?"))
    ),
    st.tuples(
        st.just("answer_consultation"), st.builds(dict, number=number, answer=st.sampled_from(["consent", "objection"]))
    ),
    st.tuples(st.just("record_payment"), st.just({"fee": "le_phi", "amount_vnd": 8000, "how": "cash"})),
    st.tuples(st.just("issue_result"), st.just({"result": "paper"})),
    st.tuples(st.just("hand_over"), st.just({})),
    st.tuples(st.just("withdraw"), st.just(REASON)),
    st.tuples(st.just("propose_stop"), st.just({"legal_ground": "căn cứ", **REASON})),
    st.tuples(st.just("decline_stop"), st.just(REASON)),
    st.tuples(st.just("stop"), st.just({})),
    st.tuples(st.just("apologise"), st.just({"until": "2026-04-30T16:00:00+07:00", "apology": "xin lỗi", **REASON})),
    st.tuples(st.just("rate"), st.builds(dict, rating=st.integers(1, 5))),
    st.tuples(st.just("reopen"), st.just(REASON)),
    st.tuples(
        st.just("correct"),
        st.builds(
            dict,
            corrects=number,
            what=st.just("clock_start"),
            clock_start=st.just("2026-03-02T09:00:00+07:00"),
            reason=st.just("sai"),
        ),
    ),
)
moves = st.lists(st.tuples(commands, st.sampled_from(ACTORS), st.integers(0, 4000)), min_size=1, max_size=25)
_folder = itertools.count()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves, guided=st.booleans())
def test_any_sequence_of_actions_ends_in_a_known_state(tmp_path: Path, moves: list[Any], guided: bool) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / str(next(_folder))}.db")
    upgrade(engine)
    desk = Desk(make_office(engine, sample()))
    now = at("2026-03-02T09:00")
    if guided:
        desk.accepted(now)
    else:
        desk.register(now)
    for (action, command), actor, minutes in moves:
        now += timedelta(minutes=minutes)
        before = desk.state.revision
        try:
            desk.do(action, now, actor, **_aimed(desk.state, command))
        except (DossierError, ProcedureError):
            assert desk.state.revision == before, "a refused action wrote something"
        desk.machine(now)
    _sound(desk, now)
    engine.dispose()


def _aimed(state: DossierState, command: dict[str, Any]) -> dict[str, Any]:
    """Aim an occurrence number at one that is open, so that most sequences get somewhere."""
    if "occurrence" in command and state.open_steps:
        among = sorted(state.open_steps)
        return {**command, "occurrence": among[command["occurrence"] % len(among)]}
    return command


def _sound(desk: Desk, now: datetime) -> None:
    events = desk.events
    state = fold(events)
    assert chain_problem(desk.code, events) is None
    assert check(desk.office, now=now).differences == []
    _step_by_step(events, state)
    if state.status in ENDED and state.status is not Status.HANDED_OVER:
        assert state.open_steps == {}
        assert next_timer(state) is None
    if state.status is Status.FINISHED:
        assert state.finished_at is not None
    apply_timers(desk.office, desk.code, now=now + timedelta(days=60))
    late = fold(desk.events)
    remaining = next_timer(late)
    assert remaining is None or remaining.moment > now + timedelta(days=60)
    for earlier, later in itertools.pairwise(desk.events):
        assert later.recorded_at >= earlier.recorded_at


def _step_by_step(events: list[Event], whole: DossierState) -> None:
    state = DossierState()
    for event in events:
        apply(state, event)
    assert state == whole
