"""Where items stand from left to right, and where links touch them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from procedures.layout_layers import Item, Layered

_ROUNDS = 6
_MIDDLE = 0.25
"""How much the middle of a box is worth, beside a straight line."""
_SAME = 1e-9
_BOX_GAP, _BEND_GAP = 36.0, 16.0

Wish = tuple[float, float]
"""A wanted x and its weight."""


def settle(wishes: Sequence[Sequence[Wish]], gaps: Sequence[float]) -> list[float]:
    """The positions, in order and at least `gaps` apart, that are nearest to the wishes in weighted distance.

    Blocks of touching items share one weighted median, so equal wishes give exactly equal positions (straight lines).

    Args:
        wishes: per item the wanted positions with weights; at least one each.
        gaps: the least distance between each item and the next, one fewer than items.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[int, list[Wish], float]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        count, pool = 1, [(x - offset, weight) for x, weight in wish]
        middle = _median(pool)
        while blocks and blocks[-1][2] > middle:
            before, others, _ = blocks.pop()
            count, pool = count + before, others + pool
            middle = _median(pool)
        blocks.append((count, pool, middle))
    middles = [middle for count, _, middle in blocks for _ in range(count)]
    return [m + o for m, o in zip(middles, offsets, strict=True)]


def _median(pool: list[Wish]) -> float:
    """The weighted median; the middle between two that are equally good."""
    ordered = sorted(pool)
    half = sum(w for _, w in ordered) / 2
    passed = 0.0
    for place, (x, weight) in enumerate(ordered):
        passed += weight
        if abs(passed - half) < _SAME and place + 1 < len(ordered):
            return (x + ordered[place + 1][0]) / 2
        if passed > half:
            return x
    return ordered[-1][0]


def place_columns(found: Layered, weights: Sequence[int]) -> None:
    """Set every item's `x`; items of a layer keep their order and do not touch.

    Args:
        found: the ordered layers.
        weights: of each link, how much a straight course is worth.
    """
    for order in found.layers:
        for place, x in enumerate(_packed(found, order)):
            found.items[order[place]].x = x
    pulls = _pulls(found, weights)
    best = [i.x for i in found.items]
    least = _stretch(found, pulls)
    layers = range(len(found.layers))
    for turn in range(_ROUNDS * 2):
        downwards = turn % 2 == 0
        both = turn >= _ROUNDS
        for layer in layers if downwards else reversed(layers):
            _place_layer(found, layer, pulls, above=both or downwards, below=both or not downwards)
        now = _stretch(found, pulls)
        if now < least - 1e-6:
            least, best = now, [i.x for i in found.items]
    for item, x in zip(found.items, best, strict=True):
        item.x = x
    for _ in range(2):
        _straighten(found)
        for layer in (*layers, *reversed(layers)):
            _place_layer(found, layer, pulls, above=True, below=True)
    for _ in range(2):
        _straighten(found)


_Pulls = list[list[tuple[int, float]]]


def _pulls(found: Layered, weights: Sequence[int]) -> _Pulls:
    """Per item the items that it is wired to, with the weight of the wire."""
    pulls: _Pulls = [[] for _ in found.items]
    for wires in found.channels:
        for wire in wires:
            ends = (found.items[wire.a.item], found.items[wire.b.item])
            weight = weights[wire.link] * (1, 2, 8)[sum(e.box is None for e in ends)]
            pulls[wire.a.item].append((wire.b.item, weight))
            pulls[wire.b.item].append((wire.a.item, weight))
    return pulls


def _stretch(found: Layered, pulls: _Pulls) -> float:
    return sum(w * abs(found.items[a].x - found.items[b].x) for a, near in enumerate(pulls) for b, w in near)


def _gap(one: Item, two: Item) -> float:
    space = _BOX_GAP if one.box and two.box else _BEND_GAP
    return (one.width + two.width) / 2 + space


def _gaps(found: Layered, layer: Sequence[int]) -> list[float]:
    return [_gap(found.items[a], found.items[b]) for a, b in pairwise(layer)]


def _packed(found: Layered, layer: Sequence[int]) -> list[float]:
    return settle([[(0.0, 1.0)]] * len(layer), _gaps(found, layer)) if layer else []


