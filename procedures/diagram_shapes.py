"""Outlines and icons of a diagram, one of each per look, so that the kinds differ without colour."""

from __future__ import annotations

from collections.abc import Callable

from procedures.diagram_parts import Look
from procedures.layout import Rect

_THIN = 'fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"'

ICONS: dict[Look, str] = {
    "human": '<circle cx="6" cy="3.4" r="2.7"/><path d="M.9 12c0-3 2.1-4.7 5.1-4.7s5.1 1.7 5.1 4.7z"/>',
    "automatic": '<circle cx="6" cy="6" r="3"/><path d="M6 .6v1.8M6 9.6v1.8M.6 6h1.8M9.6 6h1.8M2.2 2.2l1.2 1.2'
    'M8.6 8.6l1.2 1.2M9.8 2.2 8.6 3.4M3.4 8.6 2.2 9.8"/>',
    "consultation": '<path d="M.8 1.2h10.4v6.8H6.2L3.2 11V8H.8z"/><path d="M3.2 3.6h5.6M3.2 5.6h3.6"/>',
    "wait": '<circle cx="6" cy="6" r="5.2"/><path d="M6 2.8V6l2.4 1.6"/>',
    "linked": '<rect x=".8" y=".8" width="6.6" height="6.6"/><path d="M4.6 9.2v2h6.6V4.6h-2"/>',
    "start": '<path d="M2.6 1.4 10 6l-7.4 4.6z"/>',
    "issued": '<path d="M1.2 6.6 4.6 10l6.2-7.8" stroke-width="2"/>',
    "refused": '<path d="M2 2l8 8M10 2l-8 8" stroke-width="2"/>',
    "ended": '<rect x="2" y="2" width="8" height="8" fill="currentColor"/>',
}
"""Drawn within 12 by 12; a gate has none."""


def icon(look: Look, x: float, y: float) -> str:
    """The icon of a look with its upper left corner at a point; empty where the look has none."""
    drawing = ICONS.get(look)
    return f'<g class="mc-icon" transform="translate({x:g} {y:g})" {_THIN}>{drawing}</g>' if drawing else ""


def outline(look: Look, rect: Rect, *, is_current: bool) -> str:
    """The border of a card."""
    shape = _SHAPES.get(look, _plain)(rect)
    style = 'fill="currentColor" fill-opacity="0.14"' if is_current else 'fill="currentColor" fill-opacity="0.03"'
    width = 3.4 if is_current else 2.4 if look in ("issued", "refused", "ended") else 1.4
    return f'<g class="mc-outline" {style} stroke="currentColor" stroke-width="{width}">{shape}</g>'


def _rectangle(rect: Rect, rounding: float, extra: str = "") -> str:
    return (
        f'<rect x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" height="{rect.height:.1f}"'
        f' rx="{rounding:.1f}"{extra}/>'
    )


def _plain(rect: Rect) -> str:
    return _rectangle(rect, 7)


def _with_side_bars(rect: Rect) -> str:
    bars = "".join(f"M{x:.1f} {rect.y:.1f}V{rect.bottom:.1f}" for x in (rect.x + 5, rect.right - 5))
    return _rectangle(rect, 0) + f'<path d="{bars}"/>'


def _dashed(rect: Rect) -> str:
    return _rectangle(rect, 7, ' stroke-dasharray="7 4"')


def _stadium(rect: Rect) -> str:
    return _rectangle(rect, min(rect.height / 2, 26))


def _double(rect: Rect) -> str:
    inner = Rect(rect.x + 4, rect.y + 4, rect.width - 8, rect.height - 8)
    return _rectangle(rect, 2) + _rectangle(inner, 2, ' fill="none"')


def _gate(rect: Rect) -> str:
    lines = "".join(f"M{rect.x:.1f} {y:.1f}H{rect.right:.1f}" for y in (rect.y + 1.5, rect.bottom - 1.5))
    return _rectangle(rect, 0, ' stroke="none"') + f'<path d="{lines}" stroke-width="3"/>'


_SHAPES: dict[Look, Callable[[Rect], str]] = {
    "automatic": _with_side_bars,
    "consultation": _dashed,
    "wait": _stadium,
    "linked": _double,
    "start": _stadium,
    "issued": _stadium,
    "refused": _stadium,
    "ended": _stadium,
    "fork": _gate,
    "join": _gate,
}
