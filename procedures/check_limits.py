"""Checks of times: internal limits inside the statutory one, the applicant's deadline too."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from procedures.findings import Finding
from procedures.graph import StepGraph
from procedures.limits import AreaClass, TimeLimit, Unit
from procedures.schema import Definition, MaximumPause

HOURS_PER_DAY = Decimal(8)
WORKING_SHARE = Decimal(5) / Decimal(7)
DAYS_PER_MONTH = Decimal(30)


def check_limits(definition: Definition) -> Iterator[Finding]:
    """All findings about times of one definition; the shortest limit of a case (normal area, no additions) counts."""
    yield from _internal(definition)
    yield from _applicant(definition)


def _internal(definition: Definition) -> Iterator[Finding]:
    if not any(s.limit_hours for s in definition.steps):
        return
    graph = StepGraph(definition)
    for n, case in enumerate(definition.cases):
        start = case.start_step or definition.start
        if start not in graph.steps:
            continue
        hours, limit = graph.longest_hours(start), office_hours(case.time_limit)
        facts = {"sum": _plain(hours), "limit": _plain(limit), "case": case.id}
        if hours > limit:
            yield Finding("steps_exceed_limit", ("cases", n, "time_limit"), facts)
        elif case.time_limit.unit is Unit.SAME_DAY and hours:
            yield Finding("same_day_steps", ("cases", n, "time_limit"), facts)


def _applicant(definition: Definition) -> Iterator[Finding]:
    rule = definition.supplement
    if rule is None or rule.applicant_deadline is None or rule.clock != "run":
        return
    deadline = _pause_hours(rule.applicant_deadline)
    for case in definition.cases:
        if deadline > office_hours(case.time_limit):
            shown = f"{_plain(rule.applicant_deadline.amount)} {rule.applicant_deadline.unit}"
            facts = {"deadline": shown, "case": case.id}
            yield Finding("applicant_longer_than_limit", ("supplement", "applicant_deadline"), facts)


def office_hours(limit: TimeLimit) -> Decimal:
    """About how many office hours a limit holds: a working day has 8, five of seven calendar days are working days."""
    if limit.unit is Unit.SAME_DAY:
        return HOURS_PER_DAY
    amount = limit.resolve(AreaClass.NORMAL).amount
    if limit.unit is Unit.WORKING_DAYS:
        return amount * HOURS_PER_DAY
    if limit.unit is Unit.WORKING_HOURS:
        return amount
    days = {Unit.CALENDAR_DAYS: amount, Unit.MONTHS: amount * DAYS_PER_MONTH}.get(limit.unit, amount / 24)
    return days * WORKING_SHARE * HOURS_PER_DAY


def _pause_hours(length: MaximumPause) -> Decimal:
    if length.unit == "working_days":
        return length.amount * HOURS_PER_DAY
    if length.unit == "working_hours":
        return length.amount
    days = length.amount if length.unit == "calendar_days" else length.amount / 24
    return days * WORKING_SHARE * HOURS_PER_DAY


def _plain(number: Decimal) -> str:
    text = format(number.quantize(Decimal("0.01")), "f")
    return text.rstrip("0").rstrip(".")
