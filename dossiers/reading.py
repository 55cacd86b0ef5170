"""From the state of a dossier to the clock's view of it."""

from __future__ import annotations

from decimal import Decimal

from dossiers.clock import ClockHistory, Extension, Pause
from dossiers.states import DossierState, ExtensionGranted


def clock_history(state: DossierState, *, further: ExtensionGranted | None = None) -> ClockHistory:
    """What the clock needs to know: start, pauses, extensions (and a further one to try), restarts and the end."""
    extensions = [*state.extensions, further] if further else state.extensions
    return ClockHistory(
        starts_at=state.clock_starts_at,
        pauses=tuple(Pause(p.started_at, p.ended_at, p.reason, p.whose) for p in state.pauses),
        extensions=tuple(
            Extension(amount=Decimal(e.amount) if e.amount else None, until=e.until, at=e.at) for e in extensions
        ),
        restarts=tuple(state.restarts),
        finished_at=state.finished_at,
        stopped_at=state.closed_at if state.finished_at is None else None,
    )
