"""A due date explained in plain sentences, for a citizen at the counter and for an auditor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from dossiers.clock import read_clock
from dossiers.clock_rules import DATE_UNITS, OFFICE_UNITS
from dossiers.clock_types import HOUR_UNITS, ClockHistory, ClockReading, DayEntry, LedgerKind, Pause
from dossiers.explanation_wording import SENTENCES, SKIPPED, UNITS, WEEKDAYS
from dossiers.limit_basis import LimitBasis
from dossiers.working_time import HOUR, LOCAL_ZONE, local_date, office_minutes_between, office_time, to_local
from procedures.calendars import Calendar
from procedures.limits import CountFrom, Limit, Unit

_BY_CALENDAR = frozenset(
    {LedgerKind.WEEKEND, LedgerKind.PUBLIC_HOLIDAY, LedgerKind.SWAPPED_DAY_OFF, LedgerKind.LOCAL_CLOSURE}
)
"""Days of rest."""
_DECIDED = _BY_CALENDAR - {LedgerKind.WEEKEND} | {LedgerKind.MAKE_UP_WORKING_DAY}
"""Days that are what they are by a decision, which is named."""


def explain(
    limit: Limit,
    history: ClockHistory,
    calendar: Calendar,
    *,
    now: datetime,
    language: str = "vi",
    basis: LimitBasis | None = None,
) -> list[str]:
    """Numbered sentences: the rule, its source, the first day, days skipped and why, pauses, extensions, the result.

    `language` is "vi" or "en"; any other gives Vietnamese.

    Raises:
        ClockError: as `read_clock`.
        NoCalendar: a day is not covered by the calendar.
    """
    reading = read_clock(limit, history, calendar, now=now)
    told = _Telling(limit, history, calendar, reading, now, "en" if language == "en" else "vi", basis or LimitBasis())
    return [f"{number}. {sentence}" for number, sentence in enumerate(told.sentences(), start=1)]


@dataclass(frozen=True, slots=True)
class _Telling:
    limit: Limit
    history: ClockHistory
    calendar: Calendar
    reading: ClockReading
    now: datetime
    language: str
    basis: LimitBasis

    def sentences(self) -> Iterator[str]:
        yield from self._rule()
        yield from self._basis()
        yield from self._beginning()
        yield from self._skipped()
        last_restart = max(self.history.restarts, default=None)
        pauses = [p for p in self.history.pauses if not (last_restart and p.end and p.end <= last_restart)]
        yield from (self._pause(pause) for pause in pauses)
        if len(pauses) > 1 and self.limit.unit is not Unit.SAME_DAY:
            yield self._say("overlaps")
        yield from self._extensions()
        yield from self._result()

    def _say(self, key: str, **facts: str) -> str:
        return SENTENCES[key][self.language].format(**facts)

    def _rule(self) -> Iterator[str]:
        cut_off = self.limit.cut_off.strftime("%H:%M") if self.limit.cut_off else ""
        if self.limit.unit is Unit.SAME_DAY:
            yield self._say("same_day", cut_off=cut_off)
            return
        yield self._say(f"limit_{self.limit.unit.value}", amount=self._amount(self.limit.amount))
        if self.limit.unit is Unit.WORKING_DAYS and self.limit.amount % 1:
            part = self.limit.amount % 1
            hours = part * office_time(self.calendar).day_length / HOUR
            yield self._say("part_of_day", part=self._number(part), hours=self._number(hours))
        if self.limit.count_from is CountFrom.NEXT_WORKING_DAY:
            yield self._say("next_working_day", cut_off=cut_off)

    def _basis(self) -> Iterator[str]:
        if self.basis.parts:
            named = (f"{names.in_language(self.language)} {self._amount(n)}" for names, n in self.basis.parts)
            yield self._say("parts", parts="; ".join(named))
        if self.basis.documents:
            yield self._say("source", documents="; ".join(self.basis.documents))

    def _beginning(self) -> Iterator[str]:
        if self.history.starts_at is None:
            return
        yield self._say("received", at=self._at(self.history.starts_at))
        restarts = [at for at in self.history.restarts if at > self.history.starts_at]
        if restarts:
            yield self._say("restarted", at=self._at(max(restarts)))
        counted = [entry.date for entry in self.reading.days if entry.counted]
        if not counted:
            return
        if self.limit.unit in HOUR_UNITS:
            yield self._say("from_the_moment")
        elif self.limit.unit is not Unit.SAME_DAY:
            yield self._say("first_day", day=self._day(counted[0]))

    def _skipped(self) -> Iterator[str]:
        # Where days of rest count, those that do not lie behind the last day, so the roll is told before them.
        own = [kind for kind in SKIPPED if kind not in _BY_CALENDAR]
        if self.limit.unit in OFFICE_UNITS or self.limit.unit is Unit.SAME_DAY:
            yield from self._not_counted(SKIPPED)
        else:
            yield from self._not_counted(own)
            yield from self._rolled()
            yield from self._not_counted(kind for kind in SKIPPED if kind in _BY_CALENDAR)
        worked = [e for e in self.reading.days if e.kind is LedgerKind.MAKE_UP_WORKING_DAY and e.counted]
        if worked and self.limit.unit in OFFICE_UNITS:
            yield self._say("make_up", days=self._days(worked))
        decided = [e for e in self.reading.days if e.kind in _DECIDED and (not e.counted or e in worked)]
        sources = dict.fromkeys(source for e in decided for source in self.calendar.day(e.date).basis)
        if sources:
            yield self._say("calendar_source", documents="; ".join(sources))

    def _not_counted(self, kinds: Iterable[LedgerKind]) -> Iterator[str]:
        for kind in kinds:
            entries = [entry for entry in self.reading.days if entry.kind is kind and not entry.counted]
            if entries:
                yield SKIPPED[kind][self.language].format(days=self._days(entries), number=len(entries))

    def _rolled(self) -> Iterator[str]:
        """Why the limit ends later than its time runs out: the last day was a day of rest."""
        due_on = self.reading.due_on
        if self.limit.roll_hours:
            plain = read_clock(replace(self.limit, roll_hours=False), self.history, self.calendar, now=self.now)
            if plain.due_at != self.reading.due_at:
                yield self._say("rolled_hours", at=self._at(plain.due_at), day=self._day(due_on))
        counted = [entry.date for entry in self.reading.days if entry.counted]
        if self.limit.unit in DATE_UNITS and counted and counted[-1] < due_on:
            yield self._say("rolled", last=self._day(counted[-1]), day=self._day(due_on))

    def _pause(self, pause: Pause) -> str:
        end = pause.end or self.history.finished_at or self.history.stopped_at or self.now
        ground = pause.ground(self.language)
        facts = {"start": self._at(pause.start), "cost": self._cost(pause.start, max(end, pause.start))}
        facts["ground"] = f" ({ground})" if ground else ""
        if pause.end is None:
            return self._say("open_pause", **facts)
        key = "pause_same_day" if self.limit.unit is Unit.SAME_DAY else "pause"
        return self._say(key, end=self._at(end), **facts)

    def _cost(self, start: datetime, end: datetime) -> str:
        """What a pause costs by itself, in the unit in which pauses are counted."""
        if self.limit.unit in DATE_UNITS:
            dates = (local_date(end) - local_date(start)).days
            return self._counted(Decimal(dates), Unit.CALENDAR_DAYS)
        if self.limit.unit in OFFICE_UNITS:
            minutes = office_minutes_between(start, end, self.calendar)
            return self._counted(Decimal(minutes) / 60, Unit.WORKING_HOURS)
        return self._counted(Decimal(to_local(end) - to_local(start)) / HOUR, Unit.HOURS)

    def _extensions(self) -> Iterator[str]:
        unit = Unit.WORKING_DAYS if self.limit.unit is Unit.SAME_DAY else self.limit.unit
        for extension in self.history.extensions:
            at = self._at(extension.at)
            if extension.amount is not None:
                yield self._say("extended_by", at=at, amount=self._counted(extension.amount, unit))
            elif extension.until is not None:
                yield self._say("extended_until", at=at, until=self._at(extension.until))

    def _result(self) -> Iterator[str]:
        reading = self.reading
        yield self._say("due", at=self._at(reading.due_at, weekday=True))
        if reading.extended_due_on and reading.due_at != reading.legal_due_at:
            yield self._say("legal_due", at=self._at(reading.legal_due_at, weekday=True))
        if self.calendar.provisional(reading.due_on):
            yield self._say("provisional", year=str(reading.due_on.year))

    def _amount(self, amount: Decimal) -> str:
        return self._counted(amount, self.limit.unit)

    def _counted(self, amount: Decimal, unit: Unit) -> str:
        one, more = UNITS[unit][self.language]
        return f"{self._number(amount)} {one if amount == 1 else more}"

    def _number(self, amount: Decimal) -> str:
        text = format(round(amount, 2).normalize(), "f")
        return text if self.language == "en" else text.replace(".", ",")

    def _day(self, day: date) -> str:
        return day.strftime("%d/%m/%Y")

    def _at(self, instant: datetime, *, weekday: bool = False) -> str:
        local = instant.astimezone(LOCAL_ZONE)
        name = f"{WEEKDAYS[self.language][local.weekday()]}, " if weekday else ""
        return f"{local:%H:%M}, {name}{self._day(local.date())}"

    def _days(self, entries: Iterable[DayEntry]) -> str:
        """Dates as ranges, each with the names of its days: "16/02/2026 - 20/02/2026 (Tết Bính Ngọ)"."""
        runs: list[list[DayEntry]] = []
        for entry in entries:
            if runs and entry.date - runs[-1][-1].date == timedelta(days=1):
                runs[-1].append(entry)
            else:
                runs.append([entry])
        return "; ".join(self._run(run) for run in runs)

    def _run(self, run: list[DayEntry]) -> str:
        text = self._day(run[0].date)
        if len(run) > 1:
            text = f"{text} - {self._day(run[-1].date)}"
        # A weekly rest day needs no name, and "Tết Bính Ngọ (mùng 2)" is one festival with mùng 1.
        notes = (entry.note_en if self.language == "en" else entry.note for entry in run)
        names = dict.fromkeys(note.split(" (")[0] for note in notes)
        named = run[0].kind not in (LedgerKind.WEEKEND, LedgerKind.PAUSED, LedgerKind.BEFORE_RESTART)
        return f"{text} ({', '.join(names)})" if named else text
