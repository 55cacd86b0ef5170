"""The statutory forms as data: number, name, legal basis and paper. Pure but for reading the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from notifications.slips.slip_errors import PaperNotOffered, UnknownForm
from procedures.base import Frozen, Names

FORMS_FILE = Path(__file__).parent / "forms.yaml"
Paper = Literal["a5", "a4", "thermal80"]
DEFAULT_PAPER: Paper = "a5"
RECEIPT, CONTROL, REGISTER = "01", "06", "07"


class Form(Frozen):
    """One form: its name, the end of its running number, and the paper it comes on (the first is the usual one)."""

    names: Names
    suffix: str = Field(pattern=r"^[A-Z0-9]{1,10}$")
    papers: tuple[Paper, ...] = Field(min_length=1)


class Forms(Frozen):
    """All forms with what they share."""

    source: str
    layout: Literal["verified", "unverified"]
    centre: str
    guidance_once: str
    """Where the law asks for complete guidance in one go."""
    forms: dict[str, Form]

    @property
    def layout_note(self) -> str:
        """What every slip says about its layout."""
        checked = "" if self.layout == "verified" else ", chưa được kiểm chứng với văn bản gốc"
        return f"Bố cục theo {self.source}{checked}"


@cache
def all_forms() -> Forms:
    """The forms that come with the software, read once."""
    return Forms.model_validate(yaml.safe_load(FORMS_FILE.read_text(encoding="utf-8")))


def form_on(number: str, paper: str) -> tuple[Form, Paper]:
    """A form and the paper for it.

    Raises:
        UnknownForm: there is no form of that number.
        PaperNotOffered: it does not come on that paper.
    """
    found = all_forms().forms.get(number)
    if found is None:
        raise UnknownForm(form=number, known=sorted(all_forms().forms))
    for offered in found.papers:
        if offered == paper:
            return found, offered
    raise PaperNotOffered(form=number, paper=paper, offered=list(found.papers))


def shown_number(form: str, number: int, year: int) -> str:
    """A slip's number as it is printed: `12/2026/M01`."""
    return f"{number:02d}/{year}/{all_forms().forms[form].suffix}"
