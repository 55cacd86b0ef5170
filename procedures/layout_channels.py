"""Where links run sideways: in the channel between two layers each horizontal run gets a track of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_SAME = 0.01
"""Lengths below this are rounding."""
_NEAR = 7.0
"""Verticals nearer than this must not lie side by side."""


@dataclass(frozen=True, slots=True)
class Foot:
    """Where a run meets the layer above or below the channel."""

    x: float
    is_above: bool


@dataclass(slots=True)
class Run:
    """A horizontal run between two feet; `track` counts from the top."""

    start: Foot
    end: Foot
    track: int = -1
    tail: Run | None = field(default=None, repr=False)
    """The rest of the course, where it changes track on the way."""
    is_part: bool = False
    """Whether it is one of two parts of a course; a part never waits in a circle, so it is never split again."""

    @property
    def span(self) -> tuple[float, float]:
        """Left and right end."""
        return (min(self.start.x, self.end.x), max(self.start.x, self.end.x))

    @property
    def feet(self) -> tuple[Foot, Foot]:
        """Both feet."""
        return (self.start, self.end)


def assign_tracks(courses: Sequence[tuple[Foot, Foot]]) -> tuple[list[Run | None], int]:
    """The run of each course (None where it goes straight through) and the number of tracks in use.

    No two runs overlap on a track, and no two verticals lie on each other.
    """
    runs = [None if _is_straight(a, b) else Run(a, b) for a, b in courses]
    waiting = [r for r in runs if r is not None]
    taken = [foot.x for course in courses for foot in course]
    placed: list[Run] = []
    while waiting:
        free = [r for r in waiting if not any(_must_be_above(o, r) for o in waiting if o is not r)]
        if not free:
            waiting.append(_split(_most_stuck(waiting), taken))
            continue
        chosen = min(free, key=lambda r: (_cost_of_first(r, waiting), r.span))
        waiting.remove(chosen)
        chosen.track = max(
            (o.track + 1 for o in placed if _share_room(o, chosen) or _must_be_above(o, chosen)), default=0
        )
        placed.append(chosen)
    return runs, max((r.track + 1 for r in placed), default=0)


def _is_straight(a: Foot, b: Foot) -> bool:
    return a.is_above != b.is_above and abs(a.x - b.x) < _SAME


def _must_be_above(upper: Run, lower: Run) -> bool:
    """Whether the upper run's foot from above would lie on the lower run's foot from below, were it the other way."""
    if upper.tail is lower:
        return upper.start.is_above
    if lower.tail is upper:
        return not lower.start.is_above
    return any(
        one.is_above and not two.is_above and abs(one.x - two.x) < _NEAR for one in upper.feet for two in lower.feet
    )


def _share_room(one: Run, two: Run) -> bool:
    (a, b), (c, d) = one.span, two.span
    return a < d + _NEAR and c < b + _NEAR


def _cost_of_first(run: Run, others: Sequence[Run]) -> int:
    """The crossings that lying above the others costs, less those that lying below them would cost."""
    return sum(_crossed(run, o) - _crossed(o, run) for o in others if o is not run)


def _crossed(upper: Run, lower: Run) -> int:
    """Crossings of two runs: feet from above of the lower one, and feet from below of the upper one."""
    (a, b), (c, d) = upper.span, lower.span
    return sum(f.is_above and a < f.x < b for f in lower.feet) + sum(not f.is_above and c < f.x < d for f in upper.feet)


def _most_stuck(waiting: Sequence[Run]) -> Run:
    """Of the runs that wait for each other the shortest that leads from above to below."""
    through = [
        r
        for r in waiting
        if not r.is_part
        and r.start.is_above != r.end.is_above
        and any(_must_be_above(o, r) for o in waiting if o is not r)
    ]
    return min(through, key=lambda r: (r.span[1] - r.span[0], r.span))


def _split(run: Run, taken: list[float]) -> Run:
    """Let the run change track at an x that nothing else uses; the answer is the rest of its course."""
    middle = sum(run.span) / 2
    step = 0
    while any(abs(middle - x) < _NEAR for x in taken):
        step += 1
        middle = sum(run.span) / 2 + (step if step % 2 else -step) * _NEAR / 2
    taken.append(middle)
    last = run.end
    run.end = Foot(middle, is_above=not run.start.is_above)
    rest = Run(Foot(middle, is_above=run.start.is_above), last, is_part=True)
    run.tail, run.is_part = rest, True
    return rest
