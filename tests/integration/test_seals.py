"""Seals over real ledgers on both databases: what they say, and what `motcua verify` names when it is not as sealed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from dossiers.events import GENESIS, chain_hash
from dossiers.office import Office
from dossiers.session import writing
from performance import seals
from performance.findings import Kind
from performance.seal_keys import SealKey
from performance.seals import take_seals, unsealed
from performance.verifying import verify
from tests.desk import Desk
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, at
from tests.sealed import ask, change, findings, key, seal, two_sealed, unguard


def test_a_sound_ledger_with_events_that_no_seal_holds_yet(office: Office) -> None:
    first, _ = two_sealed(office)
    window = unsealed(office.engine)
    assert (window.seal, window.events, window.since) == (2, 0, None)
    first.do("pause", at("2026-03-06T10:00"), CASE, reason="posting")
    window = unsealed(office.engine)
    assert (window.seal, window.events, window.since) == (2, 1, at("2026-03-06T10:00"))
    found = verify(office.engine, public_key=key().public)
    assert found.findings == []
    assert (found.seals, found.dossiers, found.unsealed_events, found.key_given) == (2, 2, 1, True)
    assert findings(office, seal=1) == []


def test_a_seal_says_what_it_covers_and_names_the_one_before(office: Office, tmp_path: Path) -> None:
    two_sealed(office)
    (third,) = take_seals(office.engine, key(), now=at("2026-03-06T20:00"), folder=tmp_path)
    said = json.loads(third.statement)
    assert {n: said[n] for n in ("kind", "number", "cut", "dossiers", "events", "complete", "left_out")} == {
        "kind": "motcua seal",
        "number": 3,
        "cut": 8,
        "dossiers": 2,
        "events": 8,
        "complete": True,
        "left_out": [],
    }
    assert said["previous"] == ask(office, "SELECT hash FROM seals WHERE number = 2")
    assert said["root"] == json.loads(ask(office, "SELECT statement FROM seals WHERE number = 2"))["root"]
    assert json.loads((tmp_path / "seal-000003.json").read_text())["statement"] == third.statement
    assert ask(office, "SELECT count(*) FROM seal_leaves") == 3


@pytest.mark.parametrize("table", ["seals", "seal_leaves", "seal_nodes"])
def test_seals_cannot_be_changed_past_the_program(office: Office, table: str) -> None:
    two_sealed(office)
    with pytest.raises(DatabaseError, match="only ever added"), writing(office.engine) as session:
        session.execute(text(f"DELETE FROM {table}"))


def test_a_changed_event_is_named_even_when_the_chain_was_made_again(office: Office) -> None:
    first, _ = two_sealed(office)
    unguard(office)
    previous = GENESIS
    for event in first.events:
        payload = event.payload | ({"channel": "post"} if event.revision == 1 else {})
        digest = chain_hash(
            dossier_code=first.code,
            revision=event.revision,
            type=event.type,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            actor=event.actor,
            payload=payload,
            previous_hash=previous,
        )
        change(
            office,
            "UPDATE events SET payload = :p, previous_hash = :b, hash = :h WHERE dossier_id = :d AND revision = :r",
            p=json.dumps(payload),
            b=previous,
            h=digest,
            d=first.row.id,
            r=event.revision,
        )
        previous = digest
    named = findings(office)
    assert named[0] == (Kind.CHANGED, first.code, 1, 1)
    assert {kind for kind, *_ in named} == {Kind.CHANGED}


def test_a_removed_event_a_cut_tail_and_a_missing_dossier_are_named(office: Office) -> None:
    first, second = two_sealed(office)
    unguard(office)
    change(office, "DELETE FROM events WHERE dossier_id = :d AND revision = 2", d=first.row.id)
    assert findings(office) == [(Kind.REMOVED, first.code, 2, 1)]
    change(office, "DELETE FROM events WHERE dossier_id = :d AND revision > 3", d=first.row.id)
    change(office, "UPDATE dossiers SET revision = 3 WHERE id = :d", d=first.row.id)
    assert findings(office) == [(Kind.CUT_TAIL, first.code, 4, 2), (Kind.REMOVED, first.code, 2, 1)]
    for table in ("open_steps", "events"):
        change(office, f"DELETE FROM {table} WHERE dossier_id = :d", d=second.row.id)
    change(office, "DELETE FROM dossiers WHERE id = :d", d=second.row.id)
    assert (Kind.MISSING_DOSSIER, second.code, None, 1) in findings(office)


def test_a_tail_cut_before_any_seal_holds_it_is_seen_too(office: Office) -> None:
    first, _ = two_sealed(office)
    first.do("pause", at("2026-03-06T10:00"), CASE, reason="posting")
    unguard(office)
    change(office, "DELETE FROM events WHERE dossier_id = :d AND revision = 6", d=first.row.id)
    assert findings(office) == [(Kind.MISSING_EVENTS, None, None, None), (Kind.CUT_TAIL, first.code, 6, None)]


def _append(office: Office, desk: Desk, *, recorded: str, cut: int) -> None:
    """An event chained on as the program would, with a recording time and a cut of the forger's choice."""
    last, when = desk.events[-1], at(recorded)
    values = {"type": "ClockPaused", "actor": "x", "payload": {"reason": "posting", "id": 9, "whose_time": "public"}}
    digest = chain_hash(
        dossier_code=desk.code,
        revision=last.revision + 1,
        occurred_at=when,
        recorded_at=when,
        previous_hash=last.hash,
        **values,  # type: ignore[arg-type]
    )
    row = desk.row
    from dossiers.tables import EventRow

    with writing(office.engine) as session:
        session.add(
            EventRow(
                dossier_id=row.id or 0,
                revision=last.revision + 1,
                occurred_at=when,
                recorded_at=when,
                previous_hash=last.hash,
                hash=digest,
                cut=cut,
                **values,
            )
        )


