"""The sweep on PostgreSQL: a million open dossiers, ten thousand of them due at the same opening of the office."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from bench.databases import throw_away
from bench.whole import ACTORS, COMMUNE
from dossiers.gate import act
from dossiers.migrate import upgrade
from dossiers.office import Office
from dossiers.personal import Vault
from dossiers.registration import register
from dossiers.session import engine_for, reading, writing
from dossiers.sweep import elapsed_dossiers, sweep, write_warnings
from dossiers.tables import DossierRow
from dossiers.working_time import instant_from_text as at
from flows.desk import THREADS_ON_POSTGRESQL
from procedures.catalogue import load_catalogue

OPEN = 1_000_000
REACHED = 8_000
"""Dossiers that reach a rung when the office opens; rows of the read model, made in SQL after one real dossier."""
DEEMED = 2_000
"""Dossiers with real ledgers, each with a body that let its time pass until that moment."""
TEMPLATES = 20
"""Real dossiers after which the rest, of which nothing is due, is made."""
ACCEPTED = at("2026-03-02T09:00")
OPENING = at("2026-03-04T07:00")
"""The last day for an apology of what was accepted on the 2nd; the bodies' time was over at midnight."""
WEEKS_LATER = at("2026-03-20T09:00")
"""By then those dossiers have reached eight further rungs each."""
LATER = "2026-03-30T{hour:02}:{minute:02}"
_T = TypeVar("_T")


def run(rest: int = OPEN, reached: int = REACHED, deemed: int = DEEMED) -> dict[str, Any]:
    """Detection, rungs and deemed outcomes with their budgets, and plain SQL beside them."""
    with throw_away() as url:
        upgrade(engine_for(url))
        catalogue = load_catalogue(Path(__file__).parent / "definitions")
        office = Office(engine=engine_for(url), catalogue=catalogue, vault=Vault.from_secret(b"b" * 32))
        prepared = _timed(lambda: _prepare(office, rest, reached, deemed))[0]
        return _measured(office, reached + deemed) | {"preparation_s (not measured)": round(prepared)}


