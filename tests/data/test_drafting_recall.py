"""Drafting measured on real records: precision and recall of limits on 40 labelled ones, and all of them drafted."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from procedures.drafting import Draft
from procedures.drafting.drafts import draft_row
from procedures.drafting.passages import folded
from procedures.drafting.records import read_records
from procedures.drafting.report import Found
from procedures.drafting.writing import write_drafts
from procedures.loader import load_folder

LABELS = Path(__file__).parent / "labels" / "limits.yaml"
RECORDS = "portal-procedures.jsonl.gz"
PRECISION, RECALL = Decimal("0.98"), Decimal("0.85")
pytestmark = pytest.mark.needs_data


@pytest.fixture(scope="module")
def drafts() -> dict[str, Draft]:
    """The drafts of all records by code."""
    folder = os.environ.get("MOTCUA_EXTRA_DATA")
    if not folder or not (Path(folder) / RECORDS).is_file():
        pytest.skip(f"MOTCUA_EXTRA_DATA does not name a folder with {RECORDS}")
    found = [draft_row(row) for row in read_records(Path(folder) / RECORDS)]
    return {d.report.code: d for d in found}


@pytest.fixture(scope="module")
def labels() -> dict[str, list[dict[str, Any]]]:
    records = yaml.safe_load(LABELS.read_text("utf-8"))["records"]
    return {r["code"]: r["limits"] for r in records}


def fits(found: Found, label: dict[str, Any]) -> bool:
    """Same kind, place, amount, unit and area class, and the label's words stand where the finding says it rests."""
    amount = None if label.get("amount") is None else Decimal(str(label["amount"]))
    if (found.where, found.kind, found.area) != (label["where"], label["kind"], label.get("area")):
        return False
    if amount is not None and (found.amount, found.unit) != (amount, label["unit"]):
        return False
    rests_on = found.words if found.kind == "pause" else found.sentence
    return label["where"] != "text" or folded(label["words"]) in folded(rests_on)


def count(
    found: tuple[Found, ...], expected: list[dict[str, Any]], where: str | None
) -> tuple[Counter[str], list[str]]:
    """Hits, false and missed limits of one record, each label matched once; and the wrong ones in words."""
    left = [x for x in expected if where in (None, x["where"])]
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for one in (f for f in found if where in (None, f.where)):
        match = next((x for x in left if fits(one, x)), None)
        if match is None:
            counts["false"] += 1
            wrong.append(f"false {one.kind} {one.amount} {one.unit} {one.area}: {one.words}")
        else:
            left.remove(match)
            counts["hit"] += 1
    counts["missed"] += len(left)
    return counts, [*wrong, *(f"missed {x}" for x in left)]


def test_the_labels_are_the_first_forty_by_hash_and_many_rest_on_free_text(
    drafts: dict[str, Draft], labels: dict[str, list[dict[str, Any]]]
) -> None:
    by_hash = sorted(drafts, key=lambda code: hashlib.sha256(code.encode()).hexdigest())
    assert list(labels) == by_hash[:40]
    assert sum(any(x["where"] == "text" for x in limits) for limits in labels.values()) == 38


@pytest.mark.parametrize("where", [None, "text"], ids=["all limits", "limits in free text only"])
def test_precision_and_recall_of_limits(
    where: str | None,
    drafts: dict[str, Draft],
    labels: dict[str, list[dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    total: Counter[str] = Counter()
    wrong: list[str] = []
    for code, expected in labels.items():
        counts, told = count(drafts[code].report.found, expected, where)
        total += counts
        wrong += [f"{code} {line}" for line in told]
    precision = Decimal(total["hit"]) / (total["hit"] + total["false"])
    recall = Decimal(total["hit"]) / (total["hit"] + total["missed"])
    with capsys.disabled():
        print(f"\n{where or 'all'}: {dict(total)} precision {precision:.3f} recall {recall:.3f}")
        print("\n".join(wrong))
    assert precision >= PRECISION, wrong
    assert recall >= RECALL, wrong


def test_nearly_all_records_become_drafts_that_load_and_the_others_say_why(
    drafts: dict[str, Draft], tmp_path: Path
) -> None:
    write_drafts(list(drafts.values()), tmp_path)
    report = load_folder(tmp_path)
    assert len(drafts) == 214
    assert len(report.definitions) >= 205
    assert {f.definition.code for f in report.files if f.definition} == {c for c, d in drafts.items() if d.report.loads}
    for draft in drafts.values():
        assert draft.report.loads or draft.report.faults


def test_every_finding_rests_on_words_of_its_sentence(drafts: dict[str, Draft]) -> None:
    for draft in drafts.values():
        for found in draft.report.found:
            assert found.sentence
            assert folded(found.words) in folded(found.sentence)
            assert found.place


def test_the_same_file_gives_the_same_report_twice(drafts: dict[str, Draft]) -> None:
    rows = read_records(Path(os.environ["MOTCUA_EXTRA_DATA"]) / RECORDS)[:30]
    for row in rows:
        again = draft_row(row)
        assert again.report.as_json() == drafts[again.report.code].report.as_json()
        assert again.definition == drafts[again.report.code].definition


def test_what_was_not_understood_is_listed_with_its_words(drafts: dict[str, Draft]) -> None:
    remarks = [r for d in drafts.values() for r in d.report.not_understood]
    assert all(r.place and r.words for r in remarks)
    refused = [d.report for d in drafts.values() if d.definition is None]
    assert [(r.code, [f.code for f in r.faults]) for r in refused] == [("1.001022", ["no_limit"])]
