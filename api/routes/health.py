"""Whether the application lives, and whether it can work."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError

from api.deps import desk_of
from api.error_kinds import NotReady
from dossiers.errors import DossierError
from dossiers.migrate import require_current

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request) -> dict[str, str]:
    """The database answers and has the schema of this version.

    Raises:
        NotReady: it does not.
    """
    try:
        require_current(desk_of(request).office.engine)
    except (SQLAlchemyError, DossierError) as error:
        raise NotReady from error
    return {"status": "ready"}
