"""The web application put together: routes, pages, errors, headers."""

from __future__ import annotations

from fastapi import FastAPI

from api.auth import Throttle
from api.deps import Clock, Desk, wall_clock
from api.pages import rendering, routing
from api.problems import install, refusal
from api.request_body import BodyReader
from api.routes import (
    absences,
    actions,
    calendar,
    contacts,
    coverage,
    documents,
    dossiers,
    duties,
    exemptions,
    figures,
    health,
    imports,
    notices,
    procedures,
    queues,
    reassignment,
    session,
    slips,
    staff,
    tokens,
)
from api.security import SecurityHeaders
from api.uploads import is_upload
from dossiers.office import Office
from dossiers.settings import Settings, settings

REST = "/api/v1"


def create_app(office: Office, settings: Settings, *, clock: Clock = wall_clock) -> FastAPI:
    """The application of an office. `clock` gives the present instant; tests bring their own."""
    app = FastAPI(
        title="motcua",
        version="1",
        description="Thủ tục hành chính ở bộ phận một cửa. Administrative procedures at the commune one-stop shop.",
        openapi_url=f"{REST}/openapi.json",
        docs_url=None,  # those pages load their scripts from elsewhere
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.desk = Desk(office, settings, clock, Throttle())
    for module in (session, procedures, actions, documents, dossiers, duties, calendar, figures, queues, tokens, staff):
        app.include_router(module.router, prefix=REST)
    for module in (absences, coverage, reassignment, exemptions, slips, notices, contacts, imports):
        app.include_router(module.router, prefix=REST)
    app.include_router(health.router)
    routing.include(app)
    install(app, rendering.error_page)
    refuse = refusal(rendering.error_page)
    app.add_middleware(BodyReader, most_bytes=settings.max_body_bytes, refuse=refuse, streamed=_streamed)
    app.add_middleware(SecurityHeaders)
    return app


def _streamed(method: str, path: str) -> bool:
    return is_upload(method, path) or imports.is_import(method, path)


def from_settings() -> FastAPI:
    """The application of this installation: what uvicorn is pointed at (`--factory api.app:from_settings`)."""
    own = settings()
    return create_app(Office.open(own), own)
