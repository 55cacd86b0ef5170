"""Gaps in coverage, by hand."""

from __future__ import annotations

from datetime import date

from dossiers.coverage import Gap, demand, gaps
from dossiers.delegation import Member
from dossiers.substitution import Away
from procedures.catalogue import Catalogue, load_fields
from tests.people import grant, member
from tests.samples import COMMUNE, sample

MONDAY = date(2026, 3, 2)
CATALOGUE = Catalogue.of(
    (
        sample(),
        sample(code="9.000002", scope={"provinces": ["04"]}),
        sample(code="9.000003", effective={"from": "2025-01-01", "until": "2026-03-02"}),
        sample(code="9.000004", field="dat-dai", signer_differs_from_case_officer=False),
    ),
    load_fields(),
)
ALL = ("case_officer", "clerk", "head_of_division", "receiving_officer", "signatory")


def found(*people: Member, away: list[Away] | None = None, exempt: bool = False) -> list[Gap]:
    return gaps(
        demand(CATALOGUE, "38", MONDAY),
        [COMMUNE],
        members=people,
        away=away or [],
        exempt=lambda _c, _f: exempt,
        on=MONDAY,
    )


def test_what_is_in_force_in_the_province_that_day_is_asked_for() -> None:
    asked = demand(CATALOGUE, "38", MONDAY)
    assert dict(asked.roles) == {
        **{("ho-tich", role): ("9.000001",) for role in ALL},
        **{("dat-dai", role): ("9.000004",) for role in ALL},
    }
    assert dict(asked.two_persons) == {"ho-tich": ("9.000001",)}


def test_nobody_absent_and_the_same_person_are_told_apart() -> None:
    an = member("an", "case_officer", "signatory", "head_of_division", "receiving_officer")
    ba = member("ba", grant("clerk", field="dat-dai"))
    cu = member("cu", grant("clerk", field="ho-tich"))
    away = [Away("ba", MONDAY, date(2026, 3, 4)), Away("cu", date(2026, 3, 3), date(2026, 3, 9))]
    assert found(an, ba, cu, away=away) == [
        Gap(COMMUNE, "dat-dai", "clerk", "absent", date(2026, 3, 4), ("9.000004",)),
        Gap(COMMUNE, "ho-tich", "signatory", "same_person", None, ("9.000001",)),
    ]
    assert found(an, ba, cu, exempt=True) == []
    assert [g.why for g in found(an)] == ["nobody", "nobody", "same_person"]


def test_two_persons_are_enough_for_the_pair_whatever_each_holds() -> None:
    an = member("an", *ALL)
    assert [g.why for g in found(an)] == ["same_person"]
    assert found(an, member("ba", "case_officer")) == []
    assert found(an, member("ba", grant("signatory", commune=""))) == []
    gone = [Away("ba", MONDAY, MONDAY)]
    assert [g.why for g in found(an, member("ba", "signatory"), away=gone)] == ["same_person"]


def test_a_delegation_covers_until_its_last_day() -> None:
    an = member("an", *ALL)
    until_today = member("ba", grant("signatory", first="2026-02-01", last="2026-03-02"))
    until_yesterday = member("ba", grant("signatory", first="2026-02-01", last="2026-03-01"))
    from_tomorrow = member("ba", grant("signatory", first="2026-03-03"))
    assert found(an, until_today) == []
    assert [g.why for g in found(an, until_yesterday)] == ["same_person"]
    assert [g.why for g in found(an, from_tomorrow)] == ["same_person"]
