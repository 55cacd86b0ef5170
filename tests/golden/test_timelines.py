"""The whole timeline of one dossier that met every rung of the ladder, as the shell and a page show it.

`MOTCUA_REWRITE_GOLDEN=1 pytest tests/golden` writes it again; read it before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from dossiers.ladder import built_in_ladders
from dossiers.office import Office
from dossiers.session import reading
from dossiers.sweep import sweep
from dossiers.views import TimelineEntry, open_view, timeline_with_rungs
from dossiers.working_time import LOCAL_ZONE
from tests.desk import Desk
from tests.samples import CASE, CLERK, RECEIVER, SIGNER, at, sample

FOLDER = Path(__file__).parent / "timelines"
LIMITED = {"appraise": "8", "sign": "4"}
SWEPT = [at(f"2026-0{month}-{day:02}T{hour:02}:05") for month in (3, 4) for day in range(1, 31) for hour in (9, 16)]


def make(sqlite_office: Callable[..., Office]) -> Office:
    """The sample procedure with internal limits, and a consulted body whose silence is no answer."""
    raw = sample().model_dump(mode="json", by_alias=True, exclude_none=True)
    steps = [s | {"limit_hours": LIMITED[s["id"]]} if s["id"] in LIMITED else s for s in raw["steps"]]
    for step in steps:
        if step["id"] == "consult":
            del step["on_silence"], step["silence_source"]
    return sqlite_office(sample(steps=steps))


def lived(office: Office) -> Desk:
    """A dossier that nobody hurries: accepted late, sent back, extended, its body silent; issued five days overdue."""
    desk = Desk(office)
    desk.register(at("2026-03-02T09:00"))
    script: list[tuple[str, Callable[[datetime], object]]] = [
        ("2026-03-03T10:00", lambda now: desk.do("accept", now, RECEIVER)),
        ("2026-03-06T08:00", lambda now: desk.do("request_supplement", now, CASE, **MISSING)),
        ("2026-03-10T14:00", lambda now: desk.do("receive_supplement", now, RECEIVER)),
        ("2026-03-11T08:00", lambda now: desk.appraised("ask", now)),
        ("2026-03-11T08:30", lambda now: desk.do("consult", now, CASE, **ASKED)),
        ("2026-03-12T16:30", lambda now: desk.do("extend", now, CASE, **EXTENDED)),
        ("2026-03-17T09:00", lambda now: desk.do("answer_consultation", now, CASE, number=1, answer="consent")),
        ("2026-03-25T09:00", lambda now: desk.do("complete_step", now, SIGNER, occurrence=4, outcome="signed")),
        ("2026-03-25T10:00", lambda now: desk.do("issue_result", now, CLERK, result="paper")),
    ]
    swept = list(SWEPT)
    for text, act in script:
        now = at(text)
        while swept and swept[0] < now:
            sweep(office, now=swept.pop(0))
        act(now)
        desk.machine(now)
    return desk


MISSING = {"items": [{"problem": "Thiếu bản sao"}]}
ASKED = {"occurrence": 3, "bodies": ["Công an xã Mường Lát"], "question": "Có cư trú không?"}
EXTENDED = {"amount": "2", "reason": "Chờ ý kiến", "apology": "Xin lỗi ông/bà"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_timeline_shows_every_rung_among_the_events(sqlite_office: Callable[..., Office], language: str) -> None:
    office = make(sqlite_office)
    desk = lived(office)
    with reading(office.engine) as session:
        view = open_view(office, session, desk.code, now=at("2026-03-31T10:00"))
        entries = timeline_with_rungs(office, session, view, personal=False)
    assert {e.facts["rung"] for e in entries if e.warning} == {r.id for r in built_in_ladders().entries[0].rungs}
    path = FOLDER / f"every-rung.{language}.txt"
    text = "\n".join(shown(e, language) for e in entries) + "\n"
    if os.environ.get("MOTCUA_REWRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def shown(entry: TimelineEntry, language: str) -> str:
    moment = entry.occurred_at.astimezone(LOCAL_ZONE).strftime("%d/%m %H:%M")
    if entry.warning:
        return f"{moment}   ! {entry.warning.in_language(language)}"
    return f"{moment} {entry.revision:>3} {entry.type}"
