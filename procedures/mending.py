"""Pydantic's complaints about a definition, retold with file, line, key path and a way to mend."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from procedures.findings import did_you_mean
from procedures.load_wording import SHAPE
from procedures.problems import Problem
from procedures.source_text import Path, SourceText
from procedures.wording import RULES

EXAMPLES: Mapping[str, str] = {
    "code": "'1.001193'",
    "version": "1",
    "effective": "{from: 2026-07-01}",
    "from": "2026-07-01",
    "until": "2027-03-01",
    "on": "2026-11-23",
    "in_force_from": "2026-07-01",
    "field": "ho-tich",
    "names": "{vi: Đăng ký khai sinh, en: Birth registration}",
    "vi": "Đăng ký khai sinh",
    "en": "Birth registration",
    "competent_authority": "commune_peoples_committee",
    "legal_basis": "[{id: law, document: Luật Hộ tịch số 60/2014/QH13}]",
    "document": "Luật Hộ tịch số 60/2014/QH13",
    "review": "{status: unverified}",
    "status": "unverified",
    "cases": "[...]",
    "results": "[...]",
    "steps": "[...]",
    "start": "issue_receipt",
    "id": "appraise",
    "time_limit": "{unit: working_days, amount: {normal: 3}, source: [law]}",
    "unit": "working_days",
    "amount": "{normal: 3}",
    "normal": "3",
    "difficult": "13",
    "cut_off": "'15:00'",
    "source": "[law]",
    "kind": "human",
    "outcomes": "{approved: sign}",
    "whose_time": "applicant",
    "type": "text",
    "provinces": "['38']",
    "wait_for": "time",
    "limit_hours": "2",
}
"""What to write under a key, shown in the mend."""

_WANTED: Mapping[str, tuple[str, str, str]] = {
    "string_type": ("chữ", "a text", "'...'"),
    "string_unicode": ("chữ Unicode hợp lệ", "a valid Unicode text", "'...'"),
    "int_type": ("số nguyên", "a whole number", "1"),
    "bool_type": ("true hoặc false", "true or false", "true"),
    "decimal_type": ("số", "a number", "17.5"),
    "decimal_parsing": ("số", "a number", "17.5"),
    "finite_number": ("số", "a number", "17.5"),
    "date_type": ("ngày", "a date", "2026-07-01"),
    "date_parsing": ("ngày", "a date", "2026-07-01"),
    "date_from_datetime_parsing": ("ngày", "a date", "2026-07-01"),
    "date_from_datetime_inexact": (
        "ngày không kèm giờ",
        "a date without a time",
        "2026-07-01",
    ),
    "time_type": ("giờ", "a time of day", "'15:00'"),
    "time_parsing": ("giờ", "a time of day", "'15:00'"),
    "tuple_type": ("danh sách", "a list", "[a, b]"),
    "model_type": ("các cặp khoá và giá trị", "keys with values", "{key: value}"),
    "dict_type": ("các cặp khoá và giá trị", "keys with values", "{key: value}"),
    "decimal_max_places": (
        "số có không quá 3 chữ số thập phân",
        "at most 3 decimal places",
        "17.5",
    ),
    "decimal_max_digits": ("số ngắn hơn", "fewer digits", "17.5"),
    "decimal_whole_digits": ("số ngắn hơn", "fewer digits", "17.5"),
}
_BOUNDS: Mapping[str, tuple[str, str, str]] = {
    "greater_than": ("too_small", "lớn hơn {gt}", "greater than {gt}"),
    "greater_than_equal": ("too_small", "từ {ge} trở lên", "at least {ge}"),
    "less_than": ("too_big", "nhỏ hơn {lt}", "less than {lt}"),
    "less_than_equal": ("too_big", "không quá {le}", "at most {le}"),
    "string_too_long": (
        "too_big",
        "không quá {max_length} ký tự",
        "at most {max_length} characters",
    ),
}
_SHOWN = 60
_PATTERNS: Mapping[str, str] = {
    "code": "'1.001193'",
    "field": "ho-tich",
    "id": "appraise",
}


def shown_path(path: Path) -> str:
    """A key path as people read it: `steps[2].outcomes.approved`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def shown(value: Any) -> str:
    """A value as the file would show it, cut to 60 characters and safe to print."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    text = str(value) if isinstance(value, date | Decimal | int) else repr(value)
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def problem_at(source: SourceText, file: str, path: Path, code: str, facts: dict[str, Any]) -> Problem:
    """An error at a key path of a file, worded by its code."""
    said = RULES.get(code) or SHAPE[code]
    safe = {name: _safe(value) for name, value in facts.items()}
    return Problem(
        "error", code, file, source.line(path), shown_path(path), said.message.filled(safe), said.mend.filled(safe)
    )


def _safe(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value


def retell(
    errors: Iterable[Mapping[str, Any]],
    source: SourceText,
    file: str,
    model: type[BaseModel],
) -> list[Problem]:
    """One problem per place, in file order.

    A value that may have several shapes gives one pydantic error per shape; they are merged into one problem. A list
    counts as too short when its items are broken; then only the items are named.
    """
    places: dict[Path, list[Mapping[str, Any]]] = {}
    for error in errors:
        places.setdefault(_real_path(tuple(error["loc"]), source, error["type"]), []).append(error)
    for path in [p for p, group in places.items() if group[0]["type"] == "too_short"]:
        if any(len(other) > len(path) and other[: len(path)] == path for other in places):
            del places[path]
    problems = [problem_at(source, file, path, *_explain(path, group, source, model)) for path, group in places.items()]
    return sorted(problems, key=lambda p: (p.line, p.path))


def _real_path(loc: Path, source: SourceText, kind: str) -> Path:
    """The part of pydantic's location that exists in the file (plus the missing key)."""
    path: Path = ()
    for index, part in enumerate(loc):
        if (*path, part) in source.lines or (kind == "missing" and index == len(loc) - 1):
            path = (*path, part)
    return path


