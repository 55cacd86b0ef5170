"""Automatic steps through the real Prefect server and the real worker, on SQLite and on PostgreSQL."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from dossiers.session import reading, writing
from dossiers.tables import InstallationRow, WakeUpRow
from tests.flows.running import Installation, eventually

pytestmark = pytest.mark.slow


def test_a_dossier_alone_has_a_run_named_after_it_with_a_task_per_step(place: Installation) -> None:
    code = place.accepted()
    eventually(lambda: place.states(code)[1:] and place.all_done(code))
    assert place.types(code) == ["SubmissionRegistered", "DossierAccepted", "ReceiptIssued", "ApplicantNotified"]
    [run] = eventually(lambda: [r for r in place.prefect.runs(code) if r["state_name"] == "Completed"])
    assert run["name"] == code
    assert eventually(
        lambda: [t for t in place.prefect.tasks(run["id"]) if len(place.prefect.tasks(run["id"])) == 2]
    ) == [("issue_receipt", "Completed"), ("tell_applicant", "Completed")]
    assert place.wake_ups(code)[0].flow_run_id == run["id"]


def test_after_the_human_step_another_run_goes_on(place: Installation) -> None:
    code = place.accepted()
    eventually(lambda: place.states(code)[1:] and place.all_done(code))
    place.issue(code)
    eventually(lambda: "ResultPublished" in place.types(code))
    assert eventually(lambda: [r for r in place.prefect.shown(code) if len(place.prefect.shown(code)) == 2]) == [
        (code, "Completed"),
        (code, "Completed"),
    ]


def test_dossiers_that_wait_together_share_a_run(place: Installation) -> None:
    with place.frozen():
        codes = [place.accepted() for _ in range(3)]
    eventually(lambda: all(place.states(code)[1:] for code in codes) and place.all_done(*codes))
    runs = {w.flow_run_id for code in codes for w in place.wake_ups(code)[:1]}
    assert len(runs) == 1
    [run] = eventually(lambda: [r for r in place.prefect.runs(codes[0]) if r["state_name"] == "Completed"])
    assert run["name"] == f"3 hồ sơ ho-tich: {', '.join(codes)}"
    expected = {(f"{code}: {step}", "Completed") for code in codes for step in ("issue_receipt", "tell_applicant")}
    eventually(lambda: set(place.prefect.tasks(run["id"])) == expected)


def test_a_step_that_fails_takes_only_its_own_dossier(place: Installation) -> None:
    with place.frozen():
        code = place.accepted()
        place.wake_up_without_dossier("MC-NOWHERE")
    eventually(lambda: place.states(code)[1:] and place.all_done(code))
    shared = eventually(lambda: [r for r in place.prefect.runs("MC-NOWHERE") if r["state_name"] == "Completed"])
    assert shared[0]["name"] == f"2 hồ sơ ho-tich: {code}, MC-NOWHERE"
    eventually(lambda: ("MC-NOWHERE", "Failed") in place.prefect.shown("MC-NOWHERE"))
    [row] = eventually(lambda: [w for w in place.wake_ups("MC-NOWHERE") if w.state == "waiting"])
    assert row.alone is True
    assert row.last_error == "UnknownDossier: There is no such dossier. (dossier=MC-NOWHERE)"
    place.forget("MC-NOWHERE")


def test_when_a_lease_runs_out_the_next_attempt_goes_out_and_the_old_run_is_crashed(place: Installation) -> None:
    with place.frozen():
        code = place.accepted()
        [wake_up] = place.wake_ups(code)
        name = f"run of a worker that died {time.monotonic_ns()}"
        dead = pending_run(place, name)
        with writing(place.office.engine) as session:
            row = session.get_one(WakeUpRow, wake_up.id)
            row.state, row.attempt, row.lease_owner, row.flow_run_id = "leased", 1, "elsewhere/1/1", dead
            row.lease_until = datetime.now(UTC) + timedelta(seconds=1)
    eventually(lambda: place.states(code)[1:] and place.all_done(code))
    assert place.states(code) == [("issue_receipt", "done", 2), ("tell_applicant", "done", 1)]
    assert place.types(code).count("ReceiptIssued") == 1
    eventually(lambda: place.prefect.shown(name) == [(name, "Crashed")])


def pending_run(place: Installation, name: str) -> str:
    deployments = place.prefect.ask("deployments/filter", {"deployments": {"name": {"any_": ["ho-tich"]}}})
    body = {"name": name, "state": {"type": "PENDING"}, "parameters": {"wake_ups": []}}
    run = place.prefect.ask(f"deployments/{deployments[0]['id']}/create_flow_run", body)
    return str(run["id"])


def test_while_prefect_is_down_people_work_on_and_afterwards_each_step_runs_once(place: Installation) -> None:
    code = place.accepted()
    eventually(lambda: place.states(code)[1:] and place.all_done(code))
    place.prefect.stop()
    other = place.accepted()
    assert place.issue(code) == ["publish"]
    eventually(lambda: [w for w in place.wake_ups(other) if w.state == "leased"])
    assert place.types(other) == ["SubmissionRegistered", "DossierAccepted"]
    place.prefect.start()
    eventually(lambda: place.states(other)[1:] and place.all_done(code, other))
    assert place.types(code).count("ResultPublished") == 1
    assert place.types(other).count("ReceiptIssued") == 1


def test_after_prefect_lost_everything_recovery_proves_that_no_step_ran_twice(place: Installation) -> None:
    done = place.accepted()
    eventually(lambda: place.states(done)[1:] and place.all_done(done))
    place.prefect.stop()
    place.prefect.wipe()
    waiting = place.accepted()
    place.prefect.start()
    report = place.motcua("recover")
    assert (report["registered"], report["proved"], report["doubled"], report["queued_again"]) == (True, True, [], [])
    assert report["completions"] >= 2
    eventually(lambda: place.states(waiting)[1:] and place.all_done(done, waiting))
    assert place.types(waiting).count("ReceiptIssued") == 1
    assert place.types(done).count("ReceiptIssued") == 1
    eventually(lambda: (waiting, "Completed") in place.prefect.shown(waiting))
    assert place.prefect.shown(done) == []


def test_prefect_is_told_what_became_of_dossiers_with_ids_that_stay_the_same(place: Installation) -> None:
    code = place.accepted()
    eventually(lambda: place.states(code)[1:] and place.all_done(code))
    place.issue(code)

    def told() -> list[tuple[str, str]]:
        wanted = {"filter": {"resource": {"id": [f"motcua.dossier.{code}"]}}}
        found = place.prefect.ask("events/filter", wanted)["events"]
        return sorted((e["event"], e["resource"]["motcua.commune"]) for e in found)

    both = [("motcua.dossier.finished", place.commune), ("motcua.dossier.received", place.commune)]
    eventually(lambda: told() == both)
    with writing(place.office.engine) as session:
        session.get_one(InstallationRow, "announced_cut").value = "0"
    eventually(lambda: last_cut(place) > 0)
    assert told() == both


def last_cut(place: Installation) -> int:
    with reading(place.office.engine) as session:
        return int(session.get_one(InstallationRow, "announced_cut").value)
