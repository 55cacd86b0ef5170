"""A seeded stratified sample of the dossiers of a month: one seed over the same dossiers draws the same ones. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Stratum = tuple[str, str, str]
"""Commune, verdict, field."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample, and what it was drawn from."""

    seed: int
    population: int
    strata: Mapping[Stratum, tuple[int, int]]
    """How many dossiers each stratum has, and how many of them were drawn."""
    codes: tuple[str, ...]
    """In the order of their codes."""


def rank(seed: int, code: str) -> str:
    """What the dossiers of a stratum are ordered by: anybody can work it out again."""
    return hashlib.sha256(f"{seed}:{code}".encode()).hexdigest()


def draw(population: Iterable[tuple[str, Stratum]], *, size: int, seed: int) -> Drawn:
    """A sample of at most `size` dossiers.

    Each stratum gives one where the size allows, and the rest in proportion (largest remainders, ties in the order of
    the strata). Within a stratum those with the smallest `rank` are drawn.
    """
    strata: dict[Stratum, list[str]] = {}
    for code, stratum in population:
        strata.setdefault(stratum, []).append(code)
    strata = {s: strata[s] for s in sorted(strata)}
    shares = _shares({s: len(codes) for s, codes in strata.items()}, size)
    codes = [code for s, found in strata.items() for code in sorted(found, key=lambda c: rank(seed, c))[: shares[s]]]
    counted = {s: (len(found), shares[s]) for s, found in strata.items()}
    return Drawn(seed, sum(n for n, _ in counted.values()), counted, tuple(sorted(codes)))


def _shares(sizes: Mapping[Stratum, int], size: int) -> dict[Stratum, int]:
    least = 1 if size >= len(sizes) else 0
    left = {s: n - least for s, n in sizes.items()}
    wanted = min(size, sum(sizes.values())) - least * len(sizes)
    whole = sum(left.values()) or 1
    shares = {s: n * wanted // whole for s, n in left.items()}
    by_remainder = sorted(left, key=lambda s: (-(left[s] * wanted % whole), s))
    for stratum in by_remainder[: wanted - sum(shares.values())]:
        shares[stratum] += 1
    return {s: shares[s] + least for s in sizes}
