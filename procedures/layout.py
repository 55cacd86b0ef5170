"""Positions for a diagram of boxes and arrows: layers from top to bottom, arrows in right angles, labels in the way.

A link's label takes a place of its own in a layer, like a box, and every link takes a place where it passes a layer.
So by construction no box, label or line lies on another; lines only cross at right angles.
"""

from __future__ import annotations

from collections.abc import Sequence

from procedures.layout_channels import Foot, Run, assign_tracks
from procedures.layout_columns import place_columns, place_ports
from procedures.layout_graph import Box, Layout, Link, Point, Rect, Route
from procedures.layout_layers import End, Item, Layered, Wire, build_layers
from procedures.layout_order import order_layers

__all__ = ["Box", "Layout", "Link", "Point", "Rect", "Route", "lay_out"]

MARGIN = 16.0
_TRACK = 12.0
_ARROW = 18.0
"""Room for an arrow head above a box."""

_SAME = 0.01
"""Lengths below this are rounding."""

_Feet = dict[int, tuple[Foot, Foot]]
"""By wire (its `id`): where it starts and ends."""


def lay_out(boxes: Sequence[Box], links: Sequence[Link], *, clear: float = 14.0) -> Layout:
    """Positions of boxes, labels and links. The same input gives the same positions; input order breaks ties.

    Args:
        boxes: what to place, ids unique, the first ones uppermost where links leave a choice; at least one.
        links: between boxes named above; back to an earlier box or to the same one is allowed.
        clear: how far a link keeps straight on below a box.
    """
    found = build_layers(boxes, links)
    order_layers(found)
    place_columns(found, [k.weight for k in links])
    feet = _find_feet(found)
    runs: dict[int, Run | None] = {}
    tops, track_tops, height = _heights(found, feet, runs, clear)
    rects = [_rect(item, tops[item.layer], _band(found, item.layer)) for item in found.items]
    routes = [_route(found, chain, feet, runs, rects, track_tops) for chain in found.chains]
    placed = {name: rects[item] for name, item in found.box_item.items()}
    return _in_canvas(placed, routes, height)


def _find_feet(found: Layered) -> _Feet:
    """Where links leave the bottom of each item, then where they reach the top of the next."""
    xs: dict[tuple[int, bool], float] = {}
    wires = [w for channel in found.channels for w in channel]
    for is_above in (True, False):
        ends: dict[int, list[tuple[float, int, Wire, bool]]] = {}
        for number, wire in enumerate(wires):
            for own, other, is_start in ((wire.a, wire.b, True), (wire.b, wire.a, False)):
                if own.is_above == is_above:
                    default = found.items[other.item].x
                    wish = xs.get((id(wire), not is_start), default) if not is_above else default
                    ends.setdefault(own.item, []).append((wish, number, wire, is_start))
        for item, wanted in ends.items():
            wanted.sort(key=lambda w: w[:2])
            for x, (_, _, wire, is_start) in zip(
                place_ports(found.items[item], [w[0] for w in wanted]), wanted, strict=True
            ):
                xs[id(wire), is_start] = x
    return {
        id(w): (Foot(xs[id(w), True], is_above=w.a.is_above), Foot(xs[id(w), False], is_above=w.b.is_above))
        for w in wires
    }


def _band(found: Layered, layer: int) -> float:
    return max((found.items[i].height for i in found.layers[layer]), default=0.0)


def _heights(
    found: Layered, feet: _Feet, runs: dict[int, Run | None], clear: float
) -> tuple[list[float], list[float], float]:
    """The top of each layer, the top track of each channel, and the height of all; fills `runs`."""
    y = 0.0
    tops: list[float] = []
    track_tops: list[float] = []
    for channel, wires in enumerate(found.channels):
        tracked, count = assign_tracks([feet[id(w)] for w in wires])
        runs.update({id(w): run for w, run in zip(wires, tracked, strict=True)})
        above = clear if _has_box(found, channel - 1) else _TRACK / 2
        below = _ARROW if _has_box(found, channel) else _TRACK / 2
        track_tops.append(y + above)
        if wires:
            y += above + max(count - 1, 0) * _TRACK + below
        if channel < len(found.layers):
            tops.append(y)
            y += _band(found, channel)
    return tops, track_tops, y


def _has_box(found: Layered, layer: int) -> bool:
    return 0 <= layer < len(found.layers) and any(found.items[i].box for i in found.layers[layer])


def _rect(item: Item, top: float, band: float) -> Rect:
    return Rect(item.x - item.width / 2, top + (band - item.height) / 2, item.width, item.height)


def _route(
    found: Layered,
    chain: Sequence[Wire],
    feet: _Feet,
    runs: dict[int, Run | None],
    rects: Sequence[Rect],
    track_tops: Sequence[float],
) -> Route:
    points: list[Point] = []
    label: Rect | None = None
    label_at = -1
    for wire in chain:
        start, end = feet[id(wire)]
        points.append((start.x, _edge(found.items[wire.a.item], rects[wire.a.item], wire.a, start.x)))
        for run in _runs(runs[id(wire)]):
            y = track_tops[wire.channel] + run.track * _TRACK
            points += [(run.start.x, y), (run.end.x, y)]
        points.append((end.x, _edge(found.items[wire.b.item], rects[wire.b.item], wire.b, end.x)))
        if found.items[wire.b.item].is_label:
            label, label_at = rects[wire.b.item], len(points) - 1
    if label is None:
        return Route(_without_middles(points))
    before, after = _without_middles(points[: label_at + 1]), _without_middles(points[label_at + 1 :])
    return Route((*before, *after), label, len(before) - 1)


def _runs(run: Run | None) -> list[Run]:
    """The runs of one course, in its order."""
    found = []
    while run is not None:
        found.append(run)
        run = run.tail
    return found


def _edge(item: Item, rect: Rect, end: End, x: float) -> float:
    """The y at which a link touches an item."""
    inset = item.box.inset(x - item.x) if item.box else 0.0
    return rect.bottom - inset if end.is_above else rect.y + inset


def _without_middles(points: Sequence[Point]) -> tuple[Point, ...]:
    """The same line without repeated points and without points in the middle of a straight."""
    kept: list[Point] = []
    for point in points:
        if kept and abs(kept[-1][0] - point[0]) < _SAME and abs(kept[-1][1] - point[1]) < _SAME:
            continue
        if len(kept) > 1 and any(
            abs(kept[-2][k] - kept[-1][k]) < _SAME and abs(kept[-1][k] - point[k]) < _SAME for k in (0, 1)
        ):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _in_canvas(placed: dict[str, Rect], routes: Sequence[Route], height: float) -> Layout:
    """Everything moved so that it starts at the margin."""
    lefts = [r.x for r in placed.values()] + [r.label.x for r in routes if r.label]
    rights = [r.right for r in placed.values()] + [r.label.right for r in routes if r.label]
    xs = [x for r in routes for x, _ in r.points]
    dx, dy = MARGIN - min(lefts + xs), MARGIN
    moved = tuple(
        Route(
            tuple((x + dx, y + dy) for x, y in r.points),
            r.label.moved(dx, dy) if r.label else None,
            r.label_at,
        )
        for r in routes
    )
    boxes = {name: rect.moved(dx, dy) for name, rect in placed.items()}
    return Layout(boxes, moved, max(rights + xs) + dx + MARGIN, height + 2 * MARGIN)
