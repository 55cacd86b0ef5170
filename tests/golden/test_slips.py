"""Every form as it looks on paper, compared with images that were looked at.

`MOTCUA_REWRITE_GOLDEN=1 pytest tests/golden/test_slips.py` makes them again; look at each before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops

from dossiers.office import Office
from notifications.slips.claims import SlipClaim, verify
from notifications.slips.issuing import issue
from notifications.slips.register import print_register
from tests.desk import Desk
from tests.golden import slip_scenes as scenes
from tests.samples import COMMUNE, at

FOLDER = Path(__file__).parent / "slips"
SCALE = 1.4
"""About 100 dots an inch."""
GREYS = [value // 16 * 17 for value in range(256)]
"""Sixteen greys are enough to read by, and make small files."""
VISIBLE = 60
"""Difference of grey (0 to 255) that counts as another dot: more than the rounding of an edge."""
MOST_DIFFERENT = 6
"""Dots of a page that may differ: fewer than one digit changes."""
NINE = at("2026-03-02T09:00")
SCENES: dict[str, tuple[Callable[[Office], Desk], str, tuple[str, ...], datetime]] = {
    "receipt": (lambda o: scenes.accepted(o, NINE), "01", ("a5", "a4", "thermal80"), at("2026-03-02T09:01")),
    "supplement": (scenes.with_supplement, "02", ("a5", "a4"), at("2026-03-03T10:31")),
    "refusal": (scenes.refused, "03", ("a5", "a4"), at("2026-03-02T10:16")),
    "apology": (scenes.extended, "04", ("a5", "a4"), at("2026-03-05T14:21")),
    "stop": (scenes.withdrawn, "05", ("a5", "a4"), at("2026-03-04T08:41")),
    "control": (scenes.finished, "06", ("a5", "a4"), at("2026-03-06T14:01")),
}
LONG = ("a5", "thermal80")
PRINTS = [(name, paper) for name, (_, _, papers, _) in SCENES.items() for paper in papers]
FORGED = "the QR code does not carry what the slip says"


def pages(pdf: bytes, scale: float = SCALE) -> list[Image.Image]:
    """The pages of a PDF as grey images."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=scale).to_pil().convert("L").point(GREYS) for page in document]


def different_dots(one: Image.Image, other: Image.Image) -> int:
    """How many dots differ visibly."""
    if one.size != other.size:
        return one.width * one.height
    return sum(ImageChops.difference(one, other).histogram()[VISIBLE:])


def compare(name: str, pdf: bytes) -> None:
    """Nothing, when every page looks as it did when it was looked at."""
    for number, page in enumerate(pages(pdf), start=1):
        file = FOLDER / f"{name}-{number}.png"
        if os.environ.get("MOTCUA_REWRITE_GOLDEN") == "1":
            page.save(file, optimize=True)
        with Image.open(file) as golden:
            assert different_dots(page, golden.convert("L")) <= MOST_DIFFERENT, file.name


@pytest.fixture
def office(sqlite_office: Callable[..., Office]) -> Office:
    made = sqlite_office(scenes.permit())
    scenes.staff(made)
    return made


@pytest.mark.parametrize(("name", "paper"), PRINTS)
def test_a_slip_looks_as_it_did_when_it_was_looked_at(office: Office, name: str, paper: str) -> None:
    make, form, _, now = SCENES[name]
    slip = issue(office, scenes.KEY, make(office).code, form, paper, now=now)
    compare(f"{form}-{name}-{paper}", slip.pdf)
    assert len(slip.pdf) <= 60_000


@pytest.mark.parametrize("paper", LONG)
def test_a_long_receipt_goes_on_overleaf(sqlite_office: Callable[..., Office], paper: str) -> None:
    office = sqlite_office(scenes.permit(30))
    scenes.staff(office)
    desk = scenes.accepted(office, NINE, 30, name=scenes.LONG_NAME, representative="Nguyễn Hoàng Phương Thảo")
    slip = issue(office, scenes.KEY, desk.code, "01", paper, now=at("2026-03-02T09:01"))
    compare(f"01-long-{paper}", slip.pdf)
    assert len(pages(slip.pdf)) == (2 if paper == "a5" else 1)


def test_the_register_looks_as_it_did_when_it_was_looked_at(office: Office) -> None:
    for make in (lambda o: scenes.accepted(o, NINE), *(SCENES[n][0] for n in list(SCENES)[1:])) * 3:
        make(office)
    made = print_register(office, COMMUNE, first=date(2026, 3, 1), last=date(2026, 3, 31), now=at("2026-03-31T17:00"))
    assert len(made.shown) == 18
    compare("07-register-a4", made.pdf)


@pytest.mark.parametrize("paper", ["a5", "a4", "thermal80"])
@pytest.mark.parametrize("scale", [2.0, 3.0])
def test_the_code_on_paper_can_be_read_and_is_genuine(office: Office, paper: str, scale: float) -> None:
    slip = issue(office, scenes.KEY, scenes.accepted(office, NINE).code, "01", paper, now=NINE)
    found = zxingcpp.read_barcodes(pages(slip.pdf, scale)[0])
    assert [one.format for one in found] == [zxingcpp.BarcodeFormat.QRCode]
    claim = verify(found[0].text, scenes.KEY.public)
    assert claim == SlipClaim("MC-14845-260302-0001", at("2026-03-09T17:00"), "14845", 1, 2026), FORGED


def test_no_image_is_left_over() -> None:
    wanted = {f"{SCENES[name][1]}-{name}-{paper}" for name, paper in PRINTS} | {f"01-long-{p}" for p in LONG}
    wanted.add("07-register-a4")
    assert {file.name.rsplit("-", 1)[0] for file in FOLDER.iterdir()} == wanted


def test_the_comparison_sees_one_changed_digit(office: Office) -> None:
    desk = scenes.accepted(office, NINE)
    slip = issue(office, scenes.KEY, desk.code, "01", "a5", now=at("2026-03-03T09:01"))
    with Image.open(FOLDER / "01-receipt-a5-1.png") as golden:
        # Only the date under the motto is another one: 03 for 02.
        assert different_dots(pages(slip.pdf)[0], golden.convert("L")) > MOST_DIFFERENT
