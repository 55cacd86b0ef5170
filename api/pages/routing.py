"""Where the pages and the static files hang."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from api.pages import account, dossier_list, dossier_page, front, intake
from api.pages.rendering import STATIC, YEAR_SECONDS


class Kept(StaticFiles):
    """Static files that browsers may keep: their address changes with their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """A file with its caching header."""
        response = super().file_response(*args, **kwargs)
        scope: MutableMapping[str, Any] = args[2] if len(args) > 2 else kwargs["scope"]  # noqa: PLR2004
        lasting = b"v=" in scope.get("query_string", b"")
        seconds = YEAR_SECONDS if lasting else 300
        response.headers["cache-control"] = f"public, max-age={seconds}" + (", immutable" if lasting else "")
        return response


def include(app: FastAPI) -> None:
    """Hang every page and the static files under the root; `new` before `{code}`, which would swallow it."""
    for module in (front, account, dossier_list, intake, dossier_page):
        app.include_router(module.router)
    app.mount("/static", Kept(directory=STATIC), name="static")
