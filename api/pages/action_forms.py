"""The small forms of the desk: which fields each action shows, and how what was typed becomes a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dossiers.errors import UnknownAction
from dossiers.gate import VIETNAM
from dossiers.offer_types import Offer
from dossiers.permitted import Action

Typed = Mapping[str, list[str]]
"""The fields of a form as they came."""

PRIMARY = frozenset(
    {
        Action.FORWARD,
        Action.RECEIVE_AT_COMPETENT_BODY,
        Action.ACCEPT,
        Action.COMPLETE_STEP,
        Action.RECEIVE_SUPPLEMENT,
        Action.RESUME,
        Action.CONSULT,
        Action.ANSWER_CONSULTATION,
        Action.ISSUE_RESULT,
        Action.HAND_OVER,
    }
)
"""What moves a dossier on; everything else is folded away below it."""
ITEM_ROWS = 3
DOCUMENT_FORMS = ("original", "copy", "electronic", "from_database")
GIVEN = {"occurrence": int, "number": int, "proposal": int, "reason": str, "id": str}
"""What an offer may have settled already, with its type."""
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form. `options`: fixed values; otherwise those of the offer."""

    name: str
    kind: str = "text"
    required: bool = False
    options: tuple[str, ...] = ()


def _text(name: str, *, required: bool = False) -> FormField:
    return FormField(name, "textarea", required)


FIELDS: dict[Action, tuple[FormField, ...]] = {
    Action.APPLY_ELAPSED: (),
    Action.FORWARD: (_text("note"),),
    Action.RECEIVE_AT_COMPETENT_BODY: (),
    Action.ACCEPT: (
        FormField("documents", "documents"),
        FormField("case", "choice"),
        FormField("area", "choice"),
        FormField("additions", "checkboxes"),
    ),
    Action.REFUSE: (_text("reason", required=True), FormField("legal_ground")),
    Action.ASSIGN: (FormField("assignee", "choice", required=True),),
    Action.COMPLETE_STEP: (_text("note"), FormField("outcome", "buttons", required=True)),
    Action.RETURN_TO_STEP: (FormField("step", "choice", required=True), _text("reason", required=True)),
    Action.REQUEST_SUPPLEMENT: (
        FormField("items", "items", required=True),
        FormField("found_at", "instant"),
        _text("exceeding_reason"),
    ),
    Action.RECEIVE_SUPPLEMENT: (FormField("documents", "documents"),),
    Action.PAUSE: (FormField("reason", "choice", required=True), _text("note")),
    Action.RESUME: (),
    Action.EXTEND: (
        FormField("amount", "number"),
        FormField("until", "instant"),
        _text("reason", required=True),
        _text("apology", required=True),
    ),
    Action.APOLOGISE: (
        FormField("until", "instant", required=True),
        _text("reason", required=True),
        _text("apology", required=True),
    ),
    Action.CONSULT: (FormField("bodies", "lines", required=True), _text("question", required=True)),
    Action.ANSWER_CONSULTATION: (
        FormField("answer", "choice", required=True, options=("consent", "objection", "opinion")),
        _text("text"),
    ),
    Action.RECORD_PAYMENT: (
        FormField("fee", "choice", required=True),
        FormField("amount_vnd", "number", required=True),
        FormField("how", "choice", required=True, options=("cash", "bank_transfer", "online", "card")),
        FormField("receipt"),
        _text("note"),
    ),
    Action.RECORD_EXEMPTION: (FormField("fee", "choice", required=True), _text("ground", required=True)),
    Action.ISSUE_RESULT: (
        FormField("result", "choice", required=True),
        FormField("number"),
        _text("note"),
        FormField("outcome", "buttons", required=True),
    ),
    Action.HAND_OVER: (
        FormField("how", "choice", required=True, options=("counter", "post", "electronic")),
        FormField("to", "choice", required=True, options=("applicant", "representative")),
        FormField("rating", "choice", options=("5", "4", "3", "2", "1")),
        _text("comment"),
    ),
    Action.RATE: (FormField("rating", "choice", required=True, options=("5", "4", "3", "2", "1")), _text("comment")),
    Action.REMOVE_DOCUMENT: (),
    Action.WITHDRAW: (_text("reason", required=True),),
    Action.PROPOSE_STOP: (_text("reason", required=True), FormField("legal_ground", required=True)),
    Action.DECLINE_STOP: (_text("reason", required=True),),
    Action.STOP: (_text("remark"),),
    Action.REOPEN: (
        _text("reason", required=True),
        FormField("step", "choice"),
        FormField("whose", "choice", required=True, options=("commune", "applicant", "other_agency")),
    ),
    Action.CORRECT: (
        FormField("corrects", "number", required=True),
        FormField("what", "choice", required=True, options=("official_code", "channel", "clock_start", "payment")),
        FormField("official_code"),
        FormField("channel", "choice", options=("direct", "online", "postal")),
        FormField("clock_start", "instant"),
        _text("reason", required=True),
    ),
    Action.APPLY_CALENDAR: (_text("reason", required=True),),
    Action.MOVE_TO_VERSION: (FormField("version", "choice", required=True), _text("reason", required=True)),
}