def _explain(
    path: Path, group: list[Mapping[str, Any]], source: SourceText, model: type[BaseModel]
) -> tuple[str, dict[str, Any]]:
    """The code of the wording, and the facts that fill it."""
    error = group[0]
    kind, context = error["type"], dict(error.get("ctx") or {})
    key = str(path[-1]) if path else ""
    facts = {**context, "key": key, "given": shown(error.get("input")), "example": EXAMPLES.get(key, "...")}
    if kind == "extra_forbidden" and source.written.get(path) == "" and " " in key:
        code, more = "comma_in_braces", {}
    elif kind == "extra_forbidden":
        code, more = "unknown_key", did_you_mean(key, _keys_at(model, path[:-1]))
    elif error.get("input") is None:
        code, more = "empty", {}
    elif any(e["type"] == "string_type" for e in group) and path in source.written:
        code, more = "unquoted", _seen_as(source.written[path], error.get("input"))
    elif kind in ("enum", "literal_error"):
        known = [word for e in group for word in _allowed(e)]
        code, more = "not_allowed", did_you_mean(str(error.get("input")), known)
    elif kind in _BOUNDS:
        code, vi, en = _BOUNDS[kind]
        more = {"bound_vi": vi.format_map(facts), "bound_en": en.format_map(facts)}
    elif kind in RULES or kind == "missing":
        code, more = kind, context
    else:
        code, more = _explain_form(group, facts)
    return code, {**facts, **more}


def _explain_form(group: list[Mapping[str, Any]], facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    kind, example = group[0]["type"], facts["example"]
    if kind == "string_pattern_mismatch":
        return "pattern", {"example": _PATTERNS.get(facts["key"], example)}
    if kind in ("too_short", "string_too_short"):
        return "empty", {}
    wanted = list(dict.fromkeys(_WANTED[e["type"]] for e in group if e["type"] in _WANTED))
    if not wanted:
        return "other", {"reason": str(group[0].get("msg", ""))}
    return "wanted", {
        "wanted_vi": " hoặc ".join(w[0] for w in wanted),
        "wanted_en": " or ".join(w[1] for w in wanted),
        "example": example if example != "..." else wanted[0][2],
    }


def _allowed(error: Mapping[str, Any]) -> list[str]:
    text = str((error.get("ctx") or {}).get("expected", ""))
    return [w.strip(" '") for w in text.replace(" or ", ", ").split(",") if w.strip(" '")]


def _seen_as(written: str, value: Any) -> dict[str, str]:
    if isinstance(value, date):
        seen = ("ngày", "a date")
    elif isinstance(value, bool):
        seen = ("đúng/sai", "true or false")
    else:
        seen = ("số", "a number")
    return {"given": written, "seen_vi": seen[0], "seen_en": seen[1]}


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that the model at a key path knows."""
    here: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int) or here is None:
            continue
        field = next(
            (f for name, f in here.model_fields.items() if part in (name, f.alias)),
            None,
        )
        here = _model_in(field.annotation) if field else here
    return [f.alias or name for name, f in here.model_fields.items()] if here else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside `tuple[Model, ...]`, `dict[str, Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, dict, Union, types.UnionType):
        return next((found for a in get_args(annotation) if (found := _model_in(a))), None)
    return None
