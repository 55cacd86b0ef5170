"""Time limits recognised in free text, each with the sentence that it rests on; what is not plain is listed instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from procedures.drafting.actors import actor_of
from procedures.drafting.amounts import SCHEMA_UNITS, Mention, mentions
from procedures.drafting.areas import Scope, area_at, area_behind, scopes
from procedures.drafting.passages import Passage, Sentence, folded, sentences
from procedures.drafting.pauses_in_text import Exclusion, exclusion_of, grounds
from procedures.drafting.remarks import Notebook
from procedures.drafting.report import Area, Found, Kind

_OTHER_TIME = re.compile(
    r"(?:có\s+giá\s+trị|(?<!\w)có\s+thời\s+hạn|giá\s+trị\s+sử\s+dụng|hiệu\s+lực|thời\s+hạn\s+(?:sử\s+dụng|thuê|giao|của\s+(?:giấy|thẻ|hợp))|hạn\s+dùng"
    r"|chưa\s+quá|liên\s+tục|ổn\s+định|cư\s+trú|sinh\s+sống)[^,;:()]{0,45}$"
    r"|(?<!\w)(?:miễn|tuổi\s+từ|dưới|từ\s+đủ|đủ|trên|ít\s+nhất|tối\s+thiểu|quá\s+hạn|sớm\s+nhất)\s*$",
    re.IGNORECASE,
)
_PAPER_AGE = re.compile(r"(?:cấp|xác\s+nhận|khám|chụp|lập)[^,;:()]{0,30}không\s+quá[^,;:()]{0,20}$", re.IGNORECASE)
_OTHER_TIME_AFTER = re.compile(
    r"^\s*(?:tuổi|gần\s+nhất|gần\s+đây|kinh\s+nghiệm|một\s+lần|/\s*(?:năm|tháng|tuần|ngày)|(?:liên\s+tục\s+)?trở\s+lên)",
    re.IGNORECASE,
)
_CUE_BEFORE = re.compile(
    r"(?:không\s+quá|tối\s+đa|trong|chậm\s+nhất|muộn\s+nhất|thời\s+hạn|thời\s+gian|(?<!\w)(?:là|sau|hết|quá)|trước|thêm|vòng|:)"
    r"[^,;]{0,45},?\s*$|^\s*$",
    re.IGNORECASE,
)
_CUE_AFTER = re.compile(r"^[^,;]{0,20}(?:kể\s+từ|tính\s+từ|sau\s+khi)", re.IGNORECASE)
_POSTING = re.compile(
    r"niêm\s+yết|đăng\s+tin|thông\s+báo\s+công\s+khai|công\s+khai\s+trên|công\s+bố\s+công\s+khai", re.IGNORECASE
)
_POSTING_ENDED = re.compile(r"kết\s+thúc[^,;]{0,30}niêm\s+yết", re.IGNORECASE)
_ADDITION = re.compile(
    r"(?:kéo\s+dài|tăng|cộng|gia\s+hạn|bổ\s+sung)\s+thêm[^,;]{0,40}$|(?:thời\s+hạn|thời\s+gian)[^;]{0,90}"
    r"(?:kéo\s+dài|được\s+gia\s+hạn|có\s+thể\s+gia\s+hạn)[^,;]{0,40}$|(?<!\w)thêm\s+(?:không\s+quá|tối\s+đa)?\s*$",
    re.IGNORECASE,
)
_EXTRA_WORD = re.compile(r"thêm", re.IGNORECASE)
_PARTS = re.compile(r"trong\s+đó|bao\s+gồm\s*:|cụ\s+thể\s+như\s+sau\s*:", re.IGNORECASE)
_DOSSIER_START = re.compile(
    r"(?:kể|tính)\s+từ\s+(?:ngày|khi|thời\s+điểm|lúc)\s+(?:[^\W\d]+\s+){0,3}?(?:nhận|nộp|thụ\s+lý|có)\s+(?:được\s+|đủ\s+|đầy\s+đủ\s+)*"
    r"(?:thành\s+phần\s+)?(?:hồ\s+sơ|đơn|tờ\s+khai|giấy\s+tờ|yêu\s+cầu\s+(?:của|đăng|cấp))",
    re.IGNORECASE,
)
_OTHER_START = re.compile(
    r"^[^;]{0,60}?(?:kể|tính)\s+từ\s+(?:ngày|khi|thời\s+điểm)\s+(?:nhận\s+(?:được\s+)?(?:văn\s+bản|ý\s+kiến|kết\s+quả|báo\s+cáo"
    r"|thông\s+báo|chỉ\s+đạo|phiếu|chứng\s+từ|biên\s+bản|danh\s+sách)|người|kết\s+thúc|hoàn\s+thành|ký|ban\s+hành"
    r"|có\s+(?:văn\s+bản|kết\s+quả|quyết\s+định|báo\s+cáo|ý\s+kiến|thông\s+báo))",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"^\s*(?:\([^()]*\))?\s*(?:đối\s+với[^;.()]*)?[;,()]*\s*(?:hoặc|và)?\s*(?:không\s+quá|tối\s+đa)?\s*$", re.IGNORECASE
)
_NOTIFIES = (
    r"thông\s+báo(?!\s+kết\s+quả)|gửi|có\s+văn\s+bản|có\s+ý\s+kiến|trao\s+đổi|chuyển|báo\s+cáo|cập\s+nhật|trình|trả\s+lời"
    r"|giao|mời|cử|từ\s+chối"
)
_DECIDES = (
    r"thông\s+báo\s+kết\s+quả|giải\s+quyết|quyết\s+định|cấp|phê\s+duyệt|chấp\s+thuận|gia\s+hạn|trả\s+kết\s+quả|đăng\s+ký|xác\s+nhận"
    r"|ban\s+hành|công\s+nhận"
    r"|ký|hoàn\s+thành|hòa\s+giải|chứng\s+thực|ghi|thực\s+hiện"
)
_FIRST_ACT = re.compile(rf"(?<!\w)(?:(?P<notifies>{_NOTIFIES})|(?P<decides>{_DECIDES}))(?!\w)", re.IGNORECASE)
_SILENCE = re.compile(
    r"không\s+(?:có\s+|nhận\s+được\s+(?:văn\s+bản\s+)?)?(?:phản\s+hồi|trả\s+lời|có\s+ý\s+kiến)", re.IGNORECASE
)
_NEXT_DAY = re.compile(r"ngày\s+(?:làm\s+việc\s+)?(?:tiếp\s+theo|kế\s+tiếp|liền\s+kề|hôm\s+sau)", re.IGNORECASE)
_AT_ONCE = re.compile(r"ngay\s+(?:sau\s+)?khi\s+(?:tiếp\s+)?nhận", re.IGNORECASE)
_NO_DURATION = re.compile(r"niêm\s+yết|lấy\s+ý\s+kiến|xác\s+minh", re.IGNORECASE)


@dataclass(slots=True)
class _State:
    """What earlier sentences of a passage say about the later ones."""

    area: Area | None = None
    in_parts: bool = False
    exclusion: bool = False
    last_unit: str | None = None


def limits_in_text(passages: Iterable[Passage], notes: Notebook) -> tuple[Found, ...]:
    """Every time limit recognised in the passages, each once; what was not understood goes into the notebook."""
    found: dict[tuple[object, ...], Found] = {}
    for passage in passages:
        state = _State()
        for sentence in sentences(passage):
            for one in _in_sentence(sentence, state, notes):
                key = (one.kind, one.amount, one.unit, one.area, folded(one.sentence))
                found.setdefault((*key, folded(one.words)) if one.kind == "pause" else key, one)
    return tuple(found.values())


def _in_sentence(sentence: Sentence, state: _State, notes: Notebook) -> list[Found]:
    text = sentence.text
    places = scopes(text)
    if not sentence.marked or places:
        state.in_parts = False
        state.area = None if not sentence.marked or places else state.area
    is_item = sentence.marked or text.casefold().startswith("thời gian")
    exclusion = exclusion_of(text, continued=state.exclusion and is_item)
    if exclusion is not None:
        exclusion = exclusion.until(min((p.start for p in places if p.start >= exclusion.start), default=len(text)))
    state.exclusion = exclusion is not None and (exclusion.continues or sentence.opens_list)
    named = mentions(text)
    found = [f for m in named if (f := _read(m, named, sentence, places, state, exclusion, notes)) is not None]
    found = _one_same_day(found)
    if sentence.passage.kind == "channel" and _AT_ONCE.search(text):
        notes.write("not_understood", "at_once", sentence.passage.place, text)
    if exclusion is not None:
        found += grounds(exclusion, sentence, notes)
    if not found and not named and sentence.passage.kind == "step" and _NO_DURATION.search(text) and exclusion is None:
        notes.write("not_understood", "no_duration", sentence.passage.place, text)
    if sentence.opens_list:
        state.area = area_at(places, len(text), state.area)
        opened = bool(_PARTS.search(text)) and any(f.kind == "limit" for f in found)
        state.in_parts = opened or (state.in_parts and sentence.marked)
    return found


def _read(
    mention: Mention,
    named: tuple[Mention, ...],
    sentence: Sentence,
    places: tuple[Scope, ...],
    state: _State,
    exclusion: Exclusion | None,
    notes: Notebook,
) -> Found | None:
    text, place = sentence.text, sentence.passage.place
    if exclusion is not None and exclusion.covers(mention.start):
        return None
    if mention.unit in ("clock", "same_day", "next_day"):
        return _time_of_day(mention, sentence, notes)
    before, after = _around(text, mention, named)
    reason = _why_not(mention, before, after, sentence)
    if reason is not None:
        notes.write("not_understood", reason, place, text, given=mention.unit)
        return None
    kind = _kind(mention, named, before, after, sentence, state)
    doubt = None
    if kind == "addition" and not _EXTRA_WORD.search(before):
        doubt = "total_or_extra"
    elif kind in ("applicant", "other_body") and (_SILENCE.search(before) or _SILENCE.search(text[mention.end :])):
        doubt = "silence"
    return Found(
        kind=kind,
        where="text",
        place=place,
        sentence=text,
        words=_words(text, mention),
        amount=mention.amount,
        unit=mention.unit,
        area=area_behind(places, text, mention.end, _next_start(named, mention, len(text)))
        or area_at(places, mention.start, state.area),
        doubt=doubt,
    )


def _why_not(mention: Mention, before: str, after: str, sentence: Sentence) -> str | None:
    of_paper = sentence.passage.kind in ("document", "condition") and _PAPER_AGE.search(before)
    if mention.is_range:
        return "range"
    if _OTHER_TIME.search(before) or _OTHER_TIME_AFTER.match(after) or of_paper:
        return "other_time"
    if mention.unit not in SCHEMA_UNITS:
        return "unknown_unit"
    cued = _CUE_BEFORE.search(before) or _CUE_AFTER.match(after)
    return None if cued or sentence.passage.kind in ("channel", "case") else "no_cue"


def _kind(
    mention: Mention, named: tuple[Mention, ...], before: str, after: str, sentence: Sentence, state: _State
) -> Kind:
    kind: Kind
    if _ADDITION.search(before):
        kind = "addition"
    elif state.in_parts or _is_part(mention, named, sentence.text):
        kind = "phase"
    elif _POSTING.search(before) and not _POSTING_ENDED.search(before) and not _POSTING_ENDED.search(after[:80]):
        kind = "posting"
    else:
        kind = _kind_of_deadline(before, after, sentence)
    return kind


def _kind_of_deadline(before: str, after: str, sentence: Sentence) -> Kind:
    """By whom it binds; for the authority, the limit is what runs from the dossier's receipt to a decision."""
    actor, acts_at = actor_of(before, after)
    if actor in ("applicant", "other_body"):
        return actor
    act = _FIRST_ACT.search(after, acts_at) if acts_at >= 0 else None
    if sentence.passage.kind in ("channel", "case"):
        notifies = actor == "authority" and act is not None and act["notifies"] is not None
        return "step" if notifies or _OTHER_START.match(after) else "limit"
    decides = act is not None and act["decides"] is not None
    return "limit" if decides and _DOSSIER_START.search(after[:120]) else "step"


