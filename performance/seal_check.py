"""Checking seals: signatures, their chain, and that the leaves stored add up to the signed roots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlmodel import Session, col

from performance.findings import Finding, Kind
from performance.raw_events import in_parts
from performance.seal_keys import is_signed
from performance.seal_tables import SealLeafRow, SealNodeRow, SealRow
from performance.seal_tree import (
    TOP,
    Leaf,
    Node,
    Statement,
    bucket_node,
    bucket_of,
    group_of,
    hash_of,
    linked,
    read_statement,
    upper_node,
)

BUCKETS_AT_ONCE = 50


def check_seals(rows: Iterable[SealRow], key: Ed25519PublicKey) -> tuple[list[Statement], list[Finding]]:
    """The statements that are what was signed, in order, and what is wrong with the others or their chain."""
    good: list[Statement] = []
    findings: list[Finding] = []
    previous, number = "", 0
    for row in rows:
        number += 1
        while number < row.number:
            findings.append(Finding(Kind.MISSING_SEAL, seal=number))
            number += 1
        said = read_statement(row.statement)
        signed = is_signed(key, row.statement, row.signature)
        written = (row.number, row.cut, row.taken_at, row.hash, row.public_key)
        own = key.public_bytes_raw().hex()
        if said is None or not signed:
            findings.append(Finding(Kind.FORGED_SEAL, seal=row.number))
        elif written != (said.number, said.cut, said.taken_at, hash_of(row.statement), own):
            findings.append(Finding(Kind.FORGED_SEAL, seal=row.number, detail="columns differ from the statement"))
        if said is not None and said.previous != previous:
            findings.append(Finding(Kind.BROKEN_SEAL_CHAIN, seal=row.number))
        if said is not None and signed and said.number == row.number:
            good.append(said)
        previous = hash_of(row.statement)
    return good, findings


def check_files(session: Session, folder: Path) -> Iterator[Finding]:
    """Seals that were handed out as files and are not in the database as they were."""
    for path in sorted(folder.glob("seal-*.json")):
        number = int(path.stem.removeprefix("seal-")) if path.stem.removeprefix("seal-").isdigit() else None
        try:
            statement = json.loads(path.read_text(encoding="utf-8"))["statement"]
        except (ValueError, KeyError, TypeError):
            yield Finding(Kind.FORGED_SEAL, seal=number, detail=path.name)
            continue
        row = session.get(SealRow, number) if number is not None else None
        if row is None:
            yield Finding(Kind.MISSING_SEAL, seal=number, detail=path.name)
        elif row.statement != statement:
            yield Finding(Kind.FORGED_SEAL, seal=number, detail=path.name)


def check_trees(session: Session, statements: list[Statement]) -> Iterator[Finding]:
    """Every leaf's link, and the root of every seal made again from the leaves."""
    newest = statements[-1].number if statements else 0
    tops: dict[int, dict[str, Node]] = {}
    for group, names in _groups(session).items():
        made: dict[int, dict[str, Node]] = {}
        for part in in_parts(names, BUCKETS_AT_ONCE):
            yield from _bucket_nodes(session, part, made, newest)
        yield from _compare(session, group, made, newest)
        standing: dict[str, Node] = {}
        for seal in sorted(made):
            standing |= made[seal]
            tops.setdefault(seal, {})[group] = upper_node(group, standing)
    yield from _compare(session, TOP, tops, newest)
    standing, numbers = {}, sorted(tops)
    for said in statements:
        while numbers and numbers[0] <= said.number:
            standing |= tops[numbers.pop(0)]
        root = upper_node(TOP, standing)
        if (root.digest, root.dossiers, root.events) != (said.root, said.dossiers, said.events):
            yield Finding(Kind.CHANGED_LEAVES, seal=said.number, detail="root")


def _groups(session: Session) -> dict[str, list[str]]:
    """Every bucket that has leaves or a node, by group."""
    below = select(col(SealNodeRow.name)).where(col(SealNodeRow.parent) != TOP).distinct()
    names = set(session.execute(select(col(SealLeafRow.bucket)).distinct()).scalars())
    found: dict[str, list[str]] = {}
    for bucket in sorted(names | set(session.execute(below).scalars())):
        found.setdefault(group_of(bucket), []).append(bucket)
    return found


def _bucket_nodes(
    session: Session, buckets: list[str], made: dict[int, dict[str, Node]], newest: int
) -> Iterator[Finding]:
    query = (
        select(SealLeafRow)
        .where(col(SealLeafRow.bucket).in_(buckets), col(SealLeafRow.seal) <= newest)
        .order_by(col(SealLeafRow.seal), col(SealLeafRow.bucket))
    )
    standing: dict[str, dict[str, Leaf]] = {}
    touched: dict[tuple[int, str], None] = {}
    at: int | None = None
    for row in session.execute(query.execution_options(yield_per=2000)).scalars():
        if at is not None and row.seal != at:
            _note(at, touched, standing, made)
        at = row.seal
        before = standing.setdefault(row.bucket, {}).get(row.dossier)
        grown = row.length - (before.length if before else 0)
        right = row.link == linked(before.link if before else "", row.entries) and bucket_of(row.dossier) == row.bucket
        if not right or grown != len(row.entries.split(" ")):
            yield Finding(Kind.CHANGED_LEAVES, row.dossier, seal=row.seal, detail="leaf")
        standing[row.bucket][row.dossier] = Leaf(row.dossier, row.length, row.head, row.link)
        touched[(row.seal, row.bucket)] = None
    if at is not None:
        _note(at, touched, standing, made)


def _note(
    seal: int,
    touched: dict[tuple[int, str], None],
    standing: dict[str, dict[str, Leaf]],
    made: dict[int, dict[str, Node]],
) -> None:
    for _, bucket in touched:
        made.setdefault(seal, {})[bucket] = bucket_node(bucket, standing[bucket])
    touched.clear()


def _compare(session: Session, parent: str, made: dict[int, dict[str, Node]], newest: int) -> Iterator[Finding]:
    """The stored nodes name the place where leaves were changed; they prove nothing by themselves."""
    n = SealNodeRow
    columns = (n.seal, n.name, n.dossiers, n.events, n.digest)
    query = select(*columns).where(col(n.parent) == parent, col(n.seal) <= newest)  # type: ignore[call-overload]
    stored = {(row[0], row[1]): Node(*row[1:]) for row in session.execute(query)}
    computed = {(seal, name): node for seal, nodes in made.items() for name, node in nodes.items()}
    for seal, name in sorted(stored.keys() | computed.keys()):
        if stored.get((seal, name)) != computed.get((seal, name)):
            yield Finding(Kind.CHANGED_LEAVES, seal=seal, detail=name)
