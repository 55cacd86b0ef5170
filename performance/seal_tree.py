"""What a seal is made of: leaves in buckets in groups under one root, and the statement that is signed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossiers.events import canonical, instant
from performance.merkle import leaf_hash, root_of

KIND = "motcua seal"
TOP = "/"
"""The parent of every group."""
HASH_DIGITS = 16


def bucket_of(dossier: str) -> str:
    """The bucket of a dossier: its code without the running number, so the dossiers of a commune and day."""
    return dossier.rpartition("-")[0]


def group_of(bucket: str) -> str:
    """The group of a bucket: the code without day and running number, so a commune."""
    return bucket.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Leaf:
    """The chain of a dossier at a seal."""

    dossier: str
    length: int
    head: str
    link: str

    @property
    def text(self) -> str:
        """What its digest is of."""
        return canonical([self.dossier, self.length, self.head, self.link])


@dataclass(frozen=True, slots=True)
class Node:
    """A bucket or a group at a seal."""

    name: str
    dossiers: int
    events: int
    digest: str

    @property
    def text(self) -> str:
        """What its digest in the node above is of."""
        return canonical([self.name, self.dossiers, self.events, self.digest])


def entry_of(id: int, cut: int, digest: str) -> str:
    """How one event stands in a leaf."""
    return f"{id}:{cut}:{digest[:HASH_DIGITS]}"


def linked(before: str, entries: str) -> str:
    """The link of a leaf, from that of the leaf before ("" for none)."""
    return hashlib.sha256(f"{before} {entries}".encode()).hexdigest()


def bucket_node(name: str, leaves: Mapping[str, Leaf]) -> Node:
    """A bucket over its leaves."""
    ordered = [leaves[code] for code in sorted(leaves)]
    digest = root_of([leaf_hash(leaf.text) for leaf in ordered]).hex()
    return Node(name, len(ordered), sum(leaf.length for leaf in ordered), digest)


def upper_node(name: str, nodes: Mapping[str, Node]) -> Node:
    """A group over its buckets, or the root over the groups."""
    ordered = [nodes[key] for key in sorted(nodes)]
    digest = root_of([leaf_hash(node.text) for node in ordered]).hex()
    return Node(name, sum(n.dossiers for n in ordered), sum(n.events for n in ordered), digest)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a seal says. `complete`: the cut was the newest one, so whatever was recorded before is in it."""

    number: int
    previous: str
    """Hash of the statement before; empty for the first."""
    taken_at: datetime
    cut: int
    complete: bool
    dossiers: int
    events: int
    root: str
    left_out: tuple[str, ...]
    """Dossiers whose chain did not go on from the seal before: they stay sealed as they were."""

    @property
    def text(self) -> str:
        """Canonical JSON, which is signed."""
        return canonical(
            {
                "kind": KIND,
                "format": 1,
                "number": self.number,
                "previous": self.previous,
                "taken_at": instant(self.taken_at),
                "cut": self.cut,
                "complete": self.complete,
                "dossiers": self.dossiers,
                "events": self.events,
                "root": self.root,
                "left_out": list(self.left_out),
            }
        )


def hash_of(text: str) -> str:
    """SHA-256 of a text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_statement(text: str) -> Statement | None:
    """A statement from its text; None when it is not one, or not spelled as one."""
    try:
        said: dict[str, Any] = json.loads(text)
        found = Statement(
            number=said["number"],
            previous=said["previous"],
            taken_at=datetime.fromisoformat(said["taken_at"]),
            cut=said["cut"],
            complete=said["complete"],
            dossiers=said["dossiers"],
            events=said["events"],
            root=said["root"],
            left_out=tuple(said["left_out"]),
        )
        return found if found.text == text else None
    except (ValueError, TypeError, KeyError):
        return None
