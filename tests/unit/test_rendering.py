"""Wording of notices: literal Vietnamese, and nothing that somebody typed can become more than text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import UndefinedError

from dossiers.states import DossierState
from notifications.notices import Notice, Occasion, Place, facts, text_ids, with_texts
from notifications.rendering import LANGUAGES, Wording, clean, day, in_short, moment, one_line, render
from notifications.sms_text import segments, without_accents
from tests.samples import at, sample

HAC_THANH = Place("phường Hạc Thành", "tỉnh Thanh Hóa")


def occasion(payload: dict[str, Any], **known: Any) -> Occasion:
    state = DossierState(code="MC-14797-260213-0001", **known)
    return Occasion(state, sample(), HAC_THANH, at("2026-02-13T09:30"), payload)


def worded(notice: Notice, payload: dict[str, Any], language: str = "vi", **known: Any) -> Wording:
    found = facts(notice, occasion(payload, **known), language)
    return render(notice, language, found, recipient="Nguyễn Thị Minh")  # type: ignore[arg-type]


def test_the_vietnamese_receipt_reads_like_this() -> None:
    payload = {"promised_at": "2026-02-25T10:00:00.000000+00:00", "form": "01"}
    wording = worded(Notice.RECEIPT, payload, clock_starts_at=at("2026-02-13T09:00"))
    assert wording.subject == "Hồ sơ MC-14797-260213-0001: đã tiếp nhận, hẹn trả kết quả ngày 25/02/2026"
    assert (
        wording.body
        == """\
Kính gửi Ông/Bà/Tổ chức: Nguyễn Thị Minh,

Trung tâm Phục vụ hành chính công phường Hạc Thành đã tiếp nhận hồ sơ đầy đủ của Ông/Bà/Tổ chức.

Mã hồ sơ: MC-14797-260213-0001
Thủ tục: Thủ tục mẫu

Nhận đủ hồ sơ: 09:00 ngày 13/02/2026
Hẹn trả kết quả: 17:00 ngày 25/02/2026

Thư này chỉ để thông báo, không thay thế giấy tờ theo mẫu của hồ sơ. Thư được gửi tự động, xin không trả lời.
Khi cần hỏi, xin liên hệ nơi tiếp nhận và nêu mã hồ sơ MC-14797-260213-0001.

