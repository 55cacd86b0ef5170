"""Whether each step of a definition asks a role that may do it: the definitions and the table of authority agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dossiers.authority import AUTHORITY
from dossiers.permitted import Action
from procedures.errors import BrokenDefinition
from procedures.loader import Loaded, load_folder
from procedures.problems import Problem, Wording
from procedures.schema import Definition
from procedures.steps import Act, Kind, Step

_ACTS = {
    Act.ISSUE_RESULT: Action.ISSUE_RESULT,
    Act.HAND_OVER: Action.HAND_OVER,
    Act.REFUSE: Action.REFUSE,
}
_MESSAGE = Wording(
    "Bước '{step}' giao cho vai trò {role}, nhưng vai trò này không được làm việc {action}.",
    "Step '{step}' is for the role {role}, which may not do {action}.",
)
_MEND = Wording("Dùng một trong: {allowed}.", "Use one of: {allowed}.")


def forbidden(definition: Definition) -> Iterator[tuple[int, Step, Action]]:
    """The steps (with their index) whose role may not do what the step needs, each with that action."""
    for index, step in enumerate(definition.steps):
        for action in _actions(step):
            if step.role is not None and step.role.value not in {r.value for r in AUTHORITY[action]}:
                yield index, step, action


def authority_problems(loaded: Loaded) -> Iterable[Problem]:
    """The same as problems of a file, with line and mend."""
    if loaded.definition is None:
        return
    for index, step, action in forbidden(loaded.definition):
        facts = {
            "step": step.id,
            "role": step.role.value if step.role else "",
            "action": action.value,
            "allowed": ", ".join(sorted(r.value for r in AUTHORITY[action])),
        }
        line, path = loaded.source.line(("steps", index, "role")), f"steps[{index}].role"
        message, mend = _MESSAGE.filled(facts), _MEND.filled(facts)
        yield Problem("error", "role_not_allowed", loaded.file, line, path, message, mend)


def require_authority(definitions: Sequence[Definition], own: Path | None) -> None:
    """Nothing, when every step can be done by the role that it names.

    Args:
        definitions: those loaded.
        own: the province's own folder, read again only to name file and line of what is wrong.

    Raises:
        BrokenDefinition: a step asks a role that may not do it; `problems` lists them.
    """
    wrong = [d for d in definitions if any(forbidden(d))]
    if not wrong:
        return
    files = load_folder(own).files if own else ()
    named = [p for f in files for p in authority_problems(f)]
    raise BrokenDefinition(problems=tuple(named), procedures=[d.code for d in wrong])


def _actions(step: Step) -> tuple[Action, ...]:
    if isinstance(step.does, Act):
        return (_ACTS[step.does],)
    if step.kind is Kind.CONSULTATION:
        return (Action.CONSULT, Action.COMPLETE_STEP)
    return (Action.COMPLETE_STEP,)
