"""Tells Prefect what became of dossiers, so that a province can hang automations of its own on it.

Received, due soon, overdue, finished: each with an id that is always the same, so that telling it twice does no harm.
Nothing about a person is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from prefect.client.orchestration import PrefectClient
from sqlalchemy import select, update
from sqlmodel import Session, col

from dossiers.events import EventType
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.tables import DossierRow, EventRow, InstallationRow, WarningRow
from flows.desk import Desk

NAMESPACE = UUID("6d1f6a52-6f0c-5c8e-9a3b-1f0d8f6f2c11")
"""Under which the ids of our events are derived. Never change it."""
CURSOR = "announced_cut"
"""Up to which cut ledgers have been told of. Cuts follow commits, so nothing can appear behind it."""
TOLD = {EventType.DOSSIER_ACCEPTED.value: "received", EventType.RESULT_ISSUED.value: "finished"}
WARNED = {"used_75": "due_soon", "overdue": "overdue"}
"""Rungs of the warning ladder that Prefect is told of, and as what."""
PAGE = 200
SECONDS_BETWEEN = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Announcement:
    """One event for Prefect."""

    what: str
    key: str
    occurred_at: datetime
    dossier: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The event as Prefect's API takes it."""
        code = self.dossier["code"]
        labels = {f"motcua.{name}": value for name, value in self.dossier.items()}
        return {
            "id": str(uuid5(NAMESPACE, f"{code}:{self.key}")),
            "event": f"motcua.dossier.{self.what}",
            "occurred": self.occurred_at.isoformat(),
            "resource": {"prefect.resource.id": f"motcua.dossier.{code}", "prefect.resource.name": code, **labels},
            "payload": {},
        }


async def announce_forever(desk: Desk, client: PrefectClient) -> None:
    """Tell what is new every few seconds until cancelled. While Prefect is away nothing is lost."""
    while True:
        try:
            more = await announce(desk, client)
        except Exception as error:  # only for show: our own record goes on without it
            more = False
            log.info("telling Prefect of dossiers pauses: %s: %s", type(error).__name__, error)
        if not more:
            await asyncio.sleep(SECONDS_BETWEEN)


async def announce(desk: Desk, client: PrefectClient) -> bool:
    """Tell one page of what is new, and note that it was told; True when there may be more."""
    cut, events = await desk.call(lambda: new_events(desk.office))
    warned, warnings = await desk.call(lambda: new_warnings(desk.office))
    told = [*events, *warnings]
    if told:
        await client.request("POST", "/events", json=[one.as_json() for one in told])
    if cut is not None or warned:
        await desk.call(lambda: note(desk.office, cut, warned))
    return cut is not None or len(warned) == PAGE


def new_events(office: Office) -> tuple[int | None, list[Announcement]]:
    """The last cut of the next page of the ledger (None: nothing is new), and what of it is to be told."""
    with reading(office.engine) as session:
        query = (
            select(col(EventRow.cut), col(EventRow.type), col(EventRow.revision), col(EventRow.occurred_at), *_DOSSIER)
            .join(DossierRow, col(DossierRow.id) == col(EventRow.dossier_id))
            .where(col(EventRow.cut) > _cursor(session))
            .order_by(col(EventRow.cut))
            .limit(PAGE)
        )
        rows = session.execute(query).all()
    told = [
        Announcement(TOLD[row.type], str(row.revision), row.occurred_at, _facts(row))
        for row in rows
        if row.type in TOLD and not row.silent
    ]
    return (rows[-1].cut if rows else None), told


def new_warnings(office: Office) -> tuple[list[int], list[Announcement]]:
    """The ids of a page of warnings that were not told yet, and what is to be told of them."""
    with reading(office.engine) as session:
        columns: list[Any] = [
            col(WarningRow.id).label("warning"),
            col(WarningRow.rung),
            col(WarningRow.clock_period),
            col(WarningRow.legal_moment),
            *_DOSSIER,
        ]
        query = (
            select(*columns)
            .join(DossierRow, col(DossierRow.id) == col(WarningRow.dossier_id))
            .where(col(WarningRow.announced).is_(False))
            .order_by(col(WarningRow.id))
            .limit(PAGE)
        )
        rows = session.execute(query).all()
    told = [
        Announcement(WARNED[row.rung], f"{WARNED[row.rung]}:{row.clock_period}", row.legal_moment, _facts(row))
        for row in rows
        if row.rung in WARNED and not row.silent
    ]
    return [row.warning for row in rows], told


def note(office: Office, cut: int | None, warned: Sequence[int]) -> None:
    """Note up to where Prefect was told."""
    with writing(office.engine) as session:
        if cut is not None:
            session.merge(InstallationRow(name=CURSOR, value=str(cut)))
        if warned:
            session.execute(update(WarningRow).where(col(WarningRow.id).in_(warned)).values(announced=True))


def _cursor(session: Session) -> int:
    row = session.get(InstallationRow, CURSOR)
    return int(row.value) if row else 0


_DOSSIER = (
    col(DossierRow.code),
    col(DossierRow.procedure),
    col(DossierRow.field),
    col(DossierRow.province),
    col(DossierRow.commune),
    col(DossierRow.silent),
)


def _facts(row: Any) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in ("code", "procedure", "field", "province", "commune")}