def _is_part(mention: Mention, named: tuple[Mention, ...], text: str) -> bool:
    opened = text.rfind("(", 0, mention.start)
    if opened >= 0 and ")" not in text[opened : mention.start]:
        inside = text[opened + 1 : _closing(text, opened)]
        if _PARTS.search(inside):
            return True
        several = sum(opened < m.start < opened + 1 + len(inside) for m in named) > 1
        return several and any(m.end <= opened for m in named) and not re.match(r"\s*hoặc", inside, re.IGNORECASE)
    cut = _PARTS.search(text)
    return (
        cut is not None
        and cut.end() <= mention.start
        and any(m.end <= cut.start() for m in named)
        and "(" not in text[: cut.start()]
    )


def _closing(text: str, opened: int) -> int:
    depth = 0
    for index in range(opened, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)


def _time_of_day(mention: Mention, sentence: Sentence, notes: Notebook) -> Found | None:
    text = sentence.text
    if mention.unit == "next_day":
        return None
    if mention.unit == "clock" and not _NEXT_DAY.search(text) and "trong ngày" not in text.casefold():
        notes.write("not_understood", "clock_alone", sentence.passage.place, text)
        return None
    clock: time | None = mention.clock
    words = _words(text, mention)
    return Found("same_day", "text", sentence.passage.place, text, words, unit="same_day", cut_off=clock)


