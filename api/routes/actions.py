"""One route per action, made from the table of actions, so that OpenAPI shows the shape of each command."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from api.auth import Caller
from api.deps import desk_of, needs, now_of
from api.error_kinds import MalformedRequest
from api.shapes import REFUSALS, ActionAnswer, Code, IdempotencyHeader, IfMatch
from dossiers.actions.base import RULES, Command, Rule
from dossiers.gate import act
from dossiers.idempotency import IdempotencyKey
from dossiers.permitted import Action

router = APIRouter(prefix="/dossiers/{code}/actions", tags=["actions"], responses=REFUSALS)
BY_THE_MACHINE = frozenset({Action.STORE_DOCUMENT, Action.ISSUE_SLIP})
"""Recorded only after the machine itself has stored or rendered something: no caller may claim it."""
_REVISION = re.compile(r'(?:W/)?"?(\d{1,9})"?')


def seen_revision(if_match: str | None) -> int | None:
    """The revision named in If-Match; None when there is none or it says `*`.

    Raises:
        MalformedRequest: it is no revision.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = _REVISION.fullmatch(if_match.strip())
    if found is None:
        raise MalformedRequest(problem='If-Match holds a revision, e.g. "5"')
    return int(found[1])


def idempotency_key(caller: Caller, code: str, rule: Rule, command: Command, key: str | None) -> IdempotencyKey | None:
    """The key in the scope of caller, dossier and action; None without one."""
    if not key:
        return None
    body = command.model_dump(mode="json", exclude_unset=True)
    route = f"dossiers/{code}/{rule.action.value}"
    return IdempotencyKey.of(actor=caller.actor.id, route=route, key=key, body=body)


def _route(rule: Rule) -> Callable[..., dict[str, Any]]:
    def do(
        *,
        request: Request,
        response: Response,
        code: Code,
        command: Any,
        key: IdempotencyHeader = None,
        if_match: IfMatch = None,
        caller: Any,
    ) -> dict[str, Any]:
        answer = act(
            desk_of(request).office,
            code,
            rule.action,
            command,
            actor=caller.actor,
            now=now_of(request),
            expected_revision=seen_revision(if_match),
            idempotency=idempotency_key(caller, code, rule, command, key),
        )
        response.headers["etag"] = f'"{answer["revision"]}"'
        return answer

    do.__annotations__ |= {"command": rule.command, "caller": Annotated[Caller, needs(rule.action)]}
    do.__name__ = rule.action.value
    do.__doc__ = rule.command.__doc__
    return do


for _rule in RULES.values():
    if _rule.action in BY_THE_MACHINE:
        continue
    router.post(f"/{_rule.action.value}", response_model=ActionAnswer)(_route(_rule))
