"""Commands of the shell about duties: the board of a commune, and the register of consultations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer
from sqlalchemy import and_, true
from sqlmodel import col

from dossiers.consultations import Register
from dossiers.shell import now, office, say, shown_local

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
Commune = Annotated[str, typer.Option(help="Mã xã năm chữ số / five-digit commune code")]
DUTIES = {
    "acceptance_in_time": "Chờ tiếp nhận, trong hạn / waiting for acceptance, in time",
    "acceptance_late": "Chờ tiếp nhận, quá hạn / waiting for acceptance, late",
    "on_the_way": "Đang chuyển đến cơ quan có thẩm quyền / on its way to the competent body",
    "supplement_open": "Chờ người nộp bổ sung / waiting for a supplement",
    "supplement_overdue": "Người nộp quá hạn bổ sung / the applicant's time is over",
    "apology_last_day": "Hôm nay là ngày cuối để xin lỗi, hẹn lại / last day to apologise in time",
    "apology_owed": "Quá hạn, chưa xin lỗi / overdue, no apology yet",
    "stop_proposed": "Đề xuất dừng chờ người thứ hai / stop proposed, waits for a second person",
    "wait_time": "Chờ hết thời gian, niêm yết / waiting for a time to pass, posting",
    "wait_payment": "Chờ nộp tiền / waiting for payment",
    "wait_applicant": "Chờ người nộp / waiting for the applicant",
    "result_waiting": "Có kết quả, chưa trả / result not collected",
    "consultation_open": "Đang lấy ý kiến / consultations open",
    "consultation_late": "Cơ quan được hỏi trả lời chậm / consulted bodies late",
}


def duties(commune: Commune, as_json: AsJson = False) -> None:
    """Những việc xã đang phải làm ngoài các bước / what a commune owes beside its steps."""
    from dossiers.duty_board import duties as count
    from dossiers.session import reading

    place = office()
    with reading(place.engine) as session:
        found = count(place, session, [commune], now=now())[commune]
    lines = [f"{number:>6}  {DUTIES[duty.value]}" for duty, number in found.items()]
    shown = {"commune": commune, "duties": {duty.value: number for duty, number in found.items()}}
    say(shown, as_json=as_json, text="\n".join(lines))


def consultations(
    state: Annotated[Register | None, typer.Option(help="open, late, deemed")] = None,
    commune: Annotated[str | None, typer.Option(help="Mã xã năm chữ số / five-digit commune code")] = None,
    province: Annotated[str | None, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")] = None,
    body: Annotated[str, typer.Option(help="Một phần tên cơ quan được hỏi / part of a body's name")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
    as_json: AsJson = False,
) -> None:
    """Sổ lấy ý kiến: đang chờ, trả lời chậm, im lặng coi như đồng ý / the register of consultations."""
    from dossiers.consultations import consultations as look_up
    from dossiers.session import reading
    from dossiers.tables import DossierRow

    place = office()
    within = [col(DossierRow.commune) == commune] if commune else []
    within += [col(DossierRow.province) == province] if province else []
    where = and_(true(), *within)
    with reading(place.engine) as session:
        found = look_up(place, session, where, now=now(), part=state, body=body, limit=limit)
    shown = [
        {
            "dossier": one.dossier,
            "commune": one.commune,
            "number": one.row.number,
            "body": one.row.body,
            "asked_at": shown_local(one.row.asked_at),
            "answer_by": shown_local(one.row.answer_by),
            "left_minutes": one.left_minutes,
            "answered_at": shown_local(one.row.answered_at),
            "answer": one.row.answer,
            "deemed": one.row.deemed,
            "on_silence": one.row.on_silence,
            "late_answer": one.row.late_answer,
            "late_at": shown_local(one.row.late_at),
        }
        for one in found
    ]
    lines = [f"{s['answer_by']}  {s['dossier']} #{s['number']} {s['body']}: {_standing(s)}" for s in shown]
    say({"consultations": shown}, as_json=as_json, text="\n".join(lines))


def _standing(shown: Mapping[str, object]) -> str:
    left = shown["left_minutes"]
    if isinstance(left, int):
        hours = abs(left) / 60
        return f"còn {hours:.1f} giờ làm việc / left" if left >= 0 else f"chậm {hours:.1f} giờ làm việc / late"
    late = f"; sau đó / later: {shown['late_answer']} {shown['late_at']}" if shown["late_at"] else ""
    deemed = " (im lặng / deemed)" if shown["deemed"] else ""
    return f"{shown['answer']} {shown['answered_at']}{deemed}{late}"
