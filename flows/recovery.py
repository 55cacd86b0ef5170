"""Picks everything up again after Prefect has lost its memory, and proves from the ledger that no step ran twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from sqlalchemy import select
from sqlmodel import Session, col

from dossiers import wakeups
from dossiers.events import EventType
from dossiers.office import Office
from dossiers.session import reading, writing
from dossiers.tables import DossierRow, EventRow, OpenStepRow, WakeUpRow
from flows.registration import register
from procedures.steps import Kind

AUTOMATIC_EVENTS = (
    EventType.RECEIPT_ISSUED,
    EventType.APPLICANT_NOTIFIED,
    EventType.LINKED_DOSSIERS_OPENED,
    EventType.RESULT_PUBLISHED,
)
"""What the ledger says when an automatic step was done; each names the occurrence."""
MACHINE = (Kind.AUTOMATIC.value, Kind.LINKED.value)
ROWS_AT_ONCE = 5000

Occurrence = tuple[str, int]
"""A dossier's code and the number of a step occurrence in it."""


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What was released, and the proof: every completion in the ledger belongs to one occurrence of its own."""

    registered: bool
    """Whether Prefect answered; otherwise the worker registers as soon as it does."""
    released: int
    """Wake-ups that were not done and go out again."""
    queued_again: list[str]
    """Open automatic steps that had no wake-up, `dossier#occurrence`; they have one now."""
    occurrences: int
    """Automatic steps that wake-ups were written for."""
    completions: int
    """Automatic steps that the ledger says were done."""
    doubled: list[str]
    """Occurrences that were done more than once. Always empty, or something is badly wrong."""
    done_but_waiting: list[str]
    """Occurrences that the ledger says were done although their wake-up still waits. Always empty."""

    @property
    def proved(self) -> bool:
        """Whether no step ran twice."""
        return not self.doubled and not self.done_but_waiting

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {**asdict(self), "proved": self.proved}

    def in_words(self) -> str:
        """The report for people."""
        verdict = (
            "Không bước nào chạy hai lần. / No step ran twice."
            if self.proved
            else f"SAI / WRONG: {self.doubled or self.done_but_waiting}"
        )
        return (
            f"{self.released} bước tự động được giao lại / automatic steps released again"
            f" (+{len(self.queued_again)} xếp hàng lại / queued again)\n"
            f"Sổ cái / ledger: {self.completions} trên / of {self.occurrences} bước đã xong / done\n{verdict}"
        )


def recover(office: Office, *, now: datetime) -> RecoveryReport:
    """Register in Prefect, release every wake-up that is not done, and prove. Safe to repeat, and while all is well."""
    registered = asyncio.run(_register())
    with writing(office.engine) as session:
        queued_again = _queue_forgotten_steps(session, now)
        released = wakeups.release_all(session, now=now)
    with reading(office.engine) as session:
        return prove(session, registered=registered, released=released, queued_again=queued_again)


async def _register() -> bool:
    try:
        async with get_client() as client:
            await register(client)
    except (httpx.HTTPError, PrefectHTTPStatusError):
        return False
    return True


def _queue_forgotten_steps(session: Session, now: datetime) -> list[str]:
    """Write a wake-up for every open automatic step without one. There are none, unless rows were lost."""
    wake_up = (col(WakeUpRow.dossier_id) == OpenStepRow.dossier_id) & (
        col(WakeUpRow.occurrence) == OpenStepRow.occurrence
    )
    query = (
        select(DossierRow, OpenStepRow)
        .join(OpenStepRow, col(OpenStepRow.dossier_id) == DossierRow.id)
        .outerjoin(WakeUpRow, wake_up)
        .where(col(OpenStepRow.kind).in_(MACHINE), col(WakeUpRow.id).is_(None))
    )
    found = session.execute(query).all()
    session.add_all(
        WakeUpRow(
            dossier_id=step.dossier_id,
            dossier_code=dossier.code,
            occurrence=step.occurrence,
            step=step.step,
            field=dossier.field,
            created_at=now,
        )
        for dossier, step in found
    )
    return [_shown((dossier.code, step.occurrence)) for dossier, step in found]


def prove(session: Session, *, registered: bool, released: int, queued_again: list[str]) -> RecoveryReport:
    """Compare each automatic step occurrence with its completions in the ledger."""
    completions = Counter(_completions(session))
    occurrences = 0
    waiting: set[Occurrence] = set()
    query = select(col(WakeUpRow.dossier_code), col(WakeUpRow.occurrence), col(WakeUpRow.state))
    for code, occurrence, state in session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        occurrences += 1
        if state != wakeups.DONE:
            waiting.add((code, occurrence))
    return RecoveryReport(
        registered=registered,
        released=released,
        queued_again=queued_again,
        occurrences=occurrences,
        completions=sum(completions.values()),
        doubled=[_shown(one) for one, times in sorted(completions.items()) if times > 1],
        done_but_waiting=[_shown(one) for one in sorted(waiting & completions.keys())],
    )


def _completions(session: Session) -> Iterator[Occurrence]:
    query = (
        select(col(DossierRow.code), col(EventRow.payload))
        .join(EventRow, col(EventRow.dossier_id) == DossierRow.id)
        .where(col(EventRow.type).in_([one.value for one in AUTOMATIC_EVENTS]))
    )
    for code, payload in session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        if "occurrence" in payload:
            yield code, int(payload["occurrence"])


def _shown(one: Occurrence) -> str:
    return f"{one[0]}#{one[1]}"
