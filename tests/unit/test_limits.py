from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from procedures.errors import AreaClassNeeded, UnknownAddition
from procedures.limits import AreaClass, CountFrom, Limit, TimeLimit, Unit


def limit(**given: Any) -> TimeLimit:
    return TimeLimit.model_validate({"source": ["law"], **given})


THANH_HOA = limit(
    unit="working_days",
    amount={"normal": 13, "difficult": 23},
    phases=[
        {"id": "a", "names": {"vi": "a", "en": "a"}, "amount": {"normal": 10, "difficult": 20}, "source": ["law"]},
        {"id": "b", "names": {"vi": "b", "en": "b"}, "amount": {"normal": 3, "difficult": 3}, "source": ["law"]},
    ],
)


def test_thirteen_days_in_a_normal_area_and_twenty_three_in_a_difficult_one() -> None:
    assert THANH_HOA.resolve(AreaClass.NORMAL) == Limit(Decimal(13), Unit.WORKING_DAYS)
    assert THANH_HOA.resolve(AreaClass.DIFFICULT) == Limit(Decimal(23), Unit.WORKING_DAYS)


def test_an_unknown_area_must_be_asked_for() -> None:
    assert THANH_HOA.depends_on_area
    with pytest.raises(AreaClassNeeded) as caught:
        THANH_HOA.resolve()
    assert caught.value.facts == {"normal": Decimal(13), "difficult": Decimal(23)}


def test_the_same_amount_in_both_areas_asks_nothing() -> None:
    same = limit(unit="working_days", amount={"normal": 5, "difficult": 5})
    assert not same.depends_on_area
    assert same.resolve().amount == Decimal(5)


def test_phases_alone_add_up() -> None:
    phases = limit(
        unit="working_days",
        phases=[
            {"id": "a", "names": {"vi": "a", "en": "a"}, "amount": {"normal": "7.5"}, "source": ["law"]},
            {"id": "b", "names": {"vi": "b", "en": "b"}, "amount": {"normal": 10}, "source": ["law"]},
        ],
    )
    assert phases.resolve().amount == Decimal("17.5")
    assert not phases.depends_on_area


def test_additions_are_added_by_name() -> None:
    verified = limit(
        unit="working_days",
        amount={"normal": 3},
        additions=[{"id": "verification", "names": {"vi": "x", "en": "x"}, "amount": 5, "source": ["law"]}],
    )
    assert verified.resolve().amount == Decimal(3)
    assert verified.resolve(additions=("verification",)).amount == Decimal(8)
    with pytest.raises(UnknownAddition) as caught:
        verified.resolve(additions=("luck",))
    assert caught.value.facts == {"addition": "luck", "known": ("verification",)}


def test_a_same_day_limit_keeps_its_cut_off_and_becomes_days_with_an_addition() -> None:
    same_day = limit(
        unit="same_day",
        cut_off="15:00",
        additions=[{"id": "verification", "names": {"vi": "x", "en": "x"}, "amount": 3, "source": ["law"]}],
    )
    assert same_day.resolve() == Limit(Decimal(0), Unit.SAME_DAY, cut_off=time(15))
    assert same_day.resolve(additions=("verification",)) == Limit(Decimal(3), Unit.WORKING_DAYS, cut_off=time(15))


@pytest.mark.parametrize(
    "given",
    [
        Limit(Decimal("17.5"), Unit.WORKING_DAYS),
        Limit(Decimal(0), Unit.SAME_DAY, cut_off=time(15)),
        Limit(Decimal(3), Unit.WORKING_DAYS, time(15), CountFrom.NEXT_WORKING_DAY),
        Limit(Decimal(24), Unit.HOURS, roll_hours=True),
        Limit(Decimal(30), Unit.CALENDAR_DAYS),
    ],
)
def test_a_limit_survives_the_ledger(given: Limit) -> None:
    assert Limit.from_payload(given.as_payload()) == given


def test_the_payload_of_a_limit_is_plain() -> None:
    assert Limit(Decimal("17.50"), Unit.WORKING_DAYS, time(15)).as_payload() == {
        "amount": "17.5",
        "unit": "working_days",
        "cut_off": "15:00",
        "count_from": "receipt",
        "roll_hours": False,
    }


def test_whole_tens_stay_plain_in_the_payload() -> None:
    assert Limit(Decimal(30), Unit.CALENDAR_DAYS).as_payload()["amount"] == "30"
