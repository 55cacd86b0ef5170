"""Taking seals: a signed statement over the length and head of every dossier's chain up to a cut.

A seal reads a snapshot and writes what had changed in one short transaction, so that no officer waits for it. One
seal takes in at most `EVENTS_AT_ONCE` new events; a longer backlog makes several, of which only the last is `complete`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from dossiers.events import GENESIS
from dossiers.session import reading, writing
from dossiers.tables import CutRow, DossierRow, EventRow
from performance.raw_events import RawEvent, in_parts, raw_events
from performance.seal_errors import SealedMeanwhile
from performance.seal_keys import SealKey
from performance.seal_store import bucket_leaves, leaves_of, newest_seal, nodes_under
from performance.seal_tables import SealLeafRow, SealNodeRow, SealRow
from performance.seal_tree import (
    TOP,
    Leaf,
    Node,
    Statement,
    bucket_node,
    bucket_of,
    entry_of,
    group_of,
    hash_of,
    linked,
    read_statement,
    upper_node,
)

EVENTS_AT_ONCE = 50_000
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Window:
    """What no seal covers yet."""

    seal: int | None
    """The last seal; None: there is none."""
    sealed_cut: int
    cut: int
    since: datetime | None
    """When the first event that is not sealed was recorded."""

    @property
    def events(self) -> int:
        """How many events are not sealed."""
        return self.cut - self.sealed_cut


@dataclass(slots=True)
class _Draft:
    """A seal being made."""

    session: Session
    last: SealRow | None
    number: int
    cut: int
    complete: bool
    left_out: list[str] = field(default_factory=list)
    leaves: list[dict[str, Any]] = field(default_factory=list)
    nodes: list[dict[str, Any]] = field(default_factory=list)


def unsealed(engine: Engine) -> Window:
    """The part of the ledger that no seal covers yet."""
    with reading(engine) as session:
        last, cut = newest_seal(session), _newest_cut(session)
        sealed = last.cut if last else 0
        first = select(col(EventRow.recorded_at)).where(col(EventRow.cut) > sealed).order_by(col(EventRow.cut)).limit(1)
        since = session.execute(first).scalar_one_or_none()
    return Window(last.number if last else None, sealed, cut, since)


def take_seals(engine: Engine, key: SealKey, *, now: datetime, folder: Path | None = None) -> list[SealRow]:
    """Seal everything recorded so far, in as many seals as that needs; the last one is complete.

    With a `folder` each seal is put there as a file for the province, too.

    Raises:
        SealedMeanwhile: another process did the same.
    """
    taken = []
    while True:
        seal, complete = _take_one(engine, key, now)
        taken.append(seal)
        if folder is not None:
            write_file(seal, folder)
        if complete:
            return taken


def write_file(seal: SealRow, folder: Path) -> Path:
    """The file of a seal for the province: there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"seal-{seal.number:06d}.json"
    part = path.with_suffix(".part")
    content = {"statement": seal.statement, "signature": seal.signature, "public_key": seal.public_key}
    with part.open("w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, indent=1, sort_keys=True)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    return path


def _newest_cut(session: Session) -> int:
    return int(session.execute(select(col(CutRow.last))).scalar_one_or_none() or 0)


def _take_one(engine: Engine, key: SealKey, now: datetime) -> tuple[SealRow, bool]:
    with reading(engine) as session:
        last, newest = newest_seal(session), _newest_cut(session)
        cut = min(newest, (last.cut if last else 0) + EVENTS_AT_ONCE)
        draft = _Draft(session, last, (last.number if last else 0) + 1, cut, cut == newest)
        _grow(draft)
        total = _climb(draft)
    statement = Statement(
        number=draft.number,
        previous=last.hash if last else "",
        taken_at=now,
        cut=cut,
        complete=draft.complete,
        dossiers=total.dossiers,
        events=total.events,
        root=total.digest,
        left_out=tuple(sorted(draft.left_out)),
    )
    text = statement.text
    row = SealRow(
        number=draft.number,
        taken_at=now,
        cut=cut,
        statement=text,
        hash=hash_of(text),
        signature=key.sign(text),
        public_key=key.public.public_bytes_raw().hex(),
    )
    _write(engine, draft, row)
    return row, draft.complete


def _write(engine: Engine, draft: _Draft, row: SealRow) -> None:
    try:
        with writing(engine) as session:
            session.add(row)
            session.flush()
            for table, rows in ((SealLeafRow, draft.leaves), (SealNodeRow, draft.nodes)):
                for part in in_parts(rows, ROWS_AT_ONCE):
                    session.execute(insert(table), part)
    except IntegrityError:
        raise SealedMeanwhile(number=draft.number) from None


def _grow(draft: _Draft) -> None:
    """A new leaf for each dossier that has grown and whose new events go on from the leaf before."""
    session, since = draft.session, draft.last.cut if draft.last else 0
    grown: dict[int, list[RawEvent]] = {}
    for event in raw_events(session, "cut > :since AND cut <= :cut", {"since": since, "cut": draft.cut}):
        grown.setdefault(event.dossier_id, []).append(event)
    codes = _codes(session, grown)
    before = leaves_of(session, codes.values())
    known = read_statement(draft.last.statement) if draft.last else None
    for code in known.left_out if known else ():
        _retry(draft, code, grown, codes, before)
    for dossier_id, events in grown.items():
        code = codes.get(dossier_id, "")
        if not code or not _goes_on(code, events, before.get(code)):
            draft.left_out.append(code or f"#{dossier_id}")
            continue
        draft.leaves.append(_leaf(draft.number, code, events, before.get(code)))


def _retry(
    draft: _Draft, code: str, grown: dict[int, list[RawEvent]], codes: dict[int, str], before: dict[str, Leaf]
) -> None:
    """A dossier that was left out comes in again, with whatever its last leaf does not hold."""
    found = draft.session.execute(select(col(DossierRow.id)).where(col(DossierRow.code) == code)).scalar_one_or_none()
    if found is None:
        draft.left_out.append(code)
        return
    before |= leaves_of(draft.session, [code])
    known = before[code].length if code in before else 0
    where = "dossier_id = :dossier AND revision > :known AND cut <= :cut"
    events = list(raw_events(draft.session, where, {"dossier": found, "known": known, "cut": draft.cut}))
    if events:
        grown[found], codes[found] = events, code


def _codes(session: Session, ids: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in in_parts(ids, 500):
        query = select(col(DossierRow.id), col(DossierRow.code)).where(col(DossierRow.id).in_(part))
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found


def _goes_on(code: str, events: list[RawEvent], before: Leaf | None) -> bool:
    previous, number = (before.head, before.length) if before else (GENESIS, 0)
    for event in events:
        number += 1
        if event.revision != number or event.previous_hash != previous or not event.is_whole(code):
            return False
        previous = event.hash
    return True


def _leaf(seal: int, code: str, events: list[RawEvent], before: Leaf | None) -> dict[str, Any]:
    entries = " ".join(entry_of(e.id, e.cut, e.hash) for e in events)
    return {
        "bucket": bucket_of(code),
        "dossier": code,
        "seal": seal,
        "length": events[-1].revision,
        "head": events[-1].hash,
        "entries": entries,
        "link": linked(before.link if before else "", entries),
    }


def _climb(draft: _Draft) -> Node:
    """The nodes above the new leaves, and the root."""
    new: dict[str, dict[str, Leaf]] = {}
    for row in draft.leaves:
        new.setdefault(row["bucket"], {})[row["dossier"]] = Leaf(
            row["dossier"], row["length"], row["head"], row["link"]
        )
    up_to = draft.number - 1
    whole = bucket_leaves(draft.session, new, up_to=up_to)
    buckets = {name: bucket_node(name, whole.get(name, {}) | leaves) for name, leaves in new.items()}
    groups = nodes_under(draft.session, {group_of(b) for b in buckets}, up_to=up_to)
    for name, node in buckets.items():
        groups.setdefault(group_of(name), {})[name] = node
    upper = {name: upper_node(name, nodes) for name, nodes in groups.items()}
    draft.nodes += [_node_row(draft.number, group_of(n.name), n) for n in buckets.values()]
    draft.nodes += [_node_row(draft.number, TOP, n) for n in upper.values()]
    top = nodes_under(draft.session, [TOP], up_to=up_to).get(TOP, {})
    return upper_node(TOP, top | upper)


def _node_row(seal: int, parent: str, node: Node) -> dict[str, Any]:
    return {
        "parent": parent,
        "name": node.name,
        "seal": seal,
        "digest": node.digest,
        "dossiers": node.dossiers,
        "events": node.events,
    }
