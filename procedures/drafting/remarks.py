"""The wording of everything that drafting says about a record, and the notebook it is written into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from procedures.drafting.report import Remark
from procedures.problems import Wording as W

Page = Literal["disagreements", "assumptions", "not_understood", "faults"]
LONGEST_QUOTE = 600

REMARKS: dict[str, W] = {
    # faults
    "not_json": W("Dòng này không phải JSON: {reason}.", "This row is not JSON: {reason}."),
    "not_a_record": W("Đây là {given}, không phải một bản ghi.", "This is {given}, not a record."),
    "wrong_type": W("Cần {wanted_vi}, ở đây là {given}; bỏ qua.", "Expected {wanted_en}, found {given}; left out."),
    "number_as_text": W("Số ghi dưới dạng chữ: {given}.", "A number written as text: {given}."),
    "no_code": W("Không có mã thủ tục dạng 1.234567.", "There is no procedure code of the form 1.234567."),
    "no_name": W("Không có tên thủ tục.", "The procedure has no name."),
    "no_limit": W(
        "Không đọc được thời hạn giải quyết nào nên không lập được bản khai báo.",
        "No statutory limit could be read, so there is no definition.",
    ),
    "no_result": W("Bản ghi không nêu kết quả.", "The record names no result."),
    "no_update": W(
        "Bản ghi không có ngày cập nhật nên không có ngày hiệu lực tạm.",
        "The record has no date of update, so there is no provisional date of effect.",
    ),
    "does_not_load": W("Bản khai báo chưa nạp được: {reason}", "The draft does not load: {reason}"),
    "same_code": W(
        "Mã này đã có ở dòng {row}; tệp được đánh số thêm.", "The code occurs in row {row} too; the file is numbered."
    ),
    # disagreements
    "channels_differ": W(
        "Các kênh nộp ghi thời hạn khác nhau: {values}.", "The channels give different limits: {values}."
    ),
    "cases_differ": W("Các trường hợp ghi thời hạn khác nhau: {values}.", "The cases give different limits: {values}."),
    "case_not_channel": W(
        "Không thời hạn nào của trường hợp ({cases}) trùng với kênh nộp ({channels}).",
        "No limit of a case ({cases}) equals one of a channel ({channels}).",
    ),
    "text_not_value": W(
        "Phần chữ ghi {text}, phần số ghi {values}.", "The text says {text}, the structured values say {values}."
    ),
    "units_differ": W(
        "Cùng một số nhưng khác đơn vị: {text} trong phần chữ, {values} trong phần số.",
        "The same number in different units: {text} in the text, {values} in the structured values.",
    ),
    "texts_differ": W("Các câu ghi thời hạn khác nhau: {values}.", "Sentences give different limits: {values}."),
    "addition_unit": W(
        "Thời gian cộng thêm ({text}) khác đơn vị với thời hạn ({values}); chưa cộng.",
        "The extra time ({text}) has another unit than the limit ({values}); it was not added.",
    ),
    "phases_sum": W(
        "Các phần ({text}) không cộng thành thời hạn ({values}); chưa đưa vào.",
        "The parts ({text}) do not add up to the limit ({values}); they were left out.",
    ),
    "fees_differ": W("Các kênh ghi phí, lệ phí khác nhau: {values}.", "The channels give different fees: {values}."),
    # assumptions
    "effective_from": W(
        "Ngày hiệu lực {day} là ngày cập nhật bản ghi, không phải của văn bản.",
        "The date of effect {day} is the record's update, not the law's.",
    ),
    "nationwide": W("Do bộ công bố nên coi là áp dụng toàn quốc.", "Published by a ministry, so taken as nationwide."),
    "province": W("Phạm vi lấy theo cơ quan công bố.", "The scope follows the promulgating body."),
    "unknown_promulgator": W(
        "Không nhận ra cơ quan công bố nên phạm vi để toàn quốc.",
        "The promulgating body is not recognised; the scope was left nationwide.",
    ),
    "new_field": W(
        "Lĩnh vực '{field}' chưa có trong fields.yaml; hãy thêm một dòng.",
        "The field '{field}' is not in fields.yaml yet; add a line.",
    ),
    "no_category": W(
        "Bản ghi không có lĩnh vực; tạm ghi '{field}'.", "The record has no category; '{field}' stands in."
    ),
    "authority": W(
        "Cơ quan có thẩm quyền đoán từ tên cơ quan: {given}.", "The authority is guessed from the names: {given}."
    ),
    "no_english": W(
        "Bản ghi không có tiếng Anh: khoá en chép lại tiếng Việt.",
        "The record has no English: `en` repeats the Vietnamese.",
    ),
    "skeleton": W(
        "Các bước là khung chung: tiếp nhận, thụ lý, ký, ban hành, trả kết quả; trình tự của bản ghi ở phần hướng dẫn.",
        "The steps are a general skeleton; the record's own steps stand in the guidance.",
    ),
    "area_pair": W(
        "Hai số {values} được hiểu là xã thường và xã khó khăn theo câu được trích.",
        "The two amounts {values} are read as normal and difficult communes after the sentence quoted.",
    ),
    "limit_chosen": W(
        "Thời hạn của '{case}' lấy từ {where}: {values}.", "The limit of '{case}' is taken from {where}: {values}."
    ),
    "same_day": W(
        "Trường hợp ghi 1 ngày, phần chữ ghi giờ chốt {clock}: hiểu là trong ngày.",
        "The case says 1 day and the text a cut-off at {clock}: read as same day.",
    ),
    "addition_ground": W(
        "Thời gian cộng thêm được đưa vào mọi trường hợp; điều kiện ở trong câu.",
        "The extra time was put into every case; its condition stands in the sentence.",
    ),
    "whose_time": W("Thời gian của ai là đoán: {given}.", "Whose time it is, is a guess: {given}."),
    "posting_maximum": W(
        "Thời gian niêm yết được đặt làm mức tối đa của lần tạm dừng.",
        "The posting time was made the maximum of the pause.",
    ),
    "required_as_recorded": W(
        "Bản ghi để mọi giấy tờ là không bắt buộc; hãy xem từng giấy.",
        "The record marks every document as not required; decide for each.",
    ),
    "fee_amount": W(
        "Mức 0 kèm lời văn: coi như chưa có mức.", "An amount of 0 with a text beside it: taken as no amount given."
    ),
    "no_legal_basis": W(
        "Bản ghi không nêu căn cứ pháp lý; chỉ có chính bản ghi.",
        "The record names no legal basis; only itself is cited.",
    ),
    "not_in_definition": W(
        "Đọc được nhưng khung chung chưa có chỗ: hãy đặt vào bước phù hợp.",
        "Recognised, but the skeleton has no place for it: put it into the right step.",
    ),
    # not understood
    "value_without_unit": W("Số {given} không có đơn vị.", "The number {given} has no unit."),
    "value_is_no_limit": W("Giá trị {given} không phải thời hạn.", "The value {given} is no time limit."),
    "unknown_unit": W("Đơn vị {given} không có trong mẫu khai báo.", "The unit {given} is not one of the schema."),
    "range": W("Một khoảng thời gian, không phải một thời hạn.", "A range, not one limit."),
    "no_cue": W("Có thời gian nhưng không rõ là thời hạn gì.", "A time is named, but not what it limits."),
    "other_time": W(
        "Thời gian của giấy tờ, tuổi hoặc sử dụng; không coi là thời hạn.",
        "The time of a paper, an age or a use; not taken as a deadline.",
    ),
    "clock_alone": W(
        "Có giờ nhưng không rõ điều gì thay đổi sau giờ đó.", "A time of day without saying what changes then."
    ),
    "no_ground": W(
        "Có thời gian không tính nhưng không đọc được là thời gian gì.",
        "Time is excluded, but the ground could not be read.",
    ),
    "no_duration": W(
        "Nêu niêm yết hoặc lấy ý kiến, xác minh nhưng không nêu thời gian.",
        "Posting, consultation or verification is named without a duration.",
    ),
    "at_once": W("Giải quyết ngay, không nêu thời hạn.", "At once, without a limit in time."),
    "text_without_limit": W(
        "Phần thời hạn là chữ mà không có thời gian.", "The limit is a text without any time in it."
    ),
    "note_only": W("Thành phần ghi chú, không rõ là giấy tờ.", "An item that may be a note and no document."),
}
"""Every remark by its code; `{name}` places are filled from the facts."""

DOUBTS: dict[str, W] = {
    "total_or_extra": W(
        "'Kéo dài không quá' có thể là tổng hoặc phần thêm.", "'Extended to at most' may be the total or the extra."
    ),
    "silence": W(
        "Hết thời gian mà không trả lời thì coi như đồng ý hoặc làm tiếp.",
        "Silence counts as consent, or work goes on.",
    ),
}
"""What may be read in two ways, or what silence means, by the `doubt` of a finding."""


@dataclass(slots=True)
class Notebook:
    """The remarks on one record while it is read; the same remark is kept once."""

    disagreements: list[Remark] = field(default_factory=list)
    assumptions: list[Remark] = field(default_factory=list)
    not_understood: list[Remark] = field(default_factory=list)
    faults: list[Remark] = field(default_factory=list)

    def write(self, page: Page, code: str, place: str = "", words: str = "", **facts: object) -> None:
        """Add a remark to a page; long words are cut at 600 characters."""
        filled = REMARKS[code].filled({k: str(v) for k, v in facts.items()})
        quoted = words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"
        remark = Remark(code, filled, place, quoted)
        pages: list[Remark] = getattr(self, page)
        if remark not in pages:
            pages.append(remark)
