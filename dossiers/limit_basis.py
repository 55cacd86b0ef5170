"""What a limit rests on and what it is made of, for its explanation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dossiers.states import DossierState
from procedures.base import Names
from procedures.errors import ProcedureError
from procedures.limits import AreaClass
from procedures.schema import Definition


@dataclass(frozen=True, slots=True)
class LimitBasis:
    """Documents behind a limit, and its parts (phases and additions) in the limit's unit, where it has several."""

    documents: tuple[str, ...] = ()
    parts: tuple[tuple[Names, Decimal], ...] = ()


def limit_basis(
    definition: Definition, case: str | None, area: AreaClass = AreaClass.UNKNOWN, additions: tuple[str, ...] = ()
) -> LimitBasis:
    """What the limit of a case rests on, in an area and with the additions granted.

    Raises:
        UnknownCase: the procedure has no such case.
        AreaClassNeeded: its phases depend on the area class, which is unknown.
    """
    limit = definition.case(case).time_limit
    added = [a for a in limit.additions if a.id in additions]
    named = [*limit.source, *(s for p in limit.phases for s in p.source), *(s for a in added for s in a.source)]
    known = {b.id: f"{b.document}, {b.article}" if b.article else b.document for b in definition.legal_basis}
    parts = [(p.names, p.amount.for_area(area)) for p in limit.phases]
    if added and not parts and limit.amount is not None:
        parts = [(Names(vi="thời hạn chung", en="the general limit"), limit.amount.for_area(area))]
    parts += [(a.names, a.amount) for a in added]
    documents = tuple(dict.fromkeys(known[source] for source in named if source in known))
    return LimitBasis(documents, tuple(parts) if len(parts) > 1 else ())


def basis_of(state: DossierState, definition: Definition) -> LimitBasis:
    """What the limit of an accepted dossier rests on; nothing where its version cannot say any more."""
    try:
        return limit_basis(definition, state.case_id, AreaClass(state.area or "unknown"), state.additions)
    except ProcedureError:
        return LimitBasis()
