"""`motcua import` and `motcua imports`: files of other systems from a shell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dossiers.shell import DIFFERENT, now, office, say

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
SHOWN = 20


def import_(
    file: Annotated[Path, typer.Argument(help="csv, xlsx, XES (.gz được / may be compressed)")],
    map_: Annotated[Path, typer.Option("--map", help="Tệp ánh xạ YAML / mapping")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ thử, không ghi / try only")] = False,
    report: Annotated[Path | None, typer.Option(help="Tệp báo cáo .json hoặc .csv / report file")] = None,
    actor: Annotated[str, typer.Option(help="Tên đăng nhập người nhập / login of who imports")] = "",
    as_json: AsJson = False,
) -> None:
    """Nhập sổ hoặc nhật ký của hệ thống khác, hoặc tiếp quản hồ sơ đang giải quyết / import or take over.

    Exit codes: 0 every row was taken, 1 some were left out, vanished or have to be settled (listed), 2 refused.
    """
    from dossiers.authority import SYSTEM
    from dossiers.importing.mapping import read_mapping_file
    from dossiers.importing.runs import run_import, write_report
    from dossiers.people import actor_by_login
    from dossiers.session import reading
    from dossiers.working_time import local_date

    place, at, who = office(), now(), SYSTEM
    if actor:
        with reading(place.engine) as session:
            who = actor_by_login(session, actor, on=local_date(at))
    found = run_import(place, file, read_mapping_file(map_), now=at, actor=who, dry_run=dry_run)
    if report is not None:
        write_report(found, report)
    lines = [
        f"{found.rows} dòng / rows: {found.added} mới / new, {len(found.changed)} đổi / changed, "
        f"{found.unchanged} như cũ / unchanged, {len(found.problems)} bỏ / left out, "
        f"{len(found.both_moved)} cần xem / to settle, {len(found.vanished)} không còn / vanished"
    ]
    for problem in found.problems[:SHOWN]:
        one = problem.as_dict()
        lines.append(f"  {one['line']}: {one['column'] or '-'}: {one['vi']} / {one['en']} {one['detail']}".rstrip())
    lines += [f"  ? {one.key} {one.code}: {', '.join(one.changes)}" for one in found.both_moved[:SHOWN]]
    lines += [f"  - {one['key']} {one['dossier']}" for one in found.vanished[:SHOWN]]
    say(found.as_dict(), as_json=as_json, text="\n".join(lines))
    if not found.whole:
        raise typer.Exit(DIFFERENT)


def imports(
    number: Annotated[int | None, typer.Argument(help="Số lần nhập / number of an import")] = None,
    as_json: AsJson = False,
) -> None:
    """Các lần nhập, hoặc báo cáo của một lần / the imports, or the report of one."""
    from dossiers.importing.runs import import_report
    from dossiers.importing.runs import imports as all_of

    if number is not None:
        found = import_report(office(), number)
        say(found, as_json=as_json, text="\n".join(f"{k}: {v}" for k, v in found.items()))
        return
    rows = all_of(office())
    text = "\n".join(
        f"{r['import']:>5} {r['started_at'][:16]} {r['source']:<20} +{r.get('added', '?')} ~{r.get('changed', '?')}"
        f" !{r.get('left_out', '?')} {r['file']}"
        for r in rows
    )
    say(rows, as_json=as_json, text=text or "(chưa có / none)")