def _measured(office: Office, due: int) -> dict[str, Any]:
    known, codes = _timed(lambda: elapsed_dossiers(office, now=OPENING, limit=10_000))
    queueing, (seen, rows) = _timed(lambda: write_warnings(office, now=OPENING, limit=due))
    if len(codes) + seen != due:
        raise RuntimeError(f"{len(codes)} timers and {seen} rungs were found, not {due}")
    deeming, swept = _timed(lambda: sweep(office, now=OPENING, threads=THREADS_ON_POSTGRESQL))
    if swept.dossiers != len(codes) or swept.failed:
        raise RuntimeError(f"{swept.dossiers} of {len(codes)} dossiers were deemed; {list(swept.failed.values())[:1]}")
    catching_up, (_, more) = _timed(lambda: write_warnings(office, now=WEEKS_LATER, limit=10 * due))
    return {
        "due dossiers": due,
        "detect_and_queue_s (budget 3)": round(known + queueing, 2),
        "  of which finding elapsed timers_s": round(known, 3),
        "  of which recording and queueing rungs_s": round(queueing, 2),
        "one rung each: warning rows_per_s (budget 3000)": round(rows / queueing),
        f"after weeks ({more} rows): warning rows_per_s (budget 3000)": round(more / catching_up),
        "  floor: INSERT .. SELECT of the same rows_per_s": round(_plain_rows(office)),
        "deemed outcomes through the gate_per_s (budget 150)": round(len(codes) / deeming),
        "  floor: the same writes in plain SQL_per_s": round(_plain_outcomes(office, len(codes))),
    }


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def _prepare(office: Office, rest: int, reached: int, deemed: int) -> None:
    first = _accepted(office, "9.000002", ACCEPTED)
    later = [_accepted(office, "9.000002", at(LATER.format(hour=8, minute=2 * n))) for n in range(TEMPLATES)]
    for each in later:
        _copy(office, each, rest // TEMPLATES, f"L{each}")
    _copy(office, first, reached, "R")
    with ThreadPoolExecutor(THREADS_ON_POSTGRESQL) as pool:
        list(pool.map(lambda _: _ask(office), range(deemed)))
    with writing(office.engine) as session:
        session.execute(text("UPDATE dossiers SET next_warning_at = NULL WHERE code = :code"), {"code": first})
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def _accepted(office: Office, procedure: str, now: Any) -> str:
    command = {"procedure": procedure, "commune": COMMUNE, "applicant": {"name": "Đo lường"}}
    code = str(register(office, command, actor=ACTORS["receiver"], now=now)["dossier"])
    act(office, code, "accept", {}, actor=ACTORS["receiver"], now=now)
    return code


def _ask(office: Office) -> None:
    asked = at("2026-02-27T09:00")  # a Friday; two working days later it is Tuesday 3 March
    code = _accepted(office, "9.000003", asked)
    question = {"occurrence": 1, "bodies": ["Công an xã"], "question": "Có phù hợp không?"}
    act(office, code, "consult", question, actor=ACTORS["case"], now=asked)


def _copy(office: Office, code: str, copies: int, prefix: str) -> None:
    """So many rows of the read model like that dossier's, under codes of their own."""
    names = [c for c in DossierRow.model_fields if c not in {"id", "code"}]
    copied = f"""
        INSERT INTO dossiers (code, {", ".join(names)})
        SELECT CAST(:prefix AS text) || '-' || n, {", ".join(names)}
        FROM dossiers, generate_series(1, :copies) AS g(n) WHERE code = :code
    """
    with writing(office.engine) as session:
        session.execute(text(copied), {"prefix": prefix, "copies": copies, "code": code})


def _plain_rows(office: Office) -> float:
    """Rows a second when the database itself copies the warnings into a like table."""
    columns = "dossier_id, rung, number, clock_period, legal_moment, recorded_at, announced"
    with writing(office.engine) as session:
        session.execute(text("CREATE TABLE floor_warnings (LIKE warnings INCLUDING ALL)"))
    copied = text(f"INSERT INTO floor_warnings ({columns}) SELECT {columns} FROM warnings ORDER BY id")

    def copy() -> int:
        with writing(office.engine) as session:
            return int(session.execute(copied).rowcount)  # type: ignore[attr-defined]

    took, rows = _timed(copy)
    return rows / took


def _plain_outcomes(office: Office, outcomes: int) -> float:
    """Transactions a second that lock a dossier, take two cuts, add two rows as long as its events, and move it on."""
    with writing(office.engine) as session:
        session.execute(text("CREATE TABLE floor_events (LIKE events INCLUDING ALL)"))
    with reading(office.engine) as session:
        ids = list(session.scalars(text("SELECT id FROM dossiers WHERE code LIKE 'R-%' ORDER BY id")))[:outcomes]
        start = int(session.execute(text("SELECT last FROM cuts")).scalar_one())
    statements = [
        text("SELECT * FROM dossiers WHERE id = :id FOR UPDATE"),
        text("SELECT * FROM events WHERE dossier_id = :id"),
        text("UPDATE dossiers SET revision = revision + 2, next_timer_at = NULL WHERE id = :id"),
        text("UPDATE cuts SET last = last + 2"),
        text(
            "INSERT INTO floor_events (dossier_id, revision, type, occurred_at, recorded_at, actor, payload,"
            " previous_hash, hash, cut) SELECT :id, n, 'ConsultationDeemedAnswered', now(), now(), 'system',"
            " CAST(:payload AS json), repeat('0', 64), repeat('0', 64), last + n - 2 FROM cuts, generate_series(1, 2) n"
        ),
    ]
    payload = '{"number": 1, "answer": "consent", "opens": [{"occurrence": 2, "step": "sign", "role": "signatory"}]}'

    def one(dossier: int) -> None:
        with writing(office.engine) as session:
            for statement in statements:
                session.execute(statement, {"id": dossier, "payload": payload})

    def all_of_them() -> int:
        with ThreadPoolExecutor(THREADS_ON_POSTGRESQL) as pool:
            return len(list(pool.map(one, ids)))

    took, done = _timed(all_of_them)
    with reading(office.engine) as session:
        if session.execute(text("SELECT last FROM cuts")).scalar_one() != start + 2 * done:
            raise RuntimeError("the floor did not do its work")
    return done / took
