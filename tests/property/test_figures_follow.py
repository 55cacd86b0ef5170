"""After any history kept figures are those made anew, and those as known at a cut are of the ledger cut there."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from dossiers.errors import DossierError
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.session import engine_for, reading
from dossiers.tables import DossierRow
from performance.asof import difference
from performance.conditions import Span
from performance.counters import kept_formulas
from performance.counting import EVERYWHERE, F, count_by, known_at, scanned
from performance.facts import facts_of
from performance.keeping import catch_up, newest_cut, rebuild_figures
from performance.periods import Period
from performance.reports import report
from performance.sources import law_of, ledgers_with_cuts
from performance.verdicts import count
from procedures.errors import ProcedureError
from tests.conftest import make_office
from tests.desk import Desk
from tests.property.test_actions import _aimed, moves
from tests.samples import at, sample

LATER = at("2026-07-01T08:00")
SPANS = (
    Span(at("2026-03-01T00:00"), at("2026-04-01T00:00")),
    Span(at("2026-03-02T00:00"), at("2026-03-11T00:00")),
    Span(at("2026-02-10T00:00"), at("2026-04-20T10:30")),
    Span(at("2026-01-01T00:00"), at("2027-01-01T00:00")),
)
_folder = itertools.count()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=moves, more=moves, catching=st.sets(st.integers(0, 30)))
def test_kept_figures_are_rebuilt_figures_and_as_of_is_a_replay(
    tmp_path: Path, moves: list[Any], more: list[Any], catching: set[int]
) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / str(next(_folder))}.db")
    upgrade(engine)
    office = make_office(engine, sample())
    steps = _lived(office, [moves, more], catching)
    catch_up(office, now=LATER)
    kept = _tables(office)
    with reading(engine) as session:
        newest = newest_cut(session)
    for name in kept_formulas():
        for span in SPANS:
            for cut in {0, 1, newest // 2, newest - 1, *steps} & set(range(newest + 1)):
                _same_as_replayed(office, name, span, cut, newest)
            _same_as_replayed(office, name, span, None, newest)
    shown = report(office, Period.month("2026-03"), now=LATER).as_dict()
    before = difference(office, Period.month("2026-03"), newest // 2, now=LATER)  # refuses what does not add up
    assert before.after == {n: c for n, c in before.after.items() if c}
    rebuild_figures(office, now=LATER)
    assert _tables(office) == kept
    assert report(office, Period.month("2026-03"), now=LATER).as_dict() == shown
    engine.dispose()


def _lived(office: Office, histories: list[list[Any]], catching: set[int]) -> set[int]:
    """Drive a dossier a history, catching up now and then; the cuts at which that was done."""
    cuts: set[int] = set()
    for number, history in enumerate(histories):
        now = at("2026-03-02T09:00") + timedelta(days=9 * number)
        desk = Desk(office).accepted(now)
        for i, ((action, command), actor, minutes) in enumerate(history):
            now += timedelta(minutes=minutes)
            try:
                desk.do(action, now, actor, **_aimed(desk.state, command))
            except (DossierError, ProcedureError):
                continue
            finally:
                desk.machine(now)
            if i in catching:
                cuts.add(catch_up(office, now=now, limit=1 + i % 3).cut)
    return cuts


def _tables(office: Office) -> list[Any]:
    with reading(office.engine) as session:
        counts = session.execute(text("SELECT * FROM figure_counts ORDER BY 1, 2, 3, 4, 5, 6")).all()
        facts = session.execute(text("SELECT * FROM figure_facts ORDER BY dossier_id, from_cut")).all()
    return [*counts, *facts]


def _same_as_replayed(office: Office, name: str, span: Span, cut: int | None, newest: int) -> None:
    with reading(office.engine) as session:
        found = count_by(session, name, span, cut=cut, newest=newest, now=LATER)
        plain = scanned(session, name, span, F.commune, EVERYWHERE, known_at(cut), everything=True)
        known = []
        for row in session.execute(select(DossierRow)).scalars().all():
            ledger = ledgers_with_cuts(session, [row.id or 0])[row.id or 0]
            events = [event for at_cut, event in ledger if cut is None or at_cut <= cut]
            if events:
                known.append(facts_of(events, law_of(office, session, row)))
    replayed = {n: c for n, c in count(name, known, span).items() if c}
    assert found == plain
    assert (next(iter(found.values())) if found else {}) == replayed, (name, span, cut)
