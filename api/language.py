"""Wording by language: one data file each. Vietnamese unless the reader chose English."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import Request

LANGUAGES = ("vi", "en")
LANGUAGE_COOKIE = "motcua_lang"
_FOLDER = Path(__file__).parent / "languages"


@cache
def wording(language: str) -> dict[str, str]:
    """Every wording of a language by its dotted key."""
    loaded: dict[str, Any] = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return dict(_flat("", loaded))


def _flat(prefix: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in _flat(f"{prefix}.{name}" if prefix else name, inner)]
    return [(prefix, str(value))]


def say(language: str, key: str, **facts: Any) -> str:
    """The wording of a key, its `{name}` places filled; an unknown key shows as its last part."""
    found = wording(language if language in LANGUAGES else "vi").get(key)
    if found is None:
        return key.rsplit(".", maxsplit=1)[-1]
    return found.format_map(facts) if facts else found


def language_of(request: Request) -> str:
    """The language of a reader: by `?lang=`, by cookie, by Accept-Language, else Vietnamese."""
    for given in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if given in LANGUAGES:
            return str(given)
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> str:
    """The better liked of our languages in an Accept-Language header; Vietnamese when it names neither."""
    liked: dict[str, float] = {}
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        base = tag.strip().lower().split("-")[0]
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if base in LANGUAGES:
            liked[base] = max(quality, liked.get(base, 0.0))
    best = max(liked, key=lambda name: (liked[name], name == "vi"), default="vi")
    return best if liked.get(best, 0) > 0 else "vi"