Trung tâm Phục vụ hành chính công phường Hạc Thành, tỉnh Thanh Hóa
"""
    )


def test_the_english_receipt_gives_the_official_code_too() -> None:
    payload = {"promised_at": "2026-02-25T10:00:00.000000+00:00"}
    known = {"clock_starts_at": at("2026-02-13T09:00"), "official_code": "H56.14-260213-0001"}
    wording = worded(Notice.RECEIPT, payload, "en", **known)
    assert wording.subject == "Dossier MC-14797-260213-0001: received, result promised for 25/02/2026"
    assert wording.body.splitlines()[:9] == [
        "Dear Nguyễn Thị Minh,",
        "",
        "The Public Service Centre of phường Hạc Thành has received your complete dossier.",
        "",
        "Dossier code: MC-14797-260213-0001",
        "Official dossier code: H56.14-260213-0001",
        "Procedure: Thủ tục mẫu",
        "",
        "Complete dossier received: 09:00 on 13/02/2026",
    ]


def test_a_supplement_request_lists_everything_at_once() -> None:
    payload = {
        "items": [
            {"document": "to_khai", "problem": "Thiếu chữ ký", "guidance": "Ký vào mục 5"},
            {"problem": "Ảnh mờ"},
        ],
        "answer_by": "2026-03-03T10:00:00.000000+00:00",
        "when_passed": "refuse",
    }
    lines = worded(Notice.SUPPLEMENT_REQUEST, payload).body.splitlines()
    start = lines.index("Nội dung cần bổ sung:")
    assert lines[start + 1 : start + 7] == [
        "1. Tờ khai: Thiếu chữ ký",
        "   Hướng dẫn: Ký vào mục 5",
        "2. Ảnh mờ",
        "",
        "Đề nghị bổ sung trước: 17:00 ngày 03/03/2026",
        "Quá thời hạn này mà chưa bổ sung, hồ sơ bị từ chối giải quyết.",
    ]


def test_an_apology_names_the_old_and_the_new_appointment() -> None:
    payload = {
        "apology": "UBND phường xin lỗi Ông/Bà.",
        "reason": "Chờ xác minh",
        "due_before": "2026-02-25T10:00:00.000000+00:00",
        "promised_at": "2026-03-02T10:00:00.000000+00:00",
    }
    wording = worded(Notice.APOLOGY, payload)
    assert wording.subject == "Hồ sơ MC-14797-260213-0001: xin lỗi và hẹn lại ngày 02/03/2026"
    lines = wording.body.splitlines()
    assert lines[2] == "UBND phường xin lỗi Ông/Bà."
    assert lines[7:10] == [
        "Lý do gia hạn: Chờ xác minh",
        "Ngày hẹn trước: 17:00 ngày 25/02/2026",
        "Ngày hẹn mới: 17:00 ngày 02/03/2026",
    ]


def test_a_ready_result_is_named() -> None:
    wording = worded(Notice.RESULT_READY, {"result": "paper"}, result="paper")
    assert wording.subject == "Hồ sơ MC-14797-260213-0001: đã có kết quả"
    assert "Kết quả: Giấy\n" in wording.body


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        (
            {"reason": "Không thuộc thẩm quyền", "legal_ground": "Điều 3"},
            "Lý do: Không thuộc thẩm quyền\nCăn cứ: Điều 3\n",
        ),
        (
            {"because": "supplement_deadline_passed"},
            "Lý do: đã hết thời hạn bổ sung, hoàn thiện hồ sơ mà chưa nhận được phần bổ sung.\n",
        ),
    ],
)
def test_a_refusal_says_why(payload: dict[str, Any], line: str) -> None:
    assert line in worded(Notice.REFUSAL, payload).body


def test_a_stop_names_the_pause_that_ended_the_dossier() -> None:
    wording = worded(Notice.STOPPED, {"because": "pause:violation"})
    assert "đã dừng lúc 09:30 ngày 13/02/2026." in wording.body
    assert "Lý do: vi phạm\n" in wording.body


def test_progress_names_the_next_step() -> None:
    wording = worded(Notice.PROGRESS, {"opens": [{"step": "publish"}]}, promised_at=at("2026-03-02T17:00"))
    assert "Bước tiếp theo: công bố\nHẹn trả kết quả: 17:00 ngày 02/03/2026\n" in wording.body


PAYLOADS: dict[Notice, dict[str, Any]] = {
    Notice.RECEIPT: {"promised_at": None},
    Notice.SUPPLEMENT_REQUEST: {"items": [{"problem": None}]},
    Notice.PROGRESS: {},
    Notice.APOLOGY: {"apology": None, "reason": None, "due_before": "2026-02-25T10:00:00+00:00", "promised_at": None},
    Notice.RESULT_READY: {"result": "gone"},
    Notice.REFUSAL: {"reason": None},
    Notice.STOPPED: {},
    Notice.WITHDRAWN: {"reason": None},
    Notice.ASSIGNED: {"occurrence": 2, "assignee": "a1"},
    Notice.RETURNED: {},
    Notice.SUPPLEMENT_RECEIVED: {},
    Notice.CONSULTATION_ASKED: {"consultations": [{"number": 1, "answer_by": "2026-02-25T10:00:00+00:00"}]},
    Notice.CONSULTATION_ANSWERED: {"number": 1},
    Notice.STOP_PROPOSED: {},
    Notice.STOP_DECLINED: {},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", PAYLOADS)
def test_every_notice_can_be_worded_with_the_least_that_is_known(notice: Notice, language: str) -> None:
    wording = worded(notice, PAYLOADS[notice], language, clock_starts_at=at("2026-02-13T09:00"))
    assert "MC-14797-260213-0001" in wording.subject
    assert "None" not in wording.subject + wording.body
    assert "\n\n\n" not in wording.body


def test_only_warnings_and_digests_are_about_no_event() -> None:
    assert set(Notice) - set(PAYLOADS) == {
        Notice.ANSWER_REMINDER,
        Notice.CONSULTATION_REMINDER,
        Notice.WARNING,
        Notice.DIGEST,
    }


@pytest.mark.parametrize("notice", PAYLOADS)
def test_every_notice_fits_into_one_segment_without_accents_and_three_with_them(notice: Notice) -> None:
    found = facts(notice, occasion(PAYLOADS[notice], promised_at=at("2026-03-02T17:00")), "vi")
    text = in_short(notice, found)
    assert "MC-14797-260213-0001" in text
    assert "None" not in text
    assert segments(text) <= 3
    assert segments(without_accents(text)) == 1


def test_the_short_receipt_reads_like_this() -> None:
    found = facts(Notice.RECEIPT, occasion({"promised_at": "2026-02-25T10:00:00+00:00"}), "vi")
    text = in_short(Notice.RECEIPT, found)
    assert text == "Hồ sơ MC-14797-260213-0001 đã được tiếp nhận, hẹn trả kết quả 17:00 ngày 25/02/2026."
    assert segments(text) == 2
    assert (
        without_accents(text) == "Ho so MC-14797-260213-0001 da duoc tiep nhan, hen tra ket qua 17:00 ngay 25/02/2026."
    )


def test_a_name_cannot_add_a_header_or_a_line() -> None:
    found = facts(Notice.WITHDRAWN, occasion({"reason": None}), "vi")
    found["dossier_code"] = "MC-1\r\nBcc: spy@example.com"
    wording = render(Notice.WITHDRAWN, "vi", found, recipient="Minh\r\n\r\nHẹn trả kết quả:\u2028mai\x00")
    assert wording.subject == "Hồ sơ MC-1 Bcc: spy@example.com: đã rút theo yêu cầu"
    assert wording.body.splitlines()[0] == "Kính gửi Ông/Bà/Tổ chức: Minh Hẹn trả kết quả: mai,"


def test_what_somebody_typed_is_never_a_template() -> None:
    wording = worded(Notice.REFUSAL, {"reason": "{{ 7 * 7 }} <b>{% include 'frame.vi.txt' %}"})
    assert "Lý do: {{ 7 * 7 }} <b>{% include 'frame.vi.txt' %}\n" in wording.body


def test_a_missing_fact_is_an_error_not_a_blank() -> None:
    found = facts(Notice.RECEIPT, occasion({"promised_at": None}), "vi")
    del found["received_at"]
    with pytest.raises(UndefinedError):
        render(Notice.RECEIPT, "vi", found, recipient=None)


def test_texts_of_every_kind_lose_what_cannot_be_seen() -> None:
    assert one_line("a\tb\u202ec\r\n d") == "a bc d"
    assert clean("một\r\nhai\x0bba\x07\u200b") == "một\nhai\nba"


def test_instants_are_shown_in_vietnam() -> None:
    late = datetime(2026, 2, 25, 17, 30, tzinfo=UTC)
    assert moment(late) == "00:30 ngày 26/02/2026"
    assert day(late) == "26/02/2026"


def test_free_texts_come_back_into_the_payload_and_erased_ones_do_not() -> None:
    payload = {"reason": {"text": "a1", "hmac": "x"}, "items": [{"problem": {"text": "b2", "hmac": "y"}, "n": 1}]}
    assert text_ids(payload) == {"a1", "b2"}
    assert with_texts(payload, {"a1": "lý do", "b2": None}) == {"reason": "lý do", "items": [{"problem": None, "n": 1}]}
