"""Python and SQL say the same of any dossier under any formula, and every group shares out its population."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, insert, select
from sqlmodel import Session

from performance.condition_sql import class_sql, count_columns, fact_columns
from performance.conditions import Span
from performance.fact_types import Facts, Yardstick
from performance.formulas import compiled, formulas
from performance.sums import reconciled
from performance.tables import FigureFactRow, fact_values, facts_from, row_values
from performance.verdicts import classes_of, count
from tests.facts import MARCH, due_columns, written
from tests.samples import at

FROM = at("2026-02-20T00:00")
INSTANTS = st.integers(0, 60 * 24).map(lambda hours: FROM + timedelta(hours=hours))
EDGES = st.sampled_from([MARCH.start, MARCH.end, MARCH.start - timedelta(microseconds=1), at("2026-03-09T17:00")])
MOMENTS = INSTANTS | EDGES
MAYBE = st.none() | MOMENTS
DATED = tuple(f.name for f in fields(Facts) if str(f.type) == "datetime | None" and not f.name.endswith("_from"))
NUMBERS = tuple(f.name for f in fields(Facts) if str(f.type) == "int")
FLAGS = tuple(f.name for f in fields(Facts) if str(f.type) == "bool")


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    """Facts without any order among them: the two readings have to agree on nonsense too."""
    changes: dict[str, Any] = {name: draw(MAYBE) for name in DATED}
    changes |= {name: draw(st.integers(0, 3)) for name in NUMBERS}
    changes |= {name: draw(st.booleans()) for name in FLAGS}
    changes["registered_at"] = draw(MOMENTS)
    changes["end_kind"] = draw(
        st.sampled_from([None, "issued", "refused", "refused_at_intake", "withdrawn", "stopped"])
    )
    changes["channel"] = draw(st.sampled_from(["online", "direct", "postal"]))
    changes["parent"] = draw(st.none() | st.just("MC-14845-260302-0001"))
    values = fact_values(written()) | changes
    for yardstick in Yardstick:
        values |= due_columns(yardstick, draw(MAYBE), by_instant=values["by_instant"])
    return Facts(**values)


@st.composite
def lived(draw: st.DrawFn) -> Facts:
    """Facts as a dossier can have them: its moments in order, an end of one kind."""
    registered = draw(MOMENTS)
    later = st.integers(0, 60 * 24 * 20).map(lambda minutes: registered + timedelta(minutes=minutes))
    accepted: datetime | None = draw(st.none() | later)
    kind = draw(st.sampled_from([None, "issued", "refused", "withdrawn", "stopped"]))
    if accepted is None:
        kind = draw(st.sampled_from([None, "refused_at_intake", "withdrawn", "stopped"]))
    ended = max(draw(later), accepted or registered) if kind else None
    facts = written(
        accepted=None,
        registered_at=registered,
        acceptance_due_at=draw(MAYBE),
        finished_at=ended if kind == "issued" else None,
        ended_at=ended,
        end_kind=kind,
        by_instant=draw(st.booleans()),
        channel=draw(st.sampled_from(["online", "direct"])),
        linked_parts=draw(st.integers(0, 1)),
    )
    values = fact_values(facts) | {"accepted_at": accepted}
    for yardstick in Yardstick if accepted else ():
        values |= due_columns(yardstick, draw(MAYBE if kind is None else later), by_instant=facts.by_instant)
    return Facts(**values)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    FigureFactRow.__table__.create(engine)  # type: ignore[attr-defined]
    yield engine
    engine.dispose()


SPANS = st.sampled_from([MARCH, Span(MARCH.start, at("2026-03-16T10:30"))])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dossiers=st.lists(any_facts() | lived(), max_size=6), span=SPANS)
def test_sql_counts_what_python_counts(engine: Engine, dossiers: list[Facts], span: Span) -> None:
    table = fact_columns()
    with Session(engine) as session:
        if dossiers:
            rows = [{"dossier_id": i, "from_cut": 1, **row_values(f)} for i, f in enumerate(dossiers, 1)]
            session.execute(insert(FigureFactRow), rows)
        assert [facts_from(row) for row in session.execute(select(FigureFactRow)).scalars()] == dossiers
        for name in formulas():
            for counts in ("citizen", "body"):
                found = compiled(name, counts)
                gapless = [f for f in dossiers if _has_a_class(name, f, span, counts)]
                columns = count_columns(found, table, span)
                row = session.execute(select(*(c.label(n) for n, c in columns.items()))).mappings().one()
                if len(gapless) == len(dossiers):
                    assert dict(row) == count(name, dossiers, span, counts=counts)
                for group, data in found.groups.items():
                    asked = session.execute(select(class_sql(data, table, span))).scalars().all()
                    for facts, shown in zip(dossiers, asked, strict=True):
                        expected = classes_of(found, facts, span).get(group) if facts in gapless else shown
                        assert shown == expected
        session.rollback()


def _has_a_class(name: str, facts: Facts, span: Span, counts: Any) -> bool:
    found = compiled(name, counts)
    return all(
        any(condition.holds(facts, span) for _, condition in group.classes)
        for group in found.groups.values()
        if group.of.holds(facts, span)
    )


@settings(max_examples=80, deadline=None)
@given(dossiers=st.lists(lived(), max_size=8), span=SPANS)
def test_every_formula_shares_out_its_population(dossiers: list[Facts], span: Span) -> None:
    for name, one in formulas().items():
        counted = count(name, dossiers, span)  # refuses a gap
        reconciled(one, counted)
        rate = one.rate_of(counted)
        assert rate is None or 0 <= rate <= 1
