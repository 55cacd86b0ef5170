"""Due dates per second: the batch, the single reading, one explained date, beside numpy and `holidays` in one run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from time import perf_counter
from typing import Any

import holidays
import numpy as np

from dossiers.clock import ClockHistory, Pause, read_clock
from dossiers.clock_batch import UNITS, Limits, due_batch
from dossiers.explanation import explain
from procedures.calendars import Calendar, load_calendar
from procedures.limits import Limit, Unit

ROWS = 1_000_000
SINGLE = 5_000
BUDGET_PER_SECOND = 200_000
BUDGET_EXPLAINED_MS = 1.0


def run() -> dict[str, float]:
    """The figures by name; rates are due dates per second on one core."""
    calendar = load_calendar()
    limits, starts, paused, resumed = _rows(ROWS)
    batch = _best(lambda: due_batch(limits, starts, calendar, pause_starts=paused, pause_ends=resumed))
    single = _best(_single(calendar, limits, starts, paused, resumed))
    explained = _best(_explained(calendar), rounds=20)
    busday = _best(_busday(calendar, starts), rounds=5)
    library = _best(_library(starts), rounds=3)
    rate = ROWS / batch
    return {
        "batch_per_second": rate,
        "single_per_second": SINGLE / single,
        "explained_ms": explained * 1000,
        "numpy_busday_offset_per_second": ROWS / busday,
        "holidays_library_per_second": SINGLE / library,
        "batch_to_numpy": rate / (ROWS / busday),
        "batch_to_holidays": rate / (SINGLE / library),
    }


def _rows(number: int) -> tuple[Limits, np.ndarray, np.ndarray, np.ndarray]:
    """Mixed units, every row with one pause of up to four days that begins within the first three."""
    chance = np.random.default_rng(1)
    unit = chance.integers(0, len(UNITS), number)
    amount = chance.integers(1, 80, number) * 250
    amount = np.where(unit == UNITS.index(Unit.MONTHS), 1000, amount)
    starts = np.datetime64("2025-02-10T00:00", "us") + chance.integers(0, 600 * 1440, number).astype("timedelta64[m]")
    paused = starts + chance.integers(0, 3 * 1440, number).astype("timedelta64[m]")
    resumed = paused + chance.integers(0, 4 * 1440, number).astype("timedelta64[m]")
    half = chance.integers(0, 2, number).astype(np.bool_)
    return Limits(unit, amount, np.full(number, 900), half, half), starts, paused, resumed


def _best(work: Callable[[], Any], *, rounds: int = 3) -> float:
    """The shortest of some rounds, in seconds."""
    spent = []
    for _ in range(rounds):
        begin = perf_counter()
        work()
        spent.append(perf_counter() - begin)
    return min(spent)


def _single(
    calendar: Calendar, limits: Limits, starts: np.ndarray, paused: np.ndarray, resumed: np.ndarray
) -> Callable[[], Any]:
    rows = []
    for row in range(SINGLE):
        unit = UNITS[limits.unit[row]]
        amount = Decimal(0) if unit is Unit.SAME_DAY else Decimal(int(limits.amount[row])) / 1000
        limit = Limit(amount, unit, clock_time(15), roll_hours=bool(limits.roll_hours[row]))
        start, begin, end = (column[row].item().replace(tzinfo=UTC) for column in (starts, paused, resumed))
        rows.append((limit, ClockHistory(start, (Pause(begin, end),)), start))
    return lambda: [read_clock(limit, history, calendar, now=now).due_at for limit, history, now in rows]


def _explained(calendar: Calendar) -> Callable[[], Any]:
    start = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)
    pause = Pause(start + timedelta(days=12), start + timedelta(days=14), "supplement", "applicant")
    limit = Limit(Decimal(13), Unit.WORKING_DAYS)
    history = ClockHistory(start, (pause,))
    return lambda: explain(limit, history, calendar, now=start)


def _busday(calendar: Calendar, starts: np.ndarray) -> Callable[[], Any]:
    """Numpy's own working days: no make-up Saturdays, no hours, no pauses."""
    off = [day for day, entry in calendar.decided.items() if not entry.is_working]
    days = starts.astype("datetime64[D]")
    return lambda: np.busday_offset(days, 10, roll="backward", holidays=off)


def _library(starts: np.ndarray) -> Callable[[], Any]:
    """The `holidays` library's own working-day step, one date at a time: no hours, no pauses."""
    vietnam = holidays.country_holidays("VN", years=(2025, 2026, 2027))
    days: list[date] = starts[:SINGLE].astype("datetime64[D]").astype(object).tolist()
    return lambda: [vietnam.get_nth_working_day(day, 10) for day in days]


def main() -> None:
    """Print the table."""
    found = run()
    print(f"{'due dates':34} {'value':>14}  budget")
    for name, value in found.items():
        budget = {
            "batch_per_second": f">= {BUDGET_PER_SECOND:,}",
            "explained_ms": f"<= {BUDGET_EXPLAINED_MS}",
        }.get(name, "")
        print(f"{name:34} {value:14,.3f}  {budget}".rstrip())


if __name__ == "__main__":
    main()
