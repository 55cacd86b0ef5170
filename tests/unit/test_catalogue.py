from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from procedures.catalogue import Catalogue, choose_case, load_catalogue, load_fields, without_accents
from procedures.errors import BrokenDefinition, NotInForce, OutsideScope, UnknownCase, UnknownProcedure
from procedures.schema import Definition
from tests.definition_texts import FIELDS, PROCEDURE, changed, read

NINE = (
    "1.000656",
    "1.001193",
    "1.004873",
    "1.013225",
    "1.013227",
    "1.115453",
    "1.115516",
    "1.115520",
    "2.000635",
)


def definition(*changes: tuple[str, str]) -> Definition:
    loaded = read(*changes)
    assert loaded.definition is not None, loaded.problems
    return loaded.definition


@pytest.fixture
def two_versions() -> Catalogue:
    first = definition(("{from: 2026-07-01}", "{from: 2026-01-01, until: 2026-07-01}"))
    second = definition(("version: 1", "version: 2"), ("{normal: 5}", "{normal: 4}"))
    return Catalogue.of((second, first), load_fields())


def test_the_first_nine_procedures_are_built_in_and_codes_are_in_order() -> None:
    codes = load_catalogue().codes()
    assert [c for c in codes if c in NINE] == list(NINE)
    assert list(codes) == sorted(codes)


def test_the_catalogue_is_loaded_once() -> None:
    assert load_catalogue() is load_catalogue()


def test_the_version_in_force_depends_on_the_day(two_versions: Catalogue) -> None:
    assert two_versions.in_force("9.000100", date(2026, 6, 30), None).version == 1
    assert two_versions.in_force("9.000100", date(2026, 7, 1), None).version == 2
    assert two_versions.version("9.000100", 1).effective.until == date(2026, 7, 1)
    assert [d.version for d in two_versions.versions("9.000100")] == [1, 2]


def test_before_the_first_version_nothing_is_in_force(two_versions: Catalogue) -> None:
    with pytest.raises(NotInForce) as caught:
        two_versions.in_force("9.000100", date(2025, 12, 31), "38")
    assert caught.value.facts == {
        "procedure": "9.000100",
        "on": date(2025, 12, 31),
        "periods": ((date(2026, 1, 1), date(2026, 7, 1)), (date(2026, 7, 1), None)),
    }


def test_unknown_codes_and_versions_are_refused(two_versions: Catalogue) -> None:
    with pytest.raises(UnknownProcedure):
        two_versions.in_force("9.999999", date(2026, 7, 1), None)
    with pytest.raises(UnknownProcedure):
        two_versions.version("9.000100", 3)
    with pytest.raises(UnknownProcedure):
        two_versions.versions("9.999999")


def test_land_procedures_of_thanh_hoa_are_refused_in_cao_bang() -> None:
    catalogue = load_catalogue()
    assert catalogue.in_force("1.115520", date(2026, 11, 23), "38").code == "1.115520"
    with pytest.raises(OutsideScope) as caught:
        catalogue.in_force("1.115520", date(2026, 11, 23), "04")
    assert caught.value.facts == {"procedure": "1.115520", "province": "04", "provinces": ("38",)}


def test_the_mediation_belongs_to_bac_ninh() -> None:
    assert load_catalogue().in_force("1.115453", date(2026, 11, 23), "24").scope.provinces == ("24",)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("khai sinh", ["1.001193", "2.000635"]),
        ("KHAI SINH dang ky", ["1.001193"]),
        ("Đăng ký khai tử", ["1.000656"]),
        ("1.0132", ["1.013225", "1.013227"]),
        ("dat dai", ["1.115453", "1.115516", "1.115520"]),
        ("construction permit", ["1.013225", "1.013227"]),
        ("xyz", []),
    ],
)
def test_searching_ignores_accents_and_case(text: str, codes: list[str]) -> None:
    assert [d.code for d in load_catalogue().search(text) if d.code in NINE] == codes


