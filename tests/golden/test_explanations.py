"""Explanations of representative due dates, whole, as a citizen reads them.

`MOTCUA_REWRITE_GOLDEN=1 pytest tests/golden` writes them again; read each before it is committed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest

from dossiers.clock import ClockHistory, Extension, Pause
from dossiers.explanation import explain
from dossiers.limit_basis import LimitBasis, limit_basis
from dossiers.working_time import instant_from_text as at
from procedures.base import Names
from procedures.calendars import load_calendar
from procedures.catalogue import load_catalogue
from procedures.limits import AreaClass, CountFrom, Limit, Unit

FOLDER = Path(__file__).parent / "explanations"
CLOSURE = """
documents: [{id: bao, document: Công điện mẫu về bão}]
days:
  - date: 2026-09-10
    kind: local_closure
    names: {vi: Nghỉ tránh bão, en: Closed for the storm}
    where: {provinces: ['38']}
    source: [bao]
"""
SUPPLEMENT = Names(vi="Chờ người nộp bổ sung hồ sơ", en="Waiting for the applicant's supplement")
SAME_DAY = Limit(Decimal(0), Unit.SAME_DAY, time(15))


@dataclass(frozen=True)
class Scene:
    """A due date to be explained."""

    limit: Limit
    history: ClockHistory
    basis: LimitBasis | None = None
    province: str = "38"


def days(amount: str, unit: Unit = Unit.WORKING_DAYS) -> Limit:
    """A plain limit."""
    return Limit(Decimal(amount), unit)


def paused(start: str, *pause: str) -> ClockHistory:
    """Received at `start`, with supplements from one instant to another."""
    spans = [text.split("/") for text in pause]
    return ClockHistory(at(start), tuple(Pause(at(a), at(b), "supplement", "applicant", SUPPLEMENT) for a, b in spans))


def of_procedure(code: str, version: int, start: str, area: AreaClass, case: str | None = None) -> Scene:
    """A due date of a procedure that comes with the product."""
    definition = load_catalogue().version(code, version)
    limit = definition.case(case).time_limit.resolve(area)
    return Scene(limit, ClockHistory(at(start)), limit_basis(definition, case, area))


SCENES: dict[str, Scene] = {
    "same-day-1459": Scene(SAME_DAY, ClockHistory(at("2026-03-11T14:59"))),
    "same-day-1500": Scene(SAME_DAY, ClockHistory(at("2026-03-11T15:00"))),
    "same-day-1501-before-holidays": Scene(SAME_DAY, ClockHistory(at("2026-04-29T15:01"))),
    "same-day-late-on-31-december": Scene(SAME_DAY, ClockHistory(at("2025-12-31T23:30"))),
    "tet": Scene(days("3"), ClockHistory(at("2026-02-13T09:00"))),
    "make-up-saturday": Scene(days("3"), ClockHistory(at("2026-01-08T09:00"))),
    "24-hours-over-a-weekend": Scene(days("24", Unit.HOURS), ClockHistory(at("2026-06-05T16:00"))),
    "24-hours-rolled-over-a-weekend": Scene(
        Limit(Decimal(24), Unit.HOURS, roll_hours=True), ClockHistory(at("2026-06-05T16:00"))
    ),
    "counted-from-the-next-working-day": Scene(
        Limit(Decimal(3), Unit.WORKING_DAYS, time(15), CountFrom.NEXT_WORKING_DAY), ClockHistory(at("2026-09-07T15:01"))
    ),
    "phases": of_procedure("1.115520", 1, "2026-03-02T09:00", AreaClass.NORMAL),
    "fractional": Scene(days("17.5"), ClockHistory(at("2026-06-01T09:00"))),
    "pause-over-a-holiday": Scene(days("5"), paused("2026-04-22T09:00", "2026-04-24T14:00/2026-04-28T09:00")),
    "extension": Scene(
        days("3"), ClockHistory(at("2026-03-02T09:00"), (), (Extension(Decimal(2), None, at("2026-03-04T09:00")),))
    ),
    "restart": Scene(
        days("3"),
        ClockHistory(
            at("2026-03-02T09:00"),
            (Pause(at("2026-03-04T09:00"), at("2026-03-10T10:00"), "supplement", "applicant", SUPPLEMENT),),
            restarts=(at("2026-03-10T10:00"),),
        ),
    ),
    "month-end": Scene(days("1", Unit.MONTHS), ClockHistory(at("2026-01-31T09:00"))),
    "local-closure": Scene(days("3"), ClockHistory(at("2026-09-08T09:00"))),
    "calendar-days-ending-in-tet": Scene(days("30", Unit.CALENDAR_DAYS), ClockHistory(at("2026-01-17T09:00"))),
    "provisional-year": Scene(days("5"), ClockHistory(at("2026-12-29T09:00"))),
}


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_explanation_is_the_one_that_was_read(name: str, language: str, tmp_path: Path) -> None:
    scene, file = SCENES[name], FOLDER / f"{name}.{language}.txt"
    (tmp_path / "closure.yaml").write_text(CLOSURE, encoding="utf-8")
    calendar = load_calendar(province=scene.province, extra=tmp_path / "closure.yaml")
    starts_at = scene.history.starts_at
    assert starts_at is not None
    ends = [starts_at, *(p.end for p in scene.history.pauses if p.end), *(e.at for e in scene.history.extensions)]
    sentences = explain(scene.limit, scene.history, calendar, now=max(ends), language=language, basis=scene.basis)
    told = "\n".join(sentences) + "\n"
    if os.environ.get("MOTCUA_REWRITE_GOLDEN") == "1":
        file.write_text(told, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == told


def test_no_explanation_is_left_over() -> None:
    wanted = {f"{name}.{language}.txt" for name in SCENES for language in ("vi", "en")}
    assert {file.name for file in FOLDER.iterdir()} == wanted
