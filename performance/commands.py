"""`motcua performance`: the figures from a shell."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def performance(
    month: Annotated[str, typer.Option(help="Tháng, ví dụ 2026-07 / month")],
    province: Annotated[str | None, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")] = None,
    commune: Annotated[str | None, typer.Option(help="Mã xã năm chữ số / five-digit commune code")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """Biểu II.06a theo xã và tháng / form II.06a per commune and month."""
    from rich.console import Console
    from rich.table import Table

    from dossiers.migrate import require_current
    from dossiers.session import engine_for
    from dossiers.settings import settings
    from dossiers.shell import now
    from performance.formulas import COLUMNS
    from performance.reports import monthly
    from procedures.communes import commune as commune_of

    engine = engine_for(settings().url)
    require_current(engine)
    report = monthly(engine, province=province, month=month, commune=commune, now=now())
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=1))
        return
    table = Table(title=f"II.06a {report.period.name} · cut {report.cut} · {report.as_of.isoformat()}")
    for name in ("commune", *COLUMNS, "%"):
        table.add_column(name, justify="left" if name == "commune" else "right")
    for row in (*report.rows, report.total):
        name = commune_of(row.commune).name if row.commune else "Tổng / total"
        shown = row.as_dict()
        rate = shown["on_time_percent"] or "chưa có số liệu"
        table.add_row(name, *(str(row.counted[c]) for c in COLUMNS), rate)
    Console().print(table)
