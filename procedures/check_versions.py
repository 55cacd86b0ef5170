"""Checks across the versions of one procedure: one version at a time in every place, and no day without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from procedures.findings import Finding
from procedures.schema import Definition

Numbered = tuple[int, Definition]
"""A definition with its place in the list that is being checked."""


def check_versions(versions: Sequence[Numbered], files: Sequence[str]) -> Iterator[tuple[int, Finding]]:
    """Findings about the versions of one code, each with the place of the definition that it is about."""
    yield from _repeated(versions, files)
    ordered = sorted(versions, key=lambda v: (v[1].effective.from_, v[1].version))
    for position, (place, newer) in enumerate(ordered):
        earlier = [d for _, d in ordered[:position] if share_a_province(d, newer)]
        yield from ((place, f) for f in _with_earlier(newer, earlier))


def share_a_province(one: Definition, other: Definition) -> bool:
    """Whether two versions apply in a common province."""
    if one.scope.provinces is None or other.scope.provinces is None:
        return True
    return bool(set(one.scope.provinces) & set(other.scope.provinces))


def _repeated(versions: Sequence[Numbered], files: Sequence[str]) -> Iterator[tuple[int, Finding]]:
    first: dict[int, int] = {}
    for place, definition in versions:
        if definition.version in first:
            other = files[first[definition.version]]
            facts = {"version": definition.version, "procedure": definition.code, "other": other}
            yield place, Finding("repeated_version", ("version",), facts)
        else:
            first[definition.version] = place


def _with_earlier(newer: Definition, earlier: list[Definition]) -> Iterator[Finding]:
    start = newer.effective.from_
    for older in earlier:
        until = older.effective.until
        if until is None or until > start:
            yield Finding("versions_overlap", ("effective",), {"other": older.version})
            return
    last = max((d.effective.until for d in earlier if d.effective.until), default=None)
    if last is not None and last < start:
        yield Finding("versions_gap", ("effective", "from"), {"start": last.isoformat(), "end": start.isoformat()})
