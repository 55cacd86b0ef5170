"""What a gateway's file says: where to post, with which headers, in which JSON, and how to read the answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from jinja2 import StrictUndefined, TemplateError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import Field, ValidationError, model_validator

from notifications.errors import BrokenGateway
from procedures.base import Frozen

Meaning = Literal["accepted", "later", "undeliverable", "unknown"]
_OPENING, _CLOSING = "{{", "}}"
NAMES = (
    *("message_id", "to", "text", "segments", "accents", "full_text", "subject", "notice", "language", "data"),
    "secrets",
)
"""What a template may use."""


class Facts(dict[str, Any]):
    """Facts of a message; one that it does not have is null."""

    def __missing__(self, name: str) -> None:
        """Null, because not every notice has every fact."""
        return


class AnswerMapping(Frozen):
    """How an answer is read: first by the HTTP status, then, in a 2xx, by a code of the gateway's own."""

    status: dict[int, Meaning] = Field(default_factory=dict)
    """Statuses that mean something else here than by default."""
    path: str = ""
    """Where the gateway's own code stands in its JSON, names and positions parted by dots, e.g. `data.0.code`."""
    accepted: tuple[str | int, ...] = ()
    later: tuple[str | int, ...] = ()
    undeliverable: tuple[str | int, ...] = ()

    @model_validator(mode="after")
    def _path_with_codes(self) -> Self:
        if bool(self.path) != bool(self.accepted):
            raise ValueError("give `path` and the codes that mean `accepted` together")
        return self

    def meaning_of(self, code: str) -> Meaning:
        """What a code of the gateway's own means; unknown where the file does not name it."""
        named: tuple[tuple[Meaning, tuple[str | int, ...]], ...] = (
            ("accepted", self.accepted),
            ("later", self.later),
            ("undeliverable", self.undeliverable),
        )
        return next((meaning for meaning, codes in named if code in {str(c) for c in codes}), "unknown")


class Gateway(Frozen):
    """One gateway. Strings in `headers` and `body` are Jinja2; what they yield becomes JSON, never text around it."""

    url: str = Field(min_length=8, max_length=500)
    method: Literal["POST", "PUT"] = "POST"
    timeout_seconds: float = Field(default=15, gt=0, le=60)
    secrets: dict[str, str] = Field(default_factory=dict)
    """Name in the templates to name of an environment variable, so that no secret stands in the file."""
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any]
    answer: AnswerMapping = Field(default_factory=AnswerMapping)

    @model_validator(mode="after")
    def _templates_work(self) -> Self:
        tried: dict[str, Any] = dict.fromkeys(NAMES, "x")
        tried |= {"segments": 1, "accents": True, "data": Facts(), "secrets": dict.fromkeys(self.secrets, "x")}
        try:
            filled(self.body, tried)
            filled(self.headers, {"secrets": tried["secrets"], "message_id": "x"})
        except TemplateError as problem:
            raise ValueError(f"a template does not work: {problem}") from None
        return self

    def secret_values(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The secrets, looked up.

        Raises:
            BrokenGateway: an environment variable is missing.
        """
        missing = sorted(v for v in self.secrets.values() if not environment.get(v))
        if missing:
            raise BrokenGateway(problem="environment variables are missing", variables=missing)
        return {name: environment[variable] for name, variable in self.secrets.items()}


def read_gateway(path: Path) -> Gateway:
    """The gateway that a file describes.

    Raises:
        BrokenGateway: the file cannot be read, or has not the shape of one.
    """
    try:
        return Gateway.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as problem:
        raise BrokenGateway(file=str(path), problem=str(problem)) from None


def filled(template: Any, context: Mapping[str, Any]) -> Any:
    """The structure with each string rendered. One that is a single `{{ expression }}` keeps the type of its value."""
    if isinstance(template, dict):
        return {key: filled(value, context) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, context) for value in template]
    if not isinstance(template, str) or _OPENING not in template:
        return template
    inner = template.strip()
    alone = inner.startswith(_OPENING) and inner.endswith(_CLOSING) and inner.count(_OPENING) == 1
    if alone:
        expression = inner.removeprefix(_OPENING).removesuffix(_CLOSING)
        value = _environment().compile_expression(expression, undefined_to_none=False)(**context)
        return str(value) if isinstance(value, Undefined) else value  # which raises UndefinedError
    return _environment().from_string(template).render(**context)


def found_at(answer: Any, path: str) -> str | None:
    """What stands at a dotted path of a JSON value, as text; None where nothing does."""
    for name in path.split("."):
        if isinstance(answer, dict):
            answer = answer.get(name)
        elif isinstance(answer, list) and name.isdigit() and int(name) < len(answer):
            answer = answer[int(name)]
        else:
            return None
    return str(answer) if isinstance(answer, str | int | bool) else None


def own_environment() -> Mapping[str, str]:
    """The environment variables of this process."""
    return os.environ


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
