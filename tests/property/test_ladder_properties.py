"""However often the sweep runs, a dossier reaches the same rungs at the same legal moments, each once."""

from __future__ import annotations

import contextlib
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossiers.errors import DossierError
from dossiers.ladder import Kind, built_in_ladders
from dossiers.ledger_check import check
from dossiers.migrate import upgrade
from dossiers.planned_rungs import from_store
from dossiers.session import engine_for, reading
from dossiers.states import DossierState
from dossiers.store import find
from dossiers.sweep import sweep
from dossiers.warning_records import recorded_warnings
from procedures.errors import ProcedureError
from tests.conftest import make_office
from tests.desk import Desk
from tests.property.test_actions import ACTORS, _aimed, commands
from tests.samples import at, sample

Reached = tuple[datetime, str, int, int]
BY_THE_CLOCK = {
    r.id
    for r in built_in_ladders().entries[0].rungs
    if r.kind in {Kind.TIME_USED, Kind.DUE_DAY, Kind.OVERDUE, Kind.OVERDUE_DAYS, Kind.APOLOGY_LAST_DAY}
}
MINUTES = st.one_of(st.integers(0, 600), st.integers(600, 12_000))
moves = st.lists(st.tuples(commands, st.sampled_from(ACTORS), MINUTES, st.booleans()), min_size=1, max_size=15)
_folder = itertools.count()


def hours(procedure: Any) -> Any:
    """The sample procedure with internal limits, so that its steps have rungs as well."""
    steps = [s | {"limit_hours": "6"} if s["kind"] == "human" else s for s in procedure["steps"]]
    return procedure | {"steps": steps}


PROCEDURE = sample(**hours(sample().model_dump(mode="json", by_alias=True, exclude_none=True)))


def lived(folder: Path, moves: list[Any], *, every: timedelta | None) -> tuple[list[Reached], DossierState]:
    """The rungs of a dossier after those actions and sixty days; swept ever so often, or once at the very end."""
    engine = engine_for(f"sqlite:///{folder / str(next(_folder))}.db")
    upgrade(engine)
    desk = Desk(make_office(engine, PROCEDURE))
    now = at("2026-02-09T09:00")
    desk.register(now)
    for (action, command), actor, minutes, late in moves:
        until = now + timedelta(minutes=minutes)
        while every and now + every < until:
            now += every
            sweep(desk.office, now=now)
        now = until
        dated = {"occurred_at": (now - timedelta(minutes=20)).isoformat(), "backdating_reason": "mất mạng"}
        with contextlib.suppress(DossierError, ProcedureError):
            desk.do(action, now, actor, **_aimed(desk.state, command), **(dated if late else {}))
        desk.machine(now)
        if every:
            sweep(desk.office, now=now)
    now += timedelta(days=60)
    sweep(desk.office, now=now)
    assert check(desk.office, now=now).differences == []
    with reading(engine) as session:
        row = find(session, desk.code)
        found = sorted(
            (w.legal_moment, w.rung, w.number, w.clock_period) for w in recorded_warnings(session, row.id or 0)
        )
    keys = [key for _moment, *key in found]
    assert [p.key for p in from_store(row.warning_plan) if p.moment <= now and list(p.key) not in keys] == []
    state = desk.state
    engine.dispose()
    return found, state


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves, accepted=st.booleans(), every=st.sampled_from([timedelta(hours=3), timedelta(days=2)]))
def test_the_rungs_do_not_depend_on_when_the_sweep_runs(
    tmp_path: Path, moves: list[Any], accepted: bool, every: timedelta
) -> None:
    script = [(("accept", {}), ACTORS[0], 30, False), *moves] if accepted else moves
    once, state = lived(tmp_path, script, every=None)
    often, same = lived(tmp_path, script, every=every)
    assert once == often
    assert [d.step for d in state.done_steps] == [d.step for d in same.done_steps]
    keys = [(rung, number, period) for _moment, rung, number, period in once]
    assert len(keys) == len(set(keys))
    start = state.clock_starts_at or datetime.min.replace(tzinfo=UTC)
    assert [r for r in once if r[1] in BY_THE_CLOCK and r[0] < start] == []
