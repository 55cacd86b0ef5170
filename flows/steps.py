"""One automatic step as one Prefect task. Prefect shows it; only the gate decides whether it still needs doing."""

from __future__ import annotations

from functools import cache
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from dossiers.actions.automatic import AutomaticOutcome, do_automatic_step
from dossiers.failpoints import failpoint
from dossiers.session import writing
from dossiers.wakeups import WakeUpRef, release
from flows.desk import desk
from flows.now import now


def do_step(ref: WakeUpRef) -> AutomaticOutcome:
    """What the gate answers: whether the step was done by this attempt, and the automatic steps that it opened."""
    here = desk()
    failpoint("flow.before_step")
    outcome = do_automatic_step(
        here.office, wake_up=ref.wake_up, attempt=ref.attempt, owner=here.owner, now=now(), lease=here.lease
    )
    failpoint("flow.after_step")
    return outcome


def give_back(ref: WakeUpRef, error: BaseException) -> None:
    """Release an attempt that failed: the next one comes after a backoff, in a flow run of its own."""
    with writing(desk().engine) as session:
        release(session, [ref], now=now(), error=f"{type(error).__name__}: {error}", alone=True)


@cache
def task_of(step: str) -> Task[[WakeUpRef, str], Any]:
    """The Prefect task named after a step; its runs are named by the label that they are given."""
    return _do.with_options(name=step)


@task(task_run_name="{label}", cache_policy=NO_CACHE, persist_result=False, retries=0)
async def _do(ref: WakeUpRef, label: str) -> Any:
    """What the gate answered; the task run's state says so when another attempt had done the step."""
    outcome = await desk().call(lambda: do_step(ref))
    if outcome.done:
        return outcome
    return Completed(name="AlreadyDone", message="Another attempt has done this step, or holds it now.", data=outcome)
