"""The demonstration accounts, shown on the log-in of a demonstration only."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from api.deps import Desk
from dossiers.demo_accounts import DemoAccount, listed
from dossiers.session import reading


def accounts(desk: Desk) -> list[DemoAccount]:
    """The demonstration accounts; none in production, and none in a database that is no demonstration."""
    if desk.settings.mode != "demo":
        return []
    try:
        with reading(desk.office.engine) as session:
            return listed(session)
    except SQLAlchemyError:
        return []
