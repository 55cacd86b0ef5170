"""`motcua coverage`, `reassign`, `exemption`, `staff grant`: who is there, who may do what, what is uncovered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dossiers.errors import MalformedCommand
from dossiers.shell import DIFFERENT, now, office, say
from dossiers.working_time import local_date

if TYPE_CHECKING:
    from dossiers.authority import Actor
    from dossiers.office import Office

exemption = typer.Typer(help="Miễn quy tắc người ký khác người thụ lý / signer exemptions", no_args_is_help=True)
staff = typer.Typer(help="Vai trò của công chức / roles of staff", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
By = Annotated[str, typer.Option("--actor", help="Tên đăng nhập của người làm / login of who does it")]
Login = Annotated[str, typer.Argument(help="Tên đăng nhập / login")]
First = Annotated[str, typer.Option("--from", help="Ngày đầu, 2026-03-02 / first day")]
OptionalLast = Annotated[str | None, typer.Option("--to", help="Ngày cuối, tính cả ngày đó / last day, inclusive")]
Province = Annotated[str | None, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")]
CommuneOption = Annotated[str | None, typer.Option(help="Mã xã năm chữ số / five-digit commune code")]
On = Annotated[str | None, typer.Option(help="Ngày; bỏ trống: hôm nay / a day; absent: today")]
Field = Annotated[str, typer.Option(help="Lĩnh vực; bỏ trống: tất cả / field; empty: all")]
Number = Annotated[int, typer.Argument(help="Số / number")]


def coverage(commune: CommuneOption = None, province: Province = None, on: On = None, as_json: AsJson = False) -> None:
    """Thủ tục đang có hiệu lực mà xã không có ai đủ vai trò / procedures in force with no qualified officer.

    Exit codes: 0 no gap, 1 there are gaps.
    """
    from dossiers.coverage_report import coverage as look
    from dossiers.session import reading

    if not commune and not province:
        raise MalformedCommand(problem="--commune, --province")
    place = office()
    with reading(place.engine) as session:
        shown = look(place, session, province=province, commune=commune, on=day_of(on) if on else local_date(now()))
    lines = [gap_line(one) for one in shown["gaps"]]
    lines.append(
        f"{shown['communes']} xã / communes, {len(shown['gaps'])} chỗ trống / gaps, "
        f"{len(shown['without_staff'])} xã chưa có tài khoản / communes without accounts"
    )
    say(shown, as_json=as_json, text="\n".join(lines))
    if shown["gaps"]:
        raise typer.Exit(DIFFERENT)


def reassign(
    actor: By,
    from_: Annotated[str | None, typer.Option("--from", help="Của ai / whose steps")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Giao cho; bỏ trống: trả về vai trò / to whom")] = None,
    commune: CommuneOption = None,
    procedure: Annotated[str | None, typer.Option(help="Mã thủ tục / procedure code")] = None,
    step: Annotated[str | None, typer.Option(help="Bước / step")] = None,
    dossier: Annotated[list[str], typer.Option("--dossier", help="Mã hồ sơ / dossier code")] = [],  # noqa: B006
    even_if_absent: Annotated[
        bool, typer.Option("--even-if-absent", help="Giao cả khi vắng / although absent")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Giao lại một hay nhiều hồ sơ cho người khác / give one or many dossiers to another person.

    Exit codes: 0 every step was given, 1 some were refused (listed).
    """
    from dossiers.reassignment import Which
    from dossiers.reassignment import reassign as give

    place = office()
    which = Which(staff_called(place, from_) if from_ else None, commune, procedure, step, tuple(dossier))
    to_id = staff_called(place, to) if to else None
    shown = give(place, which, to=to_id, even_if_absent=even_if_absent, actor=actor_called(place, actor), now=now())
    lines = [f"  {r['dossier']} #{r['occurrence']}: {'✓' if r['done'] else r['why']}" for r in shown["results"]]
    lines.append(f"{shown['done']} đã giao / done, {shown['refused']} bị từ chối / refused")
    say(shown, as_json=as_json, text="\n".join(lines))
    if shown["refused"]:
        raise typer.Exit(DIFFERENT)


