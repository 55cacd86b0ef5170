"""A worker that is killed at the worst moments: the step is done once, and the run that it left behind is shown."""

from __future__ import annotations

import signal

import pytest

from flows.children import stop_all
from tests.flows.running import Installation, eventually

pytestmark = pytest.mark.slow

POINTS = [
    ("dispatch.before_create_run", []),
    ("dispatch.after_create_run", ["Crashed"]),
    ("dispatch.after_remember_run", ["Crashed"]),
    ("flow.before_step", ["Crashed"]),
    ("automatic.before_commit", ["Crashed"]),
    ("flow.after_step", ["Crashed"]),
]
"""Where it dies, and how the runs end in Prefect that it left behind."""


@pytest.mark.parametrize(("point", "left_behind"), POINTS)
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    sqlite_place: Installation, point: str, left_behind: list[str]
) -> None:
    place = sqlite_place
    code = place.accepted()
    doomed = place.new_worker(MOTCUA_FAILPOINTS=f"{point}:1")
    doomed.start()
    assert doomed.process is not None
    assert doomed.process.wait(60) == -signal.SIGKILL
    worker = place.new_worker()
    worker.start()
    try:
        eventually(lambda: place.states(code)[1:] and place.all_done(code))
        assert place.types(code) == ["SubmissionRegistered", "DossierAccepted", "ReceiptIssued", "ApplicantNotified"]
        eventually(lambda: [state for _, state in place.prefect.shown(code)] == [*left_behind, "Completed"])
    finally:
        stop_all([worker])
