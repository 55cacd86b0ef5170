"""The gate itself: idempotency, concurrency, cuts, wake-ups, personal data, and proof of the ledger."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlmodel import col

from dossiers.erasure import erase_person
from dossiers.errors import KeyReusedForAnotherCommand, StaleRevision, UnknownDossier
from dossiers.events import canonical
from dossiers.gate import act
from dossiers.idempotency import IdempotencyKey
from dossiers.ledger_check import check, rebuild
from dossiers.office import Office
from dossiers.people import applicant_view, find_applicants
from dossiers.personal_tables import ApplicantRow, FreeTextRow
from dossiers.registration import register
from dossiers.session import reading, writing
from dossiers.store import ledger
from dossiers.tables import DossierRow, EventRow, OpenStepRow, UndecidedEventRow, WakeUpRow
from tests.desk import LEASE, MONDAY, Desk, count_events
from tests.samples import CASE, COMMUNE, RECEIVER, SIGNER, at

TUESDAY = at("2026-03-03T09:00")
SUBMISSION = {
    "procedure": "9.000001",
    "commune": COMMUNE,
    "applicant": {"name": "Lò Thị B"},
    "documents": {"to_khai": "original"},
}


def key(body: Any, name: str = "k1") -> IdempotencyKey:
    return IdempotencyKey.of(actor="a", route="r", key=name, body=body)


def test_the_same_key_gives_the_first_answer_and_does_nothing_twice(office: Office) -> None:
    first = register(office, SUBMISSION, actor=RECEIVER, now=MONDAY, idempotency=key(SUBMISSION))
    again = register(office, SUBMISSION, actor=RECEIVER, now=TUESDAY, idempotency=key(SUBMISSION))
    assert again == first
    assert count_events(office) == 1
    with pytest.raises(KeyReusedForAnotherCommand):
        register(office, SUBMISSION, actor=RECEIVER, now=TUESDAY, idempotency=key({**SUBMISSION, "channel": "online"}))
    assert count_events(office) == 1


def test_a_refused_command_does_not_use_its_key_up(office: Office) -> None:
    desk = Desk(office)
    desk.register()
    with pytest.raises(StaleRevision):
        act(
            office,
            desk.code,
            "accept",
            {},
            actor=RECEIVER,
            now=MONDAY,
            expected_revision=7,
            idempotency=key({}, "k2"),
        )
    act(office, desk.code, "accept", {}, actor=RECEIVER, now=MONDAY, expected_revision=1, idempotency=key({}, "k2"))
    again = act(
        office, desk.code, "accept", {}, actor=RECEIVER, now=MONDAY, expected_revision=1, idempotency=key({}, "k2")
    )
    assert again["revision"] == 2


def test_eight_at_once_under_one_key_register_one_dossier(office: Office) -> None:
    def once(_: int) -> str:
        answer = register(office, SUBMISSION, actor=RECEIVER, now=MONDAY, idempotency=key(SUBMISSION))
        return str(answer["dossier"])

    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(once, range(8)))
    assert codes == {"MC-14845-260302-0001"}
    assert count_events(office) == 1


def test_of_eight_at_once_with_one_revision_one_wins(office: Office) -> None:
    desk = Desk(office)
    desk.register()

    def once(_: int) -> str:
        try:
            act(office, desk.code, "accept", {}, actor=RECEIVER, now=MONDAY, expected_revision=1)
        except StaleRevision:
            return "stale"
        return "done"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(once, range(8)))
    assert outcomes == ["done", *["stale"] * 7]
    assert desk.types == ["SubmissionRegistered", "DossierAccepted"]


def test_cuts_count_without_gaps_in_commit_order(office: Office) -> None:
    def once(number: int) -> None:
        desk = Desk(office)
        desk.register(applicant={"name": f"Người {number}"})
        desk.do("accept", MONDAY, RECEIVER)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(once, range(12)))
    with reading(office.engine) as session:
        rows = session.execute(
            select(EventRow.cut, EventRow.dossier_id, EventRow.revision).order_by(col(EventRow.cut))  # type: ignore[call-overload]
        ).all()
    assert [r.cut for r in rows] == list(range(1, 25))
    seen: dict[int, int] = {}
    for row in rows:
        assert row.revision == seen.get(row.dossier_id, 0) + 1
        seen[row.dossier_id] = row.revision


def test_a_wake_up_is_written_with_the_event_that_opens_the_step(office: Office) -> None:
    desk = Desk(office)
    desk.register()
    desk.do("accept", MONDAY, RECEIVER)
    with reading(office.engine) as session:
        rows = session.execute(select(WakeUpRow)).scalars().all()
        undecided = session.execute(select(UndecidedEventRow.type)).scalars().all()  # type: ignore[call-overload]
    assert [(r.dossier_code, r.step, r.field, r.state, r.attempt) for r in rows] == [
        (desk.code, "issue_receipt", "ho-tich", "waiting", 0)
    ]
    assert sorted(undecided) == ["DossierAccepted", "SubmissionRegistered"]


def test_a_stale_attempt_does_nothing(office: Office) -> None:
    from dossiers.actions.automatic import do_automatic_step
    from dossiers.wakeups import claim

    desk = Desk(office)
    desk.register()
    desk.do("accept", MONDAY, RECEIVER)
    with writing(office.engine) as session:
        first = claim(session, now=MONDAY, lease=LEASE, owner="a", limit=1)[0].ref
    with writing(office.engine) as session:
        second = claim(session, now=MONDAY + 2 * LEASE, lease=LEASE, owner="b", limit=1)[0].ref
    assert (first.attempt, second.attempt) == (1, 2)

    def attempt(number: int, owner: str) -> bool:
        return do_automatic_step(
            office, wake_up=first.wake_up, attempt=number, owner=owner, now=MONDAY + 2 * LEASE, lease=LEASE
        ).done

    assert attempt(1, "a") is False
    assert desk.types.count("ReceiptIssued") == 0
    assert attempt(2, "b") is True
    assert attempt(2, "b") is False
    assert desk.types.count("ReceiptIssued") == 1


def finished(office: Office) -> Desk:
    desk = Desk(office).accepted()
    desk.appraised("ask", TUESDAY)
    desk.do("consult", TUESDAY, CASE, occurrence=3, bodies=["Công an xã"], question="Có phù hợp?")
    desk.do("complete_step", at("2026-03-09T09:00"), SIGNER, occurrence=4, outcome="signed", note="đồng ý")
    return desk


def test_the_read_model_is_what_the_ledger_says(office: Office) -> None:
    finished(office)
    report = check(office, now=TUESDAY)
    assert report.sound
    assert (report.dossiers, report.events) == (1, 7)


def test_a_damaged_read_model_is_found_and_rebuilt(office: Office) -> None:
    desk = finished(office)
    with writing(office.engine) as session:
        session.execute(update(DossierRow).values(status="finished", due_at=None))
        session.execute(text("DELETE FROM open_steps"))
    found = {d.what for d in check(office, now=TUESDAY).differences}
    assert found == {"status", "due_at", "open_steps"}
    assert rebuild(office, now=TUESDAY).rewritten == 1
    assert check(office, now=TUESDAY).sound
    with reading(office.engine) as session:
        assert [s.step for s in session.execute(select(OpenStepRow)).scalars()] == ["issue"]
    assert desk.row.status == "in_progress"


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("UPDATE events SET actor = 'x' WHERE revision = 3", "revision 3 was changed"),
        ("DELETE FROM events WHERE revision = 2", "revision 2 is missing"),
        (f"UPDATE events SET previous_hash = '{'f' * 64}' WHERE revision = 2", "revision 2 is not chained"),
    ],
)
def test_a_changed_ledger_is_found(office: Office, damage: str, problem: str) -> None:
    finished(office)
    _without_guards(office, damage)
    report = check(office, now=TUESDAY)
    assert not report.sound
    assert report.differences[0].what == "chain"
    assert report.differences[0].ledger.startswith(problem)


def _without_guards(office: Office, statement: str) -> None:
    """Change the ledger as somebody with the database's password could."""
    names = {
        "sqlite": ["DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete"],
        "postgresql": ["DROP TRIGGER events_append_only ON events"],
    }[office.engine.dialect.name]
    with writing(office.engine) as session:
        for name in names:
            session.execute(text(name))
        session.execute(text(statement))


