"""What the loader says of a file: pydantic's complaints retold, and what YAML allows but a definition does not."""

from __future__ import annotations

from procedures.problems import Wording as W
from procedures.wording import Said

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
