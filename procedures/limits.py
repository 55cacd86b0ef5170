"""Time limits as the law words them, and the one limit that applies to a dossier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from procedures.base import ClockTime, Flag, Frozen, Names, NotAFlag, Sourced, refuse
from procedures.errors import AreaClassNeeded, UnknownAddition


class Unit(StrEnum):
    """How a time limit is counted."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"
    MONTHS = "months"
    SAME_DAY = "same_day"


class AreaClass(StrEnum):
    """Area class of a commune; `unknown` unless a cited decision says otherwise."""

    NORMAL = "normal"
    DIFFICULT = "difficult"
    UNKNOWN = "unknown"


class CountFrom(StrEnum):
    """Which day is day zero of a day-unit limit."""

    RECEIPT = "receipt"
    NEXT_WORKING_DAY = "next_working_day"
    """Received after the cut-off: the next working day is day zero (linked birth group)."""


class Amount(Frozen):
    """An amount in the limit's unit, by area class. `difficult` absent means: the same everywhere."""

    normal: Annotated[Decimal, NotAFlag] = Field(gt=0, le=1000, decimal_places=3)
    difficult: Annotated[Decimal, NotAFlag] | None = Field(default=None, gt=0, le=1000, decimal_places=3)

    @property
    def depends_on_area(self) -> bool:
        """Whether the area class of the commune changes the amount."""
        return self.difficult is not None and self.difficult != self.normal

    def for_area(self, area: AreaClass) -> Decimal:
        """The amount for an area class.

        Raises:
            AreaClassNeeded: the amount depends on the area and the area is unknown.
        """
        if not self.depends_on_area:
            return self.normal
        if area is AreaClass.UNKNOWN:
            raise AreaClassNeeded(normal=self.normal, difficult=self.difficult)
        return self.difficult if area is AreaClass.DIFFICULT and self.difficult else self.normal


class Phase(Sourced):
    """A part of the limit with an amount of its own; its end is a warning only."""

    id: str
    names: Names
    amount: Amount


class Addition(Sourced):
    """Extra time that an officer may add on a legal ground (verification +3)."""

    id: str
    names: Names
    amount: Annotated[Decimal, NotAFlag] = Field(gt=0, le=1000, decimal_places=3)


class TimeLimit(Sourced):
    """The statutory limit of one case. `amount` counts in `unit`; `same_day` has a `cut_off` instead."""

    unit: Unit
    amount: Amount | None = None
    cut_off: ClockTime | None = None
    count_from: CountFrom = CountFrom.RECEIPT
    phases: tuple[Phase, ...] = ()
    additions: tuple[Addition, ...] = ()
    roll_hours: Flag = False
    """Whether an `hours` limit that ends on a rest day rolls to the next working day."""
    note: str | None = None

    @model_validator(mode="after")
    def _amount_or_cut_off(self) -> Self:
        if self.unit is Unit.SAME_DAY:
            if self.amount is not None or self.phases:
                raise refuse("same_day_alone")
            if self.cut_off is None:
                raise refuse("same_day_needs_cut_off")
            return self
        if self.amount is None and not self.phases:
            raise refuse("amount_or_phases")
        if self.count_from is CountFrom.NEXT_WORKING_DAY and self.cut_off is None:
            raise refuse("next_day_needs_cut_off")
        if self.phases and self.amount is not None:
            self._phases_add_up(self.amount)
        return self

    def _phases_add_up(self, amount: Amount) -> None:
        for area in (AreaClass.NORMAL, AreaClass.DIFFICULT):
            total = sum((p.amount.for_area(area) for p in self.phases), Decimal(0))
            if total != amount.for_area(area):
                raise refuse(
                    "phases_add_up",
                    total=str(total),
                    area=area.value,
                    amount=str(amount.for_area(area)),
                )

    @property
    def depends_on_area(self) -> bool:
        """Whether intake must know the commune's area class."""
        if self.amount is not None:
            return self.amount.depends_on_area
        return any(p.amount.depends_on_area for p in self.phases)

    def resolve(self, area: AreaClass = AreaClass.UNKNOWN, additions: tuple[str, ...] = ()) -> Limit:
        """The limit that applies in an area with the additions chosen.

        Raises:
            AreaClassNeeded: it depends on the area class, which is unknown.
            UnknownAddition: an addition that the limit does not declare.
        """
        if self.unit is Unit.SAME_DAY:
            amount = Decimal(0)
        elif self.amount is not None:
            amount = self.amount.for_area(area)
        else:
            amount = sum((p.amount.for_area(area) for p in self.phases), Decimal(0))
        known = {a.id: a.amount for a in self.additions}
        for name in additions:
            if name not in known:
                raise UnknownAddition(addition=name, known=tuple(known))
            amount += known[name]
        return Limit(
            amount=amount,
            unit=Unit.WORKING_DAYS if self.unit is Unit.SAME_DAY and amount else self.unit,
            cut_off=self.cut_off,
            count_from=self.count_from,
            roll_hours=self.roll_hours,
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """One resolved limit, ready for the clock: what is counted, and by which rules."""

    amount: Decimal
    unit: Unit
    cut_off: time | None = None
    count_from: CountFrom = CountFrom.RECEIPT
    roll_hours: bool = False

    def as_payload(self) -> dict[str, str | bool | None]:
        """The limit as JSON values for the ledger."""
        return {
            "amount": format(self.amount.normalize(), "f"),
            "unit": self.unit.value,
            "cut_off": self.cut_off.strftime("%H:%M") if self.cut_off else None,
            "count_from": self.count_from.value,
            "roll_hours": self.roll_hours,
        }

    @classmethod
    def from_payload(cls, payload: dict[str, str | bool | None]) -> Limit:
        """The limit back from the ledger's JSON values."""
        cut_off = payload.get("cut_off")
        return cls(
            amount=Decimal(str(payload["amount"])),
            unit=Unit(str(payload["unit"])),
            cut_off=time.fromisoformat(str(cut_off)) if cut_off else None,
            count_from=CountFrom(str(payload.get("count_from") or "receipt")),
            roll_hours=bool(payload.get("roll_hours")),
        )