def test_personal_data_lies_beside_the_ledger_and_can_be_erased(office: Office) -> None:
    desk = finished(office)
    desk.do("return_to_step", at("2026-03-09T10:00"), SIGNER, step="appraise", reason="Lò Thị B khai thiếu")
    with reading(office.engine) as session:
        kept = canonical([e.payload for e in ledger(session, desk.row.id or 0)])
        applicant = session.execute(select(ApplicantRow)).scalar_one()
        assert find_applicants(office, session, personal_id="038190001234") == [applicant.id]
        assert find_applicants(office, session, personal_id="038190001235") == []
        shown = applicant_view(office, session, applicant.id or 0, show_id=False)
        full = applicant_view(office, session, applicant.id or 0, show_id=True)
    assert "Lò Thị B" not in kept
    assert "038190001234" not in kept
    assert b"038190001234" not in (applicant.personal_id_sealed or b"")
    assert shown.personal_id == "•••••••••234"
    assert full.personal_id == "038190001234"
    assert erase_person(office, desk.code, now=TUESDAY) == 1
    with reading(office.engine) as session:
        assert session.execute(select(ApplicantRow)).scalar_one().name is None
        assert {t.text for t in session.execute(select(FreeTextRow)).scalars()} == {None}
        assert find_applicants(office, session, personal_id="038190001234") == []
    assert check(office, now=TUESDAY).sound
    with pytest.raises(UnknownDossier):
        erase_person(office, "MC-00000-260101-0001", now=TUESDAY)


def test_a_changed_free_text_is_found(office: Office) -> None:
    finished(office)
    with writing(office.engine) as session:
        session.execute(update(FreeTextRow).where(col(FreeTextRow.text) == "đồng ý").values(text="không đồng ý"))
    assert [d.stored for d in check(office, now=TUESDAY).differences] == ["changed"]


def test_identity_numbers_in_a_form_are_encrypted_too(office: Office) -> None:
    from dossiers.personal import opened_form
    from tests.conftest import make_office
    from tests.samples import names, sample

    number = {"id": "mother", "names": names("Số định danh của mẹ"), "type": "personal_id_number", "personal": True}
    desk = Desk(make_office(office.engine, sample(form=[number])))
    desk.register(form={"mother": "038190009999"})
    with reading(office.engine) as session:
        stored = session.execute(select(FreeTextRow)).scalar_one().text or ""
    assert "038190009999" not in stored
    assert opened_form(office.vault, json.loads(stored)) == {"mother": "038190009999"}
