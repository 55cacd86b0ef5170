"""What the schema's own rules say when they are broken, in Vietnamese and English."""

from __future__ import annotations

from typing import NamedTuple

from procedures.problems import Wording as W


class Said(NamedTuple):
    """A message and the way to mend it; `{name}` places are filled with facts."""

    message: W
    mend: W


RULES: dict[str, Said] = {
    "verified_needs_checker": Said(
        W(
            "Đã ghi verified nhưng thiếu người kiểm tra hoặc ngày kiểm tra.",
            "A verified definition names checked_by and on.",
        ),
        W(
            "Ghi thêm checked_by và on, hoặc đổi status thành unverified.",
            "Add checked_by and on, or say unverified.",
        ),
    ),
    "two_digit_province": Said(
        W(
            "Mã tỉnh {given} không phải hai chữ số.",
            "Province code {given} is not two digits.",
        ),
        W(
            "Viết hai chữ số trong dấu nháy, ví dụ '38'.",
            "Write two digits in quotes, e.g. '38'.",
        ),
    ),
    "choices_with_choice": Said(
        W(
            "Có choices khi và chỉ khi type là choice.",
            "choices are given exactly when type is choice.",
        ),
        W(
            "Thêm choices, hoặc bỏ choices, hoặc sửa type.",
            "Add choices, or remove them, or change type.",
        ),
    ),
    "broken_pattern": Said(
        W(
            "Biểu thức mẫu {given} không đọc được.",
            "The pattern {given} is not a regular expression.",
        ),
        W(
            "Sửa pattern; thử với một giá trị đúng.",
            "Mend pattern; try it on a value that should pass.",
        ),
    ),
    "minimum_above_maximum": Said(
        W("minimum lớn hơn maximum.", "minimum is greater than maximum."),
        W("Đổi chỗ hai số, hoặc sửa một số.", "Swap the two numbers, or mend one."),
    ),
    "until_before_from": Said(
        W("until phải sau from.", "until must be later than from."),
        W(
            "until là ngày đầu tiên không còn hiệu lực; sửa lại.",
            "until is the first day no longer in force; mend it.",
        ),
    ),
    "human_needs_role": Said(
        W("Bước human phải ghi role.", "A human step names its role."),
        W("Thêm role, ví dụ role: case_officer.", "Add role, e.g. role: case_officer."),
    ),
    "human_does_automatic": Said(
        W("Bước human không thể làm {given}.", "A human step cannot do {given}."),
        W(
            "Đổi kind thành automatic, hoặc bỏ does.",
            "Change kind to automatic, or remove does.",
        ),
    ),
    "automatic_shape": Said(
        W(
            "Bước automatic hoặc linked phải ghi does và chỉ có một kết quả done.",
            "An automatic or linked step names what it does and has the one outcome done.",
        ),
        W(
            "Ví dụ: does: issue_receipt và outcomes: {{done: appraise}}.",
            "E.g. does: issue_receipt and outcomes: {{done: appraise}}.",
        ),
    ),
    "linked_needs_opens": Said(
        W(
            "Bước linked phải liệt kê hồ sơ được mở.",
            "A linked step lists the dossiers that it opens.",
        ),
        W("Thêm opens.", "Add opens."),
    ),
    "consultation_shape": Said(
        W(
            "Bước consultation cần role, answer_within và kết quả answered.",
            "A consultation has a role, answer_within and the outcome answered.",
        ),
        W("Thêm phần còn thiếu.", "Add what is missing."),
    ),
    "silence_needs_source": Said(
        W(
            "Im lặng có hệ quả thì phải có silence_source.",
            "Silence that means something needs silence_source.",
        ),
        W(
            "Ghi mã căn cứ pháp lý vào silence_source.",
            "Name the legal_basis id in silence_source.",
        ),
    ),
    "wait_needs_for": Said(
        W(
            "Bước wait phải ghi chờ gì: time, payment hoặc applicant.",
            "A wait says wait_for: time, payment or applicant.",
        ),
        W("Thêm wait_for.", "Add wait_for."),
    ),
    "wait_time_pair": Said(
        W(
            "Bước wait phải có cả answer_within và on_time_up, hoặc không có cả hai.",
            "A wait has both answer_within and on_time_up, or neither.",
        ),
        W(
            "Thêm phần còn thiếu, hoặc bỏ phần thừa.",
            "Add the one that is missing, or remove the other.",
        ),
    ),
    "time_up_is_outcome": Said(
        W(
            "on_time_up: {given} không phải kết quả của bước này.",
            "on_time_up: {given} is not an outcome of this step.",
        ),
        W("Dùng một trong các kết quả: {known}.", "Use one of the outcomes: {known}."),
    ),
    "same_day_alone": Said(
        W(
            "same_day không đi cùng amount hoặc phases.",
            "same_day takes no amount and no phases.",
        ),
        W(
            "Chỉ ghi cut_off, ví dụ cut_off: '15:00'.",
            "Give cut_off only, e.g. cut_off: '15:00'.",
        ),
    ),
    "same_day_needs_cut_off": Said(
        W("same_day thiếu giờ chốt cut_off.", "same_day needs cut_off."),
        W(
            "Thêm cut_off, ví dụ cut_off: '15:00'.",
            "Add cut_off, e.g. cut_off: '15:00'.",
        ),
    ),
    "amount_or_phases": Said(
        W(
            "Thiếu số ngày: cần amount hoặc phases.",
            "Give amount, or phases that add up to it.",
        ),
        W(
            "Thêm amount, ví dụ amount: {{normal: 3}}.",
            "Add amount, e.g. amount: {{normal: 3}}.",
        ),
    ),
    "next_day_needs_cut_off": Said(
        W(
            "count_from: next_working_day cần cut_off.",
            "count_from: next_working_day needs cut_off.",
        ),
        W(
            "Thêm cut_off, ví dụ cut_off: '15:00'.",
            "Add cut_off, e.g. cut_off: '15:00'.",
        ),
    ),
    "phases_add_up": Said(
        W(
            "Các giai đoạn cộng lại được {total} ({area}), nhưng amount ghi {amount}.",
            "The phases add up to {total} ({area}), amount says {amount}.",
        ),
        W(
            "Sửa amount hoặc các giai đoạn cho khớp.",
            "Mend amount or the phases until they agree.",
        ),
    ),
    "no_date_or_time": Said(
        W(
            "{given} không phải ngày (năm-tháng-ngày) hay giờ (giờ:phút).",
            "{given} is neither a date (year-month-day) nor a time (hour:minute).",
        ),
        W(
            "Viết ngày như 2026-07-01, giờ như '15:00'.",
            "Write a date as 2026-07-01, a time as '15:00'.",
        ),
    ),
    "no_number": Said(
        W("{given} không phải số.", "{given} is not a number."),
        W("Viết một số, ví dụ 17.5.", "Write a number, e.g. 17.5."),
    ),
}
"""Rules of the schema that we wrote ourselves, by the code that `procedures.base.refuse` raises."""
