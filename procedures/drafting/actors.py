"""Who a deadline binds: the applicant, another body, or the deciding authority, read from the words around it."""

from __future__ import annotations

import re
from typing import Literal

Actor = Literal["applicant", "other_body", "authority"]

_APPLICANT = (
    r"người\s+(?:có\s+(?:yêu\s+cầu|đơn|nhu\s+cầu)|yêu\s+cầu|đề\s+nghị|nộp|sử\s+dụng|dân|đi\s+đăng\s+ký|đăng\s+ký|được\s+cấp"
    r"|được\s+giao|khai|thân|giám\s+hộ|lao\s+động|khuyết\s+tật|bị|làm\s+đơn|khiếu\s+nại|tố\s+cáo|học|được\s+hưởng|nhận)"
    r"|chủ\s+(?:đầu\s+tư|hộ|sở\s+hữu|cơ\s+sở|nuôi|phương\s+tiện|rừng|dự\s+án)|công\s+dân|hộ\s+(?:gia\s+đình|kinh\s+doanh)"
    r"|tổ\s+chức,\s*cá\s+nhân|cá\s+nhân|tổ\s+chức\s+(?:có|đề\s+nghị|nộp|kinh\s+tế|tôn\s+giáo)"
    r"|doanh\s+nghiệp|hợp\s+tác\s+xã|(?:vợ|chồng|cha|mẹ)(?!\w)|bên\s+(?:nam|nữ|tranh|liên)|hai\s+bên"
    r"|nhà\s+đầu\s+tư|đối\s+tượng|gia\s+đình|cha\s+mẹ"
)
_OTHER = (
    r"cơ\s+quan\s+(?:thuế|công\s+an|bảo\s+hiểm|tài\s+chính|y\s+tế|bưu\s+chính|đại\s+diện|thi\s+hành\s+án|ngoại\s+giao)"
    r"|(?:cơ\s+quan\s+)?công\s+an\s+\S+|bảo\s+hiểm\s+xã\s+hội|(?:chi\s+nhánh\s+)?văn\s+phòng\s+đăng\s+ký\s+đất\s+đai"
    r"|nhà\s+trường|cơ\s+sở\s+(?:giáo|y|khám|trợ)\s+\S+|đơn\s+vị\s+(?:đo\s+đạc|tư\s+vấn|được|dịch\s+vụ)|tòa\s+án|ngân\s+hàng|kho\s+bạc|viện\s+kiểm\s+sát|bệnh\s+viện"
    r"|sở\s+(?:tư\s+pháp|xây\s+dựng|nông\s+nghiệp|tài\s+chính|y\s+tế|giáo\s+dục|nội\s+vụ|văn\s+hóa|công\s+thương|khoa\s+học|ngoại)"
    r"|ủy\s+ban\s+nhân\s+dân\s+(?:cấp\s+)?tỉnh|chủ\s+tịch\s+ủy\s+ban\s+nhân\s+dân\s+(?:cấp\s+)?tỉnh"
    r"|(?:cơ\s+quan|đơn\s+vị|tổ\s+chức)[^,;.:()]{0,60}?(?:được\s+(?:lấy|xin|hỏi|gửi|đề\s+nghị|yêu\s+cầu)|phối\s+hợp"
    r"|có\s+liên\s+quan|liên\s+quan)"
    r"|ủy\s+ban\s+nhân\s+dân\s+(?:cấp\s+)?xã\s+(?:nơi\s+nhận|nơi\s+được|được\s+(?:đề\s+nghị|yêu\s+cầu))"
)
_AUTHORITY = (
    r"(?:chủ\s+tịch\s+|lãnh\s+đạo\s+)?"
    r"(?:ủy\s+ban\s+nhân\s+dân|uỷ\s+ban\s+nhân\s+dân|ubnd)|chủ\s+tịch|cơ\s+quan\s+đăng\s+ký\s+\S+\s+\S+"
    r"|cơ\s+quan\s+(?:có|chuyên|quản|giải|tiếp|thực|cấp|nhà|đăng|nông|tham)|công\s+chức|cán\s+bộ|viên\s+chức|trung\s+tâm"
    r"|bộ\s+phận|phòng\s+(?:chuyên|kinh|văn|tư|nội|tài)|lãnh\s+đạo|thủ\s+trưởng|hội\s+đồng"
    r"|người\s+(?:có\s+thẩm|tiếp\s+nhận|đứng\s+đầu)"
)
_ACTOR = re.compile(
    rf"(?<!\w)(?:(?:các|những)\s+)?(?:(?P<other_body>{_OTHER})|(?P<authority>{_AUTHORITY})|(?P<applicant>{_APPLICANT}))",
    re.IGNORECASE,
)
_AFTER_PREPOSITION = re.compile(
    r"(?:đến|cho|với|của|tới|tại|từ|ở|gửi|bởi|về|theo|do|trình|báo cáo|ý kiến|đối với|so với|trụ sở|biết|tên)"
    r"\s+(?:các\s+|những\s+)?$",
    re.IGNORECASE,
)
_IN_CONDITION = re.compile(r"(?:trường\s+hợp|nếu|khi)\s+(?:các\s+|mà\s+)?$", re.IGNORECASE)
_THEIR_TIME = re.compile(
    rf"(?:thời\s+(?:gian|hạn)[^;:,]{{0,80}}của|(?:^|[;:,(-])\s*tại)\s+(?:các\s+)?{_ACTOR.pattern}[^;,]{{0,30}}$",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"phải|có\s+trách\s+nhiệm|nộp|bổ\s+sung|hoàn\s+thiện|xác\s+nhận|phản\s+hồi|thực\s+hiện|đến|nhận|khai|trả\s+lời|có\s+ý\s+kiến"
    r"|khiếu\s+nại|gửi|thông\s+báo|đăng\s+ký",
    re.IGNORECASE,
)
_BOUND = re.compile(r"^[^,;]{0,60}?(?:có\s+trách\s+nhiệm|phải)(?!\w)", re.IGNORECASE)
_DUTY_AHEAD = re.compile(r"^[^;.]{0,80}?(?:có\s+trách\s+nhiệm|phải)(?!\w)", re.IGNORECASE)
_MAIN_CLAUSE = re.compile(
    r"(?:^|[,:;(]|\bthì|\bmà)\s*(?:chậm\s+nhất|trong|không\s+quá|tối\s+đa|sau|trước|hết|quá)[^:;()]{0,40}$|^\s*$",
    re.IGNORECASE,
)
_FOR_WHICH = re.compile(r"^\s*[(,]?\s*(?:đối\s+với|với)[^;,()]*?(?:[,)]|(?=\s(?:kể|tính)\s+từ))", re.IGNORECASE)
_START_PHRASE = re.compile(
    r"\s*[,)]?\s*(?:(?:kể\s+từ|tính\s+từ|sau\s+khi|từ\s+ngày|trước)[^,]*?"
    r"(?:,|(?=\s(?:thì|mà)\s)|(?<=hợp\slệ)(?=\s)|$))?\s*(?:(?:thì|nếu|mà)\s+)*",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:kể\s+từ|tính\s+từ|từ)\s+(?:ngày|khi|thời\s+điểm)\s+(?:(?:tiếp\s+)?nhận|gửi)[^,;.]{0,60}?"
    r"(?:lấy\s+ý\s+kiến|xin\s+ý\s+kiến|hỏi\s+ý\s+kiến|xác\s+minh|cung\s+cấp\s+thông\s+tin|phối\s+hợp"
    r"|đề\s+nghị\s+của\s+(?:cấp|ủy|ubnd|cơ))",
    re.IGNORECASE,
)
_ASKED_TO_SUPPLEMENT = re.compile(
    r"(?:kể\s+từ|tính\s+từ)\s+(?:ngày|khi|thời\s+điểm)\s+nhận\s+(?:được\s+)?(?:văn\s+bản\s+)?(?:yêu\s+cầu|thông\s+báo|phiếu)"
    r"[^,;.]{0,30}(?:bổ\s+sung|hoàn\s+thiện)",
    re.IGNORECASE,
)
_LIST = re.compile(r"\s*(?:,|và|hoặc|,\s*(?:và|hoặc))\s*")


