"""Random graphs of steps: nothing lies on anything else, and every arrow starts and ends where it should."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.layout import Box, Layout, Link, Rect, Route, lay_out

SHAPES = st.sampled_from(["box", "box", "box", "circle", "diamond"])
LABELS = st.none() | st.tuples(st.integers(20, 170), st.integers(14, 60))


@st.composite
def graphs(draw: st.DrawFn, most: int = 40) -> tuple[list[Box], list[Link]]:
    """1 to 40 boxes; each later one is reached from an earlier one; some links lead anywhere, also back."""
    count = draw(st.integers(1, most))
    boxes = []
    for number in range(count):
        shape = draw(SHAPES)
        size = (40, 40) if shape != "box" else (draw(st.integers(60, 220)), draw(st.integers(20, 150)))
        boxes.append(Box(f"s{number}", *size, shape=shape))
    ends = [(draw(st.integers(max(0, n - 4), n - 1)), n) for n in range(1, count)]
    any_step = st.integers(0, count - 1)
    ends += draw(st.lists(st.tuples(any_step, any_step), max_size=count))
    return boxes, [Link(f"s{a}", f"s{b}", draw(LABELS), draw(st.integers(1, 4))) for a, b in ends]


def overlap(one: Rect, two: Rect) -> bool:
    """Whether the insides of two rectangles meet."""
    return one.x < two.right and two.x < one.right and one.y < two.bottom and two.y < one.bottom


def touches_border(box: Box, rect: Rect, point: tuple[float, float], *, at_top: bool) -> bool:
    """Whether a point lies on the upper (or lower) border of a placed box."""
    inset = box.inset(point[0] - rect.centre[0])
    y = rect.y + inset if at_top else rect.bottom - inset
    return rect.x <= point[0] <= rect.right and abs(point[1] - y) < 0.01


def segments(route: Route) -> list[Rect]:
    """The lines of a route, without the part under its label, as thin rectangles."""
    return [
        Rect(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))
        for part in route.parts()
        for a, b in pairwise(part)
    ]


def enters(line: Rect, rect: Rect) -> bool:
    """Whether a line runs through the inside of a rectangle, not only along its border."""
    inside = Rect(rect.x + 0.1, rect.y + 0.1, rect.width - 0.2, rect.height - 0.2)
    return line.x < inside.right and inside.x < line.right + 1e-9 and line.y < inside.bottom and inside.y < line.bottom


def laid_on_each_other(one: Rect, two: Rect) -> bool:
    """Whether two parallel lines share more than a point."""
    if one.width < 0.01 and two.width < 0.01:
        return abs(one.x - two.x) < 0.01 and min(one.bottom, two.bottom) - max(one.y, two.y) > 0.01
    if one.height < 0.01 and two.height < 0.01:
        return abs(one.y - two.y) < 0.01 and min(one.right, two.right) - max(one.x, two.x) > 0.01
    return False


def check_rectangles(layout: Layout) -> None:
    rects = [*layout.boxes.values(), *(r.label for r in layout.routes if r.label)]
    for one, two in combinations(rects, 2):
        assert not overlap(one, two), (one, two)
    for rect in [*rects, *(s for r in layout.routes for s in segments(r))]:
        assert rect.x >= 0
        assert rect.y >= 0
        assert rect.right <= layout.width
        assert rect.bottom <= layout.height


def core(box: Box, rect: Rect) -> Rect:
    """The part of a placed box that no line may enter; a line may touch a round or pointed border within its bounds."""
    inset = box.inset(box.reach)
    return Rect(rect.x, rect.y + inset, rect.width, rect.height - 2 * inset)


def check_lines(boxes: list[Box], layout: Layout) -> None:
    rects = [*(core(b, layout.boxes[b.id]) for b in boxes), *(r.label for r in layout.routes if r.label)]
    lines = [(number, s) for number, route in enumerate(layout.routes) for s in segments(route)]
    for _, line in lines:
        assert line.width < 0.01 or line.height < 0.01
        for rect in rects:
            assert not enters(line, rect), (line, rect)
    for (own, one), (other, two) in combinations(lines, 2):
        assert own == other or not laid_on_each_other(one, two), (one, two)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_no_two_boxes_or_labels_overlap_and_all_is_within_the_canvas(graph: tuple[list[Box], list[Link]]) -> None:
    check_rectangles(lay_out(*graph))


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_every_link_starts_and_ends_at_its_boxes(graph: tuple[list[Box], list[Link]]) -> None:
    boxes, links = graph
    by_id = {b.id: b for b in boxes}
    layout = lay_out(boxes, links)
    assert len(layout.routes) == len(links)
    for link, route in zip(links, layout.routes, strict=True):
        first, last = route.points[0], route.points[-1]
        assert touches_border(by_id[link.source], layout.boxes[link.source], first, at_top=False), link
        assert touches_border(by_id[link.target], layout.boxes[link.target], last, at_top=True), link
        assert (route.label is None) == (link.label is None)


@settings(max_examples=60, deadline=None)
@given(graphs(most=20))
def test_no_line_runs_through_a_box_or_label_or_along_another_line(graph: tuple[list[Box], list[Link]]) -> None:
    check_lines(graph[0], lay_out(*graph))


@settings(max_examples=20, deadline=None)
@given(graphs(most=15))
def test_the_same_graph_is_laid_out_the_same_way(graph: tuple[list[Box], list[Link]]) -> None:
    assert lay_out(*graph) == lay_out(*graph)
