"""Commands of the shell about dossiers and due dates. None of them needs a server."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dossiers.shell import DIFFERENT, local_instant, now, office, say, shown_local

if TYPE_CHECKING:
    from dossiers.clock import ClockHistory
    from dossiers.limit_basis import LimitBasis
    from procedures.calendars import Calendar
    from procedures.limits import Limit

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
From = Annotated[str, typer.Option("--from", help="Lúc tiếp nhận đủ hồ sơ, giờ Việt Nam / instant of complete receipt")]
Amount = Annotated[str | None, typer.Option("--limit", help="Thời hạn, ví dụ 3 hoặc 17.5 / amount")]
UnitOption = Annotated[
    str | None,
    typer.Option("--unit", help="working_days, working_hours, calendar_days, hours, months, same_day"),
]
Province = Annotated[str | None, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")]
CommuneOption = Annotated[str | None, typer.Option(help="Mã xã năm chữ số / five-digit commune code")]
Pauses = Annotated[list[str], typer.Option("--pause", help="Khoảng tạm dừng BẮT_ĐẦU/KẾT_THÚC / START/END")]
Procedure = Annotated[str | None, typer.Option(help="Mã thủ tục, ví dụ 1.001193 / procedure code")]
CaseOption = Annotated[str | None, typer.Option("--case", help="Trường hợp / case")]
Area = Annotated[str, typer.Option(help="normal, difficult")]
Additions = Annotated[list[str], typer.Option("--addition", help="Thời gian cộng thêm có căn cứ / additions")]
CutOff = Annotated[str | None, typer.Option("--cut-off", help="Giờ chốt, ví dụ 15:00 / cut-off hour")]


def due(
    from_: From,
    limit: Amount = None,
    unit: UnitOption = None,
    province: Province = None,
    commune: CommuneOption = None,
    pause: Pauses = [],  # noqa: B006 - typer needs a list
    procedure: Procedure = None,
    case: CaseOption = None,
    area: Area = "unknown",
    addition: Additions = [],  # noqa: B006
    cut_off: CutOff = None,
    as_json: AsJson = False,
) -> None:
    """Ngày hẹn trả theo một thời hạn hoặc theo thủ tục / the due date of a limit or of a procedure."""
    start = local_instant(from_)
    calendar, rule, _ = _question(start, limit, unit, province, commune, procedure, case, area, addition, cut_off)
    answer = _due(start, rule, calendar, pause)
    lines = [f"Hạn trả / due: {answer['due_at']} ({answer['due_on']})"]
    lines += [f"  {d['date']}  {d['kind']:<24} {'+' if d['counted'] else ' '} {d['note']}" for d in answer["days"]]
    say(answer, as_json=as_json, text="\n".join(lines))


def explain(
    from_: From,
    limit: Amount = None,
    unit: UnitOption = None,
    province: Province = None,
    commune: CommuneOption = None,
    pause: Pauses = [],  # noqa: B006
    procedure: Procedure = None,
    case: CaseOption = None,
    area: Area = "unknown",
    addition: Additions = [],  # noqa: B006
    cut_off: CutOff = None,
    language: Annotated[str, typer.Option("--lang", help="vi, en")] = "vi",
    as_json: AsJson = False,
) -> None:
    """Giải thích ngày hẹn trả bằng lời / the due date explained in words."""
    from dossiers.explanation import explain as in_words

    start = local_instant(from_)
    calendar, rule, basis = _question(start, limit, unit, province, commune, procedure, case, area, addition, cut_off)
    sentences = in_words(rule, _history(start, pause), calendar, now=start, language=language, basis=basis)
    say({"language": language, "sentences": sentences}, as_json=as_json, text="\n".join(sentences))


def _question(
    start: datetime,
    amount: str | None,
    unit: str | None,
    province: str | None,
    commune: str | None,
    procedure: str | None,
    case: str | None,
    area: str,
    additions: list[str],
    cut_off: str | None,
) -> tuple[Calendar, Limit, LimitBasis | None]:
    from dossiers.errors import MalformedCommand
    from dossiers.limit_basis import limit_basis
    from dossiers.settings import settings
    from dossiers.shell import VIETNAM
    from procedures.calendars import load_calendar
    from procedures.catalogue import load_catalogue
    from procedures.communes import commune as commune_of
    from procedures.communes import province as province_of
    from procedures.limits import AreaClass

    if commune:
        place = commune_of(commune)
        province = place.province_code
        area = place.area_class.value if area == "unknown" else area
    if province:
        province_of(province)
    calendar = load_calendar(province=province, commune=commune, extra=settings().calendars)
    if procedure is None:
        return calendar, _limit(amount, unit, cut_off), None
    if amount or unit or cut_off:
        raise MalformedCommand(problem="--procedure has its own limit: leave --limit, --unit and --cut-off out")
    catalogue = load_catalogue(settings().definitions)
    definition = catalogue.in_force(procedure, start.astimezone(VIETNAM).date(), province)
    try:
        chosen = AreaClass(area)
    except ValueError:
        raise MalformedCommand(problem="--area: normal, difficult") from None
    rule = definition.case(case).time_limit.resolve(chosen, tuple(additions))
    return calendar, rule, limit_basis(definition, case, chosen, tuple(additions))


def _limit(amount: str | None, unit: str | None, cut_off: str | None) -> Limit:
    from datetime import time

    from dossiers.errors import MalformedCommand
    from procedures.limits import Limit, Unit

    try:
        counted = Unit(unit or "")
        number = Decimal(amount) if amount is not None else Decimal(0)
        hour = time.fromisoformat(cut_off) if cut_off else None
    except (ValueError, InvalidOperation):
        raise MalformedCommand(
            problem=f"--limit {amount} --unit {unit}: a number and one of {', '.join(u.value for u in Unit)}"
        ) from None
    if counted is Unit.SAME_DAY:
        return Limit(Decimal(0), counted, hour or time(15))
    if not number.is_finite() or not 0 < number <= 1000:  # noqa: PLR2004 - the bound of the schema
        raise MalformedCommand(problem=f"--limit {amount}: a number above 0, at most 1000")
    return Limit(number, counted, hour)


def _history(start: datetime, pauses: list[str]) -> ClockHistory:
    from dossiers.clock import ClockHistory, Pause
    from dossiers.errors import MalformedCommand

    found = []
    for text in pauses:
        begin, slash, end = text.partition("/")
        if not slash:
            raise MalformedCommand(problem=f"--pause {text}: write 2026-02-25T08:00/2026-02-27T10:00")
        first, last = local_instant(begin), local_instant(end)
        if last < first:
            raise MalformedCommand(problem=f"--pause {text}: it ends before it starts")
        found.append(Pause(first, last, "pause", "applicant"))
    return ClockHistory(starts_at=start, pauses=tuple(found))


def _due(start: datetime, rule: Limit, calendar: Calendar, pauses: list[str]) -> dict[str, Any]:
    from dossiers.clock import read_clock

    reading = read_clock(rule, _history(start, pauses), calendar, now=start)
    return {
        "due_at": shown_local(reading.due_at),
        "due_on": reading.due_on.isoformat(),
        "original_due_at": shown_local(reading.original_due_at),
        "limit": rule.as_payload(),
        "calendar": calendar.version,
        "provisional": any(calendar.provisional(d.date) for d in reading.days),
        "days": [
            {"date": d.date.isoformat(), "kind": str(d.kind), "counted": d.counted, "note": d.note}
            for d in reading.days
        ],
    }


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Chỉ so sánh / compare only")] = False,
    as_json: AsJson = False,
) -> None:
    """Dựng lại bảng đọc từ sổ cái, hoặc chỉ so sánh / rebuild the read model, or only compare it."""
    from dossiers.ledger_check import check as compare
    from dossiers.ledger_check import rebuild as write

    report = compare(office(), now=now()) if check else write(office(), now=now())
    differences = [
        {"dossier": d.dossier, "what": d.what, "ledger": d.ledger, "stored": d.stored} for d in report.differences
    ]
    shown = {
        "dossiers": report.dossiers,
        "events": report.events,
        "rewritten": report.rewritten,
        "sound": report.sound,
        "differences": differences,
    }
    verdict = "khớp / sound" if report.sound else "KHÔNG KHỚP / DIFFERENT"
    lines = [f"{report.dossiers} hồ sơ, {report.events} sự kiện: {verdict}"]
    lines += [f"  {d['dossier']}: {d['what']}: {d['ledger']} ≠ {d['stored']}" for d in differences]
    say(shown, as_json=as_json, text="\n".join(lines))
    if not report.sound:
        raise typer.Exit(DIFFERENT)


def migrate(as_json: AsJson = False) -> None:
    """Đưa cơ sở dữ liệu lên phiên bản này / bring the database up to this version."""
    from dossiers.migrate import newest, upgrade
    from dossiers.session import engine_for
    from dossiers.settings import settings

    changed = upgrade(engine_for(settings().url))
    say(
        {"changed": changed, "schema": newest()},
        as_json=as_json,
        text=f"{newest()} ({'đã đổi' if changed else 'đã mới'})",
    )


def erase(
    code: Annotated[str, typer.Argument(help="Mã một hồ sơ của người đó / a dossier code of that person")],
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại / do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Xoá dữ liệu cá nhân của một người; sổ cái vẫn nguyên vẹn / erase a person's data; the ledger stays whole."""
    from dossiers.erasure import erase_person

    if not yes:
        typer.confirm("Xoá vĩnh viễn? / Erase for good?", abort=True)
    touched = erase_person(office(), code, now=now())
    say({"dossiers": touched}, as_json=as_json, text=f"{touched} hồ sơ / dossiers")
