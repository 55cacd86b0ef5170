"""Versions of facts in the table: counted in SQL as known now and as known at a cut, on both databases."""

from __future__ import annotations

from sqlalchemy import insert, or_, select
from sqlmodel import col

from dossiers.office import Office
from dossiers.session import reading, writing
from performance.condition_sql import count_columns, fact_columns
from performance.conditions import Span
from performance.facts import Facts
from performance.formulas import compiled
from performance.tables import FigureFactRow, facts_from, row_values
from performance.verdicts import count
from tests.desk import Desk
from tests.facts import MARCH, versions_of
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, at, officer

F = FigureFactRow


def keep(office: Office, desk: Desk) -> list[tuple[int, Facts]]:
    versions = versions_of(desk)
    ends = [cut for cut, _ in versions[1:]] + [None]
    rows = [
        {"dossier_id": desk.row.id, "from_cut": cut, "to_cut": end, **row_values(facts)}
        for (cut, facts), end in zip(versions, ends, strict=True)
    ]
    with writing(office.engine) as session:
        session.execute(insert(F), rows)
    return versions


def counted(office: Office, name: str, span: Span, cut: int | None = None) -> dict[str, int]:
    known = col(F.to_cut).is_(None)
    if cut is not None:
        known = (col(F.from_cut) <= cut) & or_(col(F.to_cut).is_(None), col(F.to_cut) > cut)
    columns = count_columns(compiled(name), fact_columns(), span)
    with reading(office.engine) as session:
        row = session.execute(select(*(c.label(n) for n, c in columns.items())).where(known)).mappings().one()
    return {name: number for name, number in row.items() if number}


def test_a_reopened_dossier_was_resolved_as_known_then_and_is_open_as_known_now(office: Office) -> None:
    desk = Desk(office).accepted()
    desk.appraised("ok", at("2026-03-05T09:00"))
    desk.do("complete_step", at("2026-03-05T09:00"), SIGNER, occurrence=3, outcome="signed")
    desk.do("issue_result", at("2026-03-05T10:00"), CLERK, result="paper")
    waiting = Desk(office).accepted(at("2026-03-30T09:00"))
    waiting.do("request_supplement", at("2026-03-31T10:00"), CASE, items=[{"problem": "thiếu chữ ký"}])
    then = max(cut for one in (desk, waiting) for cut, _ in versions_of(one))
    desk.do("reopen", at("2026-04-02T09:00"), officer("supervisor"), reason="sai tên")
    waiting.do("receive_supplement", at("2026-04-02T10:00"), RECEIVER)
    latest = [keep(office, one)[-1][1] for one in (desk, waiting)]

    assert counted(office, "ii06a", MARCH, then) == {
        "received_direct_or_post": 2,
        "early": 1,
        "open_in_time": 1,
        "waiting_for_supplement": 1,
    }
    assert counted(office, "ii06a", MARCH) == {
        "received_direct_or_post": 2,
        "open_late": 1,
        "open_in_time": 1,
        "waiting_for_supplement": 1,
    }
    assert counted(office, "qd766_progress", MARCH) == {"still_open_late": 1, "waiting_in_time": 1}
    python = {name: number for name, number in count("qd766_progress", latest, MARCH).items() if number}
    assert python == counted(office, "qd766_progress", MARCH)
    with reading(office.engine) as session:
        kept = session.execute(select(F).where(col(F.to_cut).is_(None)).order_by(col(F.dossier_id))).scalars()
        assert [facts_from(row) for row in kept] == latest