def test_an_event_dated_before_the_seal_that_should_hold_it_is_named(office: Office) -> None:
    _, second = two_sealed(office)
    _append(office, second, recorded="2026-03-05T19:55", cut=9)
    assert findings(office) == []  # within ten minutes: it may have been under way
    assert verify(office.engine).key_given is False
    _append(office, second, recorded="2026-03-04T09:00", cut=10)
    assert findings(office) == [(Kind.BACK_DATED, second.code, 5, 2)]


def test_an_event_inserted_below_the_sealed_cut_is_named(office: Office) -> None:
    _, second = two_sealed(office)
    _append(office, second, recorded="2026-03-06T09:00", cut=-1)
    assert findings(office) == [(Kind.INSERTED, second.code, 4, None)]


def test_a_forged_a_missing_and_an_unlinked_seal_are_named(office: Office, tmp_path: Path) -> None:
    two_sealed(office)
    take_seals(office.engine, key(), now=at("2026-03-06T20:00"), folder=tmp_path)
    unguard(office)
    other = SealKey.from_file(tmp_path / "other.key")
    said = ask(office, "SELECT statement FROM seals WHERE number = 2").replace('"events":8', '"events":7')
    change(office, "UPDATE seals SET statement = :s, signature = :g WHERE number = 2", s=said, g=other.sign(said))
    assert findings(office) == [(Kind.FORGED_SEAL, None, None, 2), (Kind.BROKEN_SEAL_CHAIN, None, None, 3)]
    change(office, "DELETE FROM seals WHERE number = 2")
    assert (Kind.MISSING_SEAL, None, None, 2) in findings(office)
    change(office, "DELETE FROM seals WHERE number = 3")
    assert (Kind.MISSING_SEAL, None, None, 3) in findings(office, folder=tmp_path)
    assert verify(office.engine, public_key=other.public).findings[0].kind is Kind.FORGED_SEAL


def test_leaves_changed_along_with_the_events_do_not_fit_the_signed_root(office: Office) -> None:
    _, second = two_sealed(office)
    unguard(office)
    for table in ("open_steps", "events"):
        change(office, f"DELETE FROM {table} WHERE dossier_id = :d", d=second.row.id)
    code = second.code
    change(office, "DELETE FROM dossiers WHERE code = :c", c=code)
    change(office, "DELETE FROM seal_leaves WHERE dossier = :c", c=code)
    bucket = code.rpartition("-")[0]
    assert findings(office) == [
        (Kind.CHANGED_LEAVES, None, None, 1),
        (Kind.CHANGED_LEAVES, None, None, 1),
        (Kind.CHANGED_LEAVES, None, None, 2),
        (Kind.CHANGED_LEAVES, None, None, 1),
        (Kind.CHANGED_LEAVES, None, None, 2),
    ]
    assert bucket in {f.detail for f in verify(office.engine).findings}


def test_a_dossier_whose_chain_was_broken_before_the_seal_is_left_out_and_comes_back(office: Office) -> None:
    first, second = Desk(office).accepted(), Desk(office).accepted()
    unguard(office)
    change(office, "UPDATE events SET actor = 'x' WHERE dossier_id = :d AND revision = 2", d=first.row.id)
    (taken,) = take_seals(office.engine, key(), now=at("2026-03-03T20:00"))
    assert json.loads(taken.statement)["left_out"] == [first.code]
    assert (Kind.CHANGED, first.code, 2, None) in findings(office)
    right = ask(office, "SELECT actor FROM events WHERE dossier_id = :d AND revision = 2", d=second.row.id)
    change(office, "UPDATE events SET actor = :a WHERE dossier_id = :d AND revision = 2", d=first.row.id, a=right)
    (again,) = take_seals(office.engine, key(), now=at("2026-03-04T20:00"))
    assert json.loads(again.statement)["left_out"] == []
    assert findings(office) == []


def test_a_backlog_is_sealed_in_parts_of_which_only_the_last_is_complete(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "EVENTS_AT_ONCE", 2)
    Desk(office).accepted()
    desk = Desk(office).accepted(at("2026-03-03T09:00"))
    desk.appraised("ok", at("2026-03-04T09:00"))
    desk.do("complete_step", at("2026-03-04T09:00"), SIGNER, occurrence=3, outcome="signed")
    desk.do("issue_result", at("2026-03-04T10:00"), CLERK, result="paper")
    taken = take_seals(office.engine, key(), now=at("2026-03-05T20:00"))
    said = [json.loads(one.statement) for one in taken]
    assert [one["complete"] for one in said] == [False] * (len(said) - 1) + [True]
    assert [one["cut"] for one in said] == [2, 4, 6, 8, 9]
    assert findings(office) == []
    assert seal(office, "2026-03-06T20:00") == 6


def test_the_first_dossier_of_a_day_is_not_held_up_by_who_received_it(office: Office) -> None:
    desk = Desk(office)
    desk.register(actor=RECEIVER)
    assert seal(office, "2026-03-02T20:00") == 1
    assert findings(office) == []
