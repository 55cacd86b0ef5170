"""The applicant's form checked against the fields that a procedure declares; every field's problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from procedures.errors import FormRefused
from procedures.problems import Wording as W
from procedures.schema import Definition, FormField

_EMAIL = re.compile(r"[^@\s\"<>]+@[^@\s\"<>.]+(\.[^@\s\"<>.]+)+")
_PHONE = re.compile(r"(?:\+84|0)[0-9]{8,10}", re.ASCII)
_PERSONAL_ID = re.compile(r"[0-9]{12}", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EMAIL_LENGTH = 254


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field. `code` is stable; the value itself is never repeated (it may be personal)."""

    field: str
    code: str
    message: W


class _Refused(Exception):
    """One field's value does not fit."""

    def __init__(self, code: str, vi: str, en: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = W(vi, en)


def validate_form(definition: Definition, form: Mapping[str, Any]) -> dict[str, Any]:
    """The form as clean JSON values: texts trimmed, `YYYY-MM-DD` dates, numbers as exact decimal text, no empties.

    Dates are taken as `YYYY-MM-DD` or `dd/mm/yyyy`, phone numbers with spaces, dots or dashes.

    Raises:
        FormRefused: `problems` has one `FieldProblem` for each field that is missing, unknown or does not fit.
    """
    problems: list[FieldProblem] = []
    clean: dict[str, Any] = {}
    known = {f.id: f for f in definition.form}
    for name in form:
        if name not in known:
            shown = str(name)[:60].encode("utf-8", "replace").decode("utf-8")
            said = W("Biểu mẫu không có trường này.", "The form has no such field.")
            problems.append(FieldProblem(shown, "unknown_field", said))
    for name, field in known.items():
        try:
            value = _clean(field, form.get(name))
        except _Refused as refused:
            problems.append(FieldProblem(name, refused.code, refused.message))
            continue
        if value is not None:
            clean[name] = value
    if problems:
        raise FormRefused(procedure=definition.code, problems=tuple(problems))
    return clean


def _clean(field: FormField, value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        if field.required:
            raise _Refused("required", "Cần điền trường này.", "This field is required.")
        return None
    clean = _TYPES[field.type](field, value)
    if field.pattern and isinstance(clean, str) and not re.fullmatch(field.pattern, clean):
        raise _Refused("pattern", "Không đúng dạng quy định.", "Does not have the required form.")
    return clean


def _text(field: FormField, value: Any) -> str:
    if not isinstance(value, str):
        raise _Refused("wrong_type", "Cần điền chữ.", "A text is expected.")
    if len(value) > field.max_length:
        raise _Refused("too_long", f"Không quá {field.max_length} ký tự.", f"At most {field.max_length} characters.")
    if _CONTROL.search(value):
        raise _Refused("control_character", "Có ký tự không in được.", "Holds characters that cannot be printed.")
    return value


def _number(field: FormField, value: Any) -> str:
    wrong = _Refused("not_a_number", "Cần điền số, ví dụ 120.5.", "A number is expected, e.g. 120.5.")
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise wrong
    if not _NUMBER.fullmatch(str(value)):
        raise wrong
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise wrong from None
    if field.minimum is not None and number < field.minimum:
        raise _Refused("too_small", f"Không nhỏ hơn {field.minimum}.", f"Not less than {field.minimum}.")
    if field.maximum is not None and number > field.maximum:
        raise _Refused("too_big", f"Không lớn hơn {field.maximum}.", f"Not more than {field.maximum}.")
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _date(_field: FormField, value: Any) -> str:
    wrong = _Refused("not_a_date", "Cần điền ngày/tháng/năm có thật.", "A real date is expected.")
    if type(value) is date:
        return value.isoformat()
    if not isinstance(value, str):
        raise wrong
    try:
        if found := _DAY_FIRST.fullmatch(value):
            day, month, year = (int(part) for part in found.groups())
            return date(year, month, day).isoformat()
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        raise wrong from None
    raise wrong


def _boolean(_field: FormField, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    raise _Refused("not_a_boolean", "Cần chọn có hoặc không.", "Yes or no is expected.")


def _choice(field: FormField, value: Any) -> str:
    if isinstance(value, str) and any(c.id == value for c in field.choices):
        return value
    known = ", ".join(c.id for c in field.choices)
    raise _Refused("not_a_choice", f"Chọn một trong: {known}.", f"Choose one of: {known}.")


def _personal_id_number(field: FormField, value: Any) -> str:
    digits = _text(field, value).replace(" ", "")
    if not _PERSONAL_ID.fullmatch(digits):
        raise _Refused(
            "not_a_personal_id", "Số định danh cá nhân gồm 12 chữ số.", "A personal id number has 12 digits."
        )
    return digits


def _phone(field: FormField, value: Any) -> str:
    digits = re.sub(r"[ .()-]", "", _text(field, value))
    if not _PHONE.fullmatch(digits):
        raise _Refused(
            "not_a_phone",
            "Số điện thoại bắt đầu bằng 0 hoặc +84, ví dụ 0912345678.",
            "A phone number starts with 0 or +84, e.g. 0912345678.",
        )
    return digits


def _email(field: FormField, value: Any) -> str:
    text = _text(field, value)
    if len(text) > _EMAIL_LENGTH or not _EMAIL.fullmatch(text):
        raise _Refused("not_an_email", "Cần địa chỉ thư điện tử đúng.", "A valid e-mail address is expected.")
    return text


_TYPES: Mapping[str, Callable[[FormField, Any], Any]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "boolean": _boolean,
    "choice": _choice,
    "personal_id_number": _personal_id_number,
    "phone": _phone,
    "email": _email,
}
