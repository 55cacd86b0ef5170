"""What each form says about what is known: plain JSON values for its template. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from dossiers.events import EventType
from dossiers.explanation_wording import UNITS
from dossiers.history_rules import moment
from notifications.contents import place
from notifications.rendering import VIETNAM, day
from notifications.slips.control import control
from notifications.slips.forms import all_forms, shown_number
from notifications.slips.known import ERASED, Known, day_of
from procedures.limits import Limit, Unit

SHAPES = {
    "original": "bản chính",
    "copy": "bản sao",
    "electronic": "bản điện tử",
    "from_database": "khai thác từ cơ sở dữ liệu",
}
HOW_PAID = {"cash": "tiền mặt", "bank_transfer": "chuyển khoản", "online": "trực tuyến", "card": "thẻ"}
STAGES = {"intake": "Khi tiếp nhận hồ sơ", "processing": "Trong quá trình giải quyết"}
WHEN_PASSED = {
    "refuse": "Quá thời hạn này mà chưa bổ sung, hồ sơ bị từ chối giải quyết.",
    "stop": "Quá thời hạn này mà chưa bổ sung, hồ sơ bị dừng giải quyết.",
}
BECAUSE = {
    "supplement_deadline_passed": "Đã hết thời hạn bổ sung, hoàn thiện hồ sơ mà chưa nhận được phần bổ sung.",
    "parent_withdrawn": "Hồ sơ liên thông mà hồ sơ này là một phần đã được rút.",
    "parent_refused": "Hồ sơ liên thông mà hồ sơ này là một phần đã bị từ chối.",
    "parent_stopped": "Hồ sơ liên thông mà hồ sơ này là một phần đã dừng giải quyết.",
}


def content_of(
    found: Known, form: str, paper: str, *, number: int, year: int, at: datetime, qr: str = "", key: str = ""
) -> dict[str, Any]:
    """Everything that a form's template shows. `at`: when the slip is issued; `qr`: the code image of form 01, SVG."""
    forms, state = all_forms(), found.state
    names = [c.names.vi for c in found.definition.cases if c.id == state.case_id]
    return {
        "form": form,
        "paper": paper,
        "title": forms.forms[form].names.vi,
        "layout_note": forms.layout_note,
        "agency": found.agency,
        "centre": forms.centre,
        "number": shown_number(form, number, year),
        "place": _bare(found.commune),
        "date": day_of(at),
        "dossier": {
            "code": state.code,
            "official_code": state.official_code,
            "procedure": found.definition.names.vi,
            "procedure_code": found.definition.code,
            "case": names[0] if names and len(found.definition.cases) > 1 else None,
        },
        "person": asdict(found.person),
        "submitter": found.person.representative or found.person.name,
        "author": found.author,
        "qr": qr,
        "key": key,
        **CONTENTS[form](found),
    }


def long_moment(at: datetime | None) -> str | None:
    """An instant as slips spell it: `09 giờ 00 phút, ngày 02/03/2026`."""
    if at is None:
        return None
    local = at.astimezone(VIETNAM)
    return f"{local:%H} giờ {local:%M} phút, ngày {local:%d/%m/%Y}"


def last_moment(at: datetime | None) -> str | None:
    """The end of a time as slips spell it: midnight is the 24th hour of the day before."""
    if at is None or (at.astimezone(VIETNAM).hour, at.astimezone(VIETNAM).minute) != (0, 0):
        return long_moment(at)
    return f"24 giờ 00 phút, ngày {day(at - timedelta(minutes=1))}"


def limit_in_words(limit: Limit | None) -> str | None:
    """A time limit as slips spell it: `17,5 ngày làm việc`."""
    if limit is None:
        return None
    if limit.unit is Unit.SAME_DAY:
        hour = f"{limit.cut_off:%H:%M}" if limit.cut_off else "15:00"
        return f"trong ngày làm việc; nhận sau {hour} thì trả trong ngày làm việc tiếp theo"
    return f"{format(limit.amount.normalize(), 'f').replace('.', ',')} {UNITS[limit.unit]['vi'][1]}"


def _bare(commune: str) -> str:
    """`Hạc Thành`: the name without its kind, as the line of place and date has it."""
    name = place(commune).commune
    kinds = ("xã ", "phường ", "đặc khu ")
    return next((name[len(k) :] for k in kinds if name.startswith(k)), name)


def promised(found: Known) -> datetime | None:
    """When the result is promised, as of the event."""
    return moment(found.payload.get("promised_at")) or found.state.promised_at or found.state.original_due_at


