"""Reports as files: xlsx in the layout of form II.06a, and csv for other programs. Pure.

What a cell or field holds is text or a number, never a formula: a text that a spreadsheet would read as one gets an
apostrophe in csv, and is written as a plain string in xlsx.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from performance.formulas import formula
from performance.reports import Report, Row
from procedures.communes import commune as commune_of

BOM = "\ufeff"
COLUMNS: tuple[tuple[str, Callable[[Row], int]], ...] = (
    ("Tổng số", lambda row: row.received),
    ("Trực tuyến", lambda row: row.counted.get("received_online", 0)),
    ("Trực tiếp, bưu chính", lambda row: row.counted.get("received_direct_or_post", 0)),
    ("Từ kỳ trước", lambda row: row.counted.get("carried_over", 0)),
    ("Tổng số", lambda row: row.resolved),
    ("Trước hạn", lambda row: row.counted.get("early", 0)),
    ("Đúng hạn", lambda row: row.counted.get("on_time", 0)),
    ("Quá hạn", lambda row: row.counted.get("late", 0)),
    ("Không có hạn để so", lambda row: row.counted.get("unjudged", 0)),
    ("Tổng số", lambda row: row.open),
    ("Trong hạn", lambda row: row.counted.get("open_in_time", 0)),
    ("Quá hạn", lambda row: row.counted.get("open_late", 0)),
    ("Từ chối, rút, dừng", lambda row: row.received - row.resolved - row.open),
)
"""The numbers of a line. Unjudged and ended otherwise are no columns of the form; without them it would not add up."""
HEADS = (("Số hồ sơ nhận giải quyết", 2, 5), ("Số hồ sơ đã giải quyết", 6, 10), ("Số hồ sơ đang giải quyết", 11, 13))
LAST = len(COLUMNS) + 1
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: object) -> object:
    """The value; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as csv (RFC 4180) with a byte order mark, as spreadsheets want for Vietnamese."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([harmless(v) for v in row] for row in rows)
    return BOM + out.getvalue()


def report_csv(report: Report) -> str:
    """The table of form II.06a as csv: a head, a line per row, and the total."""
    head = (report.by, *(f"{_group(i)}: {name}" for i, (name, _) in enumerate(COLUMNS)))
    lines = [(_name(report, row), *_numbers(row)) for row in (*report.rows, report.total)]
    return csv_text([head, *lines])


def report_xlsx(report: Report, *, seal: str = "") -> bytes:
    """The table in the layout of form II.06a; `seal` is printed, and its absence too."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("II.06a")
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})
    cell, bold = book.add_format({"border": 1}), book.add_format({"border": 1, "bold": True})
    sheet.merge_range(0, 0, 0, LAST, "Biểu số II.06a/VPCP/KSTT: Tình hình, kết quả giải quyết thủ tục hành chính", head)
    sheet.merge_range(1, 0, 1, LAST, f"Kỳ báo cáo / period: {report.period.name}")
    _write_heads(sheet, head)
    line = 5
    for number, row in enumerate(report.rows, 1):
        _write_row(sheet, line, (number, _name(report, row), *_numbers(row)), cell)
        line += 1
    _write_row(sheet, line, ("", _name(report, report.total), *_numbers(report.total)), bold)
    for text in _notes(report, seal):
        line += 1
        sheet.write_string(line, 0, text)
    sheet.write_string(line + 2, 1, "Người lập biểu")
    sheet.write_string(line + 2, LAST - 3, "Thủ trưởng đơn vị")
    sheet.set_column(1, 1, 32)
    book.close()
    return out.getvalue()


def _write_heads(sheet: Any, head: Any) -> None:
    sheet.merge_range(2, 0, 3, 0, "STT", head)
    sheet.merge_range(2, 1, 3, 1, "Lĩnh vực / đơn vị", head)
    for name, first, last in HEADS:
        sheet.merge_range(2, first, 2, last, name, head)
    sheet.merge_range(2, LAST, 3, LAST, COLUMNS[-1][0], head)
    for i, (name, _) in enumerate(COLUMNS[:-1]):
        sheet.write_string(3, i + 2, name, head)
    for column in range(LAST + 1):
        sheet.write_string(4, column, f"({column + 1})", head)


def _write_row(sheet: Any, line: int, values: Iterable[object], style: Any) -> None:
    for column, value in enumerate(values):
        if isinstance(value, int):
            sheet.write_number(line, column, value, style)
        else:
            sheet.write_string(line, column, str(value), style)


def _notes(report: Report, seal: str) -> list[str]:
    form = formula("ii06a")
    return [
        f"Công thức / formula: {form.names.vi} ({form.source}; {form.review})",
        f"Hạn để so / yardstick: {', '.join(form.yardstick)}",
        f"Mốc sổ / cut: {report.cut} · tính đến / as of: {report.as_of.isoformat()}",
        f"Niêm phong / seal: {seal or 'chưa niêm phong / not sealed'}",
        f"Cột ({HEADS[1][2] + 1}) và ({LAST + 1}) không có trong biểu gốc; thiếu chúng thì biểu không cộng khớp.",
    ]


def _group(index: int) -> str:
    return next((name for name, first, last in HEADS if first <= index + 2 <= last), "Kết thúc khác")


def _numbers(row: Row) -> list[int]:
    return [count(row) for _, count in COLUMNS]


def _name(report: Report, row: Row) -> str:
    if row is report.total:
        return "Tổng cộng"
    return commune_of(row.of).name if report.by == "commune" else row.of
