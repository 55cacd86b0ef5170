"""What the loader says, in Vietnamese and English: one table for pydantic's complaints, one for our own rules."""

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

SHAPE: dict[str, Said] = {
    "unknown_key": Said(
        W(
            "Khoá '{key}' không có trong mẫu khai báo.",
            "The key '{key}' is not known here.",
        ),
        W("{hint_vi}Các khoá dùng được: {known}.", "{hint_en}Known keys: {known}."),
    ),
    "comma_in_braces": Said(
        W(
            "Dấu phẩy trong {{ }} đã cắt câu: '{key}' bị hiểu là một khoá mới.",
            "A comma inside {{ }} cut the text: '{key}' reads as a new key.",
        ),
        W("Đặt cả câu trong dấu nháy đơn.", "Put the whole text in single quotes."),
    ),
    "missing": Said(
        W("Thiếu khoá '{key}'.", "The key '{key}' is missing."),
        W("Thêm `{key}: {example}`.", "Add `{key}: {example}`."),
    ),
    "unquoted": Said(
        W(
            "{given} không có dấu nháy nên bị hiểu là {seen_vi}; ở đây cần chữ.",
            "{given} has no quotes and reads as {seen_en}; a text is needed here.",
        ),
        W("Đặt trong dấu nháy: '{given}'.", "Put it in quotes: '{given}'."),
    ),
    "wanted": Said(
        W(
            "{given} không dùng được: cần {wanted_vi}.",
            "{given} does not fit: expected {wanted_en}.",
        ),
        W("Viết {wanted_vi}, ví dụ {example}.", "Write {wanted_en}, e.g. {example}."),
    ),
    "not_allowed": Said(
        W("Giá trị {given} không được phép.", "The value {given} is not allowed."),
        W("{hint_vi}Dùng một trong: {known}.", "{hint_en}Use one of: {known}."),
    ),
    "pattern": Said(
        W(
            "{given} không đúng dạng {pattern}.",
            "{given} does not have the form {pattern}.",
        ),
        W("Viết theo dạng như {example}.", "Write it like {example}."),
    ),
    "too_small": Said(
        W(
            "{given} nhỏ quá: phải {bound_vi}.",
            "{given} is too small: must be {bound_en}.",
        ),
        W("Sửa thành số {bound_vi}.", "Make it {bound_en}."),
    ),
    "too_big": Said(
        W(
            "{given} lớn quá: phải {bound_vi}.",
            "{given} is too big: must be {bound_en}.",
        ),
        W("Sửa thành số {bound_vi}.", "Make it {bound_en}."),
    ),
    "empty": Said(
        W("Để trống ở đây thì không được.", "This must not be empty."),
        W(
            "Ghi ít nhất một giá trị, ví dụ {example}.",
            "Give at least one value, e.g. {example}.",
        ),
    ),
    "other": Said(
        W(
            "Giá trị {given} không dùng được ({reason}).",
            "The value {given} does not fit ({reason}).",
        ),
        W(
            "Sửa theo docs/adding-a-procedure.md.",
            "Mend it as docs/adding-a-procedure.md shows.",
        ),
    ),
    "duplicate_key": Said(
        W(
            "Khoá '{key}' đã có ở dòng {first}.",
            "The key '{key}' was already given on line {first}.",
        ),
        W("Xoá một trong hai, hoặc gộp lại.", "Remove one of the two, or merge them."),
    ),
    "key_not_text": Said(
        W("Khoá {given} không phải chữ.", "The key {given} is not a text."),
        W("Đặt khoá trong dấu nháy: '{given}'.", "Put the key in quotes: '{given}'."),
    ),
    "no_alias": Said(
        W(
            "Neo và bí danh YAML (& và *) không dùng ở đây.",
            "YAML anchors and aliases (& and *) are not used here.",
        ),
        W("Viết lại nội dung đầy đủ.", "Write the content out in full."),
    ),
    "no_tag": Said(
        W(
            "Thẻ YAML {given} không dùng ở đây.",
            "The YAML tag {given} is not used here.",
        ),
        W("Bỏ thẻ bắt đầu bằng dấu !.", "Remove the tag that starts with !."),
    ),
    "too_deep": Said(
        W(
            "Lồng nhau quá sâu (hơn {limit} tầng).",
            "Nested too deeply (more than {limit} levels).",
        ),
        W("Kiểm tra thụt dòng và dấu ngoặc.", "Check indentation and brackets."),
    ),
    "broken_yaml": Said(
        W("YAML hỏng: {reason}.", "Broken YAML: {reason}."),
        W(
            "Kiểm tra thụt dòng, dấu hai chấm và dấu nháy ở dòng này và dòng trên.",
            "Check indentation, colons and quotes on this line and the one above.",
        ),
    ),
    "not_a_mapping": Said(
        W(
            "Tệp phải là các dòng `khoá: giá trị`.",
            "The file must be `key: value` lines.",
        ),
        W("Bắt đầu bằng `code: '1.001193'`.", "Start with `code: '1.001193'`."),
    ),
    "unreadable": Said(
        W("Không đọc được tệp: {reason}.", "The file cannot be read: {reason}."),
        W("{mend_vi}", "{mend_en}"),
    ),
}
"""The loader's own findings and the translations of pydantic's."""
