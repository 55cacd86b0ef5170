"""From links to layers: which box stands in which row, and what a link passes through on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from procedures.layout_graph import Box, Link

BEND_WIDTH = 6.0


@dataclass(slots=True)
class Item:
    """What takes up room in a layer: a box, a label, or the place where a link passes through."""

    layer: int
    width: float
    height: float
    box: Box | None = None
    link: int = -1
    is_label: bool = False
    x: float = 0.0
    """The middle."""


@dataclass(slots=True)
class End:
    """One end of a wire: an item above or below the channel."""

    item: int
    is_above: bool


@dataclass(slots=True)
class Wire:
    """The part of a link within one channel, in the direction of the link."""

    link: int
    channel: int
    a: End
    b: End

    @property
    def is_straight_through(self) -> bool:
        """Whether it leads from one layer to the next, not back to the same one."""
        return self.a.is_above != self.b.is_above


@dataclass(slots=True)
class Layered:
    """Items in ordered layers. Channel c lies above layer c; the last channel lies below the last layer."""

    items: list[Item] = field(default_factory=list)
    layers: list[list[int]] = field(default_factory=list)
    channels: list[list[Wire]] = field(default_factory=list)
    chains: list[list[Wire]] = field(default_factory=list)
    """The wires of each link, in its direction."""
    box_item: dict[str, int] = field(default_factory=dict)

    def add(self, item: Item) -> int:
        """The number of a new item, put last in its layer."""
        self.items.append(item)
        self.layers[item.layer].append(len(self.items) - 1)
        return len(self.items) - 1


def build_layers(boxes: Sequence[Box], links: Sequence[Link]) -> Layered:
    """Boxes in layers so that links lead downwards, except the ones that lead back; labels in layers of their own."""
    backward = _backward(boxes, links)
    ranks = _ranks(boxes, links, backward)
    labelled = {ranks[k.source] for i, k in enumerate(links) if k.label and i not in backward}
    layer_of_rank: dict[int, int] = {}
    layer = 0
    for rank in range(max(ranks.values()) + 1):
        layer_of_rank[rank] = layer
        layer += 2 if rank in labelled else 1
    found = Layered(layers=[[] for _ in range(layer)], channels=[[] for _ in range(layer + 1)])
    for box in boxes:
        item = Item(layer_of_rank[ranks[box.id]], box.width, box.height, box)
        found.box_item[box.id] = found.add(item)
    for number in range(len(links)):
        _thread(found, links, number, is_backward=number in backward)
    return found


def _backward(boxes: Sequence[Box], links: Sequence[Link]) -> set[int]:
    """The links that close a cycle, seen depth first in the order given."""
    leaving: dict[str, list[int]] = {b.id: [] for b in boxes}
    for number, link in enumerate(links):
        leaving[link.source].append(number)
    backward: set[int] = set()
    state: dict[str, int] = {}
    for box in boxes:
        stack = [] if box.id in state else [(box.id, iter(leaving[box.id]))]
        state.setdefault(box.id, 1)
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[name] = 2
                stack.pop()
                continue
            target = links[following].target
            if state.get(target) == 1:
                backward.add(following)
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(leaving[target])))
    return backward


def _ranks(boxes: Sequence[Box], links: Sequence[Link], backward: set[int]) -> dict[str, int]:
    """Longest path from the top; what nothing leads to moves down to what it leads to."""
    forward = [k for i, k in enumerate(links) if i not in backward]
    ranks = {b.id: 0 for b in boxes}
    for _ in boxes:
        for link in forward:
            ranks[link.target] = max(ranks[link.target], ranks[link.source] + 1)
    reached = {k.target for k in forward}
    for box in boxes:
        below = [ranks[k.target] for k in forward if k.source == box.id]
        if box.id not in reached and below:
            ranks[box.id] = min(below) - 1
    return ranks


def _thread(found: Layered, links: Sequence[Link], number: int, *, is_backward: bool) -> None:
    """Lead one link through the layers between its boxes."""
    link = links[number]
    source, target = found.box_item[link.source], found.box_item[link.target]
    first, last = found.items[source].layer, found.items[target].layer
    passed = range(first, last - 1, -1) if is_backward else range(first + 1, last)
    stops: list[int] = []
    for layer in passed:
        is_label = link.label is not None and not stops
        width, height = link.label if is_label and link.label else (BEND_WIDTH, 0.0)
        stops.append(found.add(Item(layer, width, height, link=number, is_label=is_label)))
    chain: list[Wire] = []
    if is_backward:
        chain.append(Wire(number, first + 1, End(source, True), End(stops[0], True)))
        for lower, upper in pairwise(stops):
            chain.append(Wire(number, found.items[lower].layer, End(lower, False), End(upper, True)))
        chain.append(Wire(number, last, End(stops[-1], False), End(target, False)))
    else:
        for upper, lower in zip([source, *stops], [*stops, target], strict=True):
            chain.append(Wire(number, found.items[lower].layer, End(upper, True), End(lower, False)))
    found.chains.append(chain)
    for wire in chain:
        found.channels[wire.channel].append(wire)
