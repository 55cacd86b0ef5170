"""The wording of an explained due date, in Vietnamese and English."""

from __future__ import annotations

from dossiers.clock_types import LedgerKind
from procedures.limits import Unit

Wording = dict[str, str]

UNITS: dict[Unit, dict[str, tuple[str, str]]] = {
    Unit.WORKING_DAYS: {"vi": ("ngày làm việc", "ngày làm việc"), "en": ("working day", "working days")},
    Unit.WORKING_HOURS: {"vi": ("giờ làm việc", "giờ làm việc"), "en": ("working hour", "working hours")},
    Unit.CALENDAR_DAYS: {"vi": ("ngày", "ngày"), "en": ("day", "days")},
    Unit.HOURS: {"vi": ("giờ", "giờ"), "en": ("hour", "hours")},
    Unit.MONTHS: {"vi": ("tháng", "tháng"), "en": ("month", "months")},
}

WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}

SENTENCES: dict[str, Wording] = {
    "same_day": {
        "vi": "Hồ sơ nhận trong ngày làm việc, chậm nhất lúc {cut_off}, được trả kết quả ngay trong ngày; nhận sau "
        "{cut_off} hoặc vào ngày nghỉ thì trả kết quả trong ngày làm việc tiếp theo.",
        "en": "A dossier received on a working day by {cut_off} is answered the same day; one received after {cut_off} "
        "or on a rest day is answered on the next working day.",
    },
    "limit_working_days": {
        "vi": "Thời hạn giải quyết là {amount}; chỉ tính ngày làm việc.",
        "en": "The time limit is {amount}; only working days count.",
    },
    "limit_working_hours": {
        "vi": "Thời hạn giải quyết là {amount}; chỉ tính giờ cơ quan làm việc.",
        "en": "The time limit is {amount}; only office hours count.",
    },
    "limit_calendar_days": {
        "vi": "Thời hạn giải quyết là {amount}; tính cả ngày nghỉ.",
        "en": "The time limit is {amount}; days of rest count too.",
    },
    "limit_hours": {
        "vi": "Thời hạn giải quyết là {amount}, tính liên tục cả ban đêm và ngày nghỉ.",
        "en": "The time limit is {amount}, counted through nights and days of rest.",
    },
    "limit_months": {
        "vi": "Thời hạn giải quyết là {amount}; tính cả ngày nghỉ.",
        "en": "The time limit is {amount}; days of rest count too.",
    },
    "part_of_day": {
        "vi": "Phần lẻ {part} ngày bằng {hours} giờ làm việc của ngày cuối.",
        "en": "The part of {part} day is {hours} office hours of the last day.",
    },
    "next_working_day": {
        "vi": "Hồ sơ nhận sau {cut_off} hoặc vào ngày nghỉ được coi là nhận vào ngày làm việc tiếp theo.",
        "en": "A dossier received after {cut_off} or on a rest day counts as received on the next working day.",
    },
    "parts": {
        "vi": "Thời hạn này gồm: {parts}.",
        "en": "It is made up of: {parts}.",
    },
    "source": {"vi": "Căn cứ: {documents}.", "en": "Source: {documents}."},
    "calendar_source": {
        "vi": "Ngày nghỉ và ngày làm bù theo: {documents}.",
        "en": "Days off and make-up days follow: {documents}.",
    },
    "received": {
        "vi": "Hồ sơ được tiếp nhận đầy đủ, hợp lệ lúc {at}.",
        "en": "The complete dossier was received at {at}.",
    },
    "restarted": {
        "vi": "Thời hạn được tính lại từ đầu kể từ {at}.",
        "en": "The whole limit was started again at {at}.",
    },
    "from_the_moment": {
        "vi": "Thời hạn tính bằng giờ được tính ngay từ thời điểm đó (Bộ luật Dân sự 2015, Điều 147).",
        "en": "A limit in hours runs from that moment (Civil Code 2015, article 147).",
    },
    "first_day": {
        "vi": "Ngày đầu tiên không tính (Bộ luật Dân sự 2015, Điều 147); ngày được tính đầu tiên là {day}.",
        "en": "The first day is not counted (Civil Code 2015, article 147); the first day counted is {day}.",
    },
    "make_up": {
        "vi": "Ngày làm bù được tính là ngày làm việc: {days}.",
        "en": "Make-up working days count as working days: {days}.",
    },
    "rolled": {
        "vi": "Ngày cuối {last} là ngày nghỉ nên thời hạn kết thúc vào ngày làm việc tiếp theo, {day} (Bộ luật Dân sự "
        "2015, Điều 148).",
        "en": "The last day, {last}, is a day of rest, so the limit ends on the next working day, {day} (Civil Code "
        "2015, article 148).",
    },
    "rolled_hours": {
        "vi": "Thời hạn hết lúc {at}, là ngày nghỉ, nên kết thúc vào cuối giờ làm việc của ngày làm việc tiếp theo, "
        "{day} (Bộ luật Dân sự 2015, Điều 148).",
        "en": "The hours run out at {at}, on a day of rest, so the limit ends at the close of office on the next "
        "working day, {day} (Civil Code 2015, article 148).",
    },
    "pause": {
        "vi": "Tạm dừng từ {start} đến {end}{ground}: không tính {cost}.",
        "en": "Paused from {start} to {end}{ground}: {cost} not counted.",
    },
    "pause_same_day": {
        "vi": "Tạm dừng từ {start} đến {end}{ground}: khi hết tạm dừng, hồ sơ được tính như mới nhận.",
        "en": "Paused from {start} to {end}{ground}: afterwards the dossier counts as received anew.",
    },
    "open_pause": {
        "vi": "Đang tạm dừng từ {start}{ground}: đến nay không tính {cost}; hạn còn lùi cho đến khi hết tạm dừng.",
        "en": "Paused since {start}{ground}: {cost} not counted so far; the due time moves on until the pause ends.",
    },
    "overlaps": {
        "vi": "Các khoảng tạm dừng trùng nhau chỉ được trừ một lần.",
        "en": "Where pauses overlap, the time is taken off once.",
    },
    "extended_by": {
        "vi": "Lúc {at}, thời hạn được gia hạn thêm {amount}.",
        "en": "At {at} the limit was extended by {amount}.",
    },
    "extended_until": {
        "vi": "Lúc {at}, thời hạn được gia hạn đến {until}.",
        "en": "At {at} the limit was extended until {until}.",
    },
    "due": {"vi": "Hạn trả kết quả: {at}.", "en": "The result is due at {at}."},
    "legal_due": {
        "vi": "Không kể gia hạn, hạn theo quy định là {at}.",
        "en": "Without the extension, the limit ends at {at}.",
    },
    "provisional": {
        "vi": "Lịch nghỉ năm {year} là dự kiến, chưa có thông báo chính thức; hạn này có thể phải tính lại.",
        "en": "The calendar of {year} is provisional until the official notice; this due time may be counted anew.",
    },
}
"""Sentences by key; `{at}` is a time and a date, `{day}` a date, `{days}` a list of dates, `{amount}` with its unit."""

