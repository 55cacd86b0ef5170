"""What the timeline says of a rung, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from dossiers.ladder import Ladder, built_in_ladders
from dossiers.rung_wording import RungFacts, explain_rung
from dossiers.tables import WarningRow
from procedures.base import Names
from tests.samples import at

LADDER = built_in_ladders().ladder_for(
    procedure="9.000001", field="ho-tich", province="38", commune="14845", on=date(2026, 3, 2)
)


def warning(rung: str, recorded: str = "2026-03-06T15:00", *, number: int = 0, period: int = 0) -> WarningRow:
    return WarningRow(
        dossier_id=1,
        rung=rung,
        number=number,
        clock_period=period,
        legal_moment=at("2026-03-06T15:00"),
        recorded_at=at(recorded),
    )


def facts(ladder: Ladder = LADDER, *, silent: bool = False) -> RungFacts:
    appraise = Names(vi="Thẩm định", en="Appraise")
    return RungFacts(ladder=ladder, steps={2: appraise}, bodies={1: "Công an xã"}, silent=silent)


@pytest.mark.parametrize(
    ("reached", "vi", "en"),
    [
        (
            warning("used_75", "2026-03-06T15:05"),
            "Đã dùng 75% thời hạn lúc 15:00 06/03/2026 (ghi nhận 15:05); báo cho: người đang giữ hồ sơ",
            "75% of the time is used at 15:00 06/03/2026 (recorded 15:05); to be told: the holder",
        ),
        (
            warning("overdue_3", "2026-03-10T08:00", period=1),
            "Quá hạn 3 ngày làm việc (kỳ tính hạn thứ 2) lúc 15:00 06/03/2026 (ghi nhận 08:00 10/03/2026); "
            "báo cho: người đang giữ hồ sơ, lãnh đạo trung tâm, tỉnh",
            "Overdue by 3 working days (clock period 2) at 15:00 06/03/2026 (recorded 08:00 10/03/2026); "
            "to be told: the holder, the supervisor, the province",
        ),
        (
            warning("step_late", number=2),
            "Bước xử lý quá giờ (Thẩm định) lúc 15:00 06/03/2026; báo cho: người đang giữ hồ sơ, lãnh đạo trung tâm",
            "Step late (Appraise) at 15:00 06/03/2026; to be told: the holder, the supervisor",
        ),
        (
            warning("consultation_due_soon", number=1),
            "Cơ quan được lấy ý kiến sắp hết hạn trả lời (Công an xã) lúc 15:00 06/03/2026; "
            "báo cho: cơ quan được lấy ý kiến, người đang giữ hồ sơ",
            "The consulted body's time is nearly over (Công an xã) at 15:00 06/03/2026; "
            "to be told: the consulted body, the holder",
        ),
        (
            warning("answer_due_soon", number=1),
            "Ngày cuối để người nộp bổ sung (yêu cầu thứ 1) từ 15:00 06/03/2026; "
            "báo cho: người nộp, người đang giữ hồ sơ",
            "Last day for the applicant to complete the dossier (request 1) from 15:00 06/03/2026; "
            "to be told: the applicant, the holder",
        ),
    ],
)
def test_a_rung_is_one_sentence(reached: WarningRow, vi: str, en: str) -> None:
    assert explain_rung(reached, built_in_ladders(), "vi", facts()) == vi
    assert explain_rung(reached, built_in_ladders(), "en", facts()) == en


def test_nobody_is_named_where_the_dossier_is_silent_or_its_ladder_has_the_rung_no_more() -> None:
    plain = "Đã dùng 50% thời hạn lúc 15:00 06/03/2026"
    assert explain_rung(warning("used_50"), built_in_ladders(), "vi", facts(silent=True)) == plain
    assert explain_rung(warning("used_50"), built_in_ladders(), "vi", facts(Ladder())) == plain


def test_what_nobody_knows_any_more_is_named_by_its_id() -> None:
    assert explain_rung(warning("gone"), built_in_ladders(), "vi", facts()) == "gone lúc 15:00 06/03/2026"
    assert explain_rung(warning("step_late", number=9), built_in_ladders(), "en", facts()) == (
        "Step late at 15:00 06/03/2026; to be told: the holder, the supervisor"
    )
