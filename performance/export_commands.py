"""`motcua export` and `motcua polished`: figures as files, and signs worth a second look."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

export = typer.Typer(help="Xuất số liệu ra tệp / figures as files", no_args_is_help=True)
Month = Annotated[str, typer.Option(help="Tháng, ví dụ 2026-07 / month")]
Province = Annotated[str | None, typer.Option(help="Mã tỉnh hai chữ số / two-digit province code")]
Out = Annotated[Path, typer.Option(help="Tệp ghi ra / file to write")]


@export.command()
def ii06a(
    month: Month, out: Out, province: Province = None, file_format: Annotated[str, typer.Option("--format")] = "xlsx"
) -> None:
    """Biểu II.06a, xlsx hoặc csv / form II.06a as xlsx or csv."""
    from dossiers.shell import now, office
    from performance.exports import report_csv, report_xlsx
    from performance.reports import monthly

    _known(file_format, ("xlsx", "csv"))
    found = monthly(office(), province=province, month=month, now=now())
    out.write_bytes(report_xlsx(found) if file_format == "xlsx" else report_csv(found).encode())
    typer.echo(str(out))


@export.command()
def events(
    month: Month, out: Out, province: Province = None, file_format: Annotated[str, typer.Option("--format")] = "xes"
) -> None:
    """Nhật ký sự kiện, XES hoặc csv, không có dữ liệu cá nhân / the event log, without personal data."""
    from dossiers.session import reading
    from dossiers.shell import now, office
    from performance.event_log import as_csv, as_xes, logged
    from performance.periods import Period

    _known(file_format, ("xes", "csv"))
    here = office()
    key = here.vault.blind_index("pseudonyms of the event log").encode()
    with reading(here.engine) as session:
        found = logged(session, Period.named(month).span(now()), province=province, key=key)
        _write(out, as_xes(found) if file_format == "xes" else as_csv(found))
    typer.echo(str(out))


def polished(
    month: Month, province: Province = None, as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False
) -> None:
    """Dấu hiệu cần xem lại theo xã / signs worth a second look, by commune: what the ledger holds."""
    from dossiers.session import reading
    from dossiers.shell import now, office
    from performance.counting import Where
    from performance.keeping import catch_up
    from performance.periods import Period
    from performance.polished import polished as look

    here, at = office(), now()
    span = Period.named(month).span(at)
    catch_up(here, now=at)
    with reading(here.engine) as session:
        found = look(session, span, Where(province))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for sign in found["signs"]:
        typer.echo(f"{sign['names']['vi']} / {sign['names']['en']}")
        for row in sign["rows"]:
            rate = "quá ít hồ sơ để so / too few" if row["too_few"] else f"{row['percent']} %"
            typer.echo(f"  {row['commune']}: {row['dossiers_with_sign']}/{row['base']} · {rate}")
            typer.echo(f"    {' '.join(row['dossiers'])}")


def _known(given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise typer.BadParameter(f"--format: {' | '.join(known)}")


def _write(out: Path, parts: Iterable[str]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)
