"""The cases of a draft with their limits: structured values first, then channels, then plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from procedures.drafting.disagreements import shown
from procedures.drafting.limits_in_values import CaseValue
from procedures.drafting.passages import folded
from procedures.drafting.remarks import Notebook
from procedures.drafting.report import Found, plain

SOURCE = "portal"
"""The id of the legal basis entry that every rule of a draft cites: the record itself."""
LONGEST_NAME = 400


@dataclass(frozen=True, slots=True)
class _Pair:
    """A normal and a difficult amount of one unit, and the sentence that the second rests on."""

    normal: Decimal
    difficult: Decimal
    unit: str
    sentence: str


def cases_of(
    name: str, values: Sequence[CaseValue], channels: Sequence[Found], text: Sequence[Found], notes: Notebook
) -> list[dict[str, Any]]:
    """The cases as the schema wants them; empty when no limit could be read. The first one is the default."""
    pair = _pair(channels, text, notes)
    rows = _rows(name, values, channels, text, notes)
    cases: list[dict[str, Any]] = []
    for label, where, limits, codes in rows:
        for limit in _apart(limits, pair):
            case_id = f"c{len(cases) + 1:02d}"
            note = f"Mã trường hợp: {', '.join(codes)}." if codes else f"Theo {where}."
            time_limit = _time_limit(limit, pair, text, notes)
            shown_label = label if len(_apart(limits, pair)) == 1 else f"{label[:LONGEST_NAME]} ({shown([limit])})"
            notes.write(
                "assumptions",
                "limit_chosen",
                limit.place,
                limit.words,
                case=case_id,
                where=where,
                values=shown([limit]),
            )
            cases.append(
                {
                    "id": case_id,
                    "names": both(shown_label),
                    "default": not cases,
                    "time_limit": time_limit,
                    "note": note,
                }
            )
    if len(cases) == 1:
        _add_phases(cases[0]["time_limit"], text, notes)
    return cases


def both(text: str) -> dict[str, str]:
    """A name in the form of the schema; the record has no English, so `en` repeats the Vietnamese."""
    return {"vi": text, "en": text}


_Row = tuple[str, str, list[Found], list[str]]


def _rows(
    name: str, values: Sequence[CaseValue], channels: Sequence[Found], text: Sequence[Found], notes: Notebook
) -> list[_Row]:
    grouped: dict[str, _Row] = {}
    for case in values:
        if case.limit is None or case.limit.unit == "unstated":
            continue
        label = case.name or name
        row = grouped.setdefault(folded(label), (label, "cases[].processingDay", [], []))
        row[2].append(case.limit)
        row[3].extend([case.code] if case.code else [])
    if grouped:
        return list(grouped.values())
    known = [c for c in channels if c.unit != "unstated"]
    if known:
        return [(name, "executionMethods[].processingTime", known, [])]
    limits = [f for f in text if f.kind == "limit"]
    return [(name, limits[0].place, limits, [])] if limits else []


def _apart(limits: list[Found], pair: _Pair | None) -> list[Found]:
    """The limits that need a case of their own: those of the pair need one together."""
    kept: dict[tuple[Decimal | None, str | None], Found] = {}
    for limit in limits:
        key = (pair.normal, pair.unit) if pair and _in_pair(limit, pair) else (limit.amount, limit.unit)
        kept.setdefault(key, limit)
    return list(kept.values())


def _in_pair(limit: Found, pair: _Pair) -> bool:
    return limit.unit == pair.unit and limit.amount in (pair.normal, pair.difficult)


def _pair(channels: Sequence[Found], text: Sequence[Found], notes: Notebook) -> _Pair | None:
    """The one normal and one difficult amount that the record states; None when there is none or more than one."""
    limits = [f for f in text if f.kind == "limit"]
    stated = [f for f in limits if f.area != "difficult"] or [c for c in channels if c.area != "difficult"]
    hard = [f for f in limits if f.area == "difficult"] or [c for c in channels if c.area == "difficult"]
    extra = [f for f in text if f.kind == "addition" and f.area == "difficult"]
    normals = {(f.amount, f.unit) for f in stated if f.unit != "unstated"}
    if len(normals) != 1 or not stated:
        return None
    base = next(f for f in stated if f.unit != "unstated")
    if base.amount is None or base.unit is None:
        return None
    if len({(f.amount, f.unit) for f in hard}) == 1 and hard[0].amount and hard[0].unit == base.unit:
        return _noted(_Pair(base.amount, hard[0].amount, base.unit, hard[0].sentence), hard[0], notes)
    if len({(f.amount, f.unit) for f in extra}) == 1 and extra[0].amount:
        if extra[0].unit == base.unit:
            return _noted(
                _Pair(base.amount, base.amount + extra[0].amount, base.unit, extra[0].sentence), extra[0], notes
            )
        facts = {"text": shown(extra), "values": shown([base])}
        notes.write("disagreements", "addition_unit", extra[0].place, extra[0].sentence, **facts)
    return None


def _noted(pair: _Pair, hard: Found, notes: Notebook) -> _Pair:
    values = f"{plain(pair.normal)} / {plain(pair.difficult)}"
    notes.write("assumptions", "area_pair", hard.place, hard.sentence, values=values)
    return pair


def _time_limit(limit: Found, pair: _Pair | None, text: Sequence[Found], notes: Notebook) -> dict[str, Any]:
    cut_off = next((f for f in text if f.kind == "same_day" and f.cut_off is not None), None)
    rests_on = f"Chưa đối chiếu với văn bản; theo bản ghi: {limit.words[:300]}"
    if cut_off is not None and cut_off.cut_off is not None and limit.amount == 1:
        clock = cut_off.cut_off.strftime("%H:%M")
        notes.write("assumptions", "same_day", cut_off.place, cut_off.sentence, clock=clock)
        values: dict[str, Any] = {"unit": "same_day", "cut_off": clock, "note": cut_off.sentence}
    elif pair is not None and _in_pair(limit, pair):
        amount = {"normal": pair.normal, "difficult": pair.difficult}
        values = {"unit": pair.unit, "amount": amount, "note": pair.sentence}
    else:
        values = {"unit": limit.unit, "amount": {"normal": limit.amount}, "note": limit.sentence}
    additions = _additions("working_days" if values["unit"] == "same_day" else str(values["unit"]), text, notes)
    return {**values, **({"additions": additions} if additions else {}), "source": [SOURCE], "unverified": rests_on}


def _additions(unit: str, text: Sequence[Found], notes: Notebook) -> list[dict[str, Any]]:
    added: list[dict[str, Any]] = []
    for found in text:
        if found.kind != "addition" or found.area == "difficult":
            continue
        if found.unit != unit:
            notes.write("disagreements", "addition_unit", found.place, found.sentence, text=shown([found]), values=unit)
            continue
        notes.write("assumptions", "addition_ground", found.place, found.sentence)
        name = found.sentence[:LONGEST_NAME]
        rule = {"id": f"addition_{len(added) + 1:02d}", "names": both(name), "amount": found.amount}
        added.append({**rule, "source": [SOURCE], "unverified": f"Theo bản ghi: {found.words[:300]}"})
    return added


def _add_phases(time_limit: dict[str, Any], text: Sequence[Found], notes: Notebook) -> None:
    """Add the parts of the limit when they add up to it in every area class; otherwise only say so."""
    amount, unit = time_limit.get("amount"), time_limit["unit"]
    parts = [f for f in text if f.kind == "phase"]
    if not amount or not parts:
        return
    normal = [f for f in parts if f.area != "difficult"]
    hard = [f for f in parts if f.area == "difficult"] or normal
    total = sum((f.amount or Decimal(0) for f in normal), Decimal(0))
    hard_total = sum((f.amount or Decimal(0) for f in hard), Decimal(0))
    fits = {f.unit for f in parts} == {unit} and len(normal) == len(hard) and total == amount["normal"]
    if not fits or hard_total != amount.get("difficult", amount["normal"]):
        facts = {"text": shown(parts), "values": f"{plain(amount['normal'])} {unit}"}
        notes.write("disagreements", "phases_sum", parts[0].place, parts[0].sentence, **facts)
        return
    time_limit["phases"] = [
        {
            "id": f"phase_{n:02d}",
            "names": both(one.words[:LONGEST_NAME]),
            "amount": {"normal": one.amount} | ({"difficult": other.amount} if other.amount != one.amount else {}),
            "source": [SOURCE],
        }
        for n, (one, other) in enumerate(zip(normal, hard, strict=True), 1)
    ]
