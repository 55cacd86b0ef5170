"""An explained due date, word for word."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from string import Formatter

import pytest

from dossiers.clock import ClockHistory, Extension, Pause
from dossiers.clock_errors import ClockNotStarted
from dossiers.explanation import explain
from dossiers.explanation_wording import SENTENCES, SKIPPED, UNITS
from dossiers.working_time import instant_from_text as at
from procedures.base import Names
from procedures.calendars import load_calendar
from procedures.limits import CountFrom, Limit, Unit

CALENDAR = load_calendar()
GROUND = Names(vi="Chờ bổ sung hồ sơ", en="Waiting for the supplement")
PAUSED = ClockHistory(
    at("2026-02-13T09:00"),
    (Pause(at("2026-02-25T08:00"), at("2026-02-27T10:00"), "supplement", "applicant", GROUND),),
    (Extension(Decimal(1), None, at("2026-02-27T11:00")),),
)
NOW = at("2026-02-27T12:00")


def told(limit: Limit, history: ClockHistory, *, now: datetime = NOW, language: str = "vi") -> list[str]:
    """The sentences without their numbers."""
    return [line.split(". ", 1)[1] for line in explain(limit, history, CALENDAR, now=now, language=language)]


def test_working_days_with_a_pause_and_an_extension_in_vietnamese() -> None:
    assert explain(Limit(Decimal(3), Unit.WORKING_DAYS), PAUSED, CALENDAR, now=NOW) == [
        "1. Thời hạn giải quyết là 3 ngày làm việc; chỉ tính ngày làm việc.",
        "2. Hồ sơ được tiếp nhận đầy đủ, hợp lệ lúc 09:00, 13/02/2026.",
        "3. Ngày đầu tiên không tính (Bộ luật Dân sự 2015, Điều 147); ngày được tính đầu tiên là 23/02/2026.",
        "4. Không tính 6 ngày nghỉ hằng tuần: 14/02/2026 - 15/02/2026; 21/02/2026 - 22/02/2026; "
        "28/02/2026 - 01/03/2026.",
        "5. Không tính 5 ngày nghỉ lễ, Tết: 16/02/2026 - 20/02/2026 (Tết Bính Ngọ).",
        "6. Không tính 1 ngày tạm dừng trọn ngày: 26/02/2026.",
        "7. Ngày nghỉ và ngày làm bù theo: Bộ luật Lao động 45/2019/QH14, Điều 112; Thông báo 9441/TB-BNV.",
        "8. Tạm dừng từ 08:00, 25/02/2026 đến 10:00, 27/02/2026 (Chờ bổ sung hồ sơ): không tính 18 giờ làm việc.",
        "9. Lúc 11:00, 27/02/2026, thời hạn được gia hạn thêm 1 ngày làm việc.",
        "10. Hạn trả kết quả: 17:00, thứ Ba, 03/03/2026.",
        "11. Không kể gia hạn, hạn theo quy định là 17:00, thứ Hai, 02/03/2026.",
    ]


def test_working_days_with_a_pause_and_an_extension_in_english() -> None:
    assert explain(Limit(Decimal(3), Unit.WORKING_DAYS), PAUSED, CALENDAR, now=NOW, language="en") == [
        "1. The time limit is 3 working days; only working days count.",
        "2. The complete dossier was received at 09:00, 13/02/2026.",
        "3. The first day is not counted (Civil Code 2015, article 147); the first day counted is 23/02/2026.",
        "4. Not counted, 6 weekly rest day(s): 14/02/2026 - 15/02/2026; 21/02/2026 - 22/02/2026; "
        "28/02/2026 - 01/03/2026.",
        "5. Not counted, 5 public holiday(s): 16/02/2026 - 20/02/2026 (Lunar New Year).",
        "6. Not counted, 1 day(s) wholly paused: 26/02/2026.",
        "7. Days off and make-up days follow: Bộ luật Lao động 45/2019/QH14, Điều 112; Thông báo 9441/TB-BNV.",
        "8. Paused from 08:00, 25/02/2026 to 10:00, 27/02/2026 (Waiting for the supplement): 18 working hours "
        "not counted.",
        "9. At 11:00, 27/02/2026 the limit was extended by 1 working day.",
        "10. The result is due at 17:00, Tuesday, 03/03/2026.",
        "11. Without the extension, the limit ends at 17:00, Monday, 02/03/2026.",
    ]


def test_same_day_after_the_cut_off() -> None:
    history = ClockHistory(at("2026-04-29T15:01"))
    assert told(Limit(Decimal(0), Unit.SAME_DAY, time(15)), history) == [
        "Hồ sơ nhận trong ngày làm việc, chậm nhất lúc 15:00, được trả kết quả ngay trong ngày; nhận sau 15:00 hoặc "
        "vào ngày nghỉ thì trả kết quả trong ngày làm việc tiếp theo.",
        "Hồ sơ được tiếp nhận đầy đủ, hợp lệ lúc 15:01, 29/04/2026.",
        "Không tính 2 ngày nghỉ hằng tuần: 02/05/2026 - 03/05/2026.",
        "Không tính 2 ngày nghỉ lễ, Tết: 30/04/2026 - 01/05/2026 (Ngày Chiến thắng 30/4, Ngày Quốc tế Lao động).",
        "Ngày nghỉ và ngày làm bù theo: Bộ luật Lao động 45/2019/QH14, Điều 112.",
        "Hạn trả kết quả: 17:00, thứ Hai, 04/05/2026.",
    ]


def test_a_month_with_an_open_pause_and_a_last_day_that_rolls() -> None:
    history = ClockHistory(at("2026-01-31T09:00"), (Pause(at("2026-02-02T09:00"), None),))
    assert told(Limit(Decimal(1), Unit.MONTHS), history, now=at("2026-02-03T12:00"), language="en") == [
        "The time limit is 1 month; days of rest count too.",
        "The complete dossier was received at 09:00, 31/01/2026.",
        "The first day is not counted (Civil Code 2015, article 147); the first day counted is 01/02/2026.",
        "Not counted, 1 day(s) wholly paused: 02/02/2026.",
        "The last day, 01/03/2026, is a day of rest, so the limit ends on the next working day, 02/03/2026 (Civil Code "
        "2015, article 148).",
        "Paused since 09:00, 02/02/2026: 1 day not counted so far; the due time moves on until the pause ends.",
        "The result is due at 17:00, Monday, 02/03/2026.",
    ]


def test_fractions_swaps_make_up_days_and_a_provisional_year() -> None:
    history = ClockHistory(at("2025-12-31T09:00"))
    assert told(Limit(Decimal("5.5"), Unit.WORKING_DAYS), history)[1:] == [
        "Phần lẻ 0,5 ngày bằng 4 giờ làm việc của ngày cuối.",
        "Hồ sơ được tiếp nhận đầy đủ, hợp lệ lúc 09:00, 31/12/2025.",
        "Ngày đầu tiên không tính (Bộ luật Dân sự 2015, Điều 147); ngày được tính đầu tiên là 05/01/2026.",
        "Không tính 2 ngày nghỉ hằng tuần: 03/01/2026 - 04/01/2026.",
        "Không tính 1 ngày nghỉ lễ, Tết: 01/01/2026 (Tết Dương lịch).",
        "Không tính 1 ngày nghỉ hoán đổi: 02/01/2026 (Nghỉ hoán đổi với thứ Bảy 10/01/2026).",
        "Ngày làm bù được tính là ngày làm việc: 10/01/2026 (Làm bù cho ngày 02/01/2026).",
        "Ngày nghỉ và ngày làm bù theo: Bộ luật Lao động 45/2019/QH14, Điều 112; Công văn 12729/VPCP-KGVX.",
        "Hạn trả kết quả: 17:00, thứ Bảy, 10/01/2026.",
    ]
    later = told(Limit(Decimal(10), Unit.CALENDAR_DAYS), ClockHistory(at("2026-12-28T09:00")))
    assert later[-1] == ("Lịch nghỉ năm 2027 là dự kiến, chưa có thông báo chính thức; hạn này có thể phải tính lại.")


def test_hours_restarts_overlaps_and_an_absolute_extension() -> None:
    first = Pause(at("2026-06-05T18:00"), at("2026-06-05T20:30"), "posting")
    history = ClockHistory(
        at("2026-06-04T09:00"),
        (first, Pause(at("2026-06-05T19:00"), at("2026-06-05T20:00"), "survey")),
        (Extension(None, at("2026-06-08T09:00"), at("2026-06-06T08:00")),),
        (at("2026-06-05T16:00"),),
    )
    assert told(Limit(Decimal(24), Unit.HOURS), history, language="en") == [
        "The time limit is 24 hours, counted through nights and days of rest.",
        "The complete dossier was received at 09:00, 04/06/2026.",
        "The whole limit was started again at 16:00, 05/06/2026.",
        "A limit in hours runs from that moment (Civil Code 2015, article 147).",
        "Before the restart, 1 day(s): 04/06/2026.",
        "Paused from 18:00, 05/06/2026 to 20:30, 05/06/2026 (posting): 2.5 hours not counted.",
        "Paused from 19:00, 05/06/2026 to 20:00, 05/06/2026 (survey): 1 hour not counted.",
        "Where pauses overlap, the time is taken off once.",
        "At 08:00, 06/06/2026 the limit was extended until 09:00, 08/06/2026.",
        "The result is due at 09:00, Monday, 08/06/2026.",
        "Without the extension, the limit ends at 18:30, Saturday, 06/06/2026.",
    ]


def test_a_pause_of_a_same_day_limit_and_one_before_a_restart() -> None:
    pause = Pause(at("2026-03-11T10:00"), at("2026-03-11T15:30"), "supplement", "applicant", GROUND)
    same_day = told(Limit(Decimal(0), Unit.SAME_DAY, time(15)), ClockHistory(at("2026-03-11T09:00"), (pause,)))
    assert same_day[2:] == [
        "Tạm dừng từ 10:00, 11/03/2026 đến 15:30, 11/03/2026 (Chờ bổ sung hồ sơ): khi hết tạm dừng, hồ sơ được tính "
        "như mới nhận.",
        "Hạn trả kết quả: 17:00, thứ Năm, 12/03/2026.",
    ]
    history = ClockHistory(at("2026-03-10T09:00"), (pause,), restarts=(at("2026-03-11T15:30"),))
    assert told(Limit(Decimal(1), Unit.WORKING_DAYS), history)[1:] == [
        "Hồ sơ được tiếp nhận đầy đủ, hợp lệ lúc 09:00, 10/03/2026.",
        "Thời hạn được tính lại từ đầu kể từ 15:30, 11/03/2026.",
        "Ngày đầu tiên không tính (Bộ luật Dân sự 2015, Điều 147); ngày được tính đầu tiên là 12/03/2026.",
        "Trước lần tính lại, 1 ngày: 10/03/2026.",
        "Hạn trả kết quả: 17:00, thứ Năm, 12/03/2026.",
    ]


def test_the_next_working_day_rule_is_told() -> None:
    limit = Limit(Decimal(3), Unit.WORKING_DAYS, time(15), CountFrom.NEXT_WORKING_DAY)
    lines = told(limit, ClockHistory(at("2026-09-07T15:01")))
    assert lines[1] == "Hồ sơ nhận sau 15:00 hoặc vào ngày nghỉ được coi là nhận vào ngày làm việc tiếp theo."
    assert lines[3].endswith("ngày được tính đầu tiên là 09/09/2026.")


def test_nothing_is_explained_before_the_clock_starts() -> None:
    with pytest.raises(ClockNotStarted):
        explain(Limit(Decimal(3), Unit.WORKING_DAYS), ClockHistory(None), CALENDAR, now=NOW)


def test_both_languages_say_the_same_facts() -> None:
    for wording in (*SENTENCES.values(), *SKIPPED.values()):
        fields = [{name for _, name, _, _ in Formatter().parse(wording[language]) if name} for language in ("vi", "en")]
        assert fields[0] == fields[1]
    assert all(set(names) == {"vi", "en"} for names in UNITS.values())
