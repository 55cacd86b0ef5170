"""The queue of automatic steps: who may try next. On SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from dossiers import wakeups
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.tables import WakeUpRow
from dossiers.wakeups import Claim, WakeUpRef
from tests.samples import at

NINE = at("2026-03-02T09:00")
LEASE = timedelta(seconds=60)


def wake(office: Office, *codes: str, field: str = "ho-tich") -> None:
    with writing(office.engine) as session:
        session.add_all(
            WakeUpRow(dossier_id=n, dossier_code=code, occurrence=1, step="issue_receipt", field=field, created_at=NINE)
            for n, code in enumerate(codes, start=1)
        )


def claimed(office: Office, *, after: float = 0, limit: int = 10, field: str | None = None) -> list[Claim]:
    moment = NINE + timedelta(seconds=after)
    with writing(office.engine) as session:
        return wakeups.claim(session, now=moment, lease=LEASE, owner="w1", limit=limit, field=field)


def released(office: Office, ref: WakeUpRef, *, after: float = 0) -> int:
    with writing(office.engine) as session:
        return wakeups.release(session, [ref], now=NINE + timedelta(seconds=after), error="ValueError: no")


def row(office: Office, code: str) -> WakeUpRow:
    with reading(office.engine) as session:
        return session.scalars(select(WakeUpRow).where(col(WakeUpRow.dossier_code) == code)).one()


def test_the_oldest_go_first_and_nobody_gets_one_twice(office: Office) -> None:
    wake(office, "MC-1", "MC-2", "MC-3")
    assert [(c.ref.dossier_code, c.ref.attempt, c.alone) for c in claimed(office, limit=2)] == [
        ("MC-1", 1, False),
        ("MC-2", 1, False),
    ]
    assert [c.ref.dossier_code for c in claimed(office)] == ["MC-3"]
    assert claimed(office) == []


def test_a_claim_takes_only_its_field(office: Office) -> None:
    wake(office, "MC-1", field="dat-dai")
    with reading(office.engine) as session:
        assert wakeups.claimable_fields(session, now=NINE) == ["dat-dai"]
    assert claimed(office, field="ho-tich") == []
    assert [c.ref.field for c in claimed(office, field="dat-dai")] == ["dat-dai"]


def test_postgresql_passes_over_rows_that_another_worker_is_taking(office: Office) -> None:
    if office.engine.dialect.name == "sqlite":
        return  # one writer at a time: the second waits for the first
    wake(office, "MC-1", "MC-2")
    with writing(office.engine) as first:
        assert [c.ref.dossier_code for c in take(first, 1)] == ["MC-1"]
        with writing(office.engine) as second:
            assert [c.ref.dossier_code for c in take(second, 5)] == ["MC-2"]


def take(session: Session, limit: int) -> list[Claim]:
    return wakeups.claim(session, now=NINE, lease=LEASE, owner="w", limit=limit)


def test_after_the_lease_the_next_attempt_goes_out_alone_and_names_the_broken_run(office: Office) -> None:
    wake(office, "MC-1")
    [first] = claimed(office)
    with writing(office.engine) as session:
        wakeups.remember_run(session, [first.ref], "run-1")
    assert claimed(office, after=59) == []
    [second] = claimed(office, after=60)
    assert (second.ref.attempt, second.alone, second.broken_run) == (2, True, "run-1")
    assert row(office, "MC-1").last_error == "attempt 1 did not report within its lease"


def test_a_claim_can_note_its_run_in_the_same_transaction(office: Office) -> None:
    wake(office, "MC-1")
    with writing(office.engine) as session:
        [only] = take(session, 1)
        wakeups.remember_run(session, [only.ref], "key:1:1")
    assert row(office, "MC-1").flow_run_id == "key:1:1"


def test_a_failed_attempt_waits_for_its_backoff(office: Office) -> None:
    wake(office, "MC-1")
    [first] = claimed(office)
    assert released(office, first.ref) == 1
    assert claimed(office, after=1) == []
    [second] = claimed(office, after=2)
    assert (second.ref.attempt, second.alone, second.broken_run) == (2, True, None)
    assert row(office, "MC-1").last_error == "ValueError: no"


def test_the_backoff_doubles_up_to_ten_minutes() -> None:
    assert [wakeups.backoff(n).total_seconds() for n in (1, 2, 3, 9, 10, 19)] == [2, 4, 8, 512, 600, 600]


def test_a_stale_attempt_releases_nothing(office: Office) -> None:
    wake(office, "MC-1")
    [first] = claimed(office)
    claimed(office, after=60)
    assert released(office, first.ref, after=61) == 0
    assert row(office, "MC-1").state == "leased"


def test_a_lease_is_renewed_only_while_it_is_held(office: Office) -> None:
    wake(office, "MC-1", "MC-2")
    first, second = (c.ref for c in claimed(office))
    released(office, second)
    with writing(office.engine) as session:
        assert wakeups.renew(session, [first, second], now=NINE + timedelta(seconds=30), lease=LEASE) == [first]
    assert [c.ref.dossier_code for c in claimed(office, after=61)] == ["MC-2"]


def test_after_twenty_attempts_a_step_is_stuck_until_recovery(office: Office) -> None:
    wake(office, "MC-1")
    with writing(office.engine) as session:
        session.scalars(select(WakeUpRow)).one().attempt = 19
    [last] = claimed(office)
    released(office, last.ref)
    assert row(office, "MC-1").state == "stuck"
    assert claimed(office, after=86_400) == []
    with reading(office.engine) as session:
        assert [(p.state, p.last_error) for p in wakeups.pending(session)] == [("stuck", "ValueError: no")]
    with writing(office.engine) as session:
        assert wakeups.release_all(session, now=NINE) == 1
    assert [c.ref.attempt for c in claimed(office)] == [21]


def test_a_step_that_kills_its_worker_each_time_is_stuck_too(office: Office) -> None:
    wake(office, "MC-1")
    with writing(office.engine) as session:
        session.scalars(select(WakeUpRow)).one().attempt = 19
    claimed(office)
    assert claimed(office, after=60) == []
    assert row(office, "MC-1").state == "stuck"


def test_what_a_dead_worker_held_is_free_at_once(office: Office) -> None:
    wake(office, "MC-1")
    claimed(office)
    with writing(office.engine) as session:
        assert wakeups.owners(session) == ["w1"]
        assert wakeups.release_owners(session, now=NINE + timedelta(seconds=1), owners=["w1"]) == 1
    assert [c.ref.attempt for c in claimed(office, after=1)] == [2]


def test_done_ones_are_never_released(office: Office) -> None:
    wake(office, "MC-1", "MC-2")
    with writing(office.engine) as session:
        session.scalars(select(WakeUpRow).where(col(WakeUpRow.dossier_code) == "MC-1")).one().state = "done"
    with writing(office.engine) as session:
        assert wakeups.release_all(session, now=NINE) == 1
        assert wakeups.counts(session) == {"done": 1, "waiting": 1}
