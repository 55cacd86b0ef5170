"""Typesetting: the content of a slip in, a PDF out, inside this process and with the fonts that come with Typst.

Content goes in as JSON text and is shown as text, whatever it looks like; templates are the only markup.
"""

from __future__ import annotations

import json
import threading
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from notifications.rendering import clean
from notifications.slips.slip_errors import SlipNotTypeset

TEMPLATES = Path(__file__).parent / "templates"
ARCHIVE: list[typst.PDFStandard] = ["a-2a", "ua-1"]
"""PDF/A-2a keeps, PDF/UA-1 is read aloud well. Both need every letter to be in a font."""
_one_at_a_time = threading.Lock()


def typeset(content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a slip; `content` names its form and paper. Equal content at an equal instant gives equal bytes.

    Text with letters that no font has (an emoji, a Chinese name) comes out as an ordinary tagged PDF with empty boxes
    in their place: a slip with a gap is better than none.

    Raises:
        SlipNotTypeset: the template refuses the content.
    """
    given = {"data": json.dumps(shown(dict(content)), ensure_ascii=False)}
    stamp = int(at.timestamp())
    with _one_at_a_time:
        compiler = _compiler(content["form"])
        try:
            return _pdf(compiler, given, stamp, ARCHIVE)
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise SlipNotTypeset(form=content["form"], problem=error.message) from None
        try:
            return _pdf(compiler, given, stamp, [])
        except typst.TypstError as error:
            raise SlipNotTypeset(form=content["form"], problem=error.message) from None


def shown(value: Any) -> Any:
    """Content as it may be printed: texts composed (NFC), without control and direction characters."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", clean(value))
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [shown(one) for one in value]
    return value


def _pdf(compiler: typst.Compiler, given: dict[str, str], stamp: int, standards: list[typst.PDFStandard]) -> bytes:
    made = compiler.compile(sys_inputs=given, format="pdf", pdf_standards=standards, timestamp=stamp)
    assert isinstance(made, bytes)
    return made


@cache
def _compiler(form: str) -> typst.Compiler:
    return typst.Compiler(
        str(TEMPLATES / f"form-{form}.typ"), root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
