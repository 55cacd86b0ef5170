"""The order of items within their layers, with few crossings."""

from __future__ import annotations

from itertools import combinations

from procedures.layout_layers import Layered, Wire

_SWEEPS = 12


def order_layers(found: Layered) -> None:
    """Reorder every layer so that wires cross as little as this can manage. The same input gives the same order."""
    best = [list(layer) for layer in found.layers]
    fewest = _crossings(found)
    for sweep in range(_SWEEPS):
        if fewest == 0:
            break
        downwards = sweep % 2 == 0
        layers = range(len(found.layers))
        for layer in layers if downwards else reversed(layers):
            _sort_layer(found, layer, from_above=downwards)
        _swap_neighbours(found)
        count = _crossings(found)
        if count < fewest:
            fewest, best = count, [list(layer) for layer in found.layers]
    found.layers[:] = best


def _positions(found: Layered) -> dict[int, int]:
    return {item: place for layer in found.layers for place, item in enumerate(layer)}


def _sort_layer(found: Layered, layer: int, *, from_above: bool) -> None:
    """Sort by the mean place of what each item is wired to on one side; an item without wires keeps its place."""
    places = _positions(found)
    wanted: dict[int, list[float]] = {}
    for wire in found.channels[layer if from_above else layer + 1]:
        for own, other in ((wire.a, wire.b), (wire.b, wire.a)):
            if found.items[own.item].layer == layer:
                share = _share(found, other.item, places)
                wanted.setdefault(own.item, []).append(share)
    size = max(len(found.layers[layer]), 1)
    keys = {
        item: sum(wanted[item]) / len(wanted[item]) if item in wanted else (place + 0.5) / size
        for place, item in enumerate(found.layers[layer])
    }
    found.layers[layer].sort(key=lambda item: keys[item])


def _share(found: Layered, item: int, places: dict[int, int]) -> float:
    """The place as a share of the layer's length."""
    return (places[item] + 0.5) / len(found.layers[found.items[item].layer])


def _swap_neighbours(found: Layered) -> None:
    """Swap two neighbours wherever that saves crossings."""
    for layer, order in enumerate(found.layers):
        for left in range(len(order) - 1):
            before = _around(found, layer)
            if before == 0:
                break
            order[left], order[left + 1] = order[left + 1], order[left]
            if _around(found, layer) >= before:
                order[left], order[left + 1] = order[left + 1], order[left]


def _around(found: Layered, layer: int) -> int:
    places = {item: p for near in found.layers[max(layer - 1, 0) : layer + 2] for p, item in enumerate(near)}
    return sum(_in_channel(found.channels[c], places) for c in (layer, layer + 1))


def _crossings(found: Layered) -> int:
    places = _positions(found)
    return sum(_in_channel(wires, places) for wires in found.channels)


def _in_channel(wires: list[Wire], places: dict[int, int]) -> int:
    spans = [_span(w, places) for w in wires]
    return sum(_cross(one, two) for one, two in combinations(spans, 2))


_Span = tuple[int, int, int]
"""Kind (0 through, 1 both ends above, 2 both below) and two places: above and below, or left and right."""


def _span(wire: Wire, places: dict[int, int]) -> _Span:
    a, b = places[wire.a.item], places[wire.b.item]
    if wire.a.is_above == wire.b.is_above:
        return (1 if wire.a.is_above else 2, min(a, b), max(a, b))
    return (0, a, b) if wire.a.is_above else (0, b, a)


def _cross(one: _Span, two: _Span) -> int:
    if one[0] == two[0] == 0:
        return int((one[1] - two[1]) * (one[2] - two[2]) < 0)
    if one[0] and two[0]:
        (_, a, b), (_, c, d) = sorted((one, two), key=lambda s: s[1:])
        return int(one[0] == two[0] and a < c < b < d)
    through, turn = (one, two) if one[0] == 0 else (two, one)
    return int(turn[1] < through[turn[0]] < turn[2])
