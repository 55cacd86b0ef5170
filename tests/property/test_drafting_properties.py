"""Whatever a row holds, drafting answers with a report; what it finds rests on the text; texts are never made up."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.drafting.drafts import draft_row
from procedures.drafting.limits_in_text import limits_in_text
from procedures.drafting.passages import Passage, folded
from procedures.drafting.records import Row, read_records
from procedures.drafting.remarks import Notebook
from procedures.drafting.writing import write_drafts
from procedures.loader import load_folder

KEYS = [
    *("code", "name", "category", "categoriesDetails", "departmentPromulgateName", "departmentsAuthority"),
    *("departmentsExecuting", "executingAgencies", "executionSteps", "executionMethods", "cases"),
    *("executionCases", "profileComponents", "legalBasisesDetails", "resultsDetails"),
    *("requirementsAndConditions", "updatedAt", "processingTime", "processingTimeUnit", "processingDay"),
    *("qty", "type", "fees", "value", "description", "originalQty", "copyQty", "required"),
]
PIECES = [
    *(
        "không quá",
        "05",
        "17,5",
        "ngày",
        "ngày làm việc",
        "giờ",
        "tháng",
        "(",
        ")",
        ";",
        ":",
        ".",
        ",",
        "\n",
        "- ",
        "a) ",
    ),
    *(
        "đối với các xã miền núi",
        "trong đó",
        "thời gian",
        "không bao gồm",
        "không tính vào thời hạn",
        "niêm yết",
        "sau 15 giờ",
    ),
    *(
        "trong ngày",
        "kéo dài thêm",
        "người nộp",
        "Ủy ban nhân dân",
        "kể từ ngày nhận hồ sơ",
        "hoặc",
        "mười lăm",
        "100.5",
        "/",
    ),
    *("\u200e", "\x00", "ngày 01 tháng 7 năm 2026", "công an", "phải", "thì", "cấp", "và thời gian", "một ngày"),
]
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), texts, st.sampled_from(["DAY", "OTHER", "1.999001"])
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)),
    max_leaves=25,
)
records = st.dictionaries(st.sampled_from(KEYS), values, max_size=12)
plausible = st.fixed_dictionaries(
    {
        "code": st.just("1.999001"),
        "name": texts,
        "cases": st.lists(
            st.fixed_dictionaries(
                {
                    "name": texts,
                    "code": texts,
                    "processingDay": st.fixed_dictionaries(
                        {
                            "qty": st.one_of(st.integers(-1, 2000), st.floats(0, 50)),
                            "type": st.sampled_from(["DAY", "HOUR", "X"]),
                        }
                    ),
                }
            ),
            max_size=3,
        ),
        "executionMethods": st.lists(
            st.fixed_dictionaries({"description": texts, "processingTime": leaves}), max_size=3
        ),
        "executionSteps": st.lists(st.fixed_dictionaries({"description": texts}), max_size=2),
        "resultsDetails": st.lists(st.fixed_dictionaries({"name": texts}), min_size=1, max_size=2),
        "updatedAt": st.integers(1_600_000_000_000, 1_900_000_000_000),
    }
)


@given(st.one_of(values, records, plausible))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_row_crashes_and_what_has_no_draft_says_why(value: Any) -> None:
    draft = draft_row(Row(7, value))
    report = draft.report
    assert report.row == 7
    assert report.loads or report.faults
    json.dumps(report.as_json())


@given(plausible)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_draft_that_loads_also_loads_from_its_file(value: dict[str, Any]) -> None:
    draft = draft_row(Row(1, value))
    with TemporaryDirectory() as folder:
        write_drafts([draft], Path(folder))
        assert len(load_folder(Path(folder)).definitions) == int(draft.report.loads)


@given(texts, st.sampled_from(["channel", "step", "condition", "document", "case"]))
@settings(max_examples=300, deadline=None)
def test_every_finding_rests_on_words_of_the_text(text: str, kind: str) -> None:
    for found in limits_in_text([Passage(kind, "here", text)], Notebook()):
        assert folded(found.words) in folded(found.sentence)
        assert found.amount is None or found.amount > 0


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_rows_or_an_unreadable_file(raw: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        path.write_bytes(raw)
        try:
            rows = read_records(path)
        except OSError:
            return
        assert [r.number for r in rows] == list(range(1, len(rows) + 1))
