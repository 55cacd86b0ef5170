"""Merkle trees as RFC 6962 makes them: one digest over a list, and a short proof that something is in it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of an empty list."""
Step = tuple[str, str]
"""One step of a proof: on which side the other digest stands ("left" or "right"), and that digest in hex."""


def leaf_hash(text: str) -> bytes:
    """The digest of one leaf."""
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def _pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over the digests of leaves, in their order."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        paired = [_pair(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[-1:] if len(level) % 2 else paired
    return level[0]


def path_of(leaves: Sequence[bytes], index: int) -> list[Step]:
    """The proof that the leaf at `index` is below the root, from the leaf upwards."""
    steps: list[Step] = []
    level = list(leaves)
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            steps.append(("left" if other < index else "right", level[other].hex()))
        paired = [_pair(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[-1:] if len(level) % 2 else paired
        index //= 2
    return steps
