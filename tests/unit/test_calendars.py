"""The calendar: what the files say, what a place adds, and what a broken file is told."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from procedures.calendar_files import DayKind
from procedures.calendars import load_calendar
from procedures.errors import BrokenCalendar, NoCalendar, UnknownCommune, UnknownProvince

CLOSURE = """
documents: [{id: storm, document: Công điện về bão}]
days:
  - date: 2026-09-10
    kind: local_closure
    names: {vi: Bão, en: Storm}
    where: {provinces: ['38']}
    source: [storm]
  - date: 2026-09-11
    kind: local_closure
    names: {vi: Lụt, en: Flood}
    where: {communes: ['01795']}
    source: [storm]
"""


def file(folder: Path, text: str, name: str = "own.yaml") -> Path:
    """A calendar file with a text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("year", "working_days", "provisional"), [(2025, 250, False), (2026, 249, False), (2027, 249, True)]
)
def test_working_days_of_a_year(year: int, working_days: int, provisional: bool) -> None:
    calendar = load_calendar()
    assert calendar.working_days_between(date(year, 1, 1), date(year + 1, 1, 1)) == working_days
    assert calendar.provisional(date(year, 7, 1)) is provisional


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 1, 2), DayKind.SWAPPED_DAY_OFF, "Nghỉ hoán đổi với thứ Bảy 10/01/2026"),
        (date(2026, 1, 10), DayKind.MAKE_UP_WORKING_DAY, "Làm bù cho ngày 02/01/2026"),
        (date(2026, 4, 27), DayKind.PUBLIC_HOLIDAY, "Nghỉ bù Giỗ Tổ Hùng Vương"),
        (date(2026, 8, 22), DayKind.MAKE_UP_WORKING_DAY, "Làm bù cho ngày 31/8/2026"),
        (date(2026, 11, 23), DayKind.WORKING, "Ngày làm việc"),
        (date(2026, 11, 24), DayKind.PUBLIC_HOLIDAY, "Ngày Văn hóa Việt Nam"),
        (date(2026, 11, 28), DayKind.WEEKEND, "Nghỉ hằng tuần"),
        (date(2025, 5, 2), DayKind.SWAPPED_DAY_OFF, "Nghỉ hoán đổi với thứ Bảy 26/4/2025"),
    ],
)
def test_a_day_says_what_it_is(day: date, kind: DayKind, name: str) -> None:
    found = load_calendar().day(day)
    assert (found.kind, found.names.vi) == (kind, name)
    assert found.is_working is (kind in (DayKind.WORKING, DayKind.MAKE_UP_WORKING_DAY))


def test_a_decided_day_names_its_source_and_a_guess_says_so() -> None:
    calendar = load_calendar()
    assert calendar.day(date(2026, 8, 31)).basis == ("Thông báo 9441/TB-BNV",)
    assert not calendar.day(date(2027, 1, 1)).provisional
    assert calendar.day(date(2027, 2, 5)).provisional


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2028, 1, 1)])
def test_a_day_outside_the_years_covered_is_refused(day: date) -> None:
    calendar = load_calendar()
    assert not calendar.covers(day)
    for question in (calendar.day, calendar.is_working, calendar.provisional):
        with pytest.raises(NoCalendar) as caught:
            question(day)
        assert caught.value.facts["covered"] == "2025-01-01 to 2027-12-31"


def test_office_hours_are_seven_to_half_past_eleven_and_half_past_one_to_five() -> None:
    assert load_calendar().sessions == ((time(7, 0), time(11, 30)), (time(13, 30), time(17, 0)))


def test_places_without_decisions_of_their_own_share_one_calendar() -> None:
    assert load_calendar(commune="01795") is load_calendar(province="38") is load_calendar()


def test_unknown_places_are_refused() -> None:
    with pytest.raises(UnknownProvince):
        load_calendar(province="99")
    with pytest.raises(UnknownCommune):
        load_calendar(commune="99999")
    with pytest.raises(UnknownCommune):
        load_calendar(province="38", commune="01795")


def test_a_local_closure_is_for_its_place_only_and_changes_the_version(tmp_path: Path) -> None:
    file(tmp_path, CLOSURE)
    thanh_hoa, minh_khai = load_calendar(province="38", extra=tmp_path), load_calendar(commune="01795", extra=tmp_path)
    cao_bang = load_calendar(province="04", extra=tmp_path)
    assert thanh_hoa.day(date(2026, 9, 10)).kind is DayKind.LOCAL_CLOSURE
    assert thanh_hoa.is_working(date(2026, 9, 11))
    assert minh_khai.is_working(date(2026, 9, 10))
    assert minh_khai.day(date(2026, 9, 11)).names.en == "Flood"
    assert cao_bang.is_working(date(2026, 9, 11))
    assert cao_bang.version == load_calendar().version
    assert len({thanh_hoa.version, minh_khai.version, cao_bang.version}) == 3


def test_a_closure_does_not_rename_a_holiday(tmp_path: Path) -> None:
    path = file(tmp_path, CLOSURE.replace("2026-09-10", "2026-09-02").replace("2026-09-11", "2026-09-12"))
    assert load_calendar(province="38", extra=path).day(date(2026, 9, 2)).kind is DayKind.PUBLIC_HOLIDAY
    assert load_calendar(commune="01795", extra=path).day(date(2026, 9, 12)).kind is DayKind.WEEKEND


