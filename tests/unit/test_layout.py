"""Where boxes, labels and links go in small graphs that can be drawn by hand."""

from __future__ import annotations

import pytest

from procedures.layout import Box, Link, Rect, lay_out
from procedures.layout_channels import Foot, assign_tracks
from procedures.layout_columns import settle
from procedures.lettering import width_of, wrap


def boxes(names: str) -> list[Box]:
    """Boxes of 100 by 40."""
    return [Box(name, 100, 40) for name in names]


def test_one_box_stands_at_the_margin() -> None:
    layout = lay_out(boxes("a"), [])
    assert dict(layout.boxes) == {"a": Rect(16, 16, 100, 40)}
    assert (layout.width, layout.height) == (132, 72)


def test_a_chain_is_one_straight_column() -> None:
    layout = lay_out(boxes("abc"), [Link("a", "b"), Link("b", "c")])
    assert dict(layout.boxes) == {"a": Rect(16, 16, 100, 40), "b": Rect(16, 88, 100, 40), "c": Rect(16, 160, 100, 40)}
    assert [r.points for r in layout.routes] == [((66, 56), (66, 88)), ((66, 128), (66, 160))]


def test_a_label_takes_its_place_between_two_boxes_and_interrupts_the_line() -> None:
    layout = lay_out(boxes("ab"), [Link("a", "b", (60, 20))])
    (route,) = layout.routes
    assert route.label == Rect(36, 76, 60, 20)
    assert route.parts() == (((66, 56), (66, 76)), ((66, 96), (66, 120)))


def test_two_branches_stand_side_by_side_under_their_start() -> None:
    layout = lay_out(boxes("abc"), [Link("a", "b"), Link("a", "c")])
    assert layout.boxes["b"].y == layout.boxes["c"].y
    assert (layout.boxes["b"].x, layout.boxes["a"].x, layout.boxes["c"].x) == (16, 84, 152)


def test_a_link_back_leaves_below_and_arrives_above() -> None:
    layout = lay_out(boxes("ab"), [Link("a", "b"), Link("b", "a")])
    back = layout.routes[1].points
    assert back[0][1] == layout.boxes["b"].bottom
    assert back[-1][1] == layout.boxes["a"].y
    assert layout.boxes["a"].y < layout.boxes["b"].y
    assert max(y for _, y in back) > layout.boxes["b"].bottom
    assert min(y for _, y in back) < layout.boxes["a"].y


def test_a_step_may_lead_back_to_itself() -> None:
    layout = lay_out(boxes("a"), [Link("a", "a", (50, 20))])
    (route,) = layout.routes
    assert route.points[0][1] == layout.boxes["a"].bottom
    assert route.points[-1][1] == layout.boxes["a"].y
    assert route.label is not None
    assert route.label.x >= layout.boxes["a"].right or route.label.right <= layout.boxes["a"].x


def test_what_only_leads_to_a_late_box_stands_right_above_it() -> None:
    layout = lay_out(boxes("abcd"), [Link("a", "b"), Link("b", "c"), Link("d", "c")])
    assert layout.boxes["d"].y == layout.boxes["b"].y


def test_links_touch_a_circle_and_a_diamond_on_their_border() -> None:
    layout = lay_out(
        [Box("a", 40, 40, "circle"), Box("b", 40, 40, "diamond"), *boxes("cd")],
        [Link("a", "b"), Link("b", "c"), Link("b", "d")],
    )
    top, bottom = layout.boxes["b"].y, layout.boxes["b"].bottom
    assert layout.routes[0].points == ((layout.boxes["b"].centre[0], 56), (layout.boxes["b"].centre[0], top))
    for route in layout.routes[1:]:
        x, y = route.points[0]
        assert y == pytest.approx(bottom - abs(x - layout.boxes["b"].centre[0]))


def test_positions_keep_their_distance_and_come_as_near_to_the_wishes_as_they_can() -> None:
    assert settle([[(0, 1)], [(100, 1)]], [10]) == [0, 100]
    assert settle([[(50, 1)], [(50, 1)]], [10]) == [45, 55]
    assert settle([[(50, 5)], [(50, 1)]], [10]) == [50, 60]
    assert settle([[(30, 1)], [(0, 1)], [(0, 1)]], [10, 10]) == [-10, 0, 10]


def test_runs_that_would_overlap_get_tracks_of_their_own() -> None:
    down = [(Foot(0, True), Foot(100, False)), (Foot(50, True), Foot(150, False))]
    runs, count = assign_tracks(down)
    assert [r.track for r in runs if r] == [1, 0]
    assert count == 2
    assert assign_tracks([(Foot(5, True), Foot(5, False))]) == ([None], 0)


def test_two_runs_that_wait_for_each_other_are_untangled_by_a_change_of_track() -> None:
    runs, count = assign_tracks([(Foot(0, True), Foot(100, False)), (Foot(100, True), Foot(0, False))])
    assert count == 3
    assert [r.tail is not None for r in runs if r] == [True, False]


def test_text_is_wrapped_between_words_and_a_long_word_anywhere() -> None:
    assert wrap("Cấp giấy tiếp nhận và hẹn trả kết quả", 120, 13) == ["Cấp giấy tiếp", "nhận và hẹn trả", "kết quả"]
    assert wrap("", 100, 13) == []
    pieces = wrap("nghiêng" * 5, 60, 13)
    assert "".join(pieces) == "nghiêng" * 5
    assert all(width_of(p, 13) <= 60 for p in pieces)


def test_accents_take_no_room_composed_or_not() -> None:
    assert width_of("ế", 10) == width_of("e", 10) == width_of("e\u0302\u0301", 10)
    assert width_of("đ", 10) == pytest.approx(6.4)
