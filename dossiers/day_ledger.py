"""The day ledger: for every date from the start to the due date, whether it was counted and why not."""

from __future__ import annotations

from dataclasses import dataclass

from dossiers.clock_rules import DATE_UNITS, OFFICE_UNITS, Count, position
from dossiers.clock_types import HOUR_UNITS, DayEntry, LedgerKind, Pause
from dossiers.working_time import DAY, MINUTE, OfficeTime, to_local
from procedures.calendar_files import DayKind
from procedures.calendars import CalendarDay, day_from_number
from procedures.limits import Unit

Note = tuple[str, str]
NOTHING: Note = ("", "")
RECEIVED: Note = ("Ngày tiếp nhận, không tính vào thời hạn", "Day of receipt, not counted")
NOT_YET: Note = ("Chưa bắt đầu tính thời hạn", "Counting has not started")
STARTED_AGAIN: Note = ("Thời hạn được tính lại từ đầu sau ngày này", "The limit was started again after this day")
ROLLED: Note = (
    "Ngày cuối rơi vào ngày nghỉ, chuyển sang ngày làm việc tiếp theo",
    "The last day is a rest day: moved to the next working day",
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `started` to the due day of a count.

    `base` is the last restart, or the start; both are local microseconds.
    """

    found: Count
    office: OfficeTime
    started: int
    base: int

    def entries(self, pauses: tuple[Pause, ...], as_of: int) -> tuple[DayEntry, ...]:
        """The day ledger; a pause that is still open ends at `as_of`.

        Raises:
            NoCalendar: a day is not covered by the calendar.
        """
        ends = [to_local(p.end) if p.end else max(as_of, to_local(p.start)) for p in pauses]
        placed = [(to_local(pause.start), end, pause) for pause, end in zip(pauses, ends, strict=True)]
        made = []
        before = self._used(self.started // DAY * DAY)
        for day in range(self.started // DAY, self.found.due_day + 1):
            used = self._used((day + 1) * DAY)
            counted, before = used - before, used
            on_that_day = self.office.calendar.day(day_from_number(day))
            kind, note = self._outside_pauses(day, on_that_day)
            if kind is None:
                causes = [pause for a, b, pause in placed if self._costs(a, b, day)]
                kind, note = _with_pauses(causes, counted, on_that_day, note)
            made.append(DayEntry(on_that_day.date, kind, counted > 0, note[0], note[1], counted // MINUTE))
        return tuple(made)

    def _used(self, local: int) -> int:
        return self.found.used_until(min(position(self.found.unit, local, self.office), self.found.run_out))

    def _outside_pauses(self, day: int, on_that_day: CalendarDay) -> tuple[LedgerKind | None, Note]:
        """The kind and note of a day; kind None where a pause may still be the reason."""
        found = self.found
        if day < self.base // DAY:
            return LedgerKind.BEFORE_RESTART, STARTED_AGAIN
        by_minute = found.unit in HOUR_UNITS or found.unit is Unit.SAME_DAY
        waiting = day < found.zero_day if by_minute else day <= found.zero_day
        if waiting and (on_that_day.is_working or day == self.base // DAY):
            return LedgerKind.BEFORE_START, RECEIVED if day == self.base // DAY else NOT_YET
        if found.unit not in OFFICE_UNITS and day * DAY >= found.run_out and on_that_day.is_working:
            return None, ROLLED
        return None, _named(on_that_day)

    def _costs(self, paused: int, resumed: int, day: int) -> bool:
        """Whether a pause takes time of that day from the count."""
        unit = self.found.unit
        if unit in DATE_UNITS:
            return paused // DAY <= day < resumed // DAY
        lower, upper = max(paused, self.base, day * DAY), min(resumed, (day + 1) * DAY)
        return upper > lower and position(unit, upper, self.office) > position(unit, lower, self.office)


def _named(on_that_day: CalendarDay) -> Note:
    if on_that_day.kind is DayKind.WORKING:
        return NOTHING
    return on_that_day.names.vi, on_that_day.names.en


def _with_pauses(causes: list[Pause], counted: int, on_that_day: CalendarDay, note: Note) -> tuple[LedgerKind, Note]:
    if not causes:
        return LedgerKind(on_that_day.kind.value), note
    grounds = [", ".join(dict.fromkeys(filter(None, (p.ground(lang) for p in causes)))) for lang in ("vi", "en")]
    vi, en = (f": {ground}" if ground else "" for ground in grounds)
    if counted:
        return LedgerKind(on_that_day.kind.value), (f"Tạm dừng một phần ngày{vi}", f"Paused for part of the day{en}")
    return LedgerKind.PAUSED, (f"Tạm dừng{vi}", f"Paused{en}")
