"""Which communes a sentence speaks of: mountain, island, remote and poor ones, or the ordinary ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

from procedures.drafting.report import Area

_COMMUNES = r"(?:các\s+|những\s+)?(?:xã|phường|đặc\s+khu|khu\s+vực|vùng|địa\s+bàn"
_COMMUNES += r"|tổ\s+dân\s+phố|thôn|đơn\s+vị\s+hành\s+chính|địa\s+phương|nơi)"
_OPENING = (
    r"(?:(?<!\w)(?:đối\s+với|riêng|áp\s+dụng\s+(?:với|cho))\s+|(?:^|[.;(]\s*)(?:(?:tại|ở)\s+)?|[:,]\s*(?:tại|ở)\s+)"
)
_OPENING += rf"{_COMMUNES}(?!\w)"
_DIFFICULT = (
    r"miền\s+núi|hải\s+đảo|biên\s+giới|vùng\s+sâu|vùng\s+xa|dân\s+tộc\s+thiểu\s+số"
    r"|kinh\s+tế\s*[-–]?\s*xã\s+hội\s+(?:đặc\s+biệt\s+)?khó\s+khăn"
    r"|(?:xã|vùng|khu\s+vực|thôn)\s+(?:đặc\s+biệt\s+)?khó\s+khăn"
)
_NORMAL = r"thông\s+thường|(?:xã|phường)\s+thường(?!\s+trú)|bình\s+thường|còn\s+lại|đồng\s+bằng|không\s+thuộc"
_SCOPE = re.compile(
    rf"{_OPENING}(?P<list>[^;:.()]{{0,400}}?)(?P<end>[;:.()]|\bthì\b|\bkhông\s+quá\b|\d|$)", re.IGNORECASE
)
_OTHER_OPENING = re.compile(r";\s*(?:và\s+)?(?:đối\s+với|riêng|trường\s+hợp)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scope:
    """From `start` on the sentence speaks of these communes; `area` None: of other things again.

    `leads` when the words behind it ("thì", "không quá", a colon) say that its time follows.
    """

    start: int
    end: int
    area: Area | None
    leads: bool = True


def scopes(text: str) -> tuple[Scope, ...]:
    """Where the sentence starts to speak of a class of communes, or stops, in order."""
    found = []
    for match in _SCOPE.finditer(text):
        area = _class_of(f"{match[0]}")
        if area is not None:
            leads = match["end"].casefold() in ("thì", "không quá", ":") or bool(
                match["end"].strip() and match["end"].isdigit()
            )
            found.append(Scope(match.start(), match.end(), area, leads=leads))
    starts = [range(s.start - 2, s.end) for s in found]
    for match in _OTHER_OPENING.finditer(text):
        if found and not any(match.end() - 1 in r or match.start() in r for r in starts):
            found.append(Scope(match.start(), match.end(), None))
    return tuple(sorted(found, key=lambda s: s.start))


def area_at(places: tuple[Scope, ...], position: int, inherited: Area | None) -> Area | None:
    """The class of communes that words at a position are for: the last one named before them, or the inherited one."""
    area = inherited
    for scope in places:
        if scope.start <= position:
            area = scope.area
    return area


def area_behind(places: tuple[Scope, ...], text: str, end: int, following: int) -> Area | None:
    """The class named right behind a time ("10 ngày đối với xã miền núi"), before the `following` time."""
    for scope in places:
        if end <= scope.start < following and scope.area is not None:
            gap = text[end : scope.start].strip(" ,")
            if not gap or (not scope.leads and not re.search(r"[;:.]", gap)):
                return None if scope.leads and not _between(scope, text, following) else scope.area
    return None


def _between(scope: Scope, text: str, following: int) -> bool:
    """Whether a comma parts the scope from the next time: then it belongs to the time before it."""
    return following < len(text) and text[scope.start : following].rstrip().endswith(",")


def _class_of(text: str) -> Area | None:
    if re.search(_NORMAL, text, re.IGNORECASE):
        return "normal"
    return "difficult" if re.search(_DIFFICULT, text, re.IGNORECASE) else None


def area_of_name(text: str) -> Area | None:
    """The class of communes that a short text (a case name, a channel) is for, or None."""
    return next((s.area for s in scopes(text) if s.area is not None), None)
