"""Where the channels, the cases and the sentences of one record contradict each other. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from procedures.drafting.limits_in_values import CaseValue
from procedures.drafting.passages import folded
from procedures.drafting.remarks import Notebook
from procedures.drafting.report import Found, plain

_SHORT = {
    "working_days": "ngày làm việc",
    "calendar_days": "ngày",
    "hours": "giờ",
    "working_hours": "giờ làm việc",
    "months": "tháng",
    "unstated": "(không rõ đơn vị)",
}


def shown(limits: Iterable[Found]) -> str:
    """Amounts and units for a remark, each once: "10 ngày làm việc, 15 ngày"."""
    return ", ".join(
        dict.fromkeys(f"{plain(f.amount)} {_SHORT[f.unit]}" for f in limits if f.amount and f.unit in _SHORT)
    )


def note_disagreements(
    channels: Sequence[Found], cases: Sequence[CaseValue], text: Sequence[Found], notes: Notebook
) -> None:
    """Write every contradiction between the limits of a record into the notebook."""
    of_cases = [c.limit for c in cases if c.limit is not None]
    for area in ("difficult", "normal", None):
        rows = [c for c in channels if c.area == area]
        if len({(r.amount, r.unit) for r in rows}) > 1:
            notes.write("disagreements", "channels_differ", rows[0].place, values=shown(rows))
    _same_name(cases, notes)
    if channels and of_cases and not any(_equal(c, d) for c in channels for d in of_cases):
        places = of_cases[0].place
        notes.write("disagreements", "case_not_channel", places, cases=shown(of_cases), channels=shown(channels))
    limits = [f for f in text if f.kind == "limit"]
    values = [*channels, *of_cases]
    for limit in limits if values else []:
        _against_values(limit, values, notes)
    plain_limits = [f for f in limits if f.area != "difficult"]
    if len({(f.amount, f.unit) for f in plain_limits}) > 1:
        first = plain_limits[0]
        notes.write("disagreements", "texts_differ", first.place, first.sentence, values=shown(plain_limits))


def _same_name(cases: Sequence[CaseValue], notes: Notebook) -> None:
    named: dict[str, list[Found]] = {}
    for case in cases:
        if case.limit is not None:
            named.setdefault(folded(case.name), []).append(case.limit)
    for limits in named.values():
        if len({(f.amount, f.unit) for f in limits}) > 1:
            notes.write("disagreements", "cases_differ", limits[0].place, values=shown(limits))


def _against_values(limit: Found, values: Sequence[Found], notes: Notebook) -> None:
    if any(_equal(limit, v) for v in values):
        return
    same_number = [v for v in values if v.amount == limit.amount]
    code = "units_differ" if same_number else "text_not_value"
    facts = {"text": shown([limit]), "values": shown(same_number or values)}
    notes.write("disagreements", code, limit.place, limit.sentence, **facts)


def _equal(one: Found, other: Found) -> bool:
    return one.amount == other.amount and (one.unit == other.unit or "unstated" in (one.unit, other.unit))
