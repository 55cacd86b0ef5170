"""What a dossier's warnings go by: its version, its ladder, and when it counts as due soon."""

from __future__ import annotations

from dataclasses import dataclass

from dossiers.ladder import Ladder
from procedures.schema import Definition


@dataclass(frozen=True, slots=True)
class DeskRules:
    """What a dossier's warnings go by."""

    definition: Definition | None
    ladder: Ladder
    due_soon_fraction: float
