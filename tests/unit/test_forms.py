from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from procedures.catalogue import load_catalogue, validate_form
from procedures.errors import FormRefused
from procedures.schema import Definition
from tests.definition_texts import read

FIELDS = """form:
  - {id: name, names: {vi: a, en: a}, type: text, required: true, max_length: 10}
  - {id: code, names: {vi: a, en: a}, type: text, pattern: '[A-Z]{2}[0-9]+'}
  - {id: area, names: {vi: a, en: a}, type: number, minimum: 0, maximum: 1000.5}
  - {id: born_on, names: {vi: a, en: a}, type: date}
  - {id: agreed, names: {vi: a, en: a}, type: boolean}
  - id: kind
    names: {vi: a, en: a}
    type: choice
    choices: [{id: a, names: {vi: a, en: a}}, {id: b, names: {vi: b, en: b}}]
  - {id: citizen, names: {vi: a, en: a}, type: personal_id_number}
  - {id: phone, names: {vi: a, en: a}, type: phone}
  - {id: email, names: {vi: a, en: a}, type: email}
"""
OLD = """form:
  - id: owner
    names: {vi: Chủ cơ sở, en: Owner}
    type: text
    required: true
    personal: true
"""


@pytest.fixture(scope="module")
def definition() -> Definition:
    loaded = read((OLD, FIELDS))
    assert loaded.definition is not None, loaded.problems
    return loaded.definition


@pytest.mark.parametrize(
    ("field", "given", "clean"),
    [
        ("name", "  Lan ", "Lan"),
        ("code", "AB12", "AB12"),
        ("area", 120, "120"),
        ("area", "120.50", "120.5"),
        ("area", 1000.5, "1000.5"),
        ("area", "100", "100"),
        ("born_on", "2026-02-13", "2026-02-13"),
        ("born_on", "13/02/2026", "2026-02-13"),
        ("born_on", "3/2/2026", "2026-02-03"),
        ("born_on", date(2026, 2, 13), "2026-02-13"),
        ("agreed", True, True),
        ("agreed", "false", False),
        ("kind", "b", "b"),
        ("citizen", "038 095 000 001", "038095000001"),
        ("phone", "0912.345.678", "0912345678"),
        ("phone", "+84 912 345 678", "+84912345678"),
        ("email", "lan@example.vn", "lan@example.vn"),
    ],
)
def test_good_values_come_back_clean(definition: Definition, field: str, given: Any, clean: Any) -> None:
    assert validate_form(definition, {"name": "Lan", field: given})[field] == clean


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("name", "", "required"),
        ("name", "   ", "required"),
        ("name", None, "required"),
        ("name", 5, "wrong_type"),
        ("name", ["Lan"], "wrong_type"),
        ("name", "Nguyễn Thị Lan", "too_long"),
        ("name", "a\x00b", "control_character"),
        ("name", "a\ud800", "control_character"),
        ("code", "ab12", "pattern"),
        ("code", "AB12x", "pattern"),
        ("area", "much", "not_a_number"),
        ("area", True, "not_a_number"),
        ("area", "1e5", "not_a_number"),
        ("area", float("nan"), "not_a_number"),
        ("area", "-1", "too_small"),
        ("area", 1000.6, "too_big"),
        ("born_on", "2026-02-30", "not_a_date"),
        ("born_on", "30/02/2026", "not_a_date"),
        ("born_on", "13-02-2026", "not_a_date"),
        ("born_on", 20260213, "not_a_date"),
        ("agreed", 1, "not_a_boolean"),
        ("agreed", "yes", "not_a_boolean"),
        ("kind", "c", "not_a_choice"),
        ("kind", ["a"], "not_a_choice"),
        ("citizen", "03809500001", "not_a_personal_id"),
        ("citizen", "0380950000012", "not_a_personal_id"),
        ("citizen", "٠٣٨٠٩٥٠٠٠٠٠١", "not_a_personal_id"),
        ("phone", "12345", "not_a_phone"),
        ("phone", "0912345abc", "not_a_phone"),
        ("email", "lan@", "not_an_email"),
        ("email", "lan@example", "not_an_email"),
        ("email", "a b@example.vn", "not_an_email"),
        ("nobody", "x", "unknown_field"),
    ],
)
def test_bad_values_are_refused_by_field(definition: Definition, field: str, given: Any, code: str) -> None:
    with pytest.raises(FormRefused) as caught:
        validate_form(definition, {"name": "Lan", field: given})
    assert [(p.field, p.code) for p in caught.value.facts["problems"]] == [(field, code)]
    problem = caught.value.facts["problems"][0]
    assert problem.message.vi
    assert problem.message.en


def test_every_field_is_reported_at_once(definition: Definition) -> None:
    with pytest.raises(FormRefused) as caught:
        validate_form(definition, {"phone": "1", "email": "1", "x": 1})
    assert [(p.field, p.code) for p in caught.value.facts["problems"]] == [
        ("x", "unknown_field"),
        ("name", "required"),
        ("phone", "not_a_phone"),
        ("email", "not_an_email"),
    ]


def test_a_refusal_never_repeats_the_value(definition: Definition) -> None:
    with pytest.raises(FormRefused) as caught:
        validate_form(definition, {"name": "Lan", "citizen": "0380950"})
    assert "0380950" not in str(caught.value)


def test_empty_optional_fields_are_left_out(definition: Definition) -> None:
    assert validate_form(definition, {"name": "Lan", "phone": "", "email": None}) == {"name": "Lan"}


def test_the_form_of_the_birth_registration() -> None:
    birth = load_catalogue().version("1.001193", 1)
    form = {
        "situation": "ordinary",
        "child_name": "Nguyễn An",
        "child_sex": "female",
        "born_on": "01/11/2026",
        "place_of_birth": "Bệnh viện Phụ sản Thanh Hóa",
        "mother_personal_id": "038195000001",
    }
    assert validate_form(birth, form) == {**form, "born_on": "2026-11-01"}
