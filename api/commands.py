"""The command that serves the web application."""

from __future__ import annotations

from typing import Annotated

import typer

from dossiers.settings import settings

GRACE_SECONDS = 10


def web(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe / address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng / port")] = None,
) -> None:
    """Chạy ứng dụng web / serve the web application."""
    import uvicorn

    from api.app import create_app
    from dossiers.shell import office

    own = settings()
    uvicorn.run(
        create_app(office(), own),
        host=host or own.host,
        port=own.port if port is None else port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        date_header=True,
    )