def test_a_file_with_a_year_takes_the_place_of_ours_and_a_new_year_is_added(tmp_path: Path) -> None:
    file(tmp_path, "year: 2027\n", "vn-2027.yaml")
    file(tmp_path, "year: 2028\nprovisional: true\n", "vn-2028.yaml")
    calendar = load_calendar(extra=tmp_path)
    assert calendar.working_days_between(date(2027, 1, 1), date(2028, 1, 1)) == 261
    assert not calendar.provisional(date(2027, 2, 5))
    assert calendar.provisional(date(2028, 12, 31))


def test_a_national_decision_without_year_is_added(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "documents: [{id: d, document: Quyết định}]\n"
        "days: [{date: 2026-11-23, kind: swapped_day_off, names: {vi: Hoán đổi, en: Swap}, source: [d]}]\n",
    )
    assert load_calendar(extra=path).day(date(2026, 11, 23)).kind is DayKind.SWAPPED_DAY_OFF
    assert load_calendar().is_working(date(2026, 11, 23))


def test_a_commune_has_its_own_office_hours(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "documents: [{id: d, document: Quyết định}]\n"
        "office_hours:\n"
        "  - sessions: [{opens: '07:30', closes: '11:30'}, {opens: '13:00', closes: '17:00'}]\n"
        "    where: {communes: ['01795']}\n"
        "    source: [d]\n",
    )
    assert load_calendar(commune="01795", extra=path).sessions[0] == (time(7, 30), time(11, 30))
    assert load_calendar(province="04", extra=path).sessions[0] == (time(7, 0), time(11, 30))


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = file(tmp_path, CLOSURE)
    assert not load_calendar(province="38", extra=path).is_working(date(2026, 9, 10))
    file(tmp_path, CLOSURE.replace("2026-09-10", "2026-09-15"))
    assert load_calendar(province="38", extra=path).is_working(date(2026, 9, 10))


DAY = "date: 2026-09-10, kind: swapped_day_off, names: {vi: a, en: b}, source: [d]"
DOCUMENTS = "documents: [{id: d, document: Quyết định}]\n"


@pytest.mark.parametrize(
    ("text", "key", "mend"),
    [
        ("yeer: 2026\n", "yeer", "remove 'yeer' or correct its spelling"),
        ("days: [{date: 2026-09-10}]\n", "days.0.source", "add 'source'"),
        (DOCUMENTS + f"days: [{{{DAY.replace('swapped_day_off', 'holiday')}}}]\n", "days.0.kind", "choose one of"),
        (DOCUMENTS + f"days: [{{{DAY.replace('[d]', '[]')}}}]\n", "days.0.source", "give 'source' a value"),
        (DOCUMENTS + f"days: [{{{DAY.replace('-10', '-12')}}}]\n", "days.0", "change the entry"),
        (
            DOCUMENTS + f"days: [{{{DAY.replace('swapped_day_off', 'make_up_working_day')}}}]\n",
            "days.0",
            "change the entry",
        ),
        (DOCUMENTS + f"days: [{{{DAY}, where: {{provinces: ['38']}}}}]\n", "days.0", "change the entry"),
        (f"days: [{{{DAY}}}]\n", "", "change the entry"),
        ("year: 2025\n" + DOCUMENTS + f"days: [{{{DAY}}}]\n", "", "change the entry"),
        (DOCUMENTS + f"days: [{{{DAY}}}, {{{DAY}}}]\n", "", "change the entry"),
        (CLOSURE.replace("'38'", "38"), "days.0.where.provinces.0", "write 'provinces' as text in quotes"),
        (
            DOCUMENTS + "office_hours: [{sessions: [{opens: '07:00', closes: 11:30}], source: [d]}]\n",
            "office_hours.0.sessions.0.closes",
            "change the entry",
        ),
        (
            DOCUMENTS + "office_hours: [{sessions: [{opens: '12:00', closes: '11:30'}], source: [d]}]\n",
            "office_hours.0",
            "change the entry",
        ),
        ("year: [2026\n", "line 2", "correct the YAML there"),
        ("- 1\n", "", "give 'the file' a value"),
    ],
)
def test_a_broken_file_names_file_key_and_mend(tmp_path: Path, text: str, key: str, mend: str) -> None:
    path = file(tmp_path, text)
    with pytest.raises(BrokenCalendar) as caught:
        load_calendar(extra=path)
    facts = caught.value.facts
    assert facts["file"] == str(path)
    assert facts["key"] == key
    assert facts["mend"].startswith(mend)


def test_a_missing_folder_and_a_gap_between_years_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenCalendar, match="there is no such file or folder"):
        load_calendar(extra=tmp_path / "nowhere")
    with pytest.raises(BrokenCalendar, match="leave a gap"):
        load_calendar(extra=file(tmp_path, "year: 2030\n"))


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BrokenCalendar) as caught:
        load_calendar(extra=path)
    assert caught.value.facts["mend"] == "give a readable UTF-8 file"
