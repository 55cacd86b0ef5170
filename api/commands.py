"""The command that serves the web application."""

from __future__ import annotations

import gc
import sys
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
    app = create_app(office(), own)
    # Routes run in threads beside the event loop: short turns, and no collecting of what lives for ever, keep it even.
    sys.setswitchinterval(0.001)
    gc.collect()
    gc.freeze()
    address, number = host or own.host, own.port if port is None else port
    typer.echo(f"motcua: http://{address}:{number} (Ctrl-C: dừng / stop)")
    uvicorn.run(
        app,
        host=address,
        port=number,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        date_header=True,
    )
