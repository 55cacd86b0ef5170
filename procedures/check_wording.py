"""What the static checks say, with the severity of each finding."""

from __future__ import annotations

from typing import NamedTuple

from procedures.problems import Severity
from procedures.problems import Wording as W


class Checked(NamedTuple):
    """One kind of finding: how grave it is, its message and its mend; `{name}` places are filled with facts."""

    severity: Severity
    message: W
    mend: W


CHECKS: dict[str, Checked] = {
    "repeated_id": Checked(
        "error",
        W("Mã '{id}' dùng hai lần.", "The id '{id}' is used twice."),
        W("Đặt một mã khác.", "Give one of them another id."),
    ),
    "unknown_step": Checked(
        "error",
        W("Không có bước '{target}'.", "There is no step '{target}'."),
        W("{hint_vi}Thêm bước đó, hoặc trỏ đến end.", "{hint_en}Add the step, or point to end."),
    ),
    "unreachable_step": Checked(
        "error",
        W("Không bước nào dẫn đến '{step}'.", "No step leads to '{step}'."),
        W("Thêm một kết quả dẫn đến bước này, hoặc xoá bước.", "Add an outcome that leads here, or remove the step."),
    ),
    "no_end": Checked(
        "error",
        W("Từ bước '{step}' không đi được đến hết.", "No end can be reached from '{step}'."),
        W("Thêm một kết quả dẫn dần đến end.", "Add an outcome that leads towards end."),
    ),
    "end_beside_steps": Checked(
        "error",
        W("Kết quả '{outcome}' vừa kết thúc vừa mở bước khác.", "The outcome '{outcome}' both ends and opens steps."),
        W("Bỏ end khỏi danh sách.", "Remove end from the list."),
    ),
    "joins_unknown": Checked(
        "error",
        W("join nêu '{member}' nhưng bước đó không dẫn đến đây.", "join names '{member}', which does not lead here."),
        W("Cho bước đó dẫn đến đây, hoặc bỏ khỏi join.", "Let that step lead here, or remove it from join."),
    ),
    "leads_to_join_unnamed": Checked(
        "error",
        W(
            "Bước '{member}' dẫn đến '{step}' nhưng không có trong join.",
            "The step '{member}' leads to '{step}' but join does not name it.",
        ),
        W("Thêm vào join, hoặc dẫn đến bước khác.", "Add it to join, or lead elsewhere."),
    ),
    "join_never_opens": Checked(
        "error",
        W(
            "'{step}' chờ các bước không bao giờ cùng mở: {members}.",
            "'{step}' waits for steps that are never open together: {members}.",
        ),
        W(
            "Mở các nhánh đó song song từ một kết quả, hoặc bỏ join.",
            "Open those branches in parallel from one outcome, or remove join.",
        ),
    ),
    "branches_meet": Checked(
        "error",
        W(
            "Các nhánh song song từ '{fork}' gặp nhau ở '{step}' mà không có join: bước này mở hai lần.",
            "Parallel branches from '{fork}' meet at '{step}' without join: the step would open twice.",
        ),
        W("Thêm join với các bước dẫn đến.", "Add join with the steps that lead there."),
    ),
    "ends_without_result": Checked(
        "error",
        W(
            "Có đường đi từ '{step}' đến hết mà không ban hành kết quả, cũng không từ chối.",
            "A path from '{step}' ends without issuing a result and without refusing.",
        ),
        W(
            "Cho đường đó đi qua một bước does: issue_result hoặc does: refuse.",
            "Lead it through a step that does: issue_result or does: refuse.",
        ),
    ),
    "result_twice": Checked(
        "error",
        W("Sau '{step}' còn có thể ban hành kết quả lần nữa.", "After '{step}' a result can be issued once more."),
        W("Mỗi đường đi chỉ ban hành một lần.", "Issue once on every path."),
    ),
    "refuses_after_result": Checked(
        "error",
        W("Sau '{step}' còn có thể từ chối.", "After '{step}' the dossier can still be refused."),
        W("Từ chối phải trước khi ban hành kết quả.", "Refuse before the result is issued."),
    ),
    "no_hand_over": Checked(
        "error",
        W("Sau '{step}' có đường đi không trả kết quả.", "After '{step}' a path ends without handing over."),
        W("Thêm bước does: hand_over trước end.", "Add a step that does: hand_over before end."),
    ),
    "no_refusal": Checked(
        "warning",
        W("Không có bước từ chối.", "There is no step that refuses."),
        W(
            "Thêm bước does: refuse, nếu thủ tục có thể bị từ chối.",
            "Add a step that does: refuse, if it can be refused.",
        ),
    ),
    "no_receipt": Checked(
        "warning",
        W("'{step}' mở đầu mà không cấp giấy tiếp nhận.", "It starts with '{step}' and issues no receipt."),
        W("Mở đầu bằng bước does: issue_receipt.", "Start with a step that does: issue_receipt."),
    ),
    "not_published": Checked(
        "warning",
        W("Sau '{step}' không báo kết quả cho người nộp.", "After '{step}' the applicant is not told of the result."),
        W("Thêm bước does: publish_result ngay sau đó.", "Add a step that does: publish_result right after it."),
    ),
    "unnamed_outcome": Checked(
        "warning",
        W("Kết quả '{outcome}' chưa có tên để hiển thị.", "The outcome '{outcome}' has no name to show."),
        W("Thêm vào outcome_names.", "Add it to outcome_names."),
    ),
    "names_no_outcome": Checked(
        "error",
        W("outcome_names có '{outcome}' nhưng outcomes thì không.", "outcome_names has '{outcome}', outcomes has not."),
        W("{hint_vi}Xoá, hoặc sửa cho khớp.", "{hint_en}Remove it, or make them agree."),
    ),
    "unknown_source": Checked(
        "error",
        W("Không có căn cứ pháp lý '{id}'.", "There is no legal_basis '{id}'."),
        W("{hint_vi}Thêm vào legal_basis, hoặc sửa mã.", "{hint_en}Add it to legal_basis, or mend the id."),
    ),
    "unknown_pause": Checked(
        "error",
        W("Không có lý do tạm dừng '{id}'.", "There is no pause '{id}'."),
        W("{hint_vi}Thêm vào pauses, hoặc sửa mã.", "{hint_en}Add it to pauses, or mend the id."),
    ),
    "unknown_case": Checked(
        "error",
        W("Không có trường hợp '{id}'.", "There is no case '{id}'."),
        W("{hint_vi}Sửa mã.", "{hint_en}Mend the id."),
    ),
    "unknown_form_field": Checked(
        "error",
        W("Biểu mẫu không có trường '{id}'.", "The form has no field '{id}'."),
        W("{hint_vi}Thêm vào form, hoặc sửa mã.", "{hint_en}Add it to form, or mend the id."),
    ),
    "impossible_condition": Checked(
        "error",
        W("Trường '{field}' không bao giờ có giá trị '{value}'.", "The field '{field}' never has the value '{value}'."),
        W("Dùng một trong: {known}.", "Use one of: {known}."),
    ),
    "condition_without_value": Checked(
        "error",
        W("chosen_when cần equals hoặc any_of, chỉ một.", "chosen_when needs equals or any_of, one of them."),
        W("Thêm giá trị phải có.", "Give the value that must hold."),
    ),
    "default_cases": Checked(
        "error",
        W("Có {count} trường hợp mặc định, cần đúng một.", "There are {count} default cases; exactly one is needed."),
        W("Ghi default: true ở đúng một trường hợp.", "Write default: true in exactly one case."),
    ),
    "unknown_field": Checked(
        "error",
        W("Không có lĩnh vực '{id}'.", "There is no field '{id}'."),
        W("{hint_vi}Thêm một dòng vào fields.yaml.", "{hint_en}Add a line to fields.yaml."),
    ),
    "unknown_province": Checked(
        "error",
        W("Không có tỉnh, thành phố mã '{code}'.", "There is no province with the code '{code}'."),
        W("Dùng mã hai chữ số sau sắp xếp năm 2025, ví dụ '38'.", "Use a two-digit code of 2025, e.g. '38'."),
    ),
    "unknown_linked_procedure": Checked(
        "warning",
        W("Thủ tục liên thông '{id}' chưa được khai báo.", "The linked procedure '{id}' is not declared."),
        W("Khai báo thủ tục đó, hoặc kiểm tra mã.", "Declare that procedure, or check its code."),
    ),
    "steps_exceed_limit": Checked(
        "error",
        W(
            "Thời hạn nội bộ cộng lại {sum} giờ, quá thời hạn luật định {limit} giờ (trường hợp '{case}').",
            "The internal limits add up to {sum} hours, more than the statutory {limit} hours (case '{case}').",
        ),
        W("Giảm limit_hours của các bước trên đường dài nhất.", "Lower limit_hours on the longest path."),
    ),
    "same_day_steps": Checked(
        "warning",
        W(
            "Các bước cần {sum} giờ, nhưng hồ sơ nhận gần 15 giờ phải trả sớm hơn (trường hợp '{case}', trong ngày).",
            "The steps take {sum} hours; a dossier received just before the cut-off must be faster (case '{case}').",
        ),
        W(
            "Thời hạn nội bộ không thay thế thời hạn trong ngày; ưu tiên hồ sơ nhận cuối buổi.",
            "Internal limits never replace the same-day limit; give late dossiers priority.",
        ),
    ),
    "applicant_longer_than_limit": Checked(
        "warning",
        W(
            "Người nộp có {deadline} để bổ sung, dài hơn thời hạn (trường hợp '{case}') mà đồng hồ vẫn chạy.",
            "The applicant has {deadline} to answer, longer than the limit (case '{case}'), and the clock runs.",
        ),
        W("Kiểm tra applicant_deadline và clock.", "Check applicant_deadline and clock."),
    ),
    "repeated_version": Checked(
        "error",
        W(
            "Phiên bản {version} của {procedure} đã có ở {other}.",
            "Version {version} of {procedure} is also in {other}.",
        ),
        W("Đổi số phiên bản, hoặc xoá một tệp.", "Change the version number, or remove one file."),
    ),
    "versions_overlap": Checked(
        "error",
        W(
            "Hiệu lực chồng với phiên bản {other} ở cùng một nơi.",
            "In force at the same time and place as version {other}.",
        ),
        W(
            "Ghi until của phiên bản cũ bằng from của phiên bản mới.",
            "Set until of the older version to from of the newer.",
        ),
    ),
    "versions_gap": Checked(
        "error",
        W(
            "Từ {start} đến {end} không có phiên bản nào hiệu lực.",
            "No version is in force from {start} until {end}.",
        ),
        W(
            "Ghi until của phiên bản cũ bằng from của phiên bản mới.",
            "Set until of the older version to from of the newer.",
        ),
    ),
    "wrong_folder": Checked(
        "warning",
        W(
            "Tệp nằm trong thư mục '{folder}' nhưng lĩnh vực là '{field}'.",
            "The file is in '{folder}', its field is '{field}'.",
        ),
        W("Chuyển tệp sang definitions/{field}/.", "Move the file to definitions/{field}/."),
    ),
}
