"""As known then and as known now: the difference of a figure between two cuts, by dossier and by what caused it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col

from dossiers.office import Office
from dossiers.session import reading
from dossiers.tables import DossierRow, EventRow
from performance.conditions import Span
from performance.counting import EVERYWHERE, F, Where, count_by, known_at, summed
from performance.cuts import resolved_cut
from performance.errors import DoesNotReconcile
from performance.fact_types import Facts
from performance.formulas import compiled
from performance.keeping import catch_up, up_to_date
from performance.periods import Period
from performance.tables import FigureFactRow, facts_from
from performance.verdicts import classes_of, marks_of

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Cause:
    """An event between the cuts."""

    cut: int
    type: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """A dossier that the figure counts otherwise now."""

    dossier: str
    commune: str
    before: tuple[str, ...]
    """Its classes as known then; none: it was not counted (there)."""
    after: tuple[str, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of one period at two cuts."""

    formula: str
    period: str
    then: int
    now: int
    before: dict[str, int]
    after: dict[str, int]
    moved: tuple[Moved, ...]

    def as_dict(self) -> dict[str, Any]:
        """The difference for JSON."""
        names = sorted({*self.before, *self.after})
        return {
            "formula": self.formula,
            "period": self.period,
            "cut_then": self.then,
            "cut_now": self.now,
            "then": self.before,
            "now": self.after,
            "change": {n: d for n in names if (d := self.after.get(n, 0) - self.before.get(n, 0))},
            "dossiers": [
                {
                    "dossier": one.dossier,
                    "commune": one.commune,
                    "then": list(one.before),
                    "now": list(one.after),
                    "causes": [
                        {
                            "cut": c.cut,
                            "event": c.type,
                            "occurred_at": c.occurred_at.isoformat(),
                            "recorded_at": c.recorded_at.isoformat(),
                        }
                        for c in one.causes
                    ],
                }
                for one in self.moved
            ],
        }


def difference(
    office: Office,
    period: Period,
    then: int | datetime,
    *,
    now: datetime,
    until: int | datetime | None = None,
    name: str = "ii06a",
    where: Where = EVERYWHERE,
) -> Difference:
    """What a figure was as known at `then` and is as known at `until` (now), each dossier with its causes.

    The period is the same for both, so that time passing by itself is no difference.

    Raises:
        UnknownFormula, WrongCut: there is none.
        DoesNotReconcile: the dossiers do not add up to the difference of the counts.
    """
    catch_up(office, now=now)
    with reading(office.engine) as session:
        newest = up_to_date(office, session)
        first, _ = resolved_cut(session, then, newest)
        last, _ = resolved_cut(session, until, newest)
        first, last = first or 0, newest if last is None else last
        span = period.span(now)

        def counts(cut: int) -> dict[str, int]:
            by_commune = count_by(session, name, span, where=where, cut=cut, newest=newest, now=now)
            return {n: c for n, c in sorted(summed(by_commune.values()).items()) if c}

        before, after = counts(first), counts(last)
        moved = tuple(_moved(session, name, span, where, first, last))
    itemised = Counter(after)
    for one in moved:
        itemised.update(one.before)
        itemised.subtract(one.after)
    if {n: c for n, c in itemised.items() if c} != before:
        raise DoesNotReconcile(period=period.name, formula=name, cut_then=first, cut_now=last)
    return Difference(name, period.name, first, last, before, after, moved)


def _moved(session: Session, name: str, span: Span, where: Where, then: int, now: int) -> Iterable[Moved]:
    came = and_(F.from_cut > then, F.from_cut <= now)
    query = select(F.dossier_id).where(came).distinct().order_by(F.dossier_id)
    numbers = list(session.execute(query).scalars())
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        old, new = _facts(session, some, then, where), _facts(session, some, now, where)
        changed = {
            i: pair
            for i in some
            if (pair := (_classes(name, old.get(i), span), _classes(name, new.get(i), span)))[0] != pair[1]
        }
        codes, causes = _codes(session, changed), _causes(session, changed, then, now)
        for number, (before, after) in changed.items():
            known = new.get(number) or old[number]
            yield Moved(codes[number], known.commune, before, after, tuple(causes[number]))


def _classes(name: str, facts: Facts | None, span: Span) -> tuple[str, ...]:
    if facts is None:
        return ()
    one = compiled(name)
    return (*classes_of(one, facts, span).values(), *marks_of(one, facts, span))


def _facts(session: Session, numbers: list[int], cut: int, where: Where) -> dict[int, Facts]:
    query = select(FigureFactRow).where(F.dossier_id.in_(numbers), known_at(cut), *where.conditions)
    return {row.dossier_id: facts_from(row) for row in session.execute(query).scalars()}


def _codes(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    query = select(col(DossierRow.id), col(DossierRow.code)).where(col(DossierRow.id).in_(list(numbers)))
    return {row[0]: row[1] for row in session.execute(query)}


def _causes(session: Session, numbers: Iterable[int], then: int, now: int) -> dict[int, list[Cause]]:
    """The events between the cuts that changed what is known: those from which a version of the facts is known."""
    e, wanted = EventRow, list(numbers)
    found: dict[int, list[Cause]] = {number: [] for number in wanted}
    query = (
        select(col(e.dossier_id), col(e.cut), col(e.type), col(e.occurred_at), col(e.recorded_at))
        .join(FigureFactRow, and_(F.dossier_id == col(e.dossier_id), F.from_cut == col(e.cut)))
        .where(col(e.dossier_id).in_(wanted), col(e.cut) > then, col(e.cut) <= now)
        .order_by(col(e.cut))
    )
    for number, *cause in session.execute(query):
        found[number].append(Cause(*cause))
    return found
