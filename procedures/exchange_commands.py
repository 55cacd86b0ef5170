"""`motcua diagram`: a procedure as a picture, or as a file for modelling tools and other engines."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from procedures.bpmn import bpmn_xml
from procedures.catalogue import load_catalogue
from procedures.diagrams import diagram_svg
from procedures.schema import Definition


class Format(StrEnum):
    """What `motcua diagram` can write."""

    SVG = "svg"
    BPMN = "bpmn"


Code = Annotated[str, typer.Argument(help="Mã thủ tục, ví dụ 1.001193 / procedure code")]
Version = Annotated[int | None, typer.Option(min=1, help="Bỏ trống: phiên bản mới nhất / default: the newest")]
As = Annotated[Format, typer.Option("--format", help="svg: hình vẽ / picture; bpmn: BPMN 2.0 XML")]
Current = Annotated[list[str] | None, typer.Option(help="Bước đang mở, lặp lại được / open step, repeatable (svg)")]
Out = Annotated[Path | None, typer.Option(help="Tệp để ghi; bỏ trống: in ra / file to write; default: print")]
Language = Annotated[str, typer.Option(help="vi, en (svg)")]
Folder = Annotated[Path | None, typer.Option(help="Thư mục khai báo của tỉnh / the province's own definitions")]


def diagram(
    code: Code,
    version: Version = None,
    format_: As = Format.SVG,
    current: Current = None,
    out: Out = None,
    language: Language = "vi",
    folder: Folder = None,
) -> None:
    """Vẽ một thủ tục (SVG) hoặc xuất ra BPMN 2.0 / draw a procedure (SVG) or export it as BPMN 2.0."""
    catalogue = load_catalogue(folder)
    definition = catalogue.versions(code)[-1] if version is None else catalogue.version(code, version)
    _known_steps(definition, current or [])
    if format_ is Format.BPMN:
        text = bpmn_xml(definition)
    else:
        text = diagram_svg(definition, language=language, current=frozenset(current or ()))
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


def _known_steps(definition: Definition, steps: list[str]) -> None:
    known = [s.id for s in definition.steps]
    unknown = [s for s in steps if s not in known]
    if unknown:
        raise typer.BadParameter(
            f"không có bước / no such step: {', '.join(unknown)} ({', '.join(known)})", param_hint="--current"
        )
