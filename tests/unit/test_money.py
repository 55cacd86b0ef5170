"""Fees: what is owed, what fits, what needs a word of explanation."""

from __future__ import annotations

from typing import Any

import pytest

from dossiers.checklist import StoredFile, checklist
from dossiers.money import check_exemption, check_payment, fee_line, fee_sheet
from dossiers.money_errors import AmountDiffers, FeeAlreadySettled
from dossiers.states import DossierState, Payment
from procedures.schema import Fee
from tests.samples import at, names, sample


def fee(**changes: Any) -> Fee:
    raw = {"id": "le_phi", "names": names("Lệ phí"), "kind": "charge", "amount_vnd": 8000, "source": ["law"]}
    return Fee.model_validate(raw | changes)


def state(*payments: Payment, province: str = "38") -> DossierState:
    return DossierState(province=province, payments=list(payments))


def paid(amount: int, revision: int = 5, **more: Any) -> Payment:
    return Payment(revision, "le_phi", amount, "cash", **more)


EXEMPT = Payment(5, "le_phi", 0, "exempt", exempt=True)
UNKNOWN, PER_COPY = {"amount_vnd": None}, {"per": "copy"}


@pytest.mark.parametrize(
    ("changes", "payments", "owed", "settled", "over"),
    [
        ({}, [], 8000, False, 0),
        ({}, [paid(8000)], 0, True, 0),
        ({}, [paid(8000, voided=True)], 8000, False, 0),
        ({}, [paid(5000)], 3000, False, 0),
        ({}, [paid(5000), paid(5000, 6)], 0, True, 2000),
        ({}, [EXEMPT], 0, True, 0),
        ({}, [paid(8000, 4), EXEMPT], 0, True, 8000),
        ({"amount_vnd": 0}, [], 0, True, 0),
        ({"by_province": {"38": 5000}}, [paid(5000)], 0, True, 0),
        ({"by_province": {"04": 5000}}, [paid(5000)], 3000, False, 0),
        (UNKNOWN, [], None, False, 0),
        (UNKNOWN, [paid(30000)], 0, True, 0),
        (PER_COPY, [], None, False, 0),
        (PER_COPY, [paid(16000), paid(8000, 6)], 0, True, 0),
    ],
)
def test_what_is_owed(
    changes: dict[str, Any], payments: list[Payment], owed: int | None, settled: bool, over: int
) -> None:
    line = fee_line(fee(**changes), "38", payments)
    assert (line.owed_vnd, line.settled, line.overpaid_vnd) == (owed, settled, over)


@pytest.mark.parametrize(
    ("changes", "before", "amount"),
    [
        ({}, [], 8000),
        ({}, [paid(5000)], 3000),
        ({}, [paid(80000, voided=True)], 8000),
        (UNKNOWN, [], 12345),
        (PER_COPY, [], 24000),
        (PER_COPY, [paid(8000)], 8000),
        ({"per": "case", "amount_vnd": None}, [paid(8000)], 9000),
    ],
)
def test_a_payment_that_fits(changes: dict[str, Any], before: list[Payment], amount: int) -> None:
    check_payment(fee(**changes), state(*before), amount_vnd=amount, receipt="A-2")
    assert fee_line(fee(**changes), "38", [*before, paid(amount, 9)]).settled


@pytest.mark.parametrize(
    ("changes", "before", "amount", "error"),
    [
        ({}, [], 80000, AmountDiffers),
        ({}, [], 5000, AmountDiffers),
        ({}, [paid(8000)], 8000, FeeAlreadySettled),
        ({}, [EXEMPT], 8000, FeeAlreadySettled),
        ({"amount_vnd": 0}, [], 1000, FeeAlreadySettled),
        (UNKNOWN, [paid(30000)], 30000, FeeAlreadySettled),
        (PER_COPY, [], 9000, AmountDiffers),
        (PER_COPY, [EXEMPT], 8000, FeeAlreadySettled),
    ],
)
def test_money_that_does_not_fit_needs_a_note_and_is_never_lost(
    changes: dict[str, Any], before: list[Payment], amount: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        check_payment(fee(**changes), state(*before), amount_vnd=amount, receipt="A-2")
    check_payment(fee(**changes), state(*before), amount_vnd=amount, receipt="A-2", explained=True)
    assert fee_line(fee(**changes), "38", [*before, paid(amount, 9)]).paid_vnd >= amount


def test_one_receipt_is_one_payment() -> None:
    before = state(paid(8000, receipt="A-1"))
    with pytest.raises(FeeAlreadySettled) as refused:
        check_payment(fee(per="copy"), before, amount_vnd=8000, receipt="A-1", explained=True)
    assert refused.value.facts == {"fee": "le_phi", "revision": 5, "receipt": "A-1"}
    check_payment(fee(id="khac"), before, amount_vnd=8000, receipt="A-1")  # the same receipt, another fee
    check_payment(fee(), state(paid(8000, receipt="A-1", voided=True)), amount_vnd=8000, receipt="A-1")


def test_an_exemption_comes_once_and_not_after_money() -> None:
    check_exemption(fee(), state(paid(8000, voided=True)))
    for before in (paid(8000), EXEMPT):
        with pytest.raises(FeeAlreadySettled):
            check_exemption(fee(), state(before))


def test_the_sheet_adds_up_what_is_known() -> None:
    fees = [
        {"id": "a", "names": names("a"), "kind": "charge", "amount_vnd": 8000, "source": ["law"]},
        {"id": "b", "names": names("b"), "kind": "fee", "amount_vnd": 5000, "source": ["law"]},
        {"id": "c", "names": names("c"), "kind": "fee", "source": ["law"]},
    ]
    found = state(Payment(3, "a", 8000, "card", "R-1"))
    sheet = fee_sheet(sample(fees=fees), found)
    assert (sheet.paid_vnd, sheet.owed_vnd, sheet.unknown) == (8000, 5000, ("c",))


def test_the_checklist_shows_what_is_asked_ticked_and_stored() -> None:
    documents = [
        {"id": "to_khai", "names": names("Tờ khai"), "originals": 1, "guidance": "Mẫu số 1"},
        {"id": "giay_to", "names": names("Giấy tờ"), "required": False},
        {"id": "vung", "names": names("Vùng"), "cases": ["area"]},
    ]
    stored = StoredFile("f1", "giay_to", None, "application/pdf", 9, "0" * 64, "x", at("2026-03-02T09:00"), None)
    found = DossierState(case_id="normal", documents={"to_khai": "electronic"})
    lines = checklist(sample(documents=documents), found, [stored])
    assert [(one.id, one.required, one.ticked, one.missing, one.files) for one in lines] == [
        ("to_khai", True, "electronic", False, ()),
        ("giay_to", False, None, False, ("f1",)),
    ]
    assert lines[0].guidance == "Mẫu số 1"
    found = DossierState(case_id="area")
    missing = [one.id for one in checklist(sample(documents=documents), found, []) if one.missing]
    assert missing == ["to_khai", "vung"]
