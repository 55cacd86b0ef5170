"""Wording: a notice and its facts in, a line of subject and a plain text out. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.notices import TO_APPLICANTS, Notice

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST_SUBJECT = 200
_LINE_ENDS = re.compile("\\r\\n|[\\r\\v\\f\\x1c-\\x1e\\x85\u2028\u2029]")
_UNSEEN = ("Cc", "Cf", "Cs")


@dataclass(frozen=True, slots=True)
class Wording:
    """One line of subject, and the text: plain, lines parted by a bare newline, at most one blank line in a row."""

    subject: str
    body: str


def render(notice: Notice, language: Language, facts: Mapping[str, Any], *, recipient: str | None) -> Wording:
    """The notice in words, in its frame of greeting and closing.

    Facts are data: whatever an applicant or an officer typed cannot become markup, a header or a further line of one.

    Raises:
        UndefinedError: the template asks for a fact that the notice does not have.
    """
    template = _environment().get_template(f"{notice.value}.{language}.txt")
    context = template.new_context(dict(facts))
    subject, text = ("".join(template.blocks[part](context)) for part in ("subject", "text"))
    frame = _environment().get_template(
        f"frame.{language}.txt" if notice in TO_APPLICANTS else f"inner_frame.{language}.txt"
    )
    office, code = facts.get("office"), facts.get("dossier_code")
    body = frame.render(recipient=recipient, text=text, office=office, dossier_code=code)
    return Wording(one_line(subject)[:LONGEST_SUBJECT], _paragraphs(body))


def in_short(notice: Notice, facts: Mapping[str, Any]) -> str:
    """The notice in one short line of Vietnamese, for text messages: the code and dates, no name and no free text.

    Raises:
        UndefinedError: the template asks for a fact that the notice does not have.
    """
    return one_line(_environment().get_template(f"{notice.value}.sms.txt").render(dict(facts)))


def clean(text: str) -> str:
    """The text without control and direction characters; every kind of line end becomes a newline, a tab a blank."""
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSEEN)


def one_line(text: str) -> str:
    """The text without control characters and line ends, its blanks single: fit for a header."""
    return " ".join(clean(text).split())


def moment(at: datetime) -> str:
    """An instant as people in Vietnam read it: `17:00 ngày 25/02/2026`."""
    local = at.astimezone(VIETNAM)
    return f"{local:%H:%M} ngày {local:%d/%m/%Y}"


def moment_en(at: datetime) -> str:
    """An instant in Vietnam's time for the English variant: `17:00 on 25/02/2026`."""
    local = at.astimezone(VIETNAM)
    return f"{local:%H:%M} on {local:%d/%m/%Y}"


def day(at: datetime) -> str:
    """The date of an instant in Vietnam: `25/02/2026`."""
    return f"{at.astimezone(VIETNAM):%d/%m/%Y}"


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("notifications"),
        undefined=StrictUndefined,
        autoescape=False,  # plain text: there is nothing to escape, and an escape would be read
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {"moment": moment, "moment_en": moment_en, "day": day, "line": one_line}
    return environment


def _shown(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _paragraphs(text: str) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).rstrip("\n") + "\n"