SKIPPED: dict[LedgerKind, Wording] = {
    LedgerKind.BEFORE_RESTART: {
        "vi": "Trước lần tính lại, {number} ngày: {days}.",
        "en": "Before the restart, {number} day(s): {days}.",
    },
    LedgerKind.WEEKEND: {
        "vi": "Không tính {number} ngày nghỉ hằng tuần: {days}.",
        "en": "Not counted, {number} weekly rest day(s): {days}.",
    },
    LedgerKind.PUBLIC_HOLIDAY: {
        "vi": "Không tính {number} ngày nghỉ lễ, Tết: {days}.",
        "en": "Not counted, {number} public holiday(s): {days}.",
    },
    LedgerKind.SWAPPED_DAY_OFF: {
        "vi": "Không tính {number} ngày nghỉ hoán đổi: {days}.",
        "en": "Not counted, {number} swapped day(s) off: {days}.",
    },
    LedgerKind.LOCAL_CLOSURE: {
        "vi": "Không tính {number} ngày cơ quan đóng cửa tại địa phương: {days}.",
        "en": "Not counted, {number} local closure(s): {days}.",
    },
    LedgerKind.PAUSED: {
        "vi": "Không tính {number} ngày tạm dừng trọn ngày: {days}.",
        "en": "Not counted, {number} day(s) wholly paused: {days}.",
    },
}
"""Why days of a kind are not counted."""
