"""The working-time calendar of a place: which dates are worked, why not, and the office hours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType

from procedures import communes
from procedures.base import Names
from procedures.calendar_files import SATURDAY, CalendarFile, DayKind, Decision, OfficeHours, read_calendar_file
from procedures.errors import BrokenCalendar, NoCalendar, UnknownCommune

SHIPPED = Path(__file__).parent / "calendars"
Extra = Path | tuple[Path, ...] | None
"""Calendar files or folders read after ours: one, or several of which a later one goes before an earlier one."""
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
"""Day numbers count from 1 January 1970, as numpy's datetime64[D] does."""
WEEKEND = Names(vi="Nghỉ hằng tuần", en="Weekly rest day")
WORKING = Names(vi="Ngày làm việc", en="Working day")


def day_number(day: date) -> int:
    """Days from 1 January 1970 to a date."""
    return day.toordinal() - EPOCH_ORDINAL


def day_from_number(number: int) -> date:
    """The date that lies so many days after 1 January 1970."""
    return date.fromordinal(number + EPOCH_ORDINAL)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What one date is, and why. `basis` names documents; empty for an ordinary day."""

    date: date
    kind: DayKind
    names: Names
    basis: tuple[str, ...] = ()
    provisional: bool = False

    @property
    def is_working(self) -> bool:
        """Whether offices are open on that date."""
        return self.kind.is_working


@dataclass(frozen=True, eq=False)
class Calendar:
    """The calendar of one place. Compares by identity; equal `version` means: the same due dates.

    Day numbers count from 1 January 1970. `working_before[i]` is how many working days lie before the day
    `first_number` + i; `working_numbers` are the working days in order.
    """

    version: str
    first: date
    last: date
    sessions: tuple[tuple[time, time], ...]
    decided: Mapping[date, CalendarDay]
    provisional_years: frozenset[int]
    first_number: int
    working_before: tuple[int, ...]
    working_numbers: tuple[int, ...]

    def covers(self, day: date) -> bool:
        """Whether the calendar knows that date."""
        return self.first <= day <= self.last

    def day(self, day: date) -> CalendarDay:
        """What a date is, with its name and source.

        Raises:
            NoCalendar: the date lies outside the years covered.
        """
        found = self.decided.get(day)
        if found is not None:
            return found
        if not self.covers(day):
            raise self.missing(day)
        if day.weekday() >= SATURDAY:
            return CalendarDay(day, DayKind.WEEKEND, WEEKEND)
        return CalendarDay(day, DayKind.WORKING, WORKING)

    def is_working(self, day: date) -> bool:
        """Whether offices are open on a date.

        Raises:
            NoCalendar: the date lies outside the years covered.
        """
        return self.day(day).is_working

    def provisional(self, day: date) -> bool:
        """Whether the year of a date still awaits its official notice, so that any date in it may move.

        Raises:
            NoCalendar: the date lies outside the years covered.
        """
        if not self.covers(day):
            raise self.missing(day)
        return day.year in self.provisional_years

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie in [start, end)."""
        return self.working_days_before(day_number(end)) - self.working_days_before(day_number(start))

    def working_days_before(self, number: int) -> int:
        """How many working days of the calendar lie before a day number (the day after the last one is allowed).

        Raises:
            NoCalendar: the day lies outside the years covered.
        """
        index = number - self.first_number
        if not 0 <= index < len(self.working_before):
            raise self.missing(day_from_number(number))
        return self.working_before[index]

    def nth_working_day(self, nth: int) -> int:
        """Day number of the working day before which `nth` others lie.

        Raises:
            NoCalendar: it lies after the years covered.
        """
        if not 0 <= nth < len(self.working_numbers):
            raise self.missing(self.last + timedelta(days=1))
        return self.working_numbers[nth]

    def missing(self, day: date) -> NoCalendar:
        """The error that says that a date is not covered, and what to do."""
        return NoCalendar(
            day=day.isoformat(),
            covered=f"{self.first.isoformat()} to {self.last.isoformat()}",
            mend=f"add a calendar file with year: {day.year}",
        )


@dataclass(frozen=True, slots=True)
class _Law:
    """All calendar files put together, before a place is chosen."""

    years: Mapping[int, CalendarFile]
    national: Mapping[date, tuple[CalendarFile, Decision]]
    closures: tuple[tuple[CalendarFile, Decision], ...]
    hours: tuple[OfficeHours, ...]


def load_calendar(*, province: str | None = None, commune: str | None = None, extra: Extra = None) -> Calendar:
    """The calendar of a commune, of a province, or (without either) of the country. Cached.

    Args:
        province: two-digit code; may be left out when `commune` is given.
        commune: five-digit code.
        extra: a calendar file, a folder of them, or several of either, read after the files that come with the
            product. One with `year` takes the place of ours for that year; one without adds decisions, local closures
            and office hours.

    Raises:
        UnknownProvince: no such province.
        UnknownCommune: no such commune, or it lies in another province.
        BrokenCalendar: a file cannot be read or breaks a rule.
    """
    if commune is not None:
        found = communes.commune(commune)
        if province is not None and province != found.province_code:
            raise UnknownCommune(commune=commune, province=province)
        province = found.province_code
    elif province is not None:
        communes.province(province)
    return _of_place(_stamped(extra), province, commune)