def _place_layer(found: Layered, layer: int, pulls: _Pulls, *, above: bool, below: bool) -> None:
    order = found.layers[layer]
    wishes: list[list[Wish]] = []
    for item in order:
        wish = [(found.items[item].x, 0.01)]
        for other, weight in pulls[item]:
            there = found.items[other].layer
            if (there < layer and above) or (there > layer and below) or there == layer:
                wish += _wishes_for(found.items[item], found.items[other], weight)
        wishes.append(wish)
    if order:
        for item, x in zip(order, settle(wishes, _gaps(found, order)), strict=True):
            found.items[item].x = x


def _wishes_for(item: Item, other: Item, weight: float) -> list[Wish]:
    """Where an item wants to be for one wire: anywhere along a box that is straight, best at its middle."""
    box = item.box or other.box
    if box is None or (item.box and other.box):
        return [(other.x, weight)]
    edges: list[Wish] = [(other.x - box.reach, weight / 2), (other.x + box.reach, weight / 2)]
    return [*edges, (other.x, weight * _MIDDLE)]


def _straighten(found: Layered) -> None:
    """Give each link, and each column of boxes, one x for as many layers on end as have room for it."""
    for chain in found.chains:
        passed = [w.b.item for w in chain[:-1]]
        while len(passed) > 1:
            passed = passed[_to_one_x(found, passed, _median([(found.items[i].x, 1.0) for i in passed])) :]
    for column in _columns(found):
        rest = column
        while len(rest) > 1:
            rest = rest[_to_one_x(found, rest, found.items[rest[0]].x) :]


def _to_one_x(found: Layered, items: Sequence[int], wanted: float) -> int:
    """Move the first items, as many as can stand at one x, to the x nearest to the one wanted; says how many."""
    low, high, taken = float("-inf"), float("inf"), 0
    for item in items:
        left, right = _room(found, item)
        if max(low, left) > min(high, right):
            break
        low, high, taken = max(low, left), min(high, right), taken + 1
    for item in items[:taken]:
        found.items[item].x = min(max(wanted, low), high)
    return max(taken, 1)


def _columns(found: Layered) -> list[list[int]]:
    """Boxes that follow each other directly, with no other way in or out between them."""
    below: dict[int, list[int]] = {}
    above: dict[int, list[int]] = {}
    for chain in found.chains:
        below.setdefault(chain[0].a.item, []).append(chain[-1].b.item if len(chain) == 1 else -1)
        above.setdefault(chain[-1].b.item, []).append(chain[0].a.item)
    follows = {
        upper: lowers[0]
        for upper, lowers in below.items()
        if len(lowers) == 1 and lowers[0] >= 0 and len(above[lowers[0]]) == 1
    }
    columns = []
    for head in sorted(follows.keys() - set(follows.values())):
        columns.append([head])
        while columns[-1][-1] in follows:
            columns[-1].append(follows[columns[-1][-1]])
    return columns


def _room(found: Layered, item: int) -> tuple[float, float]:
    """Between which positions an item can move while its neighbours stay."""
    own = found.items[item]
    order = found.layers[own.layer]
    place = order.index(item)
    left = found.items[order[place - 1]] if place else None
    right = found.items[order[place + 1]] if place + 1 < len(order) else None
    return (
        left.x + _gap(left, own) if left else float("-inf"),
        right.x - _gap(own, right) if right else float("inf"),
    )


def place_ports(item: Item, wanted: Sequence[float]) -> list[float]:
    """The x at which links touch one side of an item, in the order given (which must be from left to right).

    Args:
        item: the item, placed.
        wanted: where each link would be straight.
    """
    if item.box is None or not wanted:
        return [item.x] * len(wanted)
    reach, count = item.box.reach, len(wanted)
    gap = min(item.box.port_gap, 2 * reach / (count - 1)) if count > 1 else 0.0
    found = settle([[(x, 1.0)] for x in wanted], [gap] * (count - 1))
    left, right = item.x - reach, item.x + reach
    return [min(max(x, left + gap * k), right - gap * (count - 1 - k)) for k, x in enumerate(found)]
