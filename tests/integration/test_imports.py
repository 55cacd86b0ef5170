"""Foreign files through the whole way: mapping, ledger, figures; bad rows, repeated imports, and taking over."""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from dossiers.gate import act
from dossiers.import_errors import HandledElsewhere
from dossiers.importing.mapping import Mapping, read_mapping, read_mapping_file
from dossiers.importing.runs import run_import
from dossiers.ledger_check import check
from dossiers.office import Office
from dossiers.session import reading
from dossiers.tables import DossierRow, UndecidedEventRow
from performance.counting import Where
from performance.periods import Period
from performance.reports import report
from tests.samples import COMMUNE, RECEIVER, at, sample

NOW = at("2026-03-02T09:00")
DATA = os.environ.get("MOTCUA_EXTRA_DATA", "")
LOG_MAP = Path(__file__).parents[2] / "docs" / "examples" / "permit-log.yaml"
REGISTER = """
source: old-register
names: {vi: Sổ cũ, en: Old register}
kind: register
time_zone: Asia/Ho_Chi_Minh
time_formats: [iso, "%d/%m/%Y %H:%M"]
fields:
  key: {column: so}
  procedure: {constant: "9.000001"}
  commune: {column: xa, table: {A: "COMMUNE"}}
  unit: {column: phong}
  channel: {constant: direct}
  received_at: {column: nhan}
  ended_at: {column: xong}
deadline: {as_given: han}
""".replace("COMMUNE", COMMUNE)
ROWS = """so;xa;phong;nhan;xong;han
1;A;P1;05/01/2026 08:00;06/01/2026 00:30;05/01/2026 17:00
2;A;P2;05/01/2026 08:00;05/01/2026 23:59;05/01/2026 17:00
3;B;P2;05/01/2026 08:00;;05/01/2026 17:00
4;A;P2;31/02/2026 08:00;;05/01/2026 17:00
5;A;P2;05/01/2026 08:00
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "so.csv"
    file.write_text(text, encoding="utf-8-sig")
    return file


def test_bad_rows_are_left_out_and_repeating_writes_nothing(office: Office, tmp_path: Path) -> None:
    mapping = read_mapping(REGISTER)
    found = run_import(office, _file(tmp_path, ROWS), mapping, now=NOW)
    told = [(p.line, p.column, p.reason) for p in found.problems]
    assert found.added == 2
    assert told == [(4, "xa", "not_in_table"), (5, "nhan", "no_time"), (6, None, "cells")]
    with reading(office.engine) as session:
        verdicts = session.execute(select(DossierRow.verdict).order_by(DossierRow.id)).scalars().all()  # type: ignore[call-overload]
        assert verdicts == ["late", "on_time"]
        assert session.execute(select(UndecidedEventRow)).first() is None
    changed = ROWS.replace("05/01/2026 23:59", "07/01/2026 08:00").replace("1;A;P1", "9;A;P1")
    again = run_import(office, _file(tmp_path, ROWS), mapping, now=NOW)
    assert (again.added, again.unchanged, again.vanished) == (0, 2, [])
    third = run_import(office, _file(tmp_path, changed), mapping, now=NOW)
    assert (third.added, third.unchanged) == (1, 0)
    assert [(o.key, o.changes["ended_at"][1]) for o in third.changed] == [("2", "2026-01-07T01:00:00.000000+00:00")]
    assert [gone["key"] for gone in third.vanished] == ["1"]
    assert check(office, now=NOW).sound


def test_nobody_acts_on_what_is_only_counted(office: Office, tmp_path: Path) -> None:
    run_import(office, _file(tmp_path, ROWS), read_mapping(REGISTER), now=NOW)
    with reading(office.engine) as session:
        code = session.execute(select(DossierRow.code).order_by(DossierRow.id)).scalars().first()  # type: ignore[call-overload]
    with pytest.raises(HandledElsewhere):
        act(office, code, "hand_over", {"how": "counter"}, actor=RECEIVER, now=NOW)


def _take_over() -> Mapping:
    text = REGISTER.replace("kind: register", "kind: take_over").replace("old-register", "old-live")
    return read_mapping(text.replace("  ended_at: {column: xong}\n", "  step: {column: buoc}\n"))


def test_a_live_dossier_is_gone_on_with_where_it_stands(sqlite_office: Callable[..., Office], tmp_path: Path) -> None:
    office, first = sqlite_office(sample()), sample().start
    rows = f"so;xa;phong;nhan;buoc;han\n7;A;P;27/02/2026 08:00;{first};06/03/2026 17:00\n"
    found = run_import(office, _file(tmp_path, rows), _take_over(), now=NOW)
    assert (found.added, found.problems) == (1, [])
    with reading(office.engine) as session:
        row = session.execute(select(DossierRow)).scalar_one()
    assert (row.current_step, row.status, row.silent) == (first, "in_progress", False)
    assert row.due_at == row.promised_at == at("2026-03-06T17:00")
    assert check(office, now=NOW).sound


@pytest.mark.skipif(not DATA, reason="MOTCUA_EXTRA_DATA names no folder with the permit log")
def test_figures_of_the_permit_log_are_those_of_a_plain_count(
    sqlite_office: Callable[..., Office], tmp_path: Path
) -> None:
    file = Path(DATA) / "receipt.csv.gz"
    office, zone = sqlite_office(), ZoneInfo("Europe/Amsterdam")
    found = run_import(office, file, read_mapping_file(LOG_MAP), now=NOW)
    assert (found.rows, found.added, len(found.problems)) == (8577, 1432, 2)
    cases = {}
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            cases.setdefault(row["case:concept:name"], row)
    plain: Counter[tuple[str, str]] = Counter()
    for row in cases.values():
        start, end, due = (
            datetime.fromisoformat(t) if (t := row[f"case:{n}"]) else None for n in ("startdate", "enddate", "deadline")
        )
        if start and end and due and end >= start:
            late = end.astimezone(zone).date() > due.astimezone(zone).date()
            plain[row["case:department"], "late" if late else "in_time"] += 1
    whole = Period.days(at("2010-10-01T00:00").date(), at("2012-02-01T00:00").date())
    shown = report(office, whole, now=NOW, where=Where("00"), by="department")
    ours = {(r.of, "late"): r.counted.get("late", 0) for r in shown.rows}
    ours |= {(r.of, "in_time"): r.counted.get("early", 0) + r.counted.get("on_time", 0) for r in shown.rows}
    assert ours == dict(plain)
    assert (shown.total.resolved, shown.total.counted["late"], shown.total.open) == (1327, 309, 105)