def _receipt(found: Known) -> dict[str, Any]:
    state = found.state
    names = {d.id: d.names.vi for d in found.definition.documents}
    accepted = [e.actor for e in found.events if e.type is EventType.DOSSIER_ACCEPTED]
    return {
        "documents": [
            {"name": names.get(one, one), "shape": SHAPES.get(shape, shape)} for one, shape in state.documents.items()
        ],
        "limit": limit_in_words(state.limit),
        "received": long_moment(state.clock_starts_at or state.accepted_at),
        "promised": long_moment(promised(found)),
        "receiver": found.name_of(accepted[-1] if accepted else None),
    }


def _supplement(found: Known) -> dict[str, Any]:
    payload, definition = found.payload, found.definition
    names = {d.id: d.names.vi for d in definition.documents}
    known = {b.id: f"{b.document}, {b.article}" if b.article else b.document for b in definition.legal_basis}
    rule = definition.supplement if payload["stage"] == "processing" else None
    basis = [known[s] for s in rule.source if s in known] if rule else [all_forms().guidance_once]
    return {
        "stage": STAGES[payload["stage"]],
        "items": [
            {
                "document": names.get(item.get("document", ""), "Hồ sơ"),
                "problem": item["problem"] or ERASED,
                "guidance": (item["guidance"] or ERASED) if "guidance" in item else "",
            }
            for item in payload["items"]
        ],
        "basis": "; ".join(dict.fromkeys(basis)) or None,
        "answer_by": last_moment(moment(payload.get("answer_by"))),
        "when_passed": WHEN_PASSED.get(payload.get("when_passed", "")),
        "phone": found.phone,
        "contact": found.author or all_forms().centre,
    }


def _refusal(found: Known) -> dict[str, Any]:
    stage = "processing" if found.before.accepted_at else "intake"
    return {
        "received": long_moment(found.state.clock_starts_at or found.state.registered_at),
        "stage": STAGES[found.payload.get("stage", stage)],
        "reason": _reason(found),
        "legal_ground": _ground(found),
    }


def _apology(found: Known) -> dict[str, Any]:
    received = found.state.clock_starts_at or found.state.registered_at
    return {
        "received_on": day(received) if received else "",
        "due_before": long_moment(moment(found.payload["due_before"])),
        "promised": long_moment(moment(found.payload["promised_at"])),
        "reason": found.payload["reason"] or ERASED,
        "apology": found.payload["apology"] or ERASED,
    }


def _stop(found: Known) -> dict[str, Any]:
    withdrawn = found.event.type is EventType.DOSSIER_WITHDRAWN
    stages = [found.definition.step(o.step).names.vi for o in found.before.open_steps.values()]
    fees = {f.id: f.names.vi for f in found.definition.fees}
    stage = STAGES["processing"] if found.before.accepted_at else STAGES["intake"]
    return {
        "received": long_moment(found.state.clock_starts_at),
        "stage": f"{stage}: {', '.join(stages)}" if stages else stage,
        "kind": "Người nộp rút hồ sơ" if withdrawn else "Cơ quan dừng giải quyết",
        "asked": withdrawn and "because" not in found.payload,
        "stopped": long_moment(found.event.occurred_at),
        "reason": _reason(found),
        "legal_ground": _ground(found),
        "payments": [
            {
                "fee": fees.get(p.fee, p.fee),
                "amount": "miễn" if p.exempt else f"{p.amount_vnd:,}".replace(",", "."),
                "how": HOW_PAID.get(p.how, ""),
                "receipt": p.receipt or "",
            }
            for p in found.state.payments
            if not p.voided
        ],
    }


def _reason(found: Known) -> str:
    because = str(found.payload.get("because", ""))
    if because in BECAUSE:
        return BECAUSE[because]
    if because.startswith("pause:"):
        ground = found.definition.pause(because.removeprefix("pause:"))
        return ground.names.vi if ground else because
    return found.payload.get("reason") or ERASED


def _ground(found: Known) -> str | None:
    return (found.payload["legal_ground"] or ERASED) if "legal_ground" in found.payload else None


def _control(found: Known) -> dict[str, Any]:
    return {
        "received": long_moment(found.state.clock_starts_at or found.state.registered_at),
        "promised": long_moment(promised(found)),
        "moves": control(found),
    }


CONTENTS: dict[str, Callable[[Known], dict[str, Any]]] = {
    "01": _receipt,
    "02": _supplement,
    "03": _refusal,
    "04": _apology,
    "05": _stop,
    "06": _control,
}
