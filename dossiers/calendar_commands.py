"""`motcua calendar ...`: what a new decision would move, the act that moves it, and keeping calendars."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from dossiers.shell import DIFFERENT, now, office, say
from dossiers.working_time import local_date

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
With = Annotated[Path | None, typer.Option("--with", help="Tệp hoặc thư mục lịch / calendar file or folder")]
Province = Annotated[str | None, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")]
CommuneOption = Annotated[str | None, typer.Option(help="Mã xã năm chữ số / five-digit commune code")]
Reason = Annotated[str, typer.Option(help="Lý do, ghi vào từng hồ sơ / reason, recorded with each dossier")]
ActorOption = Annotated[str, typer.Option("--actor", help="Tên đăng nhập của người quyết định / login of who decides")]


def impact(
    with_: With = None, province: Province = None, commune: CommuneOption = None, as_json: AsJson = False
) -> None:
    """Thử một quyết định về lịch: hồ sơ nào đổi hạn; không ghi gì / dry run of a calendar decision."""
    from dossiers.calendar_impact import impact as look
    from dossiers.impact_report import impact_lines, impact_shown

    files = [with_] if with_ else []
    report = look(office(), files, now=now(), province=province, commune=commune)
    say(impact_shown(report), as_json=as_json, text="\n".join(impact_lines(report)))


def apply(
    reason: Reason,
    actor: ActorOption,
    with_: With = None,
    province: Province = None,
    commune: CommuneOption = None,
    as_json: AsJson = False,
) -> None:
    """Cài tệp lịch và tính lại hạn của hồ sơ đang giải quyết; ngày đã hẹn giữ nguyên / install it and move due dates.

    Exit codes: 0 every dossier was moved, 1 some were refused (listed).
    """
    from dossiers.authority import grants_for
    from dossiers.calendar_impact import apply as move
    from dossiers.checking import parse
    from dossiers.errors import NoAuthority
    from dossiers.impact_report import applied_shown, moved_line
    from dossiers.people import actor_by_login
    from dossiers.permitted import Action
    from dossiers.session import reading

    place = office()
    with reading(place.engine) as session:
        who = actor_by_login(session, actor, on=local_date(now()))
    if not grants_for(who, Action.APPLY_CALENDAR):
        raise NoAuthority(action=Action.APPLY_CALENDAR.value, actor=who.id)
    parse(Action.APPLY_CALENDAR, {"reason": reason})
    if with_ is not None:
        install(with_)
    report = move(place, actor=who, reason=reason, now=now(), province=province, commune=commune)
    lines = [f"Đã tính lại {len(report.applied)} hồ sơ / {len(report.applied)} dossiers moved"]
    lines += [moved_line(one) for one in report.applied]
    lines += [f"  {code}: KHÔNG ĐƯỢC / REFUSED: {why}" for code, why in report.refused.items()]
    say(applied_shown(report), as_json=as_json, text="\n".join(lines))
    if report.refused:
        raise typer.Exit(DIFFERENT)


def install(given: Path) -> None:
    """Copy calendar files into the folder of the installation, unless they are there; nothing is overwritten.

    Otherwise moved dossiers would count by a decision that dossiers accepted tomorrow do not know.

    Raises:
        BrokenCalendar: a file cannot be read or breaks a rule.
        CalendarRefused: the installation has no such folder, or a different file of that name is in it.
    """
    from dossiers.errors import CalendarRefused
    from dossiers.settings import settings
    from procedures.calendars import load_calendar

    load_calendar(extra=given)
    folder = settings().calendars
    files = sorted(given.glob("*.yaml")) if given.is_dir() else [given]
    if folder is None or not folder.is_dir():
        raise CalendarRefused(problem="set MOTCUA_CALENDARS to a folder: new dossiers must get the decision, too")
    for file in files:
        target = folder / file.with_suffix(".yaml").name
        if not target.exists():
            shutil.copyfile(file, target)
        elif target.read_bytes() != file.read_bytes():
            raise CalendarRefused(file=str(target), problem="another file of that name is installed: rename yours")


def keep(as_json: AsJson = False) -> None:
    """Lưu các lịch mà hồ sơ đang tính theo (cơ sở dữ liệu cũ) / keep the calendars that open dossiers are bound to.

    Exit codes: 0 all are kept, 1 some are neither installed nor kept (listed).
    """
    from dossiers.calendar_impact import keep_installed

    kept, lost = keep_installed(office(), now=now())
    lines = [f"Đã lưu / kept: {len(kept)}", *(f"  {code}: {version} ?" for code, version in lost.items())]
    say({"kept": kept, "lost": lost}, as_json=as_json, text="\n".join(lines))
    if lost:
        raise typer.Exit(DIFFERENT)
