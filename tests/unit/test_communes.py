"""Provinces and communes by code and by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from procedures.communes import area_classes, commune, communes_of, province, provinces, search_communes
from procedures.errors import BrokenDefinition, UnknownCommune, UnknownProvince
from procedures.limits import AreaClass


def test_there_are_34_provinces_and_3321_communes() -> None:
    assert len(provinces()) == 34
    assert sum(len(communes_of(found.code)) for found in provinces()) == 3321


@pytest.mark.parametrize(
    ("code", "name", "number"), [("38", "Thanh Hóa", 166), ("04", "Cao Bằng", 56), ("24", "Bắc Ninh", 99)]
)
def test_a_province_by_code(code: str, name: str, number: int) -> None:
    assert province(code).name == name
    assert len(communes_of(code)) == number


def test_a_commune_by_code() -> None:
    found = commune("01795")
    assert (found.name, found.kind, found.province_code) == ("Xã Minh Khai", "xã", "04")
    assert found.area_class is AreaClass.UNKNOWN


def test_codes_keep_their_leading_zeros() -> None:
    assert commune("00070").name == "Phường Hoàn Kiếm"
    assert [found.code for found in provinces()][:3] == ["01", "04", "08"]


@pytest.mark.parametrize("code", ["4", "99", "", "038"])
def test_an_unknown_province_is_refused(code: str) -> None:
    with pytest.raises(UnknownProvince):
        province(code)
    with pytest.raises(UnknownProvince):
        communes_of(code)


@pytest.mark.parametrize("code", ["1795", "99999", ""])
def test_an_unknown_commune_is_refused(code: str) -> None:
    with pytest.raises(UnknownCommune) as caught:
        commune(code)
    assert caught.value.facts["code"] == code


@pytest.mark.parametrize("text", ["minh khai", "Minh Khai", "MINH  KHAI", "xã minh khai", "01795"])
def test_a_search_needs_no_accents(text: str) -> None:
    assert [found.code for found in search_communes(text, province_code="04")] == ["01795"]


def test_a_search_puts_whole_names_first_and_is_limited() -> None:
    found = search_communes("đông sơn")
    assert found[0].name in ("Phường Đông Sơn", "Xã Đông Sơn")
    assert len(search_communes("an", limit=7)) == 7
    assert search_communes("  ") == ()
    assert search_communes("không có xã nào tên thế này") == ()


def test_area_classes_come_from_cited_decisions_only(tmp_path: Path) -> None:
    path = tmp_path / "areas.yaml"
    path.write_text("decisions: [{document: Quyết định, area: difficult, communes: ['01795']}]", encoding="utf-8")
    assert area_classes(path) == {"01795": AreaClass.DIFFICULT}
    path.write_text("decisions: [{area: difficult, communes: ['01795']}]", encoding="utf-8")
    with pytest.raises(BrokenDefinition):
        area_classes(path)


def test_the_import_reads_nothing() -> None:
    code = "import sys, procedures.communes; print('vietnam_provinces' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
