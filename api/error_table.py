"""HTTP status and Vietnamese wording of every class of errors: one table, walked by a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from api import error_kinds as k
from dossiers import clock_errors as c
from dossiers import document_errors as o
from dossiers import duty_errors as u
from dossiers import errors as d
from dossiers import import_errors as im
from dossiers import money_errors as mo
from dossiers import people_errors as pe
from notifications import errors as n
from notifications.slips import slip_errors as sl
from performance import errors as f
from performance import seal_errors as se
from procedures import errors as p


class Row(NamedTuple):
    """HTTP status and Vietnamese wording of one class of errors."""

    status: int
    vi: str


TABLE: Mapping[type[Exception], Row] = {
    k.NotSignedIn: Row(401, "Bạn cần đăng nhập trước."),
    k.SignInFailed: Row(401, "Sai tên đăng nhập hoặc mật khẩu, hoặc đã thử quá nhiều lần: chờ 15 phút rồi thử lại."),
    k.TooManyAttempts: Row(429, "Có quá nhiều lần thử từ địa chỉ này: vui lòng chờ vài phút."),
    k.CsrfRefused: Row(403, "Biểu mẫu đã cũ hoặc đến từ trang khác: mở lại trang rồi gửi lại."),
    k.MalformedRequest: Row(422, "Yêu cầu không đúng định dạng."),
    k.BodyTooLarge: Row(413, "Nội dung gửi lên vượt quá dung lượng cho phép."),
    k.UnsupportedMedia: Row(415, "Hãy gửi JSON với Content-Type: application/json."),
    k.NotMultipart: Row(415, "Hãy gửi tệp dạng multipart/form-data, trong phần tên `file`."),
    k.NoSuchPage: Row(404, "Không có trang này."),
    k.MethodNotAllowed: Row(405, "Địa chỉ này không nhận phương thức đó."),
    k.UnknownStaff: Row(404, "Không có tài khoản này."),
    k.LoginTaken: Row(409, "Tên đăng nhập này đã có người dùng."),
    k.UnknownToken: Row(404, "Không có mã truy cập này."),
    k.InternalFault: Row(500, "Hệ thống gặp sự cố; chưa có gì thay đổi. Vui lòng thử lại."),
    k.DatabaseBusy: Row(503, "Cơ sở dữ liệu đang bận hoặc không trả lời; chưa có gì thay đổi. Vui lòng thử lại."),
    k.NotReady: Row(503, "Hệ thống chưa sẵn sàng: cơ sở dữ liệu không trả lời hoặc khác phiên bản."),
    # procedures
    p.BrokenDefinition: Row(500, "Tệp định nghĩa thủ tục bị lỗi."),
    p.BrokenCalendar: Row(500, "Tệp lịch làm việc bị lỗi."),
    p.UnknownProcedure: Row(404, "Không có thủ tục này."),
    p.NotInForce: Row(409, "Thủ tục không có phiên bản nào có hiệu lực vào ngày đó."),
    p.OutsideScope: Row(409, "Thủ tục không áp dụng tại tỉnh này."),
    p.UnknownCase: Row(404, "Thủ tục không có trường hợp này."),
    p.FormRefused: Row(422, "Biểu mẫu còn thiếu hoặc có giá trị không đúng."),
    p.UnknownAddition: Row(404, "Thời hạn không có phần cộng thêm này."),
    p.AreaClassNeeded: Row(409, "Thời hạn phụ thuộc loại địa bàn của xã: hãy chọn loại địa bàn."),
    p.UnknownCommune: Row(404, "Không có xã, phường, đặc khu nào mang mã này."),
    p.UnknownProvince: Row(404, "Không có tỉnh, thành phố nào mang mã này."),
    p.NoCalendar: Row(409, "Lịch làm việc chưa có cho ngày đó."),
    # dossiers
    im.HandledElsewhere: Row(409, "Hồ sơ này chỉ được nhập để thống kê: hệ thống nguồn xử lý nó."),
    im.WrongMapping: Row(422, "Khai báo ánh xạ của lần nhập không đúng."),
    im.UnreadableFile: Row(422, "Không đọc được tệp theo định dạng đã khai báo."),
    im.UnknownImport: Row(404, "Không có lần nhập này."),
    d.UnknownDossier: Row(404, "Không có hồ sơ này."),
    d.UnknownAction: Row(404, "Không có thao tác này."),
    d.MalformedCommand: Row(422, "Nội dung thao tác không đúng định dạng."),
    d.StaleRevision: Row(412, "Người khác vừa thay đổi hồ sơ: xem lại hồ sơ rồi mới thực hiện."),
    d.NotPermittedNow: Row(409, "Hồ sơ đang ở trạng thái không cho phép thao tác này."),
    d.NoAuthority: Row(403, "Bạn không có vai trò được làm việc này ở đây."),
    d.HeldBySomeoneElse: Row(409, "Bước này đã giao cho người khác."),
    d.UnknownAssignee: Row(404, "Người này không có tài khoản hoặc không có vai trò của bước này tại đây."),
    d.UnknownActor: Row(404, "Không có tài khoản đang hoạt động với tên đăng nhập này."),
    d.SignerIsCaseOfficer: Row(403, "Người thụ lý hồ sơ không được ký chính hồ sơ đó."),
    d.StepNotOpen: Row(409, "Bước này hiện không mở."),
    d.UnknownOutcome: Row(404, "Bước này không có kết quả xử lý đó."),
    d.TooEarly: Row(409, "Chưa hết thời gian của bước chờ này."),
    d.PaymentMissing: Row(409, "Chưa ghi nhận nộp tiền hoặc miễn."),
    d.BrokenKey: Row(500, "Tệp khóa bí mật bị hỏng: hãy đặt lại tệp đúng từ nơi lưu giữ."),
    d.TablesUnknown: Row(500, "Cơ sở dữ liệu có bảng mà chương trình không biết: chưa ghi gì."),
    d.OwnActionNeeded: Row(409, "Bước này kết thúc bằng thao tác riêng, không chỉ bằng một kết quả xử lý."),
    d.NotAnEarlierStep: Row(409, "Chỉ có thể chuyển hồ sơ về bước đã qua."),
    d.MissingDocuments: Row(409, "Thiếu thành phần hồ sơ bắt buộc: đánh dấu giấy tờ đã có hoặc yêu cầu bổ sung."),
    d.UnknownStoredDocument: Row(404, "Kho giấy tờ của hồ sơ không có tài liệu này."),
    d.UnknownDocument: Row(404, "Thủ tục không có thành phần hồ sơ này."),
    d.UnknownPauseReason: Row(404, "Thủ tục không có lý do tạm dừng này."),
    d.AlreadyPaused: Row(409, "Thời hạn đang tạm dừng vì lý do này rồi."),
    d.NotPaused: Row(409, "Thời hạn không tạm dừng vì lý do này."),
    d.PauseStillOpen: Row(409, "Thời hạn còn đang tạm dừng: cho tính tiếp trước khi ban hành kết quả."),
    d.ConsultationStillOpen: Row(409, "Còn cơ quan được lấy ý kiến chưa trả lời."),
    d.SupplementNotAllowed: Row(409, "Thủ tục không cho yêu cầu bổ sung sau khi đã tiếp nhận."),
    d.SupplementLimitReached: Row(
        409,
        "Đã yêu cầu bổ sung đủ số lần cho phép. Yêu cầu thêm thì Bộ chỉ số 766 tính hồ sơ là quá hạn, "
        "và phải nêu lý do.",
    ),
    d.ExtensionNotAllowed: Row(409, "Thủ tục không cho gia hạn."),
    d.ExtensionLimitReached: Row(409, "Hồ sơ đã gia hạn đủ số lần cho phép."),
    d.ExtensionTooLong: Row(409, "Thời gian gia hạn dài hơn mức cho phép."),
    d.ExtensionNotLater: Row(409, "Ngày hẹn mới không muộn hơn ngày hẹn cũ."),
    u.StopNotProposed: Row(409, "Chưa có ai đề xuất dừng hồ sơ này, hoặc đề xuất đó không còn."),
    u.StopAlreadyProposed: Row(409, "Đã có một đề xuất dừng hồ sơ đang chờ người thứ hai quyết định."),
    u.SecondPersonNeeded: Row(403, "Người đề xuất dừng không được tự xác nhận: phải có người thứ hai."),
    u.ApologyGoesWithExtension: Row(409, "Thủ tục có quy định gia hạn: văn bản xin lỗi đi cùng việc gia hạn."),
    u.ApologyLimitReached: Row(409, "Đã gửi văn bản xin lỗi, hẹn lại đủ số lần cho phép."),
    d.UnknownConsultation: Row(404, "Không có lượt lấy ý kiến nào đang mở như vậy."),
    d.UnknownFee: Row(404, "Thủ tục không có khoản phí, lệ phí này."),
    d.UnknownResult: Row(404, "Thủ tục không có kết quả này."),
    d.BackdatingNeedsReason: Row(409, "Ghi lùi ngày phải có lý do."),
    d.BeforePreviousEvent: Row(409, "Không thể ghi thời điểm trước việc đã xảy ra gần nhất."),
    d.InTheFuture: Row(409, "Không thể ghi thời điểm trong tương lai."),
    d.NothingToCorrect: Row(409, "Không có việc nào như vậy để đính chính."),
    d.KeyReusedForAnotherCommand: Row(409, "Mã chống gửi trùng (Idempotency-Key) đã dùng cho một nội dung khác."),
    d.WrongBody: Row(409, "Hồ sơ thuộc cơ quan khác: hãy chuyển đến cơ quan đó."),
    d.CalendarNotKept: Row(500, "Lịch làm việc mà hồ sơ đang tính theo không còn được cài đặt hay lưu giữ."),
    d.CalendarRefused: Row(422, "Quyết định về lịch làm việc gửi lên không đọc được hoặc sai quy tắc."),
    d.CalendarAlreadyApplied: Row(409, "Hồ sơ đã tính theo lịch làm việc mới nhất."),
    d.CalendarChangedMeanwhile: Row(409, "Lịch mới nhất không còn là lịch đã xem thử: hãy xem lại ảnh hưởng."),
    d.VersionNotLater: Row(409, "Chỉ chuyển được hồ sơ sang phiên bản thủ tục mới hơn."),
    d.NoTransitionRule: Row(409, "Phiên bản này không có quy định chuyển tiếp nên hồ sơ giữ phiên bản cũ."),
    d.VersionDoesNotFit: Row(409, "Hồ sơ không thể tiếp tục theo phiên bản này: thiếu nội dung mà hồ sơ cần."),
    d.BrokenLedger: Row(500, "Sổ sự kiện của hồ sơ không khớp."),
    d.DatabaseTooNew: Row(503, "Cơ sở dữ liệu do phiên bản phần mềm mới hơn tạo ra."),
    d.DatabaseTooOld: Row(503, "Cơ sở dữ liệu thuộc phiên bản cũ: cần nâng cấp trước (motcua migrate)."),
    d.BrokenLadder: Row(500, "Tệp thang cảnh báo bị lỗi."),
    d.BackupExists: Row(409, "Đã có tệp mang tên này; bản sao lưu không bao giờ ghi đè: hãy chọn tên khác."),
    d.KeyMissing: Row(503, "Cơ sở dữ liệu có dữ liệu đã mã hóa nhưng thiếu tệp khóa: đặt lại tệp khóa rồi mới chạy."),
    d.KeyIsAnother: Row(503, "Tệp khóa không phải khóa đã mã hóa cơ sở dữ liệu này: hãy đặt lại đúng tệp."),
    d.NotABackup: Row(409, "Tệp này không phải bản sao lưu, hoặc đã hỏng."),
    d.TargetNotEmpty: Row(409, "Cơ sở dữ liệu đích không trống nên không phục hồi vào được."),
    pe.DatesWrong: Row(422, "Ngày không hợp lệ: ngày cuối trước ngày đầu, quá xa, hoặc đã qua."),
    pe.UnknownColleague: Row(404, "Không có tài khoản đang hoạt động của người này."),
    pe.UnknownAbsence: Row(404, "Không có đợt vắng mặt này."),
    pe.AbsenceOverlaps: Row(409, "Người này đã có một đợt vắng mặt trong những ngày đó."),
    pe.AbsenceDecided: Row(409, "Đợt vắng mặt này đã được quyết định hoặc đã qua."),
    pe.OwnAbsence: Row(403, "Không ai tự duyệt việc vắng mặt của mình khi còn người giám sát khác."),
    pe.SubstituteNotAble: Row(409, "Người này không làm thay được: cũng vắng, không có vai trò cần, hoặc trùng vai."),
    pe.AssigneeAbsent: Row(409, "Người này đang vắng: hãy chọn người khác hoặc xác nhận vẫn giao."),
    pe.UnknownExemption: Row(404, "Không có trường hợp miễn này."),
    pe.NothingToReassign: Row(409, "Không có bước nào phù hợp để giao lại: hãy nêu của ai hoặc những hồ sơ nào."),
    c.NaiveInstant: Row(422, "Thời điểm phải có múi giờ: ghi +07:00 cho giờ Việt Nam hoặc Z cho UTC."),
    c.NotAnInstant: Row(422, "Đây không phải ngày giờ: viết như 2026-02-13T09:00."),
    c.ClockNotStarted: Row(409, "Chưa tính thời hạn: hồ sơ chưa được tiếp nhận đầy đủ."),
    c.LimitNotPositive: Row(422, "Thời hạn phải lớn hơn không."),
    c.CutOffMissing: Row(422, "Thời hạn này cần giờ chốt, ví dụ 15:00."),
    c.PauseEndsBeforeItStarts: Row(422, "Khoảng tạm dừng kết thúc trước khi bắt đầu."),
    c.ExtensionWithoutLength: Row(422, "Gia hạn phải nêu thêm bao lâu hoặc đến khi nào, chỉ một trong hai."),
    c.BatchShapesDiffer: Row(422, "Các cột của một lô phải dài bằng nhau."),
    mo.FeeAlreadySettled: Row(
        409, "Khoản này đã thu đủ hoặc đã miễn: đính chính mục đã ghi, hoặc nêu lý do thu thêm trong ghi chú."
    ),
    mo.AmountDiffers: Row(409, "Số tiền không đúng mức phí, lệ phí: thu đúng mức hoặc nêu lý do trong ghi chú."),
    o.DocumentEmpty: Row(422, "Tệp không có nội dung."),
    o.DocumentTooLarge: Row(413, "Tệp lớn hơn dung lượng cho phép."),
    o.DocumentTypeRefused: Row(415, "Không nhận loại tệp này: hãy gửi PDF, ảnh hoặc một loại khác trong danh sách."),
    o.DocumentTypeContradicts: Row(415, "Nội dung tệp không đúng với tên hoặc loại đã khai: hãy gửi với tên đúng."),
    o.DocumentNotReceived: Row(409, "Tài liệu chỉ được ghi nhận khi tải nội dung lên, không ghi riêng được."),
    o.DocumentDamaged: Row(500, "Nội dung tài liệu trong kho mất hoặc bị thay đổi: cần khôi phục từ bản sao lưu."),
    o.BrokenDocumentRules: Row(500, "Tệp quy tắc về loại tệp hoặc thời hạn lưu giữ tài liệu bị lỗi."),
    o.DocumentsNotWhole: Row(409, "Kho tài liệu thiếu nội dung hoặc có nội dung hỏng: bản sao lưu sẽ không đầy đủ."),
    # notifications
    n.BrokenRouting: Row(500, "Quy tắc gửi thông báo bị lỗi."),
    n.UnknownMessage: Row(404, "Không có tin nhắn này."),
    n.NothingToResolve: Row(409, "Tin nhắn này đã rõ kết quả: không có gì để quyết định."),
    n.BrokenGateway: Row(500, "Không dùng được cổng gửi tin theo cấu hình hiện có."),
    n.UnknownChannel: Row(404, "Không có kênh gửi này, hoặc kênh chưa được thiết lập ở đây."),
    n.UnknownRecipient: Row(404, "Không có người nhận này."),
    n.NotAnAddress: Row(422, "Địa chỉ thư điện tử, số điện thoại hoặc địa chỉ web không dùng được."),
    sl.UnknownForm: Row(404, "Không có mẫu phiếu này."),
    sl.PaperNotOffered: Row(422, "Mẫu phiếu này không in trên khổ giấy đó."),
    sl.NothingCallsForSlip: Row(409, "Hồ sơ chưa có việc nào cần đến mẫu phiếu này."),
    sl.SlipErased: Row(404, "Phiếu đã được xóa cùng dữ liệu cá nhân; sổ sự kiện chỉ còn mã băm."),
    sl.SlipNotTypeset: Row(500, "Không dàn trang được phiếu."),
    sl.BrokenSlipKey: Row(500, "Tệp khóa ký phiếu không chứa khóa Ed25519 dùng được."),
    sl.MalformedSlipText: Row(422, "Đây không phải nội dung mã QR của phiếu."),
    sl.ForgedSlip: Row(409, "Chữ ký không khớp: nội dung đã bị sửa hoặc do nơi khác lập."),
    sl.RegisterTooLong: Row(409, "Sổ của kỳ này quá dài để in: hãy chọn kỳ ngắn hơn."),
    sl.WrongRegisterPeriod: Row(422, "Kỳ của sổ không đúng: ngày đầu phải không sau ngày cuối."),
    # performance
    f.DoesNotReconcile: Row(409, "Số liệu không khớp nên báo cáo không được công bố."),
    f.WrongPeriod: Row(422, "Kỳ báo cáo viết như 2026-07, 2026-Q3, 2026, hoặc ngày đầu và ngày cuối."),
    f.FiguresNotKept: Row(503, "Số liệu đang được tính lại; hãy hỏi lại sau."),
    f.WrongBreakdown: Row(422, "Không chia số liệu theo cách này được."),
    f.WrongCut: Row(422, "Không có mốc sổ này."),
    f.UnknownClass: Row(404, "Công thức không có cột này."),
    f.UnknownFormula: Row(404, "Không có công thức này."),
    f.NoClass: Row(500, "Công thức tính hồ sơ này nhưng không xếp vào cột nào."),
    f.WrongCondition: Row(500, "Điều kiện trong tệp công thức không đọc được."),
    se.BrokenSealKey: Row(500, "Tệp khoá niêm phong bị lỗi."),
    se.SealedMeanwhile: Row(409, "Vừa có tiến trình khác niêm phong: hãy thử lại."),
    se.UnknownSeal: Row(404, "Không có niêm phong này."),
    se.NoSealToStandOn: Row(409, "Chưa có niêm phong nào bao gồm số liệu này nên không công bố."),
    se.UnknownPublication: Row(404, "Không có lần công bố này."),
    se.AlreadyPublished: Row(
        409, "Số liệu này đã được công bố: muốn công bố lại phải nêu lần công bố bị thay và lý do."
    ),
    se.NothingRestated: Row(409, "Công bố lại phải cùng tỉnh, cùng kỳ và khác số liệu đã công bố."),
    se.NothingToAudit: Row(404, "Tỉnh này không có hồ sơ nào trong tháng đó để lấy mẫu."),
}
