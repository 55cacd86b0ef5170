"""`motcua procedures draft`: definition drafts from records of the national portal."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from procedures.drafting.drafts import draft_row
from procedures.drafting.records import read_records
from procedures.drafting.report import KINDS, Draft
from procedures.drafting.writing import write_drafts

ALL_LOAD, SOME_DO_NOT, UNREADABLE = 0, 1, 2

Source = Annotated[Path, typer.Argument(help="Tệp .json, .jsonl, .jsonl.gz từ Cổng / file of portal records")]
Out = Annotated[Path | None, typer.Option(help="Thư mục ghi bản nháp / folder for the drafts")]
AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]


def draft(file: Source, out: Out = None, as_json: AsJson = False) -> None:
    """Lập bản nháp khai báo từ bản ghi trên Cổng / draft definitions from portal records.

    Exit codes: 0 every row has a draft that loads, 1 some have not, 2 the file cannot be read.
    """
    try:
        drafts = [draft_row(row) for row in read_records(file)]
    except OSError as error:
        typer.echo(f"Không đọc được {file}: {error}\nCannot read {file}: {error}", err=True)
        raise typer.Exit(UNREADABLE) from None
    written = write_drafts(drafts, out) if out is not None else ()
    if as_json:
        typer.echo(json.dumps([d.report.as_json() for d in drafts], ensure_ascii=False, indent=1))
    else:
        _say(drafts, written)
    raise typer.Exit(ALL_LOAD if drafts and all(d.report.loads for d in drafts) else SOME_DO_NOT)


def _say(drafts: list[Draft], written: tuple[Path, ...]) -> None:
    for one in drafts:
        report = one.report
        state = "nạp được / loads" if report.loads else "CHƯA NẠP / DOES NOT LOAD"
        counts = (
            f"{len(report.found)} thời hạn / limits, {len(report.disagreements)} mâu thuẫn / disagreements, "
            f"{len(report.not_understood)} chưa hiểu / not understood"
        )
        typer.echo(f"{report.row:>4} {report.code or '—'}: {state}; {counts}")
        if not report.loads:
            for fault in report.faults:
                typer.echo(f"       → {fault.place}: {fault.message.vi} / {fault.message.en}")
    kinds: Counter[str] = Counter(f.kind for d in drafts for f in d.report.found)
    for kind, wording in KINDS.items():
        if kinds[kind]:
            typer.echo(f"{kinds[kind]:>6} {wording.vi} / {wording.en}")
    loaded = sum(d.report.loads for d in drafts)
    typer.echo(f"{len(drafts)} bản ghi, {loaded} bản nháp nạp được / {len(drafts)} records, {loaded} drafts load")
    if written:
        typer.echo(f"→ {written[-1].parent}")
