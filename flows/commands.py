"""Commands of the shell that run the application: `up`, `worker`, `recover`."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from dossiers.settings import Settings, settings
from dossiers.shell import DIFFERENT, REFUSED, now, office, say

AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON / print JSON")]


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Tỉnh minh hoạ / demonstration province")] = False,
) -> None:
    """Chạy toàn bộ ứng dụng, Ctrl-C để dừng / run the whole application, Ctrl-C stops it."""
    if demo:
        os.environ["MOTCUA_MODE"] = "demo"
        settings.cache_clear()
    from flows.errors import CannotStart
    from flows.up import up as start

    try:
        start(settings())
    except CannotStart as error:
        typer.echo(f"{error.vietnamese}\n{error.english}", err=True)
        raise typer.Exit(REFUSED) from None


def worker() -> None:
    """Chạy worker: các bước tự động và lịch quét / run the worker: automatic steps and schedules."""
    given = settings()
    _prepare_prefect(given)
    office()  # the schema has to fit before anything is claimed
    from flows.service import run_worker

    run_worker(given)


def recover(as_json: AsJson = False) -> None:
    """Phục hồi sau khi mất dữ liệu Prefect, chứng minh không bước nào chạy hai lần / recover after Prefect's loss."""
    given = settings()
    _prepare_prefect(given)
    here = office()
    from flows.recovery import recover as recover_all

    report = recover_all(here, now=now())
    say(report.as_json(), as_json=as_json, text=report.in_words())
    if not report.proved:
        raise typer.Exit(DIFFERENT)


def _prepare_prefect(given: Settings) -> None:
    """Set what Prefect reads when it is first imported, so do it before that."""
    from flows.server import client_environment

    os.environ.update(client_environment(given))
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
