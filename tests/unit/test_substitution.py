"""Who stands in for whom, and who could."""

from __future__ import annotations

from datetime import date

import pytest

from dossiers.substitution import Away, Cover, choose, cover_by, needs_of, stand_ins, stood_in_for
from tests.people import grant, member

WEEK = (date(2026, 3, 2), date(2026, 3, 6))
FIELDS = ("ho-tich", "dat-dai")


def lacks(cover: Cover) -> list[tuple[str, str, str]]:
    return [(lack.need.role.value, lack.need.field, lack.why) for lack in cover.uncovered]


def chosen(people, absent, away=(), loads=None, exempt=False):  # type: ignore[no-untyped-def]
    person = next(m for m in people if m.id == absent)
    needs = needs_of(person, fields=FIELDS, first_on=WEEK[0], last_on=WEEK[1])
    return choose(
        Away(absent, *WEEK), needs, members=people, away=away, loads=loads or {}, exempt=lambda _c, _f: exempt
    )


@pytest.mark.parametrize(
    ("away_today", "expected"),
    [
        ({}, ()),
        ({"x": None}, ()),
        ({"x": "y"}, ("y",)),
        ({"x": "y", "y": "z"}, ("y", "z")),
        ({"x": "y", "y": "z", "z": "w"}, ("y", "z")),
        ({"x": "y", "y": "x"}, ("y",)),
        ({"x": "y", "y": "y"}, ("y",)),
        ({"x": "x"}, ()),
        ({"y": "z"}, ()),
    ],
)
def test_a_chain_has_one_further_link_and_no_loop(away_today: dict[str, str | None], expected: tuple[str, ...]) -> None:
    assert stand_ins("x", away_today) == expected
    for person in "xyzw":
        assert ("x" in stood_in_for(person, away_today)) is (person in expected)


def test_among_equals_the_least_loaded_stands_in() -> None:
    people = [member("an", "signatory"), member("ba", "signatory"), member("cu", "signatory")]
    cover = chosen(people, "an", loads={"ba": 5, "cu": 2})
    assert cover.substitute == people[2]
    assert cover.uncovered == ()


def test_who_covers_more_goes_before_who_has_less_to_do() -> None:
    people = [
        member("an", "clerk", "receiving_officer"),
        member("ba", "clerk"),
        member("cu", "clerk", "receiving_officer"),
    ]
    cover = chosen(people, "an", loads={"ba": 0, "cu": 40})
    assert cover.substitute is not None
    assert cover.substitute.id == "cu"


def test_what_no_single_person_covers_is_listed_with_its_fields_and_reason() -> None:
    people = [
        member("an", "case_officer", "clerk", "head_of_division"),
        member("ba", grant("case_officer", field="ho-tich")),
        member("cu", "clerk"),
        member("di", "supervisor"),
    ]
    cover = chosen(people, "an")
    assert cover.substitute is not None
    assert cover.substitute.id == "cu"
    assert lacks(cover) == [
        ("case_officer", "dat-dai", "nobody"),
        ("case_officer", "ho-tich", "held_by_others"),
        ("head_of_division", "dat-dai", "nobody"),
        ("head_of_division", "ho-tich", "nobody"),
    ]


def test_somebody_who_is_away_in_those_days_does_not_stand_in() -> None:
    people = [member("an", "signatory"), member("ba", "signatory")]
    away = [Away("ba", date(2026, 3, 6), date(2026, 3, 9))]
    cover = chosen(people, "an", away)
    assert cover.substitute is None
    assert lacks(cover) == [("signatory", "dat-dai", "absent"), ("signatory", "ho-tich", "absent")]
    later = [Away("ba", date(2026, 3, 7), date(2026, 3, 9))]
    assert chosen(people, "an", later).substitute == people[1]


def test_a_delegation_counts_when_it_covers_every_day() -> None:
    short = member("ba", grant("signatory", first="2026-03-02", last="2026-03-05"))
    whole = member("cu", grant("signatory", first="2026-03-01", last="2026-03-06"))
    assert chosen([member("an", "signatory"), short], "an").substitute is None
    assert chosen([member("an", "signatory"), short, whole], "an").substitute == whole


def test_the_only_case_officer_does_not_sign_unless_the_commune_is_exempt() -> None:
    people = [member("an", "signatory"), member("ba", "signatory", "case_officer")]
    cover = chosen(people, "an")
    assert cover.substitute is None
    assert lacks(cover) == [("signatory", "dat-dai", "same_person"), ("signatory", "ho-tich", "same_person")]
    needs = needs_of(people[0], fields=FIELDS, first_on=WEEK[0], last_on=WEEK[1])
    named = cover_by(
        people[1], Away("an", *WEEK), needs, members=people, away=(), exempt=lambda _commune, field: field == "ho-tich"
    )
    assert lacks(named) == [("signatory", "dat-dai", "same_person")]
    assert chosen(people, "an", exempt=True).substitute == people[1]
    assert chosen([*people, member("cu", "case_officer")], "an").substitute == people[1]


def test_roles_of_another_commune_do_not_help() -> None:
    people = [member("an", "signatory"), member("ba", grant("signatory", commune="14797"))]
    assert chosen(people, "an").substitute is None
    whole = member("cu", grant("signatory", commune=""))
    assert chosen([*people, whole], "an").substitute == whole