def _one_same_day(found: list[Found]) -> list[Found]:
    """One sentence says "same day" once: with the cut-off where it names one."""
    days = [f for f in found if f.kind == "same_day"]
    if len(days) < 2:  # noqa: PLR2004 - one is enough
        return found
    kept = next((f for f in days if f.cut_off is not None), days[0])
    return [f for f in found if f.kind != "same_day" or f is kept]


def _around(text: str, mention: Mention, named: tuple[Mention, ...]) -> tuple[str, str]:
    """The clause before and after a mention; joined mentions share what stands around them all."""
    row = [m for m in named if m.amount is not None]
    first = last = row.index(mention)
    while first > 0 and _JOINED.match(text[row[first - 1].end : row[first].start]):
        first -= 1
    while last + 1 < len(row) and _JOINED.match(text[row[last].end : row[last + 1].start]):
        last += 1
    start = text.rfind(";", 0, row[first].start) + 1
    end = text.find(";", row[last].end)
    return text[start : row[first].start], text[row[last].end : end if end >= 0 else len(text)]


def _next_start(named: tuple[Mention, ...], mention: Mention, length: int) -> int:
    return next((m.start for m in named if m.start >= mention.end), length)


def _words(text: str, mention: Mention) -> str:
    """The words around a mention: from the last comma, semicolon or bracket before it to the next one behind it."""
    start = max(text.rfind(c, 0, mention.start) for c in ",;:(") + 1
    ends = [e for e in (text.find(c, mention.end) for c in ",;:().") if e >= 0]
    return text[start : min(ends, default=len(text))].strip()
