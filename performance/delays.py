"""Whose clock ran when a dossier was late: the minutes after its legal due time, shared out. Pure.

The rule (a convention, unverified; no text of law shares out a delay):

1. The delay is the time after the legal due time until the end, in office minutes (clock minutes for `hours`).
   Standstills before the due time are no part of it: they have moved the due time already.
2. To the applicant goes the time, since counting (last) began, in which the clock ran although the applicant was to
   act: a supplement for which the procedure lets the clock run, a step that waits for the applicant or for payment,
   and, once it was late, any standstill on the applicant's side. At most the whole delay.
3. To other agencies goes, of what is left, the time in which a consulted body was past its own time to answer, and,
   once it was late, any standstill on their side.
4. The rest is the commune's; for a part of a linked group it is that of the body whose part it is (other agency).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dossiers.clock_rules import position
from dossiers.states import DossierState
from dossiers.working_time import MINUTE, OfficeTime, to_local
from procedures.limits import Unit

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Delay:
    """Minutes after the legal due time, and whose they are; the three add up."""

    minutes: int
    commune: int
    other_agency: int
    applicant: int


NO_DELAY = Delay(0, 0, 0, 0)


def delay(
    state: DossierState,
    waited: Iterable[tuple[datetime, datetime | None]],
    *,
    legal_due_at: datetime,
    until: datetime,
    office: OfficeTime,
) -> Delay:
    """The delay of an accepted dossier at `until`: its end, or any moment for one that is still open.

    `waited` are the times in which a step waited for the applicant or for payment; None: it still does.
    """
    if state.limit is None or state.clock_starts_at is None:
        return NO_DELAY
    unit = Unit.HOURS if state.limit.unit is Unit.HOURS else Unit.WORKING_HOURS

    def at(moment: datetime | None) -> int:
        return position(unit, to_local(min(moment, until) if moment else until), office)

    due, end = at(legal_due_at), at(until)
    base = max(at(state.clock_starts_at), *(at(r) for r in state.restarts), 0)
    still = [(at(p.started_at), at(p.ended_at), p.whose) for p in state.pauses]
    before_due = [(a, min(b, due)) for a, b, _ in still if a < due]
    ran = [(at(s.requested_at), at(s.received_at)) for s in state.supplements if _runs(s.stage, s.clock)]
    ran += [(at(a), at(b)) for a, b in waited]
    overrun = [(at(c.answer_by), at(c.answered_at)) for c in state.consultations.values()]
    mine = [(max(a, due), b) for a, b, whose in still if whose == "applicant"]
    theirs = [(max(a, due), b) for a, b, whose in still if whose == "other_agency"]
    applicant = _without(_merged([*_clipped(ran, base, end), *mine]), before_due)
    other = _without(_without(_merged([*_clipped(overrun, base, end), *theirs]), before_due), applicant)
    return _shared(max(0, end - due), _length(applicant), _length(other), part_of_group=state.body is not None)


def _runs(stage: str, clock: str) -> bool:
    return stage == "processing" and clock == "run"


def _shared(whole: int, applicant: int, other: int, *, part_of_group: bool) -> Delay:
    minutes = whole // MINUTE
    to_applicant = min(applicant // MINUTE, minutes)
    to_other = min(other // MINUTE, minutes - to_applicant)
    rest = minutes - to_applicant - to_other
    if part_of_group:
        return Delay(minutes, 0, to_other + rest, to_applicant)
    return Delay(minutes, rest, to_other, to_applicant)


def _clipped(spans: Spans, first: int, last: int) -> Spans:
    return [(max(a, first), min(b, last)) for a, b in spans]


def _merged(spans: Spans) -> Spans:
    merged: Spans = []
    for a, b in sorted((a, b) for a, b in spans if b > a):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


def _without(spans: Spans, taken: Spans) -> Spans:
    left = spans
    for a, b in _merged(taken):
        left = [piece for x, y in left for piece in ((x, min(y, a)), (max(x, b), y)) if piece[1] > piece[0]]
    return left


def _length(spans: Spans) -> int:
    return sum(b - a for a, b in spans)
