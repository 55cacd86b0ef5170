"""Slips in the store: one number per commune and year, made once, hash in the ledger, nothing lost by a kill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pypdfium2
import pytest
from sqlalchemy import select, update

from dossiers.desk_tables import PendingSlipRow
from dossiers.erasure import erase_person
from dossiers.errors import UnknownDossier
from dossiers.ledger_check import check
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.tables import DossierRow
from notifications.slips.issuing import Slip, issue
from notifications.slips.pending import SlipReport, render_pending
from notifications.slips.slip_errors import NothingCallsForSlip, PaperNotOffered, SlipErased, UnknownForm
from notifications.slips.stored import slips_of
from notifications.tables import SlipRow
from tests.desk import MONDAY, Desk
from tests.golden.slip_scenes import KEY
from tests.samples import CASE, RECEIVER, SIGNER, at

MINUTE = timedelta(minutes=1)
NEXT_YEAR = at("2027-01-01T00:00")


def made(desk: Desk, form: str = "01", paper: str = "a5", now: datetime = MONDAY + MINUTE, **more: int) -> Slip:
    return issue(desk.office, KEY, desk.code, form, paper, now=now, **more)


def pending(office: Office) -> list[str]:
    with reading(office.engine) as session:
        return [str(form) for form in session.scalars(select(PendingSlipRow.form).order_by(PendingSlipRow.event_id))]


def stored(office: Office) -> list[tuple[str, str, int]]:
    with reading(office.engine) as session:
        rows = session.execute(select(SlipRow.form, SlipRow.paper, SlipRow.number).order_by(SlipRow.id))
        return [(form, paper, number) for form, paper, number in rows]


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_a_slip_is_made_once_and_its_hash_stands_in_the_ledger(office: Office) -> None:
    desk = Desk(office).accepted()
    first = made(desk)
    again = made(desk, now=MONDAY + timedelta(days=3))
    assert (first.shown, first.commune, again) == ("01/2026/M01", "14845", first)
    assert hashlib.sha256(first.pdf).hexdigest() == first.sha256
    event = desk.events[-1]
    assert desk.types == ["SubmissionRegistered", "DossierAccepted", "ReceiptIssued", "SlipIssued"]
    assert (event.actor, event.recorded_at, event.occurred_at) == ("system", MONDAY + MINUTE, MONDAY)
    assert event.payload == {
        "form": "01",
        "paper": "a5",
        "number": 1,
        "year": 2026,
        "sha256": first.sha256,
        "of_revision": 3,
    }
    assert desk.state.moved_revision == 3
    assert check(office, now=MONDAY + MINUTE).sound


def test_papers_of_one_event_share_a_number_and_two_dossiers_do_not(office: Office) -> None:
    one, other = Desk(office).accepted(), Desk(office).accepted()
    assert [made(one, paper=p).shown for p in ("a5", "a4", "thermal80")] == ["01/2026/M01"] * 3
    assert made(other).shown == "02/2026/M01"
    with reading(office.engine) as session:
        found = slips_of(session, one.row.id or 0)
    assert [(s.form, s.paper, s.number, s.of_revision) for s in found] == [
        ("01", "a5", "01/2026/M01", 3),
        ("01", "a4", "01/2026/M01", 3),
        ("01", "thermal80", "01/2026/M01", 3),
    ]


def test_a_new_book_is_opened_with_the_year_in_vietnam(office: Office) -> None:
    desk = Desk(office).accepted()
    made(desk, now=NEXT_YEAR - MINUTE)
    late = made(Desk(office).accepted(), now=NEXT_YEAR)
    assert late.shown == "01/2027/M01"
    assert made(desk, paper="a4", now=NEXT_YEAR).shown == "01/2026/M01"


def test_what_happens_later_does_not_change_a_slip_made_late(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.do("extend", at("2026-03-05T14:20"), SIGNER, amount="2", reason="Phải xác minh.", apology="Xin lỗi Ông/Bà.")
    text = text_of(made(desk, now=at("2026-03-06T08:00")).pdf)
    assert "17 giờ 00 phút, ngày 09/03/2026" in text
    assert "11/03/2026" not in text
    assert "11/03/2026" in text_of(made(desk, "04", now=at("2026-03-06T08:00")).pdf)


def test_each_request_for_a_supplement_has_a_slip_of_its_own(office: Office) -> None:
    desk = Desk(office)
    desk.register(MONDAY)
    for minute, problem in ((1, "thiếu chữ ký"), (3, "thiếu ngày tháng")):
        more = {"exceeding_reason": "người nộp sửa nhầm"} if minute == 3 else {}
        now = MONDAY + minute * MINUTE
        desk.do("request_supplement", now, RECEIVER, items=[{"problem": problem, "guidance": "bổ sung"}], **more)
        desk.do("receive_supplement", now + MINUTE, RECEIVER)
    first, last = made(desk, "02", of_revision=2), made(desk, "02")
    assert "thiếu chữ ký" in text_of(first.pdf)
    assert "điểm a khoản 2 Điều 17 Nghị định số 118/2025/NĐ-CP" in text_of(first.pdf)
    assert "thiếu ngày tháng" in text_of(last.pdf)
    assert (first.number, last.number) == (1, 2)


def test_forms_that_nothing_calls_for_are_refused(office: Office) -> None:
    desk = Desk(office)
    desk.register(MONDAY)
    for form in ("01", "02", "03", "04", "05"):
        with pytest.raises(NothingCallsForSlip):
            made(desk, form)
    with pytest.raises(UnknownForm):
        made(desk, "08")
    with pytest.raises(PaperNotOffered):
        made(desk, "02", "thermal80")
    with pytest.raises(UnknownDossier):
        issue(office, KEY, "MC-00000-260302-0001", "01", "a5", now=MONDAY)
    assert desk.types == ["SubmissionRegistered"]


def test_a_receipt_printed_before_the_machine_issued_it_is_the_receipt(office: Office) -> None:
    desk = Desk(office)
    desk.register(MONDAY)
    desk.do("accept", MONDAY, RECEIVER)
    first = made(desk)
    desk.machine(MONDAY + MINUTE)
    assert pending(office) == ["01"]
    assert made(desk, now=MONDAY + 2 * MINUTE) == first
    assert render_pending(office, KEY, now=MONDAY + 2 * MINUTE) == SlipReport(rendered=1)
    assert (stored(office), pending(office)) == ([("01", "a5", 1)], [])


def test_a_control_slip_is_made_again_only_when_the_dossier_has_moved(office: Office) -> None:
    desk = Desk(office).accepted()
    first = made(desk, "06")
    assert made(desk, "06", "a4").number == first.number
    assert made(desk, "06") == first
    desk.appraised("ok", MONDAY + 5 * MINUTE)
    second = made(desk, "06", now=MONDAY + 6 * MINUTE)
    assert (first.number, second.number) == (1, 2)
    assert "Lãnh đạo ký" in text_of(second.pdf)
    assert "Lãnh đạo ký" not in text_of(first.pdf)


def test_events_call_for_slips_and_silent_dossiers_only_on_request(office: Office) -> None:
    for make in scenes_of(office):
        make()
    silent = Desk(office)
    silent.register(MONDAY)
    with writing(office.engine) as session:
        session.execute(update(DossierRow).where(DossierRow.code == silent.code).values(silent=True))
    silent.do("accept", MONDAY, RECEIVER)
    silent.machine(MONDAY)
    calls = ["01", "02", "03", "01", "04", "01", "05"]
    assert sorted(pending(office)) == sorted(calls)
    now = at("2026-03-06T14:00")
    assert render_pending(office, KEY, now=now) == SlipReport(rendered=7)
    assert pending(office) == []
    assert {(form, paper) for form, paper, _ in stored(office)} == {(f, "a5") for f in calls}
    assert "SlipIssued" not in silent.types
    assert made(silent, now=now).shown == "04/2026/M01"
    assert check(office, now=now).sound


def scenes_of(office: Office) -> list[Callable[[], None]]:
    """Dossiers of the sample procedure in which each form is called for."""

    def supplemented() -> None:
        desk = Desk(office).accepted()
        desk.do("request_supplement", MONDAY, CASE, items=[{"problem": "thiếu chữ ký"}])

    def refused() -> None:
        desk = Desk(office)
        desk.register(MONDAY)
        desk.do("refuse", MONDAY, RECEIVER, reason="ngoài thẩm quyền")

    def extended() -> None:
        desk = Desk(office).accepted()
        desk.do("extend", MONDAY, SIGNER, amount="1", reason="phải xác minh", apology="xin lỗi Ông/Bà")

    def withdrawn() -> None:
        desk = Desk(office).accepted()
        desk.do("withdraw", MONDAY, RECEIVER, reason="không làm nữa")

    return [supplemented, refused, extended, withdrawn]


def test_one_that_cannot_be_made_is_kept_and_holds_up_nobody(office: Office) -> None:
    broken, sound = Desk(office).accepted(), Desk(office).accepted()
    with writing(office.engine) as session:
        # A call for a form that does not exist stands for whatever may be broken.
        session.execute(update(PendingSlipRow).where(PendingSlipRow.dossier_id == broken.row.id).values(form="99"))
    assert render_pending(office, KEY, now=MONDAY + MINUTE) == SlipReport(rendered=1, failed=1)
    assert render_pending(office, KEY, now=MONDAY + MINUTE, limit=1) == SlipReport(failed=1)
    with reading(office.engine) as session:
        row = session.scalars(select(PendingSlipRow)).one()
    assert (row.failures, row.last_error) == (
        2,
        "UnknownForm: There is no such form of slip. (form=99, known=['01', '02', '03', '04', '05', '06', '07'])",
    )
    assert sound.types[-1] == "SlipIssued"
    third = Desk(office).accepted()
    assert render_pending(office, KEY, now=MONDAY + MINUTE, limit=1) == SlipReport(rendered=1, more=True)
    assert third.types[-1] == "SlipIssued"


def test_a_print_of_an_erased_person_is_emptied_and_a_later_one_says_so(office: Office) -> None:
    desk = Desk(office).accepted()
    first = made(desk)
    assert "Lò Thị B" in text_of(first.pdf)
    erase_person(office, desk.code, now=MONDAY + MINUTE)
    with pytest.raises(SlipErased):
        made(desk)
    later = text_of(made(desk, paper="a4").pdf)
    assert "(đã xóa)" in later
    assert "Lò Thị B" not in later
    assert desk.events[3].payload["sha256"] == first.sha256


def test_only_the_end_of_an_identity_number_is_printed(office: Office) -> None:
    text = text_of(made(Desk(office).accepted()).pdf)
    assert "•••••••••234" in text
    assert "038190001234" not in text


def test_printing_stands_in_nobodys_way(office: Office) -> None:
    desk = Desk(office).accepted()
    made(desk, now=at("2026-03-02T16:00"))
    answer = desk.do(
        "complete_step",
        at("2026-03-02T16:10"),
        CASE,
        occurrence=2,
        outcome="ok",
        occurred_at="2026-03-02T10:00:00+07:00",
        backdating_reason="mất mạng",
    )
    assert answer["status"] == "in_progress"