def test_accents_of_both_unicode_forms_go() -> None:
    assert without_accents("Đường Nguyễn Trãi, Thanh Hóa") == "duong nguyen trai, thanh hoa"
    assert without_accents("Hóa") == "hoa"


def test_fields_are_listed_in_their_order() -> None:
    fields = load_catalogue().fields()
    assert [(k, v.names.en) for k, v in fields.items()] == [
        ("ho-tich", "Civil status"),
        ("dat-dai", "Land"),
        ("xay-dung", "Construction"),
        ("chung-thuc", "Certification"),
        ("nuoi-con-nuoi", "Adoption"),
        ("lien-thong", "Linked procedures"),
    ]
    permits = [(d.code, d.version) for d in load_catalogue().of_field("xay-dung") if d.code in NINE]
    assert permits == [("1.013225", 1), ("1.013225", 2), ("1.013227", 1), ("1.013227", 2)]


@pytest.mark.parametrize(
    ("form", "case", "chosen"),
    [
        ({}, None, "house"),
        ({"construction_type": "house"}, None, "house"),
        ({"construction_type": "religious"}, None, "other_works"),
        ({"construction_type": "house"}, "other_works", "other_works"),
    ],
)
def test_a_construction_case_follows_the_form_unless_the_officer_chooses(
    form: dict[str, str], case: str | None, chosen: str
) -> None:
    permit = load_catalogue().version("1.013225", 2)
    assert choose_case(permit, form, case).id == chosen


def test_all_conditions_of_a_case_must_hold() -> None:
    status = load_catalogue().version("1.004873", 1)
    lost = {"purpose": "marriage", "earlier_certificate": "not_returned"}
    assert choose_case(status, lost, None).id == "reissue_not_returned"
    assert choose_case(status, {**lost, "purpose": "other"}, None).id == "standard"


def test_a_condition_on_yes_is_not_met_by_one() -> None:
    extract = load_catalogue().version("2.000635", 1)
    assert choose_case(extract, {"archive_search": True}, None).id == "archive_search"
    assert choose_case(extract, {"archive_search": 1}, None).id == "standard"


def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(UnknownCase):
        choose_case(load_catalogue().version("1.013225", 2), {}, "bridge")


def test_a_new_field_and_procedure_need_only_files(tmp_path: Path) -> None:
    (tmp_path / "moi-truong").mkdir()
    (tmp_path / "fields.yaml").write_text(FIELDS, "utf-8")
    (tmp_path / "moi-truong" / "9.000100-dang-ky.yaml").write_text(PROCEDURE, "utf-8")
    catalogue = load_catalogue(tmp_path)
    assert set(catalogue.codes()) - set(load_catalogue().codes()) == {"9.000100"}
    assert list(catalogue.fields()) == [
        "ho-tich",
        "dat-dai",
        "xay-dung",
        "chung-thuc",
        "moi-truong",
        "nuoi-con-nuoi",
        "lien-thong",
    ]
    assert [d.names.en for d in catalogue.of_field("moi-truong")] == ["Environmental registration"]
    assert [d.code for d in catalogue.search("moi truong")] == ["9.000100"]
    assert catalogue.in_force("9.000100", date(2026, 11, 23), "38").case(None).time_limit.resolve().amount == 5


def test_a_broken_file_of_the_province_stops_the_loading(tmp_path: Path) -> None:
    (tmp_path / "fields.yaml").write_text(FIELDS, "utf-8")
    (tmp_path / "p.yaml").write_text(changed(("{signed: issue}", "{signed: isue}")), "utf-8")
    with pytest.raises(BrokenDefinition) as caught:
        load_catalogue(tmp_path)
    assert [(p.line, p.path, p.code) for p in caught.value.facts["problems"]] == [
        (52, "steps[2].outcomes.signed", "unknown_step")
    ]


def test_a_broken_fields_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "fields.yaml").write_text("moi-truong: {names: {vi: x}}", "utf-8")
    with pytest.raises(BrokenDefinition) as caught:
        load_fields(tmp_path)
    assert caught.value.facts["file"] == str(tmp_path / "fields.yaml")
