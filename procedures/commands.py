"""`motcua check`: are the definition files in order?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from procedures.catalogue import DEFINITIONS, load_fields
from procedures.checks import check_all
from procedures.loader import Loaded, load_folder
from procedures.problems import Problem, errors_among

IN_ORDER, HAS_PROBLEMS, UNREADABLE = 0, 1, 2

Target = Annotated[Path | None, typer.Argument(help="Tệp hoặc thư mục; bỏ trống: bộ có sẵn / file or folder")]
AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]
Language = Annotated[str, typer.Option(help="vi, en")]


Further = Callable[[Loaded], Iterable[Problem]]
"""More checks of one file, from a floor above."""


def _nothing(_loaded: Loaded) -> Iterable[Problem]:
    return ()


def check(path: Target = None, as_json: AsJson = False, language: Language = "vi") -> None:
    """Kiểm tra các tệp khai báo thủ tục / check definition files.

    Exit codes: 0 in order (warnings allowed), 1 errors, 2 nothing can be read there.
    """
    check_files(path, as_json=as_json, language=language)


def check_files(path: Path | None, *, as_json: bool, language: str, further: Further = _nothing) -> None:
    """Print what is wrong with a file or folder and exit with the code of `check`; `further` adds what it finds."""
    if path is not None and not path.exists():
        _unreadable(f"Không có tệp hoặc thư mục {path}", f"There is no file or folder {path}", as_json=as_json)
    found = load_folder(path or DEFINITIONS).files
    if not found:
        _unreadable(f"Không có tệp .yaml trong {path}", f"There are no .yaml files in {path}", as_json=as_json)
    problems = [*problems_of(found, path), *(p for one in found for p in further(one))]
    _say(problems, len(found), as_json=as_json, language=language)
    if any(p.code == "unreadable" for p in problems):
        raise typer.Exit(UNREADABLE)
    raise typer.Exit(HAS_PROBLEMS if errors_among(problems) else IN_ORDER)


def problems_of(files: tuple[Loaded, ...], path: Path | None) -> list[Problem]:
    """What is wrong with the files, also against the built-in procedures when they come from elsewhere."""
    elsewhere = path is not None and not path.resolve().is_relative_to(DEFINITIONS)
    built_in = load_folder(DEFINITIONS).files if elsewhere else ()
    fields = load_fields(path if path is not None and path.is_dir() else None)
    shown = {f.file for f in files}
    checked = [p for p in check_all((*built_in, *files), fields) if p.file in shown]
    return [*(p for f in files for p in f.problems), *checked]


def _say(problems: list[Problem], files: int, *, as_json: bool, language: str) -> None:
    errors = len(errors_among(problems))
    if as_json:
        answer = {"files": files, "errors": errors, "problems": [p.as_json() for p in problems]}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    mark = {"error": "LỖI / ERROR", "warning": "LƯU Ý / WARNING"}
    for p in problems:
        where = f"{p.file}:{p.line}" + (f" {p.path}" if p.path else "")
        typer.echo(f"{where}: {mark[p.severity]}: {p.message.in_language(language)}")
        typer.echo(f"    → {p.mend.in_language(language)}")
    english = f"{files} files, {errors} errors, {len(problems) - errors} warnings"
    vietnamese = f"{files} tệp, {errors} lỗi, {len(problems) - errors} lưu ý"
    typer.echo(english if language == "en" else vietnamese)


def _unreadable(vi: str, en: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(
            json.dumps({"files": 0, "errors": 1, "problems": [], "message": {"vi": vi, "en": en}}, ensure_ascii=False)
        )
    else:
        typer.echo(f"{vi}\n{en}", err=True)
    raise typer.Exit(UNREADABLE)
