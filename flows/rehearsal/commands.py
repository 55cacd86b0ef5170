"""`motcua rehearse`: a simulated month from a shell."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from flows.rehearsal.run import Rehearsed
    from flows.rehearsal.setting import Setting

DAY = "%Y-%m-%d"
MOST_PROBLEMS = 40
Way = tuple[Literal["gate", "bulk"], Literal["5m", "end"]]


class Through(StrEnum):
    """What does the writing."""

    GATE = "gate"
    BULK = "bulk"
    BOTH = "both"


class Swept(StrEnum):
    """How often the sweep runs."""

    OFTEN = "5m"
    ONCE = "end"
    BOTH = "both"


def rehearse(
    communes: Annotated[int, typer.Option(min=1, max=60, help="Số xã / communes")] = 12,
    days: Annotated[int, typer.Option(min=1, max=366, help="Số ngày / days")] = 30,
    seed: Annotated[int, typer.Option(help="Số khởi tạo ngẫu nhiên / seed")] = 7,
    start: Annotated[datetime, typer.Option(formats=[DAY], help="Ngày đầu / first day")] = datetime(2027, 1, 25),  # noqa: DTZ001
    dossiers_per_day: Annotated[int, typer.Option(min=1, max=200, help="Hồ sơ một ngày một xã / a commune a day")] = 3,
    through: Annotated[Through, typer.Option(help="Qua cửa hoặc ghi hàng loạt / gate or bulk writer")] = Through.BULK,
    sweep: Annotated[
        Swept, typer.Option(help="Quét 5 phút một lần, một lần cuối / how often swept (gate)")
    ] = Swept.ONCE,
    database: Annotated[str | None, typer.Option(help="Cơ sở dữ liệu rỗng / an empty database (URL)")] = None,
    notices: Annotated[bool, typer.Option(help="Xếp hàng thông báo / queue what people would be told")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """Diễn tập một tháng giả định, kiểm tra không sót việc nào / rehearse a month and prove that nothing is missed."""
    from dossiers.shell import DIFFERENT, REFUSED, say
    from flows.rehearsal.run import NotEmpty
    from flows.rehearsal.setting import Wish, setting_of

    ways = _ways(through, sweep)
    if refusal := _refusal(ways, database, notices):
        typer.echo(refusal, err=True)
        raise typer.Exit(REFUSED)
    setting = setting_of(Wish(communes, days, seed, start.date(), dossiers_per_day))
    try:
        runs, differences = _play(setting, ways, database, silent=not notices)
    except NotEmpty:
        typer.echo("Cơ sở dữ liệu không rỗng / the database is not empty", err=True)
        raise typer.Exit(REFUSED) from None
    shown: dict[str, Any] = {"runs": {name: run.as_json() for name, run in runs.items()}, "differences": differences}
    say(shown, as_json=as_json, text=_in_words(runs, differences))
    if differences or any(not run.proof.holds for run in runs.values()):
        raise typer.Exit(DIFFERENT)


def _ways(through: Through, sweep: Swept) -> list[Way]:
    """Every rehearsal that is asked for: what does the writing, and how often it is swept."""
    found: list[Way] = []
    if through is not Through.BULK:
        sweeps = (Swept.OFTEN, Swept.ONCE) if sweep is Swept.BOTH else (sweep,)
        found = [("gate", "5m" if s is Swept.OFTEN else "end") for s in sweeps]
    if through is not Through.GATE:
        found.append(("bulk", "end"))
    return found


def _refusal(ways: list[Way], database: str | None, notices: bool) -> str | None:
    if database and len(ways) > 1:
        return "--database chỉ cho một lần diễn tập / for one rehearsal only"
    if notices and ("bulk", "end") in ways:
        return "--notices chỉ đi với --through gate / only with --through gate"
    return None


def _play(
    setting: Setting, ways: list[Way], database: str | None, *, silent: bool
) -> tuple[dict[str, Rehearsed], list[str]]:
    from flows.rehearsal.likeness import differences, events, rungs
    from flows.rehearsal.run import rehearse as play
    from flows.rehearsal.run import throw_away

    runs: dict[Way, Rehearsed] = {}
    unlike: list[str] = []
    with ExitStack() as stack:
        for through, sweep in ways:
            url, folder = stack.enter_context(throw_away())
            runs[through, sweep] = play(setting, database or url, folder, through=through, sweep=sweep, silent=silent)
        for one, other in pairwise(ways):
            first, second = runs[one].offices.after, runs[other].offices.after
            same_sweep = one[1] == other[1]
            unlike += differences(rungs(first), rungs(second))
            unlike += differences(events(first, with_recording=same_sweep), events(second, with_recording=same_sweep))
    return {f"{through}, sweep {sweep}": run for (through, sweep), run in runs.items()}, unlike


def _in_words(runs: dict[str, Rehearsed], differences: list[str]) -> str:
    lines: list[str] = []
    for name, run in runs.items():
        shown = run.as_json()
        lines.append(f"== {name}: {shown['communes']} xã/communes, {shown['days']} ngày/days từ/from {shown['start']}")
        for title, key in _LINES:
            lines.append(f"  {title:<44} {_value(shown[key])}")
        lines.append(f"  {'tốc độ / speed':<44} {shown['dossiers_per_second']} hồ sơ/giây (dossiers per second)")
        problems = shown["problems"]
        lines += [f"  SAI / WRONG: {problem}" for problem in problems[:MOST_PROBLEMS]]
        lines.append(_VERDICT[not problems].format(len(problems)))
    if len(runs) > 1:
        lines += [f"  KHÁC / DIFFERENT: {one}" for one in differences[:MOST_PROBLEMS]]
        lines.append(_ALIKE[not differences].format(len(differences)))
    return "\n".join(lines)


_LINES = (
    ("hồ sơ / dossiers", "dossiers"),
    ("sự kiện / events", "events"),
    ("việc người làm / human actions", "actions"),
    ("lệnh bị từ chối / refused commands", "refused_commands"),
    ("bước tự động / automatic steps", "automatic_steps"),
    ("lần quét / sweeps", "sweeps"),
    ("trạng thái cuối / how they stand", "statuses"),
    ("thời hạn tự hết / timers elapsed", "timers"),
    ("im lặng coi như trả lời / deemed answers", "deemed_answers"),
    ("vắng mặt / absences", "absences"),
    ("làm thay người vắng / done for the absent", "done_for_somebody_absent"),
    ("nghỉ bão / storm", "storm"),
    ("tin nhắn xếp hàng / messages queued", "messages"),
    ("bậc cảnh báo / rungs", "rungs"),
)
_VERDICT = {
    True: "  ĐẠT: không sót, không trùng, bậc nào cũng có căn cứ / nothing missed, nothing twice, every rung explained",
    False: "  KHÔNG ĐẠT: {} chỗ sai / things wrong",
}
_ALIKE = {
    True: "các cách diễn tập cho cùng kết quả / all ways came out the same",
    False: "{} chỗ khác nhau / differences",
}


def _value(found: Any) -> str:
    if isinstance(found, dict):
        return ", ".join(f"{k} {v}" for k, v in found.items()) or "0"
    return ", ".join(found) or "-" if isinstance(found, list) else str(found)
