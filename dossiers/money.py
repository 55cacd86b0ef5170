"""Fees of a dossier: what each costs, what was paid for it, what is still owed. Pure.

A fee charged once (per dossier) of a known amount is settled when that much was paid, or by an exemption. A fee whose
amount the data does not know is settled by the first payment. A fee by quantity (per copy, page, certified case) may be
paid several times: what it comes to, only the payments say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dossiers.money_errors import AmountDiffers, FeeAlreadySettled
from dossiers.states import DossierState, Payment
from procedures.base import Names
from procedures.schema import Definition, Fee

ONCE = "dossier"
"""Fees charged once; all others count something: copies, pages, certified cases."""


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee. `amount_vnd` is per dossier, case, copy or page; None where the data does not know it."""

    id: str
    names: Names
    kind: str
    per: str
    amount_vnd: int | None
    payments: tuple[Payment, ...]
    """Those that count, in the order in which they were recorded."""
    paid_vnd: int
    exempt: Payment | None
    settled: bool
    owed_vnd: int | None
    """None: it depends on what the data does not know (the province's amount, the number of copies)."""
    overpaid_vnd: int
    note: str | None
    exemptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeeSheet:
    """All fees of a dossier."""

    lines: tuple[FeeLine, ...]
    paid_vnd: int
    owed_vnd: int
    """What is owed as far as the data knows."""
    unknown: tuple[str, ...]
    """Fees of which the data does not say how much is owed."""


def price(fee: Fee, province: str) -> int | None:
    """The amount of a fee in a province, per its unit; None where the data does not know it."""
    return fee.by_province.get(province, fee.amount_vnd)


def fee_sheet(definition: Definition, state: DossierState) -> FeeSheet:
    """What every fee of the procedure comes to in this dossier."""
    lines = tuple(fee_line(fee, state.province, state.payments) for fee in definition.fees)
    return FeeSheet(
        lines=lines,
        paid_vnd=sum(line.paid_vnd for line in lines),
        owed_vnd=sum(line.owed_vnd or 0 for line in lines),
        unknown=tuple(line.id for line in lines if line.owed_vnd is None),
    )


def fee_line(fee: Fee, province: str, payments: Iterable[Payment]) -> FeeLine:
    """What one fee comes to."""
    counting = tuple(p for p in payments if p.fee == fee.id and not p.voided)
    paid = tuple(p for p in counting if not p.exempt)
    exempt = next((p for p in counting if p.exempt), None)
    sum_vnd, amount = sum(p.amount_vnd for p in paid), price(fee, province)
    owed: int | None
    if exempt or amount == 0:
        owed = 0
    elif fee.per != ONCE or amount is None:
        owed = 0 if paid else None
    else:
        owed = max(amount - sum_vnd, 0)
    over = 0
    if exempt:
        over = sum_vnd
    elif amount is not None and fee.per == ONCE:
        over = max(sum_vnd - amount, 0)
    return FeeLine(
        id=fee.id,
        names=fee.names,
        kind=fee.kind,
        per=fee.per,
        amount_vnd=amount,
        payments=paid,
        paid_vnd=sum_vnd,
        exempt=exempt,
        settled=owed == 0,
        owed_vnd=owed,
        overpaid_vnd=over,
        note=fee.note,
        exemptions=fee.exemptions,
    )


def check_payment(
    fee: Fee, state: DossierState, *, amount_vnd: int, receipt: str | None, explained: bool = False
) -> None:
    """Nothing, when the payment fits what is owed; money that does not fit is still recorded where a note explains it.

    Raises:
        FeeAlreadySettled: nothing is owed any more, or that receipt was recorded for this fee already. The second no
            note explains: one receipt is one payment.
        AmountDiffers: it is not the amount that the fee has.
    """
    line = fee_line(fee, state.province, state.payments)
    same = next((p for p in line.payments if receipt and p.receipt == receipt), None)
    if same:
        raise FeeAlreadySettled(fee=fee.id, revision=same.revision, receipt=receipt)
    if explained:
        return
    quantity = fee.per != ONCE
    if line.exempt or (line.settled and not quantity):
        last = line.exempt or (line.payments[-1] if line.payments else None)
        raise FeeAlreadySettled(fee=fee.id, **({"revision": last.revision} if last else {}))
    if not line.amount_vnd:
        return
    fits = amount_vnd % line.amount_vnd == 0 if quantity else amount_vnd == line.owed_vnd
    if not fits:
        raise AmountDiffers(fee=fee.id, amount_vnd=line.amount_vnd, per=fee.per, owed_vnd=line.owed_vnd)


def check_exemption(fee: Fee, state: DossierState) -> None:
    """Nothing, when an exemption can still be recorded.

    Raises:
        FeeAlreadySettled: the fee was paid (correct that payment first: the money goes back) or exempted already.
    """
    line = fee_line(fee, state.province, state.payments)
    settled = line.exempt or (line.payments[-1] if line.payments else None)
    if settled:
        raise FeeAlreadySettled(fee=fee.id, revision=settled.revision)


def still_owed(definition: Definition, state: DossierState, *, after: Payment) -> bool:
    """Whether, with one more payment or exemption, some fee is owed whose amount is known."""
    payments = [*state.payments, after]
    return any(fee_line(fee, state.province, payments).owed_vnd for fee in definition.fees)
