"""The flow that does automatic steps of dossiers up to the next human wait. It never waits itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dossiers.actions.automatic import AutomaticOutcome
from dossiers.wakeups import WakeUpRef
from flows.desk import desk
from flows.results import NO_RESULTS
from flows.steps import give_back, task_of

FLOW_NAME = "process-dossier"
LONGEST_RUN_NAME = 200

log = logging.getLogger(__name__)


def parameters(refs: Sequence[WakeUpRef]) -> dict[str, Any]:
    """The flow's parameters for these attempts, as plain JSON."""
    return {"wake_ups": [asdict(one) for one in refs]}


def run_name(refs: Sequence[WakeUpRef]) -> str:
    """The dossier's code; for a shared run how many dossiers of which field, and the first codes."""
    codes = list(dict.fromkeys(one.dossier_code for one in refs))
    if len(codes) == 1:
        return codes[0]
    name = f"{len(codes)} hồ sơ {refs[0].field}: {', '.join(codes)}"
    return name if len(name) <= LONGEST_RUN_NAME else name[: LONGEST_RUN_NAME - 1] + "…"


@flow(name=FLOW_NAME, validate_parameters=False, persist_result=False, result_storage=NO_RESULTS, retries=0)
async def process_dossier(wake_ups: list[dict[str, Any]]) -> State[Any]:
    """Do each of these attempts and every automatic step that follows from it, dossiers side by side.

    A step that fails takes only its own dossier: it is released for an attempt in a run of its own.
    """
    refs = [WakeUpRef(**one) for one in wake_ups]
    shared = len({one.dossier_code for one in refs}) > 1
    failures = [f for f in await asyncio.gather(*(_carry_on(one, shared=shared) for one in refs)) if f]
    if not failures:
        return Completed()
    message = f"{len(failures)} of {len(refs)} released for another attempt: {'; '.join(failures)}"[:2000]
    return Completed(message=message) if shared and len(failures) < len(refs) else Failed(message=message)


async def _carry_on(first: WakeUpRef, *, shared: bool) -> str | None:
    """Do a step and all that follow; returns what failed, in words, or None."""
    waiting: list[WakeUpRef] = [first]
    failure = None
    while waiting:
        ref = waiting.pop(0)
        label = f"{ref.dossier_code}: {ref.step}" if shared else ref.step
        try:
            outcome: AutomaticOutcome = await task_of(ref.step)(ref, label)
        except Exception as error:  # the top of the flow: whatever failed is recorded and tried again
            failure = f"{label}: {error}"
            await _release(ref, error)
        else:
            waiting += outcome.next
    return failure


async def _release(ref: WakeUpRef, error: Exception) -> None:
    try:
        await desk().call(lambda: give_back(ref, error))
    except Exception:  # the store is away: the lease runs out and the step is tried again
        log.exception("could not release wake-up %s: it is tried again when its lease runs out", ref.wake_up)
