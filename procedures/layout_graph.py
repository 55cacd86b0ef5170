"""What a layout is asked for and what it answers: boxes, links, and where they ended up.

Lengths are pixels; y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Something to place, with its outer size. Links leave at the bottom and arrive at the top."""

    id: str
    width: float
    height: float
    shape: Literal["box", "circle", "diamond"] = "box"
    port_gap: float = 16
    """The distance between two links on one side, where the side is long enough."""
    ports: float | None = None
    """How far from the middle of a side a link may stand, where the shape does not say it."""

    @property
    def reach(self) -> float:
        """How far from the middle of a side a link may stand."""
        if self.ports is not None:
            return self.ports
        return {"box": max(self.width / 2 - 14, 0), "circle": self.width / 4, "diamond": self.width / 3}[self.shape]

    def inset(self, dx: float) -> float:
        """How far below the top of the bounding box the border lies, `dx` from the middle."""
        if self.shape == "circle":
            return self.height / 2 - math.sqrt(max((self.width / 2) ** 2 - dx**2, 0)) * self.height / self.width
        if self.shape == "diamond":
            return abs(dx) * self.height / self.width
        return 0


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow between two boxes (by id), perhaps with a label of a size (width, height)."""

    source: str
    target: str
    label: tuple[float, float] | None = None
    weight: int = 1
    """How much a straight course is worth."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A placed rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """The middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    def moved(self, dx: float, dy: float) -> Rect:
        """The same rectangle elsewhere."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Route:
    """The course of a link in horizontal and vertical lines, from box to box.

    With a label the course passes through the label's rectangle from `points[label_at]` to `points[label_at + 1]`.
    """

    points: tuple[Point, ...]
    label: Rect | None = None
    label_at: int = -1

    def parts(self) -> tuple[tuple[Point, ...], ...]:
        """The course without the part that lies under the label."""
        if self.label is None:
            return (self.points,)
        return (self.points[: self.label_at + 1], self.points[self.label_at + 1 :])


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is; routes in the order of the links. Everything lies within (0, 0) and (width, height)."""

    boxes: Mapping[str, Rect]
    routes: tuple[Route, ...]
    width: float
    height: float
