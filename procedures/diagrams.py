"""A procedure version as an SVG diagram: every step, outcome, branch and end; open steps can be highlighted.

No scripts, no fonts or pictures from elsewhere; kinds of steps differ by shape and icon, never by colour alone. Colours
are `currentColor`: within a page the diagram takes the page's own, in a file of its own it follows light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Set
from xml.sax.saxutils import escape

from procedures.diagram_parts import (
    ICON,
    PADDING,
    SMALL,
    Arrow,
    Card,
    Line,
    Parts,
    outcome_groups,
    outcome_name,
    parts_of,
)
from procedures.diagram_shapes import icon, outline
from procedures.layout import MARGIN, Layout, Point, Rect, Route, lay_out
from procedures.lettering import wrap
from procedures.plain_words import KINDS, ROLES, limit_words, say
from procedures.schema import Definition
from procedures.steps import Step

_FONTS = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
_LEAST_WIDTH = 480.0
_STYLE = (
    "<style>@media (prefers-color-scheme: dark) "
    "{ .mc-alone { color: #e8eaed } .mc-alone .mc-paper { fill: #1b1e22 } }</style>"
)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def diagram_svg(
    definition: Definition, *, language: str = "vi", current: Set[str] = frozenset(), standalone: bool = True
) -> str:
    """The diagram as an SVG document, from top to bottom; the same input gives the same text.

    Args:
        definition: the procedure version.
        language: `vi`; any other gives English.
        current: ids of the steps to highlight (where a dossier is); unknown ids are ignored.
        standalone: with a background and colours of its own; False: for use within a page.
    """
    parts = parts_of(definition, language=language, current=current)
    layout = lay_out([c.box for c in parts.cards], [a.link for a in parts.arrows])
    width = max(layout.width, _LEAST_WIDTH)
    heading = _heading(definition, language, width - 2 * MARGIN)
    top = sum(line.height for line in heading) + 2 * MARGIN
    height = top + layout.height
    name = f"mc-{definition.code.replace('.', '-')}-v{definition.version}"
    body = [
        _lines(heading, MARGIN, MARGIN),
        f'<g transform="translate({(width - layout.width) / 2:.1f} {top:.1f})">',
        *_drawn(parts, layout, name),
        "</g>",
    ]
    return "\n".join([_opening(definition, name, width, height, language, standalone), *body, "</svg>"]) + "\n"


def _opening(definition: Definition, name: str, width: float, height: float, language: str, standalone: bool) -> str:
    colour = ' color="#1b1f24"' if standalone else ""
    paper = f'<rect class="mc-paper" width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>' if standalone else ""
    title = f"{definition.code} {definition.names.in_language(language)}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mc-diagram{" mc-alone" if standalone else ""}"'
            f' viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img"'
            f' lang="{"vi" if language == "vi" else "en"}" aria-labelledby="{name}-title {name}-desc"'
            f' font-family="{_FONTS}"{colour}>',
            f'<title id="{name}-title">{_text(title)}</title>',
            f'<desc id="{name}-desc">{_text(description(definition, language))}</desc>',
            *([_STYLE, paper] if standalone else []),
            f'<defs><marker id="{name}-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
            ' markerUnits="userSpaceOnUse" orient="auto">'
            '<path d="M0 0 10 5 0 10z" fill="currentColor"/></marker></defs>',
        ]
    )


def description(definition: Definition, language: str) -> str:
    """The whole diagram in words, one sentence per step, for those who do not see it."""
    return " ".join(_sentence(definition, step, language) for step in definition.steps)


def _sentence(definition: Definition, step: Step, language: str) -> str:
    who = say(ROLES[step.role] if step.role else KINDS[step.kind], language)
    ways = []
    for outcomes, targets in outcome_groups(step):
        names = [definition.step(t).names.in_language(language) for t in targets]
        where = say((" và ", " and "), language).join(names) or say(("kết thúc", "the end"), language)
        ways.append("/".join(outcome_name(step, o, language) for o in outcomes) + f" → {where}")
    return f"{step.names.in_language(language)} ({who}): {'; '.join(ways)}."


def _heading(definition: Definition, language: str, room: float) -> list[Line]:
    """Title, what version this is, and the limit of every case."""
    day = definition.effective.from_
    facts = [
        say((f"Mã {definition.code}", f"Code {definition.code}"), language),
        say((f"phiên bản {definition.version}", f"version {definition.version}"), language),
        say((f"hiệu lực từ {day:%d/%m/%Y}", f"in force from {day:%Y-%m-%d}"), language),
    ]
    if definition.review.status != "verified":
        facts.append(say(("chưa đối chiếu với văn bản", "not yet checked against the law"), language))
    limits = [(c.names.in_language(language), limit_words(c.time_limit, language)) for c in definition.cases]
    word = say(("Thời hạn", "Time limit"), language)
    texts = [f"{word} – {name}: {limit}" if len(limits) > 1 else f"{word}: {limit}" for name, limit in limits]
    title = [Line(t, 16, True) for t in wrap(definition.names.in_language(language), room, 16, bold=True)]
    return title + [Line(t, 12) for text in (" · ".join(facts), *texts) for t in wrap(text, room, 12)]


def _drawn(parts: Parts, layout: Layout, name: str) -> list[str]:
    routes = [_course(route, name) for route in layout.routes]
    labels = [_label(a, r) for a, r in zip(parts.arrows, layout.routes, strict=True) if r.label is not None]
    return [*routes, *(_card(card, layout.boxes[card.id]) for card in parts.cards), *labels]


def _course(route: Route, name: str) -> str:
    drawn = []
    pieces = route.parts()
    for number, piece in enumerate(pieces):
        arrow = f' marker-end="url(#{name}-arrow)"' if number == len(pieces) - 1 else ""
        drawn.append(f'<path d="{_path(piece)}"{arrow}/>')
    return f'<g class="mc-route" fill="none" stroke="currentColor" stroke-width="1.2">{"".join(drawn)}</g>'


def _path(points: tuple[Point, ...]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _label(arrow: Arrow, route: Route) -> str:
    if route.label is None:
        return ""
    x, y = route.label.centre[0], route.label.y + 2
    return f'<g class="mc-outcome">{_lines(arrow.lines, x, y, anchor="middle")}</g>'


def _card(card: Card, rect: Rect) -> str:
    classes = f"mc-card mc-{card.look}" + (" mc-current" if card.is_current else "")
    marks = f' data-step="{card.step}"' if card.step else ""
    if card.is_current:
        marks += ' aria-current="step"'
    return (
        f'<g class="{classes}"{marks}>{outline(card.look, rect, is_current=card.is_current)}{_inside(card, rect)}</g>'
    )


def _inside(card: Card, rect: Rect) -> str:
    """The icon and the text of a card."""
    x, y = rect.x + PADDING, rect.y + PADDING / 2
    if card.step is None:
        has_icon = card.look not in ("fork", "join")
        middle = rect.centre[0] + (ICON / 2 if has_icon else 0)
        return icon(card.look, x - 1, rect.centre[1] - 6) + _lines(
            card.lines, middle, rect.centre[1] - SMALL * 0.68, anchor="middle"
        )
    first = next(i for i, line in enumerate(card.lines) if line.bold)
    caption, rest = card.lines[:first], card.lines[first:]
    below = y + sum(line.height for line in caption)
    return icon(card.look, x - 1, y + 1) + _lines(caption, x + ICON, y) + _lines(rest, x, below)


def _lines(lines: tuple[Line, ...] | list[Line], x: float, y: float, *, anchor: str = "start") -> str:
    drawn = []
    for line in lines:
        weight = ' font-weight="600"' if line.bold else ""
        drawn.append(
            f'<text x="{x:.1f}" y="{y + line.size:.1f}" font-size="{line.size:g}" fill="currentColor"'
            f' text-anchor="{anchor}"{weight}>{_text(line.text)}</text>'
        )
        y += line.height
    return "".join(drawn)


def _text(text: str) -> str:
    """Text for XML: what XML cannot hold is left out, what it would read as markup is escaped."""
    return escape(_NOT_XML.sub("", text))
