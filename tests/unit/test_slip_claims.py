"""The promise in the QR code: signed, checked offline, forged in vain. And text that stays text."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from cli import app
from notifications.slips.claims import SlipClaim, signed, verify
from notifications.slips.content import last_moment, limit_in_words, long_moment
from notifications.slips.forms import all_forms, form_on
from notifications.slips.keys import SlipKey, read_public_key
from notifications.slips.slip_errors import (
    BrokenSlipKey,
    ForgedSlip,
    MalformedSlipText,
    PaperNotOffered,
    SlipNotTypeset,
    UnknownForm,
)
from notifications.slips.typesetting import TEMPLATES, typeset
from procedures.limits import Limit, Unit
from tests.golden.slip_scenes import KEY
from tests.samples import at

CLAIM = SlipClaim("MC-14845-260302-0001", at("2026-03-09T17:00"), "14845", 12, 2026)
SAID = "MOTCUA1|MC-14845-260302-0001|2026-03-09T17:00+07:00|14845|12/2026"
TEXT = signed(CLAIM, KEY.private)


def test_the_text_can_be_read_by_anybody_and_ends_with_the_signature() -> None:
    said, _, signature = TEXT.rpartition("|")
    assert said == SAID
    assert len(base64.urlsafe_b64decode(f"{signature}==")) == 64
    assert len(TEXT) == 152


def test_a_genuine_text_gives_the_promise_back() -> None:
    assert verify(TEXT, KEY.public) == CLAIM
    assert verify(f" {TEXT}\n", KEY.public) == CLAIM


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-03-09T17:00", "2026-03-08T17:00"),
        ("260302-0001", "260302-0002"),
        ("|14845|", "|14846|"),
        ("|12/2026|", "|13/2026|"),
    ],
)
def test_a_changed_promise_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(ForgedSlip):
        verify(TEXT.replace(old, new), KEY.public)


def test_another_offices_key_is_refused() -> None:
    with pytest.raises(ForgedSlip):
        verify(TEXT, Ed25519PrivateKey.generate().public_key())


@pytest.mark.parametrize("tail", ["", "x", "!!!", "A" * 86, TEXT[-86:-1], TEXT[-86:] + "A", TEXT[-86:] + "=="])
def test_a_broken_signature_is_refused(tail: str) -> None:
    with pytest.raises(ForgedSlip):
        verify(f"{SAID}|{tail}", KEY.public)


@pytest.mark.parametrize("text", ["", "|", "https://example.vn", SAID, TEXT.replace("MOTCUA1", "MOTCUA2"), TEXT * 3])
def test_what_is_no_slip_says_so(text: str) -> None:
    with pytest.raises(MalformedSlipText):
        verify(text, KEY.public)


def test_a_day_that_does_not_exist_is_no_promise_even_when_signed() -> None:
    said = SAID.replace("2026-03-09", "2026-02-31")
    signature = base64.urlsafe_b64encode(KEY.private.sign(said.encode())).decode().rstrip("=")
    with pytest.raises(MalformedSlipText):
        verify(f"{said}|{signature}", KEY.public)


def test_the_key_is_made_once_whoever_asks_first(tmp_path: Path) -> None:
    file = tmp_path / "home" / "slip.key"
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(SlipKey.from_file(file).raw)) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 12
    assert len(set(found)) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["slip.key"]


@pytest.mark.parametrize("text", ["", "zz", "ab" * 31, "không phải khóa"])
def test_a_broken_key_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "slip.key").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenSlipKey):
        SlipKey.from_file(tmp_path / "slip.key")


def test_the_public_key_is_read_in_both_spellings() -> None:
    assert read_public_key(KEY.pem).public_bytes_raw() == KEY.public.public_bytes_raw()
    assert read_public_key(KEY.raw).public_bytes_raw() == KEY.public.public_bytes_raw()
    for text in ("", "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n", "AAAA"):
        with pytest.raises(BrokenSlipKey):
            read_public_key(text)


def test_openssl_checks_a_slip_without_us(tmp_path: Path) -> None:
    said, _, signature = TEXT.rpartition("|")
    (tmp_path / "key.pem").write_text(KEY.pem)
    (tmp_path / "said").write_text(said)
    (tmp_path / "sig").write_bytes(base64.urlsafe_b64decode(f"{signature}=="))
    files = ["-inkey", tmp_path / "key.pem", "-sigfile", tmp_path / "sig", "-in", tmp_path / "said"]
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin", *map(str, files)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    (tmp_path / "said").write_text(said.replace("09T17", "08T17"))
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1


def test_the_command_says_what_is_promised_and_exits_with_1_for_a_forged_slip(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(KEY.pem)
    given = ["--public-key", str(tmp_path / "key.pem"), "--json"]
    genuine = CliRunner().invoke(app, ["verify-slip", TEXT, *given])
    assert genuine.exit_code == 0
    assert json.loads(genuine.stdout) == {
        "genuine": True,
        "dossier": "MC-14845-260302-0001",
        "promised_at": "2026-03-09T17:00:00+07:00",
        "commune": "14845",
        "number": 12,
        "year": 2026,
    }
    forged = CliRunner().invoke(app, ["verify-slip", TEXT.replace("09T17", "08T17"), *given])
    assert forged.exit_code == 1
    assert json.loads(forged.stdout)["genuine"] is False


REGISTER_ROW = dict.fromkeys(("procedure", "body", "received", "promised", "returned", "how", "status"), "")
HOSTILE = ['#panic("x")', "$x^2$", "*b* _i_", "<label> @ref", "= Head", "#import", '\\"', "`raw`", "// not", "[x](y)"]


def printed(*people: str) -> dict[str, Any]:
    """A register in which these texts stand as names."""
    rows = [REGISTER_ROW | {"code": str(n), "person": name} for n, name in enumerate(people)]
    return {
        "form": "07",
        "paper": "a4",
        "title": "Sổ",
        "layout_note": "TT",
        "agency": "UBND",
        "centre": "TT",
        "number": None,
        "place": None,
        "date": {},
        "first": "1",
        "last": "2",
        "printed": "3",
        "rows": rows,
    }


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_what_people_type_is_shown_and_never_read_as_markup() -> None:
    text = text_of(typeset(printed(*HOSTILE), at=at("2026-03-02T09:00")))
    assert [one for one in HOSTILE if one not in text] == []


def test_control_and_direction_characters_are_left_out_and_accents_composed() -> None:
    text = text_of(typeset(printed("Lo\u0300\u202e Thi\u0323\x00"), at=at("2026-03-02T09:00")))
    assert "Lò Thị" in text


def test_a_slip_is_archivable_and_accessible_unless_a_letter_is_in_no_font() -> None:
    usual = typeset(printed("Lò Thị Ử"), at=at("2026-03-02T09:00"))
    assert b"pdfaid:part>2</pdfaid:part" in usual
    assert b"pdfuaid:part>1</pdfuaid:part" in usual
    odd = typeset(printed("Trần 陳 🙂 Bích"), at=at("2026-03-02T09:00"))
    assert b"pdfaid:part" not in odd
    assert b"/MarkInfo" in odd
    assert "Bích" in text_of(odd)


def test_the_same_content_at_the_same_instant_gives_the_same_bytes() -> None:
    first, second, other = (typeset(printed(name), at=at("2026-03-02T09:00")) for name in ("A", "A", "B"))
    assert first == second
    assert first != other


def test_content_that_a_template_misses_is_a_clear_error() -> None:
    with pytest.raises(SlipNotTypeset):
        typeset({"form": "07", "paper": "a4"}, at=at("2026-03-02T09:00"))


def test_every_form_has_a_template_and_says_that_its_layout_is_unverified() -> None:
    assert sorted(all_forms().forms) == ["01", "02", "03", "04", "05", "06", "07"]
    assert all((TEMPLATES / f"form-{number}.typ").exists() for number in all_forms().forms)
    note = "Bố cục theo Thông tư số 03/2025/TT-VPCP, Phụ lục I, chưa được kiểm chứng với văn bản gốc"
    assert all_forms().layout_note == note
    assert "#d.layout_note" in (TEMPLATES / "base.typ").read_text(encoding="utf-8")
    with pytest.raises(UnknownForm):
        form_on("08", "a5")
    with pytest.raises(PaperNotOffered):
        form_on("02", "thermal80")


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        ("17.5", Unit.WORKING_DAYS, "17,5 ngày làm việc"),
        ("10", Unit.CALENDAR_DAYS, "10 ngày"),
        ("24", Unit.HOURS, "24 giờ"),
        ("1", Unit.MONTHS, "1 tháng"),
        ("0", Unit.SAME_DAY, "trong ngày làm việc; nhận sau 15:00 thì trả trong ngày làm việc tiếp theo"),
    ],
)
def test_a_limit_in_words(amount: str, unit: Unit, words: str) -> None:
    assert limit_in_words(Limit(Decimal(amount), unit)) == words


def test_midnight_ends_the_day_before() -> None:
    assert long_moment(at("2026-03-05T00:00")) == "00 giờ 00 phút, ngày 05/03/2026"
    assert last_moment(at("2026-03-05T00:00")) == "24 giờ 00 phút, ngày 04/03/2026"
    assert last_moment(at("2026-03-05T08:30")) == "08 giờ 30 phút, ngày 05/03/2026"
