"""A small procedure that uses every kind of step, and offices over throw-away databases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dossiers.authority import Actor, Grant, StaffRole
from procedures.schema import Definition

COMMUNE = "14845"
"""A commune of Thanh Hoá (province 38)."""


def names(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


def human(step: str, role: str, outcomes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": step, "names": names(step), "kind": "human", "role": role, "outcomes": outcomes, **more}


def sample(**changes: Any) -> Definition:
    """A procedure with two automatic steps, a fork and join, a consultation, a wait and a refusal path."""
    raw: dict[str, Any] = {
        "code": "9.000001",
        "version": 1,
        "effective": {"from": "2025-01-01"},
        "field": "ho-tich",
        "names": names("Thủ tục mẫu"),
        "competent_authority": "commune_peoples_committee",
        "legal_basis": [{"id": "law", "document": "Văn bản mẫu"}],
        "review": {"status": "unverified"},
        "cases": [
            {
                "id": "normal",
                "names": names("thường"),
                "default": True,
                "time_limit": {
                    "unit": "working_days",
                    "amount": {"normal": "5"},
                    "additions": [{"id": "verify", "names": names("xác minh"), "amount": "3", "source": ["law"]}],
                    "source": ["law"],
                },
            },
            {
                "id": "area",
                "names": names("theo vùng"),
                "time_limit": {
                    "unit": "working_days",
                    "amount": {"normal": "13", "difficult": "23"},
                    "source": ["law"],
                },
            },
        ],
        "pauses": [
            {
                "id": "posting",
                "names": names("niêm yết"),
                "whose_time": "public",
                "maximum": {"amount": "3", "unit": "working_days"},
                "source": ["law"],
            },
            {"id": "survey", "names": names("đo đạc"), "whose_time": "other_agency", "source": ["law"]},
            {
                "id": "tax",
                "names": names("nghĩa vụ tài chính"),
                "whose_time": "applicant",
                "on_resume": "restart",
                "source": ["law"],
            },
            {
                "id": "violation",
                "names": names("vi phạm"),
                "whose_time": "other_agency",
                "on_resume": "stop",
                "source": ["law"],
            },
        ],
        "supplement": {
            "maximum_requests": 1,
            "applicant_deadline": {"amount": "2", "unit": "working_days"},
            "when_deadline_passes": "refuse",
            "clock": "pause",
            "source": ["law"],
        },
        "extension": {"maximum_times": 1, "maximum_amount": "5", "source": ["law"]},
        "documents": [
            {"id": "to_khai", "names": names("Tờ khai"), "originals": 1},
            {"id": "giay_to", "names": names("Giấy tờ"), "required": False},
        ],
        "fees": [{"id": "le_phi", "names": names("Lệ phí"), "kind": "charge", "amount_vnd": 8000, "source": ["law"]}],
        "form": [{"id": "purpose", "names": names("Mục đích"), "type": "text"}],
        "results": [{"id": "paper", "names": names("Giấy")}],
        "start": "issue_receipt",
        "steps": [
            {
                "id": "issue_receipt",
                "names": names("in giấy tiếp nhận"),
                "kind": "automatic",
                "does": "issue_receipt",
                "outcomes": {"done": "appraise"},
            },
            human(
                "appraise",
                "case_officer",
                {
                    "ok": "sign",
                    "split": ["check_a", "check_b"],
                    "ask": "consult",
                    "wait": "confirm",
                    "fee": "pay",
                    "unfit": "refusal",
                },
            ),
            human("check_a", "case_officer", {"done": "both"}),
            human("check_b", "head_of_division", {"done": "both"}),
            human("both", "case_officer", {"done": "sign"}, join=["check_a", "check_b"]),
            {
                "id": "consult",
                "names": names("lấy ý kiến"),
                "kind": "consultation",
                "role": "case_officer",
                "answer_within": {"amount": "2", "unit": "working_days"},
                "on_silence": "consent",
                "silence_source": ["law"],
                "outcomes": {"answered": "sign", "objected": "appraise", "not_needed": "sign"},
            },
            {
                "id": "confirm",
                "names": names("chờ xác nhận"),
                "kind": "wait",
                "role": "receiving_officer",
                "wait_for": "applicant",
                "answer_within": {"amount": "1", "unit": "calendar_days"},
                "on_time_up": "accepted",
                "outcomes": {"accepted": "sign", "rejected": "appraise"},
            },
            {
                "id": "pay",
                "names": names("chờ nộp tiền"),
                "kind": "wait",
                "role": "receiving_officer",
                "wait_for": "payment",
                "outcomes": {"paid": "sign"},
            },
            human("refusal", "signatory", {"done": "end"}, does="refuse"),
            human("sign", "signatory", {"signed": "issue"}),
            human("issue", "clerk", {"done": "publish"}, does="issue_result"),
            {
                "id": "publish",
                "names": names("công bố"),
                "kind": "automatic",
                "does": "publish_result",
                "outcomes": {"done": "return_result"},
            },
            human("return_result", "receiving_officer", {"done": "end"}, does="hand_over"),
        ],
    }
    raw.update(changes)
    return Definition.model_validate(raw)


def officer(*roles: str, id: str = "", commune: str = COMMUNE, province: str = "38") -> Actor:
    """Somebody with roles in one commune."""
    grants = tuple(Grant(StaffRole(r), province, commune) for r in roles)
    return Actor(id=id or "-".join(roles), name="Nguyễn Văn A", grants=grants)


RECEIVER = officer("receiving_officer")
CASE = officer("case_officer")
HEAD = officer("head_of_division")
SIGNER = officer("signatory")
CLERK = officer("clerk")
SUPERVISOR = officer("supervisor")


def at(text: str) -> datetime:
    """An instant of local time, e.g. 2026-03-02T09:00."""
    return datetime.fromisoformat(f"{text}:00+07:00" if len(text) == 16 else f"{text}+07:00")
