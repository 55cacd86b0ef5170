"""Names of scheduled flow runs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from prefect.runtime import flow_run

from flows.now import now

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def name_with_time() -> str:
    """The flow's name with the minute in Vietnam, e.g. `sweep-deadlines 2026-03-02 09:00`."""
    return f"{flow_run.flow_name} {now().astimezone(VIETNAM):%Y-%m-%d %H:%M}"
