"""`motcua verify`: every chain against its hashes and every seal. Needs the database and the public key only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from dossiers.events import GENESIS
from dossiers.session import reading
from dossiers.tables import CutRow, DossierRow, EventRow
from performance.findings import Finding, Kind, Verification
from performance.raw_events import RawEvent, in_parts, raw_events
from performance.seal_check import check_files, check_seals, check_trees
from performance.seal_errors import UnknownSeal
from performance.seal_keys import fingerprint_of, read_public_key
from performance.seal_tables import SealLeafRow, SealRow
from performance.seal_tree import HASH_DIGITS, Statement, bucket_of

GRACE = timedelta(minutes=10)
"""An event may be recorded so long before a seal and still be committed after it."""
DOSSIERS_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class _Sealed:
    """What all seals together hold of a dossier. `entries`: (id, cut, start of the hash) by revision, from 1."""

    seals: tuple[int, ...]
    """The seal of each entry."""
    entries: tuple[tuple[str, str, str], ...]
    heads: dict[int, str]
    """By length."""


@dataclass(frozen=True, slots=True)
class _Bounds:
    cut: int
    complete: tuple[tuple[datetime, int, int], ...]
    """(taken at, cut, number) of the complete seals, the newest first."""


def verify(
    engine: Engine, *, public_key: Ed25519PublicKey | None = None, folder: Path | None = None, seal: int | None = None
) -> Verification:
    """Check every chain and every seal (up to `seal`). Changes nothing.

    Without a public key the one that the first seal names is taken, which proves less: see `Verification.key_given`.
    A `folder` with the seals that were handed out shows seals that were taken out of the database.

    Raises:
        UnknownSeal: there is no such seal.
    """
    found = Verification(key_given=public_key is not None)
    with reading(engine) as session:
        query = select(SealRow).order_by(col(SealRow.number))
        rows = list(session.execute(query).scalars())
        if seal is not None and seal not in {r.number for r in rows}:
            raise UnknownSeal(number=seal)
        rows = [r for r in rows if seal is None or r.number <= seal]
        statements: list[Statement] = []
        if rows:
            key = public_key or read_public_key(rows[0].public_key)
            found.key = fingerprint_of(key)
            statements, wrong = check_seals(rows, key)
            found.findings += wrong
            found.findings += check_trees(session, statements)
        if folder is not None and seal is None:
            found.findings += check_files(session, folder)
        found.seals, found.last_seal = len(rows), rows[-1].number if rows else None
        _check_ledgers(session, statements, found)
    return found


def _check_ledgers(session: Session, statements: list[Statement], found: Verification) -> None:
    last = statements[-1] if statements else None
    complete = tuple((s.taken_at, s.cut, s.number) for s in reversed(statements) if s.complete)
    bounds = _Bounds(last.cut if last else 0, complete)
    newest = last.number if last else 0
    known: set[int] = set()
    ids = [(row[0], row[1]) for row in session.execute(select(col(DossierRow.id), col(DossierRow.code)))]
    for part in in_parts(sorted(ids), DOSSIERS_AT_ONCE):
        codes = dict(part)
        known |= codes.keys()
        sealed = _sealed(session, list(codes.values()), newest)
        events: dict[int, list[RawEvent]] = {i: [] for i in codes}
        for event in raw_events(session, "dossier_id IN :ids", {"ids": list(codes)}):
            if event.dossier_id in events:
                events[event.dossier_id].append(event)
        for i, code in codes.items():
            found.dossiers += 1
            found.events += len(events[i])
            found.findings += _dossier(code, events[i], sealed.get(code), bounds)
            found.unsealed_events += sum(1 for e in events[i] if _unsealed(e, bounds.cut))
    found.findings += _gone_dossiers(session, {code for _, code in ids}, newest)
    for event in raw_events(session, "dossier_id NOT IN (SELECT id FROM dossiers)", {}):
        found.events += 1
        found.findings.append(Finding(Kind.NO_DOSSIER, revision=event.revision, detail=f"#{event.dossier_id}"))
    found.findings += _gaps(session, bounds.cut)
    found.findings += _heads(session)


def _unsealed(event: RawEvent, cut: int) -> bool:
    return isinstance(event.cut, int) and event.cut > cut


def _sealed(session: Session, codes: list[str], newest: int) -> dict[str, _Sealed]:
    query = (
        select(SealLeafRow)
        .where(
            col(SealLeafRow.bucket).in_({bucket_of(c) for c in codes}),
            col(SealLeafRow.dossier).in_(codes),
            col(SealLeafRow.seal) <= newest,
        )
        .order_by(col(SealLeafRow.seal))
    )
    rows: dict[str, list[SealLeafRow]] = {}
    for row in session.execute(query).scalars():
        rows.setdefault(row.dossier, []).append(row)
    return {code: _join(found) for code, found in rows.items()}


def _join(rows: list[SealLeafRow]) -> _Sealed:
    entries: list[tuple[str, str, str]] = []
    seals: list[int] = []
    for row in rows:
        for entry in row.entries.split(" "):
            id_, cut, digest = (*entry.split(":"), "", "", "")[:3]
            entries.append((id_, cut, digest))
            seals.append(row.seal)
    return _Sealed(tuple(seals), tuple(entries), {row.length: row.head for row in rows})


def _dossier(code: str, events: list[RawEvent], sealed: _Sealed | None, bounds: _Bounds) -> Iterator[Finding]:
    by_revision = {e.revision: e for e in events}
    length = len(sealed.entries) if sealed else 0
    if sealed:
        if not events:
            yield Finding(Kind.MISSING_DOSSIER, code, seal=sealed.seals[-1], detail="no events")
            return
        yield from _sealed_part(code, by_revision, sealed)
    numbers = sorted((r for r in by_revision if isinstance(r, int)), key=int)
    for event in events:
        if not isinstance(event.revision, int) or event.revision < 1:
            yield Finding(Kind.INSERTED, code, event.revision, detail="revision")
    previous = by_revision[length].hash if length and length in by_revision else ("" if length else GENESIS)
    for number in range(length + 1, (numbers[-1] if numbers else 0) + 1):
        found = by_revision.get(number)
        if found is None:
            yield Finding(Kind.REMOVED, code, number)
            previous = ""
            continue
        yield from _open_part(code, found, previous, bounds)
        previous = found.hash
    if not events:
        yield Finding(Kind.REMOVED, code, 1)


def _sealed_part(code: str, events: dict[int, RawEvent], sealed: _Sealed) -> Iterator[Finding]:
    length = len(sealed.entries)
    last = max((r for r in events if isinstance(r, int) and 1 <= r <= length), default=0)
    if last < length:
        yield Finding(Kind.CUT_TAIL, code, last + 1, sealed.seals[-1], f"{length} → {last}")
    for number in range(1, last + 1):
        id_, cut, digest = sealed.entries[number - 1]
        seal, event = sealed.seals[number - 1], events.get(number)
        if event is None:
            yield Finding(Kind.REMOVED, code, number, seal)
        elif not event.is_whole(code) or event.hash[:HASH_DIGITS] != digest:
            yield Finding(Kind.CHANGED, code, number, seal, event.spoiled or "")
        elif (str(event.id), str(event.cut)) != (id_, cut):
            yield Finding(Kind.RENUMBERED, code, number, seal)
        elif sealed.heads.get(number, event.hash) != event.hash:
            yield Finding(Kind.CHANGED, code, number, seal, "head")


def _open_part(code: str, event: RawEvent, previous: str, bounds: _Bounds) -> Iterator[Finding]:
    """An event that no seal holds: whole, chained, and neither below the sealed cut nor dated before a seal."""
    if not event.is_whole(code) or (previous and event.previous_hash != previous):
        yield Finding(Kind.CHANGED, code, event.revision, detail=event.spoiled or "")
    if isinstance(event.cut, int) and event.cut <= bounds.cut:
        yield Finding(Kind.INSERTED, code, event.revision)
        return
    recorded = event.recorded
    for taken_at, _, number in reversed(bounds.complete):
        if recorded is not None and recorded < taken_at - GRACE:
            yield Finding(Kind.BACK_DATED, code, event.revision, number)
            return


def _gone_dossiers(session: Session, codes: set[str], newest: int) -> Iterator[Finding]:
    query = (
        select(col(SealLeafRow.dossier), func.max(col(SealLeafRow.seal)))
        .where(col(SealLeafRow.seal) <= newest)
        .group_by(col(SealLeafRow.dossier))
    )
    for dossier, seal in session.execute(query.execution_options(yield_per=5000)):
        if dossier not in codes:
            yield Finding(Kind.MISSING_DOSSIER, dossier, seal=seal)


def _gaps(session: Session, sealed_cut: int) -> Iterator[Finding]:
    """Cuts are given out without gaps, so events that are gone before any seal leave one."""
    last = session.execute(select(col(CutRow.last))).scalar_one_or_none() or 0
    there = session.execute(select(func.count()).select_from(EventRow).where(col(EventRow.cut) > sealed_cut))
    missing = max(last - sealed_cut, 0) - there.scalar_one()
    if missing > 0:
        yield Finding(Kind.MISSING_EVENTS, detail=str(missing))


def _heads(session: Session) -> Iterator[Finding]:
    """The read model names revision and head of each chain, which shows a cut tail that no seal holds yet."""
    longest = select(col(EventRow.dossier_id), func.max(col(EventRow.revision)).label("last"))
    lengths = longest.group_by(col(EventRow.dossier_id)).subquery()
    query = (
        select(col(DossierRow.code), col(DossierRow.revision), lengths.c.last)
        .join(lengths, lengths.c.dossier_id == col(DossierRow.id))
        .where(lengths.c.last < col(DossierRow.revision))
    )
    for code, revision, last in session.execute(query):
        yield Finding(Kind.CUT_TAIL, code, last + 1, detail=f"{revision} → {last}")