def actor_of(before: str, after: str) -> tuple[Actor | None, int]:
    """Who the deadline between two texts of one clause binds, and where in `after` what they do begins (-1: before).

    "Trong thời hạn N, X có trách nhiệm ..." binds X; "X phải ... trong thời hạn N" binds X; the object of a verb or
    preposition ("gửi đến X", "của X") is not bound, unless the time is said to be theirs ("thời gian ... của X").
    """
    if _ASKED.match(after.lstrip(" ,)")):
        return "other_body", -1
    if _ASKED_TO_SUPPLEMENT.match(after.lstrip(" ,)")):
        return "applicant", -1
    theirs = _THEIR_TIME.search(before)
    if theirs and (actor := _named(theirs)) != "applicant":
        return actor, -1
    if _MAIN_CLAUSE.search(before):
        ahead = _FOR_WHICH.match(after)
        phrase = _START_PHRASE.match(after, ahead.end() if ahead else 0)
        match = _ACTOR.match(after, phrase.end() if phrase else 0)
        if match:
            duty = _DUTY_AHEAD.match(after[match.end() :])
            return _named(match), match.end() + (duty.end() if duty else 0)
    return _bound_before(before), -1


def _bound_before(before: str) -> Actor | None:
    """The last actor with a stated duty, else the first that is no object; one inside a condition comes last."""
    plain: list[Actor] = []
    conditional: list[Actor] = []
    last_end, last_is_object = -1, False
    for match in _ACTOR.finditer(before):
        actor, ahead, behind = _named(match), before[: match.start()], before[match.end() :]
        listed = last_is_object and _LIST.fullmatch(before[last_end : match.start()]) is not None
        last_end, last_is_object = match.end(), listed or _AFTER_PREPOSITION.search(ahead) is not None
        if last_is_object or (actor == "applicant" and not _DUTY.search(behind)):
            continue
        if _IN_CONDITION.search(ahead):
            conditional.append(actor)
        elif _BOUND.match(behind):
            plain.insert(0, actor)
        else:
            plain.append(actor)
    return next(iter((*plain, *conditional)), None)


def _named(match: re.Match[str]) -> Actor:
    if match["other_body"]:
        return "other_body"
    return "authority" if match["authority"] else "applicant"
