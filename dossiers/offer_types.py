"""An action that is open to somebody, with the choices that it leaves; and what the rules of offers look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from dossiers.actions.base import Context, check_holder
from dossiers.errors import DossierError
from dossiers.permitted import Action
from dossiers.states import OpenStep
from dossiers.views import DossierView
from procedures.base import Names
from procedures.steps import Step


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a field of the command may take."""

    id: str
    names: Names
    default: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One action that is open to somebody. `given` is the part of the command that is already settled."""

    action: Action
    given: dict[str, Any] = field(default_factory=dict)
    subject: Names | None = None
    """The step, body or fee that it is about."""
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    """By field of the command."""
    needs: frozenset[str] = frozenset()
    """Fields that this offer needs although the command allows to leave them out."""
    guidance: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The offer as JSON values."""
        return {
            "action": self.action.value,
            "given": self.given,
            "subject": _both(self.subject) if self.subject else None,
            "choices": {
                name: [{"id": c.id, "names": _both(c.names), "default": c.default} for c in found]
                for name, found in self.choices.items()
            },
            "needs": sorted(self.needs),
        }


def _both(names: Names) -> dict[str, str]:
    return {"vi": names.vi, "en": names.en}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the rules of offers look at: a dossier, who asks, and the store for names of colleagues."""

    view: DossierView
    context: Context
    session: Session

    def held(self, found: OpenStep) -> bool:
        """Whether the actor may finish that step; the gate's own rule decides."""
        try:
            check_holder(self.context, found, self.view.definition.step(found.step))
        except DossierError:
            return False
        return True

    def open_steps(self) -> Iterator[tuple[OpenStep, Step]]:
        """Open steps with their definitions."""
        for found in self.view.state.open_steps.values():
            yield found, self.view.definition.step(found.step)