@dataclass(frozen=True)
class ActionForm:
    """One offer as a form, with what was typed and why it was refused, if it was."""

    number: int
    offer: Offer
    fields: tuple[FormField, ...]
    primary: bool
    typed: Typed = field(default_factory=dict)
    error: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    """Forms of the documents that the dossier already has."""

    def value(self, name: str) -> str:
        """What was typed into a field, or nothing."""
        return next(iter(self.typed.get(name, [])), "")

    def is_needed(self, one: FormField) -> bool:
        """Whether the field must be filled in."""
        return one.required or one.name in self.offer.needs

    def is_shown(self, one: FormField) -> bool:
        """Whether the field makes sense for this offer."""
        if one.name == "exceeding_reason":
            return one.name in self.offer.needs
        if one.kind in ("choice", "checkboxes") and not one.options:
            return bool(self.offer.choices.get(one.name)) and not (
                one.name == "case" and len(self.offer.choices["case"]) == 1
            )
        return True


def forms(
    offered: tuple[Offer, ...], documents: Mapping[str, str], *, attempt: Attempt | None = None
) -> list[ActionForm]:
    """A form for each offer; the one that was tried gets back what was typed and the reason of the refusal."""
    made = []
    for number, offer in enumerate(offered, start=1):
        tried = attempt if attempt and attempt.is_for(offer) else None
        made.append(
            ActionForm(
                number=number,
                offer=offer,
                fields=FIELDS[offer.action],
                primary=offer.action in PRIMARY,
                typed=tried.typed if tried else {},
                error=tried.error if tried else "",
                problems=tried.problems if tried else {},
                documents=documents,
            )
        )
    return made


@dataclass(frozen=True)
class Attempt:
    """An action that was tried and refused."""

    action: Action
    typed: Typed
    error: str
    problems: Mapping[str, str] = field(default_factory=dict)

    def is_for(self, offer: Offer) -> bool:
        """Whether the offer is the one that was tried."""
        given = {k: str(v) for k, v in offer.given.items()}
        return offer.action is self.action and all(self.typed.get(k, [""])[0] == v for k, v in given.items())


def command_of(action: Action, typed: Typed) -> dict[str, Any]:
    """The command that a form says. Values that do not fit are left as typed: the command's own shape refuses them.

    Raises:
        UnknownAction: the desk has no form for it; a submission is registered on a page of its own.
    """
    if action not in FIELDS:
        raise UnknownAction(action=action.value)
    command: dict[str, Any] = {}
    names = {f.name for f in FIELDS[action]}
    for name, kind in GIVEN.items():
        value = _first(typed, name)
        if value and name not in names:
            command[name] = int(value) if kind is int and _NUMBER.fullmatch(value) else value
    for one in (*FIELDS[action], FormField("occurred_at", "instant"), FormField("backdating_reason")):
        value = _read(one, typed)
        if value not in (None, "", [], {}):
            command[one.name] = value
    return command


def _read(one: FormField, typed: Typed) -> Any:
    if one.kind in _MANY:
        return _MANY[one.kind](one.name, typed)
    value = _first(typed, one.name)
    if one.kind == "instant":
        return local_instant(value)
    if one.kind == "number":
        # 8.000 and 8,5 are how people write them here
        return value.replace(".", "").replace(" ", "") if one.name == "amount_vnd" else value.replace(",", ".")
    return value


def _lines(name: str, typed: Typed) -> list[str]:
    return [line.strip() for line in _first(typed, name).splitlines() if line.strip()]


def documents_of(typed: Typed) -> dict[str, str]:
    """The documents ticked, by id, with their form."""
    found = {name.removeprefix("document."): v[0] for name, v in typed.items() if name.startswith("document.")}
    return {name: value for name, value in found.items() if value}


def _items(typed: Typed) -> list[dict[str, str]]:
    found = []
    for row in range(ITEM_ROWS):
        item = {part: _first(typed, f"item.{row}.{part}") for part in ("document", "problem", "guidance")}
        if item["problem"] or item["document"] or item["guidance"]:
            found.append({k: v for k, v in item.items() if v} | {"problem": item["problem"]})
    return found


def local_instant(value: str) -> str:
    """What a browser's date-and-time field gives, with the offset of Vietnam; anything else as it is."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (found.replace(tzinfo=VIETNAM) if found.tzinfo is None else found).isoformat()


def _first(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, [])), "").strip()


_MANY: dict[str, Callable[[str, Typed], Any]] = {
    "documents": lambda _name, typed: documents_of(typed),
    "items": lambda _name, typed: _items(typed),
    "checkboxes": lambda name, typed: [v for v in typed.get(name, []) if v],
    "lines": _lines,
}
