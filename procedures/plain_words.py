"""Limits, roles and kinds of steps in words, for diagrams and documents. The language is `vi`; any other: English."""

from __future__ import annotations

from decimal import Decimal

from procedures.limits import Amount, TimeLimit, Unit
from procedures.schema import MaximumPause
from procedures.steps import Kind, Role, StepLimit

_UNITS = {
    "working_days": ("ngày làm việc", "working day"),
    "working_hours": ("giờ làm việc", "working hour"),
    "calendar_days": ("ngày", "day"),
    "hours": ("giờ", "hour"),
    "months": ("tháng", "month"),
}
ROLES = {
    Role.RECEIVING_OFFICER: ("Công chức tiếp nhận", "Receiving officer"),
    Role.CASE_OFFICER: ("Công chức thụ lý", "Case officer"),
    Role.HEAD_OF_DIVISION: ("Lãnh đạo phòng", "Head of division"),
    Role.SIGNATORY: ("Người ký", "Signatory"),
    Role.CLERK: ("Văn thư", "Clerk"),
}
KINDS = {
    Kind.HUMAN: ("Người làm", "Done by a person"),
    Kind.AUTOMATIC: ("Tự động", "Automatic"),
    Kind.CONSULTATION: ("Lấy ý kiến", "Consultation"),
    Kind.WAIT: ("Chờ", "Wait"),
    Kind.LINKED: ("Liên thông", "Linked dossiers"),
}
WAITS = {
    "time": ("chờ hết thời gian", "for time to pass"),
    "payment": ("chờ nộp tiền", "for payment"),
    "applicant": ("chờ người nộp", "for the applicant"),
}


def say(pair: tuple[str, str], language: str) -> str:
    """The Vietnamese or the English of a pair."""
    return pair[0] if language == "vi" else pair[1]


def number(amount: Decimal, language: str) -> str:
    """A number without trailing zeros: `17,5` in Vietnamese, `17.5` in English."""
    text = format(amount.normalize(), "f")
    return text.replace(".", ",") if language == "vi" else text


def amount_words(amount: Decimal, unit: str, language: str) -> str:
    """`17,5 ngày làm việc`, `2 working days`."""
    text = f"{number(amount, language)} {say(_UNITS[unit], language)}"
    return text if language == "vi" or amount == 1 else f"{text}s"


def span_words(limit: StepLimit | MaximumPause, language: str) -> str:
    """A small limit (of a wait, an answer, a pause) in words."""
    return amount_words(limit.amount, limit.unit, language)


def limit_words(limit: TimeLimit, language: str) -> str:
    """A statutory limit in words, with what changes it by area and what may be added."""
    cut_off = f"{limit.cut_off:%H:%M}" if limit.cut_off else ""
    if limit.unit is Unit.SAME_DAY:
        text = (
            f"trong ngày (nhận sau {cut_off}: ngày làm việc tiếp theo)"
            if language == "vi"
            else f"same day (received after {cut_off}: next working day)"
        )
    else:
        amount = limit.amount or _sum_of_phases(limit)
        text = amount_words(amount.normal, limit.unit.value, language)
        if amount.depends_on_area and amount.difficult:
            harder = amount_words(amount.difficult, limit.unit.value, language)
            text += f" (địa bàn khó khăn: {harder})" if language == "vi" else f" (difficult area: {harder})"
    unit = Unit.WORKING_DAYS if limit.unit is Unit.SAME_DAY else limit.unit
    for addition in limit.additions:
        text += f"; +{amount_words(addition.amount, unit.value, language)}: {addition.names.in_language(language)}"
    return text


def _sum_of_phases(limit: TimeLimit) -> Amount:
    """The amounts of the phases together."""
    normal = sum((p.amount.normal for p in limit.phases), Decimal(0))
    difficult = sum((p.amount.difficult or p.amount.normal for p in limit.phases), Decimal(0))
    return Amount(normal=normal, difficult=difficult)
