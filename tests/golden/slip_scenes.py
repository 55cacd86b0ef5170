"""Dossiers that call for every form, as a desk would have had them; the same bytes on every run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dossiers.office import Office
from dossiers.personal_tables import StaffRow
from dossiers.session import writing
from notifications.slips.keys import SlipKey
from procedures.schema import Definition
from tests.desk import Desk
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, at, officer, sample

KEY = SlipKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
LONG_NAME = (
    "Công ty trách nhiệm hữu hạn một thành viên Đầu tư, Xây dựng và Thương mại tổng hợp "
    "Nguyễn Hoàng Phương Thảo Mường Lát"
)
SECOND_SIGNER = officer("signatory", id="signatory-2")
STAFF = {
    "receiving_officer": "Hà Thị Duyên",
    "case_officer": "Phạm Văn Quyết",
    "signatory": "Lương Thị Hạnh",
    "signatory-2": "Nguyễn Đức Thịnh",
    "supervisor": "Lò Văn Khuyến",
    "clerk": "Vi Thị Nhuần",
}
DOCUMENTS = {
    "don": ("Đơn đề nghị cấp giấy phép xây dựng (Mẫu số 01)", "original"),
    "dat": ("Giấy tờ về quyền sử dụng đất", "copy"),
    "ban_ve": ("Bản vẽ thiết kế xây dựng: mặt bằng công trình trên lô đất, mặt đứng, mặt cắt", "electronic"),
    "cam_ket": ("Bản cam kết bảo đảm an toàn đối với công trình liền kề", "original"),
}


def permit(documents: int = len(DOCUMENTS)) -> Definition:
    """A permit to build a house, with as many required documents as asked for."""
    names = [(name, text) for name, (text, _) in DOCUMENTS.items()]
    names += [
        (f"phu_luc_{n}", f"Phụ lục số {n}: thuyết minh bổ sung phần việc thứ {n}") for n in range(5, documents + 1)
    ]
    return sample(
        names={"vi": "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", "en": "Permit to build a house"},
        legal_basis=[{"id": "law", "document": "Nghị định số 217/2026/NĐ-CP", "article": "Điều 54"}],
        documents=[{"id": i, "names": {"vi": t, "en": t}, "originals": 1} for i, t in names[:documents]],
        fees=[
            {
                "id": "le_phi",
                "names": {"vi": "Lệ phí cấp giấy phép xây dựng", "en": "Charge"},
                "kind": "charge",
                "amount_vnd": 75000,
                "source": ["law"],
            }
        ],
    )


def staff(office: Office) -> None:
    """Accounts behind the actors of the samples."""
    with writing(office.engine) as session:
        for one, name in STAFF.items():
            phone = "0237 3 875 123" if one in ("case_officer", "receiving_officer") else None
            session.add(StaffRow(id=one, login=one, name=name, phone=phone, password_hash="-", active=True))


def person(**changes: Any) -> dict[str, Any]:
    """An applicant."""
    return {
        "name": "Lò Thị Bích Ngọc",
        "personal_id_number": "038190001234",
        "phone": "0912 345 678",
        "email": "lo.ngoc@example.vn",
        "address": "Bản Poọng, xã Mường Lát, tỉnh Thanh Hóa",
    } | changes


def came_in(office: Office, now: datetime, documents: int = len(DOCUMENTS), **applicant: Any) -> Desk:
    """A dossier that was registered."""
    desk = Desk(office)
    given = {name: shape for name, (_, shape) in list(DOCUMENTS.items())[:documents]}
    given |= {f"phu_luc_{n}": "copy" for n in range(5, documents + 1)}
    desk.register(now, applicant=person(**applicant), documents=given, official_code="H56.14-260302-0001")
    return desk


def accepted(office: Office, now: datetime, documents: int = len(DOCUMENTS), **applicant: Any) -> Desk:
    """A dossier that was accepted, its receipt issued."""
    desk = came_in(office, now, documents, **applicant)
    desk.do("accept", now, RECEIVER)
    desk.machine(now)
    return desk


def with_supplement(office: Office) -> Desk:
    desk = accepted(office, at("2026-03-02T09:00"))
    desk.do(
        "request_supplement",
        at("2026-03-03T10:30"),
        CASE,
        items=[
            {
                "document": "ban_ve",
                "problem": "Bản vẽ chưa thể hiện mặt cắt móng và khoảng lùi so với ranh giới lô đất.",
                "guidance": "Nộp lại bản vẽ có mặt cắt móng tỷ lệ 1/50, ghi rõ khoảng lùi; có chữ ký người thiết kế.",
            },
            {"problem": "Thiếu số điện thoại của chủ công trình liền kề.", "guidance": "Ghi thêm vào bản cam kết."},
        ],
    )
    return desk


def refused(office: Office) -> Desk:
    desk = came_in(office, at("2026-03-02T09:00"))
    reason = "Lô đất nằm trong hành lang bảo vệ an toàn đường bộ.\nNgười nộp đã được hướng dẫn thủ tục phù hợp."
    desk.do("refuse", at("2026-03-02T10:15"), RECEIVER, reason=reason, legal_ground="Điều 54 Nghị định 217/2026/NĐ-CP")
    return desk


def extended(office: Office) -> Desk:
    desk = accepted(office, at("2026-03-02T09:00"))
    desk.do(
        "extend",
        at("2026-03-05T14:20"),
        SIGNER,
        amount="2",
        reason="Phải xác minh ranh giới lô đất với hộ liền kề, người liên quan đi vắng đến ngày 06/03/2026.",
        apology="Ủy ban nhân dân xã thành thật xin lỗi Ông/Bà vì chưa trả kết quả đúng hẹn.",
    )
    return desk


def withdrawn(office: Office) -> Desk:
    desk = accepted(office, at("2026-03-02T09:00"))
    desk.do(
        "record_payment",
        at("2026-03-02T09:05"),
        RECEIVER,
        fee="le_phi",
        amount_vnd=75000,
        how="cash",
        receipt="BL-0123",
    )
    desk.do("withdraw", at("2026-03-04T08:40"), RECEIVER, reason="Gia đình chưa chuẩn bị đủ kinh phí, xin rút hồ sơ.")
    return desk


def finished(office: Office) -> Desk:
    """Through every desk: asked another body, sent back once, signed, issued, handed over."""
    desk = accepted(office, at("2026-03-02T09:00"))
    desk.appraised("ask", at("2026-03-02T15:00"))
    consult = next(iter(desk.state.open_steps))
    body = "Phòng Kinh tế, Hạ tầng và Đô thị"
    desk.do(
        "consult", at("2026-03-02T15:10"), CASE, occurrence=consult, bodies=[body], question="Khoảng lùi có phù hợp?"
    )
    desk.do("answer_consultation", at("2026-03-04T10:00"), CASE, number=1, answer="consent")
    step = next(iter(desk.state.open_steps))
    desk.do("complete_step", at("2026-03-05T16:00"), SECOND_SIGNER, occurrence=step, outcome="signed")
    desk.do("issue_result", at("2026-03-06T08:30"), CLERK, result="paper", number="12/GPXD")
    desk.machine(at("2026-03-06T08:31"))
    desk.do("hand_over", at("2026-03-06T14:00"), RECEIVER)
    return desk
