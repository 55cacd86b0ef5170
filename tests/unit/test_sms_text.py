"""What a text message costs, counted by hand, and how it is made to fit."""

from __future__ import annotations

import pytest

from notifications.sms_text import fitted, is_gsm_7, phone_digits, segments, without_accents


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 158 + "€", 1),  # 158 + 2 septets
        ("a" * 159 + "€", 2),  # 161 septets
        ("[" * 80, 1),
        ("[" * 81, 2),  # 162 septets; 76 brackets fit into a part of 153, the 77th is not torn apart
        ("[" * 152, 2),
        ("[" * 153, 3),
        ("ế" * 70, 1),
        ("ế" * 71, 2),
        ("ế" * 134, 2),
        ("ế" * 135, 3),
        ("😀" * 35, 1),  # two UTF-16 units each
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 to a part of 67 units: the 34th would be torn
        ("😀" * 67, 3),
        ("a" * 69 + "ư", 1),
        ("a" * 70 + "ư", 2),
        ("à" * 160, 1),  # à, è, é, ì, ò, ù are in the 7-bit alphabet
        ("á", 1),
    ],
)
def test_segments_are_counted_as_networks_do(text: str, count: int) -> None:
    assert segments(text) == count


def test_which_texts_fit_the_7_bit_alphabet() -> None:
    assert is_gsm_7("Ho so MC-14845-260302-0001: hen 09/03/2026 (17:00) {~}")
    assert not is_gsm_7("Hồ sơ")
    assert not is_gsm_7("á")
    assert not is_gsm_7("`")


def test_accents_are_taken_off_and_nothing_else_is_lost() -> None:
    text = "Đã tiếp nhận hồ sơ – hẹn trả “kết quả” ở phường Hạc Thành…"
    assert without_accents(text) == 'Da tiep nhan ho so - hen tra "ket qua" o phuong Hac Thanh...'
    assert without_accents("ĂÂÊÔƠƯ ăâêôơư ẰẤỆỖỢỮ ỳýỷỹỵ") == "AAEOOU aaeoou AAEOOU yyyyy"
    assert without_accents("漢") == "?"


def test_a_text_is_shortened_at_a_word_to_the_segments_allowed() -> None:
    text = "mười chữ " * 10  # 90 characters, one segment has 70
    short = fitted(text, accents=True, most_segments=1)
    assert short == "mười chữ mười chữ mười chữ mười chữ mười chữ mười chữ mười chữ mười…"
    assert len(short) == 68
    assert segments(short) == 1
    plain = fitted("abcd efgh " * 20, accents=False, most_segments=1)
    assert plain == "abcd efgh " * 15 + "abcd..."
    assert segments(plain) == 1
    assert fitted("ngắn gọn", accents=False, most_segments=1) == "ngan gon"
    assert fitted("x" * 400, accents=True, most_segments=1) == "x" * 157 + "..."


@pytest.mark.parametrize(
    ("given", "digits"),
    [
        ("0912 345 678", "84912345678"),
        ("0237.385.6789", "842373856789"),
        ("+84 (912) 345-678", "84912345678"),
        ("0084912345678", "84912345678"),
        ("84912345678", "84912345678"),
        ("+49 170 1234567", "491701234567"),
        ("0912", None),
        ("khong co", None),
        ("٠٩١٢٣٤٥٦٧٨", None),
        ("", None),
    ],
)
def test_phone_numbers_become_international_digits(given: str, digits: str | None) -> None:
    assert phone_digits(given) == digits
