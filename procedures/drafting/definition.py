"""A record and what was found in it as one definition, in plain values that YAML can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from procedures.drafting import facts
from procedures.drafting.limits_in_values import CaseValue
from procedures.drafting.records import items_of, text_of
from procedures.drafting.remarks import Notebook
from procedures.drafting.report import Found
from procedures.drafting.time_limits import LONGEST_NAME, SOURCE, both, cases_of
from procedures.schema import CODE

_PAUSE_UNITS = ("working_days", "calendar_days", "working_hours", "hours")
_APPLICANTS_TIME = re.compile(
    r"người\s+(?:sử\s+dụng|yêu\s+cầu|nộp|dân|đề\s+nghị)|chủ\s+(?:đầu\s+tư|sở\s+hữu)|thừa\s+kế|thỏa\s+thuận|công\s+dân|bổ\s+sung\s+hồ\s+sơ"
    r"|thực\s+hiện\s+nghĩa\s+vụ",
    re.IGNORECASE,
)
_PUBLIC_TIME = re.compile(r"niêm\s+yết|đăng\s+tin|công\s+khai", re.IGNORECASE)


def definition_of(
    record: Mapping[str, Any],
    cases: Sequence[CaseValue],
    channels: Sequence[Found],
    text: Sequence[Found],
    notes: Notebook,
) -> dict[str, Any] | None:
    """The definition, or None when code, name or every limit is missing (each is then a fault)."""
    code, name = text_of(record, "code", "", notes), text_of(record, "name", "", notes).replace("\n", " ")
    drafted = cases_of(name, cases, channels, text, notes) if name else []
    if re.fullmatch(CODE, code) is None:
        notes.write("faults", "no_code", "code", code)
    if not name:
        notes.write("faults", "no_name", "name")
    elif not drafted:
        notes.write("faults", "no_limit", "cases, executionMethods")
    if re.fullmatch(CODE, code) is None or not drafted:
        return None
    notes.write("assumptions", "no_english", "name")
    notes.write("assumptions", "skeleton", "executionSteps")
    return {
        **_identity(record, code, name, notes),
        "cases": drafted,
        **_listed("pauses", _pauses(text, notes)),
        **_listed("documents", facts.documents_of(record, notes)),
        **_listed("fees", facts.fees_of(record, notes)),
        "results": facts.results_of(record, notes),
        "start": "issue_receipt",
        "steps": _skeleton(_steps_text(record, notes)),
        **_listed("guidance", text_of(record, "requirementsAndConditions", "", notes)),
    }


def _identity(record: Mapping[str, Any], code: str, name: str, notes: Notebook) -> dict[str, Any]:
    day = facts.updated_on(record, notes)
    values: dict[str, Any] = {"code": code, "version": 1}
    if day is not None:
        notes.write("assumptions", "effective_from", "updatedAt", day=day.isoformat())
        values["effective"] = {"from": day}
    return values | {
        **_listed("scope", facts.scope_of(record, notes)),
        "field": facts.field_of(record, notes),
        "names": both(name),
        "competent_authority": facts.authority_of(record, notes),
        "legal_basis": facts.legal_basis_of(record, code, day, notes),
        "review": {"status": "unverified", "note": "Bản nháp lập từ bản ghi trên Cổng; chưa ai đối chiếu với văn bản."},
    }


def _listed(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}


def _pauses(text: Sequence[Found], notes: Notebook) -> list[dict[str, Any]]:
    """One pause reason per ground; the posting time becomes the maximum where exactly one is stated."""
    postings = {(f.amount, f.unit): f for f in text if f.kind == "posting" and f.unit in _PAUSE_UNITS}
    posting = next(iter(postings.values())) if len(postings) == 1 else None
    pauses: list[dict[str, Any]] = []
    for found in text:
        if found.kind != "pause":
            continue
        public = _PUBLIC_TIME.search(found.words) is not None
        whose = "public" if public else "applicant" if _APPLICANTS_TIME.search(found.words) else "other_agency"
        notes.write("assumptions", "whose_time", found.place, found.words, given=whose)
        pause: dict[str, Any] = {"id": f"pause_{len(pauses) + 1:02d}", "names": both(found.words[:LONGEST_NAME])}
        pause |= {"whose_time": whose, "source": [SOURCE], "unverified": f"Theo bản ghi: {found.words[:300]}"}
        if found.amount is not None and found.unit in _PAUSE_UNITS:
            pause["maximum"] = {"amount": found.amount, "unit": found.unit}
        elif public and posting is not None:
            notes.write("assumptions", "posting_maximum", posting.place, posting.sentence)
            pause["maximum"] = {"amount": posting.amount, "unit": posting.unit}
        pauses.append(pause)
    for found in text:
        if found.kind in ("other_body", "applicant", "step") or (found.kind == "posting" and not pauses):
            notes.write("assumptions", "not_in_definition", found.place, found.sentence)
    return pauses


def _steps_text(record: Mapping[str, Any], notes: Notebook) -> str:
    parts = []
    for place, step in items_of(record, "executionSteps", "", notes):
        name, text = text_of(step, "name", f"{place}.", notes), text_of(step, "description", f"{place}.", notes)
        parts.append(f"{name}\n{text}".strip())
    return "\n".join(p for p in parts if p)


def _skeleton(guidance: str) -> list[dict[str, Any]]:
    """Receipt, appraisal, signature, result, publication, hand-over, and a refusal; the record's steps as guidance."""
    steps = [
        _step(
            "issue_receipt",
            "Cấp giấy tiếp nhận và hẹn trả kết quả",
            "Issue the receipt slip",
            None,
            {"done": "appraise"},
        ),
        _step(
            "appraise",
            "Thẩm định hồ sơ",
            "Appraise the dossier",
            "case_officer",
            {"approved": "sign", "rejected": "refuse"},
        ),
        _step("sign", "Ký kết quả", "Sign the result", "signatory", {"signed": "issue_result"}),
        _step(
            "issue_result",
            "Vào sổ, đóng dấu, ban hành kết quả",
            "Register, stamp and issue",
            "clerk",
            {"issued": "publish_result"},
        ),
        _step("publish_result", "Báo kết quả cho người nộp", "Tell the applicant", None, {"done": "hand_over"}),
        _step("hand_over", "Trả kết quả", "Hand over the result", "receiving_officer", {"handed_over": "end"}),
        _step("refuse", "Từ chối và nêu rõ lý do", "Refuse with reasons", "signatory", {"refused": "end"}),
    ]
    if guidance:
        steps[1]["guidance"] = guidance
    return steps


_OUTCOMES = {
    "approved": {"vi": "Đủ điều kiện", "en": "Approved"},
    "rejected": {"vi": "Không đủ điều kiện", "en": "Rejected"},
    "signed": {"vi": "Đã ký", "en": "Signed"},
    "issued": {"vi": "Đã ban hành", "en": "Issued"},
    "handed_over": {"vi": "Đã trả", "en": "Handed over"},
    "refused": {"vi": "Đã từ chối", "en": "Refused"},
}


def _step(step: str, vi: str, en: str, role: str | None, outcomes: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {"id": step, "names": {"vi": vi, "en": en}, "kind": "human" if role else "automatic"}
    values |= {"role": role} if role else {}
    values |= {"does": step} if step not in ("appraise", "sign") else {}
    named = {o: _OUTCOMES[o] for o in outcomes if o in _OUTCOMES}
    return values | {"outcomes": outcomes} | ({"outcome_names": named} if named else {})