def _stamped(extra: Extra) -> tuple[tuple[Path, int, int], ...]:
    given = (extra,) if isinstance(extra, Path) else extra or ()
    missing = next((path for path in given if not path.exists()), None)
    if missing is not None:
        raise BrokenCalendar(
            file=str(missing), key="", problem="there is no such file or folder", mend="correct the path"
        )
    found = [p for path in given for p in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    last = {p.resolve(): number for number, p in enumerate(found)}
    paths = [p for number, p in enumerate(found) if last[p.resolve()] == number]
    return tuple((p, s.st_mtime_ns, s.st_size) for p in paths for s in (p.stat(),))


@lru_cache(maxsize=16)
def _law(stamped: tuple[tuple[Path, int, int], ...]) -> _Law:
    years: dict[int, CalendarFile] = {}
    further: list[CalendarFile] = []
    for path in [*sorted(SHIPPED.glob("*.yaml")), *(path for path, _, _ in stamped)]:
        file = read_calendar_file(path)
        if file.year is None:
            further.append(file)
        else:
            years[file.year] = file
    if sorted(years) != list(range(min(years), max(years) + 1)):
        raise BrokenCalendar(
            file=str(stamped[-1][0]) if stamped else str(SHIPPED),
            key="year",
            problem=f"years {sorted(years)} leave a gap",
            mend="add a file for each year between",
        )
    every = [*(years[year] for year in sorted(years)), *further]
    decisions = [(file, entry) for file in every for entry in file.days]
    return _Law(
        years=years,
        national={entry.date: (file, entry) for file, entry in decisions if entry.where is None},
        closures=tuple((file, entry) for file, entry in decisions if entry.where is not None),
        hours=tuple(entry for file in every for entry in file.office_hours),
    )


def _of_place(stamped: tuple[tuple[Path, int, int], ...], province: str | None, commune: str | None) -> Calendar:
    # Places without decisions of their own share one calendar: 3,321 communes must not cost 3,321 of them.
    law = _law(stamped)
    places = [entry.where for _, entry in law.closures] + [entry.where for entry in law.hours]
    own = max((where.rank(province, commune) for where in places if where), default=0)
    named_province = any(where.rank(province, None) for where in places if where)
    return _build(stamped, province if named_province else None, commune if own > 1 else None)


@lru_cache(maxsize=4096)
def _build(stamped: tuple[tuple[Path, int, int], ...], province: str | None, commune: str | None) -> Calendar:
    law = _law(stamped)
    decided = {day: _calendar_day(file, entry) for day, (file, entry) in law.national.items()}
    for rank in (1, 2):
        for file, entry in law.closures:
            if entry.where and entry.where.rank(province, commune) == rank and _is_worked(law, entry.date):
                decided[entry.date] = _calendar_day(file, entry)
    hours = max(
        enumerate(law.hours),
        key=lambda item: (item[1].where.rank(province, commune) if item[1].where else 0.5, item[0]),
    )[1]
    sessions = tuple((session.opens, session.closes) for session in hours.sessions)
    provisional = (year for year, file in law.years.items() if file.provisional)
    return counted(law.years, provisional, decided, sessions)


def _is_worked(law: _Law, day: date) -> bool:
    if day in law.national:
        return DayKind(law.national[day][1].kind).is_working
    return day.weekday() < SATURDAY


def _calendar_day(file: CalendarFile, entry: Decision) -> CalendarDay:
    return CalendarDay(entry.date, DayKind(entry.kind), entry.names, file.basis(entry), entry.provisional)


def counted(
    years: Iterable[int],
    provisional_years: Iterable[int],
    decided: Mapping[date, CalendarDay],
    sessions: tuple[tuple[time, time], ...],
) -> Calendar:
    """The calendar of whole years without a gap, made of what was decided and of office hours."""
    years = sorted(years)
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    decided = {day: decided[day] for day in sorted(decided) if first <= day <= last}
    dates = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    worked = [decided[day].is_working if day in decided else day.weekday() < SATURDAY for day in dates]
    effective = {
        "years": years,
        "hours": [[opens.isoformat(), closes.isoformat()] for opens, closes in sessions],
        "days": [[day.isoformat(), entry.kind.value] for day, entry in decided.items()],
    }
    return Calendar(
        version=hashlib.sha256(json.dumps(effective, sort_keys=True).encode()).hexdigest()[:12],
        first=first,
        last=last,
        sessions=sessions,
        decided=MappingProxyType(decided),
        provisional_years=frozenset(provisional_years),
        first_number=day_number(first),
        working_before=(0, *accumulate(int(is_worked) for is_worked in worked)),
        working_numbers=tuple(day_number(day) for day, is_worked in zip(dates, worked, strict=True) if is_worked),
    )
