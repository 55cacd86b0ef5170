"""The SVG diagram of every procedure: sound, complete, readable without colour, safe to show."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from procedures.catalogue import load_catalogue
from procedures.diagram_parts import outcome_groups, parts_of
from procedures.diagrams import diagram_svg
from procedures.layout import Rect, lay_out
from procedures.lettering import width_of
from procedures.schema import Definition
from procedures.steps import END
from tests.exchange_sample import sample, step

SVG = "{http://www.w3.org/2000/svg}"
ALL = [*load_catalogue().definitions, sample()]


def name_of(definition: Definition) -> str:
    return f"{definition.code}-v{definition.version}"


def texts(svg: str) -> str:
    """All text that is shown, in order, on one line."""
    return " ".join(t.text or "" for t in ET.fromstring(svg).iter(f"{SVG}text"))


def card(svg: str, step_id: str) -> ET.Element:
    """The group of one step."""
    return next(g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("data-step") == step_id)


@pytest.mark.parametrize("definition", ALL, ids=name_of)
def test_every_step_stands_in_the_diagram_once_with_its_name(definition: Definition) -> None:
    tree = ET.fromstring(diagram_svg(definition))
    shown = [g.get("data-step") for g in tree.iter(f"{SVG}g") if g.get("data-step")]
    assert shown == [s.id for s in definition.steps]
    for one in definition.steps:
        words = " ".join(t.text or "" for t in card(diagram_svg(definition), one.id).iter(f"{SVG}text"))
        assert " ".join(one.names.vi.split()) in words
    ends = sum(not targets for s in definition.steps for _, targets in outcome_groups(s))
    looks = [g.get("class") or "" for g in tree.iter(f"{SVG}g")]
    assert sum(k in ("mc-card mc-issued", "mc-card mc-refused", "mc-card mc-ended") for k in looks) == ends
    assert END not in shown


@pytest.mark.parametrize("definition", ALL, ids=name_of)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_box_or_label_of_a_real_diagram_overlaps_another_and_text_fits_its_box(
    definition: Definition, language: str
) -> None:
    parts = parts_of(definition, language=language, current={definition.start})
    layout = lay_out([c.box for c in parts.cards], [a.link for a in parts.arrows])
    rects: list[Rect] = [*layout.boxes.values(), *(r.label for r in layout.routes if r.label)]
    for one, two in combinations(rects, 2):
        assert not (one.x < two.right and two.x < one.right and one.y < two.bottom and two.y < one.bottom)
    for shown in parts.cards:
        assert all(width_of(t.text, t.size, bold=t.bold) <= shown.box.width - 20 for t in shown.lines)
        assert sum(t.height for t in shown.lines) <= shown.box.height
    assert layout.width <= 1400


@pytest.mark.parametrize("definition", ALL, ids=name_of)
def test_it_holds_no_script_no_link_and_nothing_from_elsewhere(definition: Definition) -> None:
    svg = diagram_svg(definition)
    for element in ET.fromstring(svg).iter():
        assert element.tag.removeprefix(SVG) in {
            "svg", "title", "desc", "style", "rect", "defs", "marker", "path", "g", "text", "circle",
        }  # fmt: skip
        assert not [k for k in element.attrib if k.lower().startswith("on") or "href" in k.lower()]
    assert set(re.findall(r"url\(([^)]*)\)", svg)) == {
        f"#mc-{definition.code.replace('.', '-')}-v{definition.version}-arrow"
    }


def test_open_steps_are_highlighted_by_stroke_words_and_mark() -> None:
    svg = diagram_svg(sample(), current={"ask", "post", "no_such_step"})
    current = [g.get("data-step") for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("aria-current") == "step"]
    assert current == ["ask", "post"]
    assert texts(svg).count("▶ Hồ sơ đang ở bước này") == 2
    assert 'stroke-width="3.4"' in ET.tostring(card(svg, "ask"), encoding="unicode")
    assert "▶" not in texts(diagram_svg(sample()))


def test_consultation_shows_who_is_asked_how_long_and_what_silence_means() -> None:
    words = " ".join(t.text or "" for t in card(diagram_svg(sample()), "ask").iter(f"{SVG}text"))
    assert words == (
        "Lấy ý kiến · Công chức thụ lý Hỏi cơ quan công an Hỏi: Công an xã Trả lời trong 2 ngày làm việc "
        "Im lặng: coi như đồng ý"
    )


def test_waits_links_branches_joins_ends_and_limits_are_shown() -> None:
    shown = texts(diagram_svg(sample()))
    for words in (
        "Kéo dài 1,5 ngày",
        "Nhiều nhất 10 ngày",
        "Hết 10 ngày: Không nộp",
        "+ Đăng ký thường trú (Công an xã)",
        "Tiến hành song song",
        "Chờ đủ các nhánh",
        "Kết thúc: đã trả kết quả",
        "Kết thúc: từ chối",
        "Nội bộ: 4 giờ làm việc",
        "Thời hạn – Thông thường: 17,5 ngày làm việc (địa bàn khó khăn: 27,5 ngày làm việc)",
        "Mã 9.000200 · phiên bản 2 · hiệu lực từ 01/07/2026 · chưa đối chiếu với văn bản",
    ):
        assert words in shown


def test_kinds_differ_by_outline() -> None:
    svg = diagram_svg(sample())
    drawn = {
        kind: re.sub(r'[\d.]+"', '"', ET.tostring(card(svg, name)[0], encoding="unicode").split("stroke-width")[1])
        for kind, name in {
            "human": "sign",
            "automatic": "receipt",
            "consultation": "ask",
            "linked": "open_linked",
        }.items()
    }
    assert len(set(drawn.values())) == 4
    assert "stroke-dasharray" in drawn["consultation"]
    assert card(svg, "wait_paper")[0][0].get("rx") == "26.0"


def test_the_description_says_the_same_in_words() -> None:
    desc = ET.fromstring(diagram_svg(sample(), language="en")).findtext(f"{SVG}desc") or ""
    assert desc.startswith("receipt (Automatic): Done → check. check (Case officer): Complete → ask and post;")
    assert desc.endswith("refuse (Signatory): refused → the end.")


def test_text_is_escaped_and_control_characters_are_dropped() -> None:
    definition = sample(
        steps=[
            step(
                "a",
                '</text><script>alert("1")</script>\x07',
                does="issue_result",
                outcomes={"</desc>&": "end", "x": "a"},
            )
        ],
        names={"vi": "<b> & 'c'", "en": "x"},
    )
    svg = diagram_svg(definition)
    assert "<script" not in svg
    assert "\x07" not in svg
    assert (ET.fromstring(svg).findtext(f"{SVG}title") or "") == "9.000200 <b> & 'c'"
    assert "</desc>&" in (ET.fromstring(svg).findtext(f"{SVG}desc") or "")


def test_within_a_page_it_takes_the_colours_of_the_page() -> None:
    inside, alone = diagram_svg(sample(), standalone=False), diagram_svg(sample())
    assert "<style" not in inside
    assert "#" not in re.sub(r"url\(#[^)]*\)", "", inside)
    assert "prefers-color-scheme: dark" in alone


def test_one_step_and_forty_steps_can_be_drawn() -> None:
    one = sample(steps=[step("only", "Một", does="issue_result", outcomes={"issued": "end"})])
    assert "Kết thúc: đã trả kết quả" in texts(diagram_svg(one))
    many = [
        step(f"s{n}", f"Bước {n}", outcomes={"on": f"s{n + 1}", "back": f"s{max(n - 3, 0)}"}) for n in range(39)
    ] + [step("s39", "Cuối", does="issue_result", outcomes={"issued": "end"})]
    tree = ET.fromstring(diagram_svg(sample(steps=many)))
    assert len([g for g in tree.iter(f"{SVG}g") if g.get("data-step")]) == 40
