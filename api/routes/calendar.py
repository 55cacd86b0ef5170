"""What a calendar decision would do to open dossiers. A dry run: nothing is changed by asking."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Caller
from api.deps import at_place, desk_of, needs, now_of
from api.shapes import REFUSALS
from dossiers.authority import Permission, may
from dossiers.calendar_impact import impact
from dossiers.errors import CalendarRefused
from dossiers.impact_report import impact_shown
from dossiers.tables import DossierRow
from procedures.calendar_files import read_calendar_text
from procedures.errors import BrokenCalendar
from procedures.source_text import read_text

router = APIRouter(prefix="/calendar", tags=["calendar"], responses=REFUSALS)
MOST_CHARACTERS = 100_000


class CalendarDecision(BaseModel):
    """A calendar file to try out: its YAML (or JSON) as a text, or its content as an object."""

    model_config = ConfigDict(extra="forbid")

    calendar: str | dict[str, Any] = Field(description="As docs/calendars.md describes; at most 100,000 characters.")

    def text(self) -> str:
        """The file as a text.

        Raises:
            CalendarRefused: it is too long, uses YAML aliases, or breaks a rule.
        """
        given = self.calendar
        text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        if len(text) > MOST_CHARACTERS:
            raise CalendarRefused(problem="longer than allowed", allowed=MOST_CHARACTERS)
        # Aliases can blow a small text up to any size: they are found before anything expands them.
        for fault in read_text(text).faults:
            if fault.code in ("no_alias", "too_deep", "broken_yaml"):
                raise CalendarRefused(problem=fault.code, line=fault.line)
        try:
            read_calendar_text(text, "calendar")
        except BrokenCalendar as error:
            raise CalendarRefused(**error.facts) from None
        return text


@router.post("/impact")
def impact_of_decision(
    *,
    request: Request,
    decision: CalendarDecision,
    caller: Annotated[Caller, needs(Permission.VIEW_IMPACT, at_place)],
    province: Annotated[str | None, Query(pattern=r"^[0-9]{2}$")] = None,
    commune: Annotated[str | None, Query(pattern=r"^[0-9]{5}$")] = None,
) -> dict[str, Any]:
    """Which open dossiers of a commune or province would move, from when to when, if the decision were applied."""

    def visible(row: DossierRow) -> bool:
        where = {"province": row.province, "commune": row.commune, "field": row.field}
        return may(caller.actor, Permission.VIEW_IMPACT, **where)

    text = decision.text()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "decision.yaml"
        file.write_text(text, encoding="utf-8")
        office = desk_of(request).office
        report = impact(office, [file], now=now_of(request), province=province, commune=commune, visible=visible)
    return impact_shown(report)
