"""Figures as files, read back; the event log without persons; signs worth a second look."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

from openpyxl import load_workbook

from dossiers.office import Office
from dossiers.session import reading
from performance.counting import Where
from performance.event_log import as_csv, as_xes, logged
from performance.exports import csv_text, report_csv, report_xlsx
from performance.keeping import catch_up
from performance.polished import polished, signs
from performance.reports import monthly
from tests.desk import Desk
from tests.facts import MARCH
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, at

JUNE = at("2026-06-01T08:00")
ACCUSING = ("gian lận", "vi phạm", "cố ý", "fraud", "cheat", "manipulat", "guilty", "violat", "suspic")
NUMBERS = [3, 1, 2, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1]


def dossiers(office: Office) -> Desk:
    done = Desk(office)
    done.register(at("2026-03-02T09:00"), channel="online")
    done.do("accept", at("2026-03-02T09:00"), RECEIVER)
    done.machine(at("2026-03-02T09:00"))
    done.do("complete_step", at("2026-03-03T09:00"), CASE, occurrence=2, outcome="ok")
    done.do("complete_step", at("2026-03-03T09:00"), SIGNER, occurrence=3, outcome="signed")
    done.do("issue_result", at("2026-03-09T16:00"), CLERK, result="paper")
    Desk(office).accepted(at("2026-03-02T09:00"))
    refused = Desk(office).accepted(at("2026-03-02T09:00"))
    refused.do("refuse", at("2026-03-03T09:00"), SIGNER, reason="Không đủ điều kiện")
    return done


def test_the_form_is_read_back_cell_by_cell(office: Office) -> None:
    dossiers(office)
    report = monthly(office, province="38", month="2026-03", now=JUNE)
    sheet = load_workbook(io.BytesIO(report_xlsx(report))).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[4] == [f"({n})" for n in range(1, 16)]
    assert lines[5][0] == 1
    assert lines[5][2:] == NUMBERS
    assert lines[6][1:] == ["Tổng cộng", *NUMBERS]
    notes = [line[0] for line in lines[7:] if line[0]]
    assert notes[3] == "Niêm phong / seal: chưa niêm phong / not sealed"
    assert notes[2].startswith(f"Mốc sổ / cut: {report.cut} ")
    text = report_csv(report)
    assert text.startswith("\ufeffcommune,Số hồ sơ nhận giải quyết: Tổng số,")
    assert list(csv.reader(io.StringIO(text)))[-1] == ["Tổng cộng", *map(str, NUMBERS)]


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    assert csv_text([["=1+1", "@x", "-", 'a"b', -3]]) == '\ufeff\'=1+1,\'@x,\'-,"a""b",-3\r\n'


def test_the_event_log_names_no_person(office: Office) -> None:
    done = dossiers(office)
    with reading(office.engine) as session:
        xes = "".join(as_xes(logged(session, MARCH, province="38", key=b"k")))
        table = "".join(as_csv(logged(session, MARCH, province="38", key=b"k")))
    log = ElementTree.fromstring(xes)
    traces = log.findall("{*}trace")
    assert len(traces) == 3
    first = [e.find("{*}string[@key='concept:name']").attrib["value"] for e in traces[0].findall("{*}event")]  # type: ignore[union-attr]
    assert first == [str(e.type) for e in done.events]
    assert len(table.splitlines()) - 1 == len(log.findall("{*}trace/{*}event"))
    for person in (RECEIVER.id, CASE.id, SIGNER.id, CLERK.id, "Lò Thị B", "038190001234"):
        assert f'"{person}"' not in xes
        assert f",{person}," not in table


def test_a_sign_names_its_dossier_and_its_base(office: Office) -> None:
    dossiers(office)
    late = Desk(office).accepted(at("2026-03-02T09:00"))
    late.do("request_supplement", at("2026-03-09T15:00"), CASE, items=[{"problem": "thiếu chữ ký"}])
    catch_up(office, now=JUNE)
    with reading(office.engine) as session:
        found = polished(session, MARCH, Where("38"))
    near = found["signs"][0]
    assert near["id"] == "pause_near_due"
    assert [(r["dossiers_with_sign"], r["base"], r["too_few"], r["percent"]) for r in near["rows"]] == [
        (1, 4, True, None)
    ]
    assert near["rows"][0]["dossiers"] == [late.code]
    assert near["rows"][0]["officers"] == {CASE.id: 1}
    assert [sign["rows"] for sign in found["signs"][1:]] == [[], [], []]


def test_the_wording_accuses_nobody() -> None:
    words = " ".join(f"{s.names.vi} {s.names.en} {s.why.vi} {s.why.en}" for s in signs()).lower()
    assert [word for word in ACCUSING if word in words] == []
