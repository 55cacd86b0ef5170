"""`motcua performance`: the figures from a shell."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from performance.errors import WrongCut, WrongPeriod

if TYPE_CHECKING:
    from performance.counting import Where
    from performance.periods import Period
    from performance.reports import Report, Row

NO_DATA = "chưa có số liệu"
SHOWN = ("Nhận", "Xong", "Đúng hạn", "Quá hạn", "Đang", "Đang quá hạn")


def performance(
    month: Annotated[str, typer.Option(help="Tháng, ví dụ 2026-07 / month")] = "",
    quarter: Annotated[str, typer.Option(help="Quý, ví dụ 2026-Q3 / quarter")] = "",
    year: Annotated[str, typer.Option(help="Năm, ví dụ 2026 / year")] = "",
    first: Annotated[str, typer.Option("--from", help="Ngày đầu, tính cả / first day, inclusive")] = "",
    last: Annotated[str, typer.Option("--to", help="Ngày cuối, tính cả / last day, inclusive")] = "",
    province: Annotated[str | None, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")] = None,
    commune: Annotated[str | None, typer.Option(help="Mã xã năm chữ số / five-digit commune code")] = None,
    field: Annotated[str | None, typer.Option(help="Lĩnh vực / field")] = None,
    by: Annotated[str, typer.Option(help="commune, field, procedure, officer, channel, department, month")] = "commune",
    formula: Annotated[list[str] | None, typer.Option(help="Công thức, nhiều lần được / formula, repeatable")] = None,
    as_of: Annotated[str, typer.Option(help="Như đã biết tại mốc sổ hoặc ngày giờ / as known at a cut or moment")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV")] = False,
) -> None:
    """Số liệu giải quyết hồ sơ, cộng khớp / figures that add up: form II.06a and on-time rates side by side."""
    from dossiers.shell import now, office
    from performance.counting import Where
    from performance.reports import STANDARD, report

    period, where = _period(month, quarter, year, first, last), Where(province, (commune,) if commune else (), field)
    if by == "month":
        _print_months(period, where, tuple(formula or STANDARD), _as_of(as_of), as_json=as_json)
        return
    found = report(
        office(),
        period,
        where=where,
        by=by,
        formulas=tuple(formula or STANDARD),
        as_of=_as_of(as_of),
        details=True,
        now=now(),
    )
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    elif as_csv:
        typer.echo(_csv(found), nl=False)
    else:
        _print(found)


def _period(month: str, quarter: str, year: str, first: str, last: str) -> Period:
    """The one period that was asked for.

    Raises:
        WrongPeriod: none was, or more than one, or it is none.
    """
    from performance.periods import Period

    named = [name for name in (month, quarter, year) if name]
    if len(named) == 1 and not first and not last:
        return Period.named(named[0])
    if named or not first or not last:
        raise WrongPeriod(period=" ".join([*named, first, last]).strip())
    try:
        return Period.days(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))
    except ValueError:
        raise WrongPeriod(period=f"{first}..{last}") from None


def _as_of(text: str) -> int | datetime | None:
    """A cut, or a moment; a date means its end.

    Raises:
        WrongCut: it is neither.
    """
    from dossiers.errors import MalformedCommand
    from dossiers.shell import local_instant

    if not text:
        return None
    if text.isdigit():
        return int(text)
    try:
        found = local_instant(text)
    except MalformedCommand:
        raise WrongCut(cut=text) from None
    return found + timedelta(days=1) if len(text) == len("2026-07-01") else found


def _named(row: Row, by: str) -> str:
    from procedures.communes import commune as commune_of

    if not row.of:
        return "(chưa rõ / unknown)"
    return commune_of(row.of).name if by == "commune" else row.of


def _csv(found: Report) -> str:
    text = io.StringIO()
    writer: Any = None
    for row in (*found.rows, found.total):
        flat = dict(_flat(row.as_dict(found.by, found.formulas)))
        flat |= {"period": found.period.name, "cut": found.cut, "as_of": found.as_of.isoformat()}
        if writer is None:
            writer = csv.DictWriter(text, list(flat))
            writer.writeheader()
        writer.writerow(flat)
    return text.getvalue()


def _flat(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if name != "rates":
            yield name, value
            continue
        for formula, rate in value.items():
            for part in ("numerator", "denominator", "percent", "score"):
                yield f"{formula}_{part}", rate[part]


def _print(found: Report) -> None:
    from rich.console import Console
    from rich.table import Table

    from dossiers.shell import VIETNAM
    from performance.formulas import formula

    rates = [name for name in found.formulas if formula(name).rate]
    until = found.as_of.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    table = Table(title=f"II.06a · {found.period.name} · tính đến {until} · mốc sổ / cut {found.cut}")
    table.add_column({"commune": "Xã"}.get(found.by, found.by))
    for name in SHOWN:
        table.add_column(name, justify="right")
    for number, _ in enumerate(rates, 1):
        table.add_column("%" if len(rates) == 1 else f"% ({number})", justify="right")
    for row in found.rows:
        table.add_row(_named(row, found.by), *_cells(row, rates))
    table.add_row("Tổng / total", *_cells(found.total, rates))
    console = Console()
    console.print(table)
    for number, name in enumerate(rates, 1):
        one = formula(name)
        console.print(f"({number}) {one.names.vi} [{name}; so với / by {', '.join(one.yardstick)}; {one.review}]")
    if found.total.beside:
        shown = found.total.beside.as_dict()
        middle, high = shown["working_minutes_median"], shown["working_minutes_p90"]
        console.print(
            f"Thời gian làm việc (phút): trung vị {NO_DATA if middle is None else middle}, "
            f"90 % không quá {NO_DATA if high is None else high}. "
            f"Bổ sung {_percent(shown['supplement_rate'])}; "
            f"xin lỗi {shown['apologies_sent']}/{shown['apologies_owed']}; "
            f"toàn trình điện tử {_percent(shown['fully_electronic_rate'])}."
        )


def _print_months(
    period: Period, where: Where, formulas: tuple[str, ...], as_of: int | datetime | None, *, as_json: bool
) -> None:
    from dossiers.shell import now, office
    from performance.months import by_month

    found = by_month(office(), period, where=where, formulas=formulas, as_of=as_of, now=now())
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
        return
    typer.echo(f"II.06a · {period.name} · mốc sổ / cut {found.reports[-1].cut}")
    typer.echo(f"{'':7}" + "".join(f"{name:>14}" for name in SHOWN) + f"{'%':>10}")
    for one in found.reports:
        cells = _cells(one.total, ["on_time_of_resolved"])
        typer.echo(f"{one.period.name}" + "".join(f"{cell:>14}" for cell in cells[:-1]) + f"{cells[-1]:>10}")


def _cells(row: Row, rates: list[str]) -> list[str]:
    from performance.formulas import formula

    counted = row.counted.get
    in_time = counted("early", 0) + counted("on_time", 0)
    numbers = [row.received, row.resolved, in_time, counted("late", 0), row.open, counted("open_late", 0)]
    return [*map(str, numbers), *(formula(name).percent_of(row.rate(name)) or NO_DATA for name in rates)]


def _percent(text: str | None) -> str:
    return NO_DATA if text is None else f"{text} %"
