"""A made-up procedure with everything that a step can be: cases, branches, a join, a loop, silence, waits, links."""

from __future__ import annotations

from typing import Any

from procedures.schema import Definition


def named(vi: str, en: str = "x") -> dict[str, str]:
    """Both names."""
    return {"vi": vi, "en": en}


def step(name: str, vi: str, kind: str = "human", **rest: Any) -> dict[str, Any]:
    """A step; a human one belongs to the case officer unless told otherwise."""
    role = {"role": "case_officer"} if kind in ("human", "consultation", "wait") else {}
    return {"id": name, "names": named(vi, name), "kind": kind, **role, **rest}


STEPS: list[dict[str, Any]] = [
    step("receipt", "Cấp giấy tiếp nhận", "automatic", does="issue_receipt", outcomes={"done": "check"}),
    step(
        "check",
        'Thẩm tra <hồ sơ> & "giấy tờ"',
        limit_hours=4,
        guidance="Đối chiếu với bản chính.",
        check_question="Đủ chưa?",
        common_faults=["Thiếu chữ ký."],
        outcomes={"complete": ["ask", "post"], "unclear": "check", "missing": "wait_paper", "refused": "refuse"},
        outcome_names={
            "complete": named("Đủ điều kiện", "Complete"),
            "unclear": named("Chưa rõ, xem lại", "Look again"),
            "missing": named("Chờ giấy tờ", "Wait for papers"),
            "refused": named("Không đủ điều kiện", "Not eligible"),
        },
    ),
    step(
        "ask",
        "Hỏi cơ quan công an",
        "consultation",
        bodies=["Công an xã"],
        answer_within={"amount": 2, "unit": "working_days"},
        on_silence="consent",
        silence_source=["law"],
        outcomes={"answered": "sign"},
    ),
    step(
        "post",
        "Niêm yết",
        "wait",
        wait_for="time",
        answer_within={"amount": "1.5", "unit": "calendar_days"},
        on_time_up="over",
        outcomes={"over": "sign"},
    ),
    step(
        "wait_paper",
        "Chờ người nộp bổ sung",
        "wait",
        wait_for="applicant",
        answer_within={"amount": 10, "unit": "calendar_days"},
        on_time_up="never_came",
        outcomes={"came": "check", "never_came": "refuse"},
        outcome_names={"came": named("Đã nộp", "Came"), "never_came": named("Không nộp", "Never came")},
    ),
    step("sign", "Ký", join=["ask", "post"], role="signatory", outcomes={"signed": "open_linked"}),
    step(
        "open_linked",
        "Mở hồ sơ liên thông",
        "linked",
        does="open_linked_dossiers",
        opens=[{"procedure": "1.004222", "names": named("Đăng ký thường trú"), "body": "Công an xã"}],
        outcomes={"done": "issue"},
    ),
    step("issue", "Đóng dấu", role="clerk", does="issue_result", outcomes={"issued": "end"}),
    step("refuse", "Từ chối", role="signatory", does="refuse", outcomes={"refused": "end"}),
]


def sample(steps: list[dict[str, Any]] | None = None, **changes: Any) -> Definition:
    """The made-up procedure, with other steps or other facts where given."""
    limit = {"unit": "working_days", "amount": {"normal": "17.5", "difficult": "27.5"}, "source": ["law"]}
    facts: dict[str, Any] = {
        "code": "9.000200",
        "version": 2,
        "effective": {"from": "2026-07-01"},
        "field": "thu-nghiem",
        "names": named("Thủ tục mẫu", "Sample procedure"),
        "competent_authority": "commune_chair",
        "legal_basis": [{"id": "law", "document": "Luật mẫu", "article": "Điều 1"}],
        "review": {"status": "unverified"},
        "cases": [
            {"id": "ordinary", "names": named("Thông thường", "Ordinary"), "default": True, "time_limit": limit},
            {"id": "urgent", "names": named("Khẩn", "Urgent"), "time_limit": limit, "start_step": "check"},
        ],
        "results": [{"id": "paper", "names": named("Giấy")}],
        "start": (steps or STEPS)[0]["id"],
        "steps": steps or STEPS,
    }
    if steps is not None:
        facts["cases"] = facts["cases"][:1]
    return Definition.model_validate(facts | changes)
