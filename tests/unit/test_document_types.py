"""What a file is, its content says; names and stated types may only agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossiers.document_errors import BrokenDocumentRules, DocumentTypeContradicts, DocumentTypeRefused
from dossiers.document_types import document_types, extension_of, name_to_save, shown_name, type_of
from tests import papers

TAKEN = {
    "don.pdf": (papers.pdf(), "application/pdf"),
    "anh.jpg": (papers.picture("JPEG"), "image/jpeg"),
    "ANH.JPEG": (papers.picture("JPEG"), "image/jpeg"),
    "anh.png": (papers.picture("PNG"), "image/png"),
    "quet.tif": (papers.picture("TIFF"), "image/tiff"),
    "anh.webp": (papers.picture("WEBP"), "image/webp"),
    "don.docx": (papers.docx(), papers.DOCX),
    "so.xlsx": (papers.xlsx(), papers.XLSX),
    "don.odt": (papers.odt(), papers.ODT),
    "gcn.xml": (papers.SIGNED_XML, "application/xml"),
}
REFUSED = {
    "exe": papers.EXE,
    "html": papers.HTML,
    "xhtml": papers.XHTML,
    "svg": papers.SVG,
    "svg_inside": papers.SVG_INSIDE,
    "dtd": papers.WITH_DTD,
    "styled": papers.STYLED,
    "text": b"xin chao",
    "gif": papers.picture("GIF"),
    "macros": papers.docx("word/vbaProject.bin"),
    "plain_zip": papers.office_file(main="a.txt"),
    "epub": papers.odt("application/epub+zip"),
    "cut_zip": papers.docx()[:-30],
    "cut_xml": papers.SIGNED_XML[:-5],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "content"


@pytest.mark.parametrize("name", TAKEN)
def test_every_kind_that_is_taken_is_known_by_its_content(name: str, file: Path) -> None:
    content, media = TAKEN[name]
    file.write_bytes(content)
    assert type_of(file) == media
    assert type_of(file, filename=name, claimed=f"{media}; charset=binary") == media
    assert type_of(file, filename=name, claimed="application/octet-stream") == media


@pytest.mark.parametrize("name", REFUSED)
def test_other_kinds_are_refused_whatever_they_are_called(name: str, file: Path) -> None:
    file.write_bytes(REFUSED[name])
    with pytest.raises(DocumentTypeRefused):
        type_of(file, filename="don.pdf", claimed="application/pdf")


@pytest.mark.parametrize(
    ("filename", "claimed"),
    [("don.docx", None), ("don.pdf.exe", None), ("don.html", None), ("don", "image/png"), (None, "text/html")],
)
def test_a_name_or_a_type_that_lies_is_refused(filename: str | None, claimed: str | None, file: Path) -> None:
    file.write_bytes(papers.pdf())
    with pytest.raises(DocumentTypeContradicts) as refused:
        type_of(file, filename=filename, claimed=claimed)
    assert refused.value.facts["content"] == "application/pdf"


def test_names_that_claim_nothing_and_other_spellings_of_the_type_are_fine(file: Path) -> None:
    file.write_bytes(papers.picture("JPEG"))
    for name in ("quét trang 1", "Quyết định 12.2026", "tờ khai.", None):
        assert type_of(file, filename=name, claimed="image/jpg") == "image/jpeg"
    assert extension_of("Đơn.PDF") == "pdf"
    assert extension_of("Quyết định 12.2026") == ""


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\A\\Đơn xin.pdf", "Đơn xin.pdf"),
        ("to\u202egpj.exe\n\x00.pdf", "togpj.exe .pdf"),
        ('a<b>:"c|?*.pdf', "a_b___c___.pdf"),
        ("  ...  ", None),
        ("", None),
        (None, None),
        ("Đơn.pdf", "Đơn.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_file_name_is_made_harmless_before_anybody_sees_it(given: str | None, shown: str | None) -> None:
    assert shown_name(given) == shown


def test_a_saved_document_ends_as_its_kind_does() -> None:
    assert name_to_save("Đơn", "application/pdf", "ab12") == "Đơn.pdf"
    assert name_to_save("anh.jpeg", "image/jpeg", "ab12") == "anh.jpeg"
    assert name_to_save(None, "image/png", "ab12") == "ab12.png"


def test_a_broken_list_of_kinds_says_so(tmp_path: Path) -> None:
    (tmp_path / "types.yaml").write_text("application/pdf: {sniffed_by: luck}")
    with pytest.raises(BrokenDocumentRules):
        document_types(tmp_path / "types.yaml")