@exemption.command("grant")
def grant_exemption(
    commune: Annotated[str, typer.Argument(help="Mã xã / commune code")],
    ground: Annotated[str, typer.Option(help="Căn cứ, do cơ quan nêu / the ground, as the office states it")],
    from_: First,
    actor: By,
    to: OptionalLast = None,
    field: Field = "",
    as_json: AsJson = False,
) -> None:
    """Cho phép người thụ lý ký, có ghi lại từng hồ sơ / let the case officer sign; each dossier records it."""
    from dossiers.exemptions import grant_exemption as grant

    place = office()
    first, last = day_of(from_), day_of(to) if to else None
    who = actor_called(place, actor)
    shown = grant(
        place, commune=commune, field=field, ground=ground, first_on=first, last_on=last, actor=who, now=now()
    )
    say(shown, as_json=as_json, text=_exemption_line(shown))


@exemption.command("end")
def end_exemption(number: Number, actor: By, to: OptionalLast = None, as_json: AsJson = False) -> None:
    """Chấm dứt một trường hợp miễn / end an exemption."""
    from dossiers.exemptions import end_exemption as end

    place = office()
    shown = end(place, number, last_on=day_of(to) if to else None, actor=actor_called(place, actor), now=now())
    say(shown, as_json=as_json, text=_exemption_line(shown))


@exemption.command("list")
def list_exemptions(actor: By, commune: CommuneOption = None, as_json: AsJson = False) -> None:
    """Các trường hợp miễn / the exemptions."""
    from dossiers.exemptions import exemptions

    place = office()
    shown = exemptions(place, actor=actor_called(place, actor), commune=commune)
    say(shown, as_json=as_json, text="\n".join(map(_exemption_line, shown)))


@staff.command("grant")
def grant_role(
    login: Login,
    role: Annotated[str, typer.Argument(help="Vai trò, ví dụ signatory / role")],
    actor: By,
    province: Province = None,
    commune: CommuneOption = None,
    field: Field = "",
    from_: Annotated[str | None, typer.Option("--from", help="Ngày đầu uỷ quyền / first day of a delegation")] = None,
    to: OptionalLast = None,
    as_json: AsJson = False,
) -> None:
    """Giao vai trò, có thể chỉ trong một thời gian (uỷ quyền cho cấp phó) / give a role, for good or for a time."""
    from dossiers.authority import Grant, Permission, StaffRole, authorise
    from dossiers.delegation import give, grant_of
    from dossiers.session import writing
    from procedures.communes import commune as commune_of

    where = commune_of(commune).province_code if commune else province
    if role not in set(StaffRole) or where is None:
        raise MalformedCommand(problem="role; --commune, --province", known=[r.value for r in StaffRole])
    place = office()
    who = actor_called(place, actor)
    authorise(who, Permission.MANAGE_STAFF, province=where, commune=commune or "", field=field)
    grant = Grant(
        StaffRole(role), where, commune or "", field, day_of(from_) if from_ else None, day_of(to) if to else None
    )
    staff_id = staff_called(place, login)
    with writing(place.engine) as session:
        given = grant_of(give(session, staff_id, grant))
    shown = {
        "login": login,
        "role": role,
        "province": where,
        "commune": commune or "",
        "field": field,
        "first_on": given.first_on,
        "last_on": given.last_on,
    }
    say(
        shown,
        as_json=as_json,
        text=f"{login}: {role} {commune or where} {given.first_on or ''} - {given.last_on or ''}",
    )


def day_of(text: str) -> date:
    """A date as somebody types it.

    Raises:
        MalformedCommand: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MalformedCommand(problem=f"{text!r}: write 2026-03-02") from None


def actor_called(place: Office, login: str) -> Actor:
    """The actor with that login, with today's roles."""
    from dossiers.people import actor_by_login
    from dossiers.session import reading

    with reading(place.engine) as session:
        return actor_by_login(session, login, on=local_date(now()))


def staff_called(place: Office, login: str) -> str:
    """The account id behind a login."""
    return actor_called(place, login).id


def gap_line(one: dict[str, Any]) -> str:
    """A gap in coverage on one line."""
    until = f" đến / until {one['absent_until']}" if one["absent_until"] else ""
    return f"  {one['commune']} {one['field']} {one['role']}: {one['why']}{until} ({len(one['procedures'])} thủ tục)"


def _exemption_line(one: dict[str, Any]) -> str:
    days = f"{one['first_on']} - {one['last_on'] or '…'}"
    return f"#{one['id']} {one['commune']} {one['field'] or '*'} {days}: {one['ground']}"
