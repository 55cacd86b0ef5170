"""`motcua absence`: ask for one, see what it would make late, decide it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dossiers.errors import MalformedCommand
from dossiers.people_commands import (
    AsJson,
    By,
    CommuneOption,
    First,
    Login,
    Number,
    actor_called,
    day_of,
    gap_line,
    staff_called,
)
from dossiers.shell import now, office, say
from dossiers.working_time import local_date

absence = typer.Typer(help="Vắng mặt và người làm thay / absences and substitutes", no_args_is_help=True)

Last = Annotated[str, typer.Option("--to", help="Ngày cuối, tính cả ngày đó / last day, inclusive")]
Substitute = Annotated[str | None, typer.Option(help="Tên đăng nhập người làm thay / login of the substitute")]


@absence.command("plan")
def plan(
    login: Login,
    from_: First,
    to: Last,
    actor: By,
    substitute: Substitute = None,
    reason: Annotated[str | None, typer.Option(help="Lý do / reason")] = None,
    as_json: AsJson = False,
) -> None:
    """Xin vắng mặt cho mình hoặc (người giám sát) cho người khác / ask for an absence."""
    from dossiers.absences import plan_absence

    place = office()
    shown = plan_absence(
        place,
        staff=staff_called(place, login),
        first_on=day_of(from_),
        last_on=day_of(to),
        reason=reason,
        substitute=staff_called(place, substitute) if substitute else None,
        actor=actor_called(place, actor),
        now=now(),
    )
    say(shown, as_json=as_json, text=_absence_line(shown))


@absence.command("preview")
def preview(
    login: Login, from_: First, to: Last, actor: By, substitute: Substitute = None, as_json: AsJson = False
) -> None:
    """Vắng như vậy thì việc gì sẽ trễ, thủ tục nào không còn ai làm; không ghi gì / what an absence would make late.

    A plus marks what the substitute could do.
    """
    from dossiers.absence_preview import preview as look

    place = office()
    shown = look(
        place,
        staff=staff_called(place, login),
        first_on=day_of(from_),
        last_on=day_of(to),
        substitute=staff_called(place, substitute) if substitute else None,
        actor=actor_called(place, actor),
    )
    lines = [f"{shown['name']}: {shown['first_on']} - {shown['last_on']} · {shown['substitute_name'] or '—'}"]
    lines += [
        f"  {one['moment']} {one['dossier']} {one['step']} {one['reason']}{' +' if one['covered'] else ''}"
        for one in shown["late"]
    ]
    lines += _uncovered_lines(shown)
    lines += [gap_line(one) + f" [{len(one['days'])} ngày / days]" for one in shown["without_anybody"]]
    say(shown, as_json=as_json, text="\n".join(lines))


@absence.command("decide")
def decide(
    number: Number,
    decision: Annotated[str, typer.Argument(help="approve, decline, cancel")],
    actor: By,
    substitute: Substitute = None,
    as_json: AsJson = False,
) -> None:
    """Duyệt, từ chối hoặc huỷ / approve, decline or cancel."""
    from dossiers.absences import decide_absence

    if decision not in ("approve", "decline", "cancel"):
        raise MalformedCommand(problem="approve, decline, cancel")
    place = office()
    instead = staff_called(place, substitute) if substitute else None
    shown = decide_absence(
        place,
        number,
        decision,  # type: ignore[arg-type]
        substitute=instead,
        actor=actor_called(place, actor),
        now=now(),
    )
    lines = [_absence_line(shown)]
    lines += _uncovered_lines(shown)
    say(shown, as_json=as_json, text="\n".join(lines))


@absence.command("list")
def list_absences(actor: By, commune: CommuneOption = None, as_json: AsJson = False) -> None:
    """Các đợt vắng mặt từ hôm nay trở đi / absences from today on."""
    from dossiers.absences import absences

    place = office()
    shown = absences(place, actor=actor_called(place, actor), commune=commune, since=local_date(now()))
    say(shown, as_json=as_json, text="\n".join(map(_absence_line, shown)))


def _absence_line(one: dict[str, Any]) -> str:
    own = ", tự duyệt / self-approved" if one["self_approved"] else ""
    return (
        f"#{one['id']} {one['name']}: {one['first_on']} - {one['last_on']} {one['state']}{own}"
        f" · thay / substitute: {one['substitute_name'] or '—'}"
    )


def _uncovered_lines(shown: dict[str, Any]) -> list[str]:
    found = shown.get("uncovered", ())
    return [f"  {one['role']} {one['commune']} ({', '.join(one['fields'])}): {one['why']}" for one in found]
