"""One rehearsal from beginning to end: a throw-away database, the month, the proof."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, event, func, select
from sqlmodel import Session

from dossiers.delegation import give
from dossiers.desk_tables import AbsenceRow
from dossiers.document_store import DocumentStore
from dossiers.migrate import present, upgrade
from dossiers.office import Office
from dossiers.personal import Vault
from dossiers.personal_tables import StaffRow
from dossiers.session import engine_for, reading, writing
from dossiers.tables import DossierRow
from flows.rehearsal.bulk_hands import BulkHands
from flows.rehearsal.gate_hands import GateHands
from flows.rehearsal.hands import Counts, Hands, Offices
from flows.rehearsal.proof import Proof, prove
from flows.rehearsal.setting import Setting
from flows.rehearsal.stage import Stage

Through = Literal["gate", "bulk"]
Sweep = Literal["5m", "end"]
EVERY = {"5m": timedelta(minutes=5), "end": None}
Progress = Callable[[datetime], None]


class NotEmpty(Exception):
    """The database of a rehearsal must be empty: it is for made-up dossiers only."""


@dataclass
class Rehearsed:
    """One rehearsal that was played, and how long it took."""

    setting: Setting
    offices: Offices
    counts: Counts
    seconds: float
    cpu_seconds: float
    proof: Proof

    @property
    def per_second(self) -> float:
        """Dossiers per second of wall-clock time, everything written."""
        return self.proof.dossiers / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        wish, proof = self.setting.wish, self.proof
        return {
            "communes": wish.communes,
            "days": wish.days,
            "seed": wish.seed,
            "start": wish.start.isoformat(),
            "dossiers": proof.dossiers,
            "events": proof.events,
            "actions": self.counts.actions + self.counts.registered,
            "automatic_steps": self.counts.automatic,
            "sweeps": self.counts.sweeps,
            "messages": self.counts.messages,
            "refused_commands": dict(sorted(self.counts.refusals.items())),
            "statuses": dict(sorted(proof.statuses.items())),
            "timers": dict(sorted(proof.timers.items())),
            "deemed_answers": proof.deemed,
            "absences": sum(len(t.away) for t in self.setting.teams.values()),
            "done_for_somebody_absent": proof.on_behalf,
            "storm": [d.isoformat() for d in self.setting.storm.days] if self.setting.storm else [],
            "rungs": dict(sorted(proof.rungs.items())),
            "dossiers_per_second": round(self.per_second, 1),
            "dossiers_per_cpu_second": round(proof.dossiers / self.cpu_seconds, 1) if self.cpu_seconds else 0.0,
            "problems": proof.problems,
        }


def rehearse(
    setting: Setting,
    url: str,
    folder: Path,
    *,
    through: Through,
    sweep: Sweep,
    silent: bool = True,
    progress: Progress = lambda _now: None,
) -> Rehearsed:
    """Play a setting in an empty database and prove it. Not `silent`: it is decided, too, whom to tell (gate only).

    Raises:
        NotEmpty: the database holds something already.
    """
    engine = engine_for(url)
    if present(engine) is not None and _dossiers(engine):
        raise NotEmpty(str(engine.url))
    upgrade(engine)
    office = Office(
        engine=engine,
        catalogue=setting.catalogue,
        vault=Vault.from_secret(b"rehearsal".ljust(32)),
        documents=DocumentStore(folder / "documents"),
    )
    offices = Offices.of(office, setting, folder)
    _hire(engine, setting)
    start, cpu = time.perf_counter(), time.process_time()
    counts = _play(setting, offices, through, sweep, silent=silent, progress=progress)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    proof = prove(offices, end=setting.wish.ends_at)
    return Rehearsed(setting, offices, counts, seconds, cpu_seconds, proof)


def _play(
    setting: Setting, offices: Offices, through: Through, sweep: Sweep, *, silent: bool, progress: Progress
) -> Counts:
    if through == "bulk":
        with writing(offices.before.engine) as session:
            return _staged(setting, BulkHands(offices, session), sweep, progress)
    return _staged(setting, GateHands(offices, silent), sweep, progress)


def _staged(setting: Setting, hands: Hands, sweep: Sweep, progress: Progress) -> Counts:
    Stage(setting, hands, EVERY[sweep], progress).play()
    return hands.counts


def _dossiers(engine: Engine) -> int:
    with reading(engine) as session:
        return int(session.execute(select(func.count()).select_from(DossierRow)).scalar_one())


def _hire(engine: Engine, setting: Setting) -> None:
    """Accounts without a password, their roles, and the absences approved for the month."""
    with writing(engine) as session:
        for team in setting.teams.values():
            for person in team.people:
                session.add(
                    StaffRow(
                        id=person.id, login=person.id, name=person.name, email=_email(person.id), password_hash="!"
                    )
                )
                session.flush()
                for grant in person.grants:
                    give(session, person.id, grant)
            _grant_absences(session, setting, team.commune)


def _email(person: str) -> str:
    return f"{person}@rehearsal.invalid"


def _grant_absences(session: Session, setting: Setting, commune: str) -> None:
    begins_at = setting.wish.begins_at
    for away in setting.teams[commune].away:
        session.add(
            AbsenceRow(
                staff_id=away.person,
                first_on=away.first_on,
                last_on=away.last_on,
                substitute=away.substitute,
                state="approved",
                asked_by=away.person,
                asked_at=begins_at,
                decided_by=f"r-{commune}-supervisor",
                decided_at=begins_at,
            )
        )


@contextmanager
def throw_away() -> Iterator[tuple[str, Path]]:
    """A SQLite database in a folder of its own, gone afterwards. It need not survive a power cut."""
    with tempfile.TemporaryDirectory(prefix="motcua-rehearsal-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'rehearsal.db'}"
        engine = engine_for(url)
        event.listen(engine, "connect", _unsynced)
        try:
            yield url, folder
        finally:
            engine.dispose()


def _unsynced(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
