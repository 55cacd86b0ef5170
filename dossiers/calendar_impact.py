"""What a new calendar decision would do to open dossiers, and the explicit act that does it. Promised dates stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from dossiers.authority import Actor
from dossiers.calendar_archive import is_kept, keep
from dossiers.checking import parse
from dossiers.clock import ClockReading, ClockState, read_clock
from dossiers.errors import DossierError
from dossiers.gate import act
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.reading import clock_history
from dossiers.scanning import Scanned, open_dossiers
from dossiers.session import reading, writing
from dossiers.states import DossierState
from dossiers.tables import DossierRow
from dossiers.working_time import local_date
from procedures.calendar_records import differing_days
from procedures.calendars import Calendar
from procedures.errors import ProcedureError


@dataclass(frozen=True, slots=True)
class Moved:
    """An open dossier that would be due at another time. While its clock stands still both times move on (`paused`).

    `promise`: how the date promised to the applicant, which stays, lies to the new due date: `before_due`, `on_due`,
    `after_due` (the law would then be broken by keeping it), or `none` where nothing was promised.
    """

    dossier: str
    procedure: str
    commune: str
    revision: int
    bound_before: str
    bound_after: str
    """Calendar version, or version of the procedure."""
    due_before: datetime
    due_after: datetime
    late_before: bool
    late_after: bool
    paused: bool
    promised_at: datetime | None
    promise: str

    @property
    def becomes_late(self) -> bool:
        """Whether it is in time now and would be overdue."""
        return self.late_after and not self.late_before

    @property
    def no_longer_late(self) -> bool:
        """Whether it is overdue now and would be in time."""
        return self.late_before and not self.late_after


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A date that is worked in one calendar and not in the other. `kind_after` says what it would be."""

    date: date
    kind_before: str
    kind_after: str
    name: str


@dataclass(slots=True)
class ImpactReport:
    """Open dossiers looked at, those that would move, and those that could not be read."""

    looked_at: int = 0
    moved: list[Moved] = field(default_factory=list)
    days: list[ChangedDay] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def become_late(self) -> list[Moved]:
        """Dossiers that would be overdue at once."""
        return [one for one in self.moved if one.becomes_late]

    @property
    def promises_broken_by_law(self) -> list[Moved]:
        """Dossiers whose promised date would lie after the new due date."""
        return [one for one in self.moved if one.promise == "after_due"]


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """The dossiers that were moved, and those that were not, with the reason."""

    applied: tuple[Moved, ...]
    refused: dict[str, str]


def impact(
    office: Office,
    files: Sequence[Path] = (),
    *,
    now: datetime,
    province: str | None = None,
    commune: str | None = None,
    visible: Callable[[DossierRow], bool] | None = None,
) -> ImpactReport:
    """What would happen to open dossiers if the calendar files were installed and applied. Nothing is written.

    Without files: what applying the calendars that are installed already would do. `visible` leaves out dossiers.

    Raises:
        BrokenCalendar: a file cannot be read or breaks a rule.
        UnknownProvince, UnknownCommune: there is no such place.
    """
    later = office.with_calendars(*files)
    later.calendar(province, commune)
    report = ImpactReport()
    changed: dict[date, ChangedDay] = {}
    with reading(office.engine) as session:
        for scanned in open_dossiers(office, session, now=now, province=province, commune=commune):
            if visible is not None and not visible(scanned.row):
                continue
            report.looked_at += 1
            try:
                _look(scanned, office, later, session, report, changed, now)
            except (DossierError, ProcedureError) as error:
                report.unreadable[scanned.row.code] = f"{type(error).__name__}: {error}"
    report.days = [changed[day] for day in sorted(changed)]
    return report


def _look(
    scanned: Scanned,
    office: Office,
    later: Office,
    session: Session,
    report: ImpactReport,
    changed: dict[date, ChangedDay],
    now: datetime,
) -> None:
    state = scanned.state
    if scanned.problem:
        report.unreadable[scanned.row.code] = scanned.problem
        return
    newest = later.calendar(state.province, state.commune)
    if state.limit is None or state.calendar_version == newest.version:
        return
    bound = office.calendar_of(state, session)
    _note_days(bound, newest, changed)
    history = clock_history(state)
    before = read_clock(state.limit, history, bound, now=now)
    after = read_clock(state.limit, history, newest, now=now)
    if before.due_at != after.due_at:
        versions = (bound.version, newest.version)
        report.moved.append(moved_dossier(state, scanned.revision, versions, before, after))


def _note_days(bound: Calendar, newest: Calendar, changed: dict[date, ChangedDay]) -> None:
    for day, kind, after in differing_days(bound, newest):
        changed.setdefault(day, ChangedDay(day, kind.value, after.kind.value, after.names.vi))


def moved_dossier(
    state: DossierState, revision: int, versions: tuple[str, str], before: ClockReading, after: ClockReading
) -> Moved:
    """A dossier as it would move from one reading of its clock to another."""
    return Moved(
        dossier=state.code,
        procedure=state.procedure,
        commune=state.commune,
        revision=revision,
        bound_before=versions[0],
        bound_after=versions[1],
        due_before=before.due_at,
        due_after=after.due_at,
        late_before=before.state is ClockState.OVERDUE,
        late_after=after.state is ClockState.OVERDUE,
        paused=before.paused,
        promised_at=state.promised_at,
        promise=_promise(state.promised_at, after),
    )


def _promise(promised_at: datetime | None, after: ClockReading) -> str:
    if promised_at is None:
        return "none"
    promised = local_date(promised_at)
    if promised == after.due_on:
        return "on_due"
    return "before_due" if promised < after.due_on else "after_due"


def apply(
    office: Office,
    files: Sequence[Path] = (),
    *,
    actor: Actor,
    reason: str,
    now: datetime,
    province: str | None = None,
    commune: str | None = None,
) -> ApplyReport:
    """Move every open dossier that the dry run names, each by an act of its own through the gate, with the reason.

    Safe to repeat: a dossier that was moved is not named again. One that changed since it was looked at, or for which
    the actor has no authority, stays as it is and is reported.

    Raises:
        MalformedCommand: the reason is too short.
        BrokenCalendar: a file cannot be read or breaks a rule.
        UnknownProvince, UnknownCommune: there is no such place.
    """
    parse(Action.APPLY_CALENDAR, {"reason": reason})
    later = office.with_calendars(*files)
    report = impact(office, files, now=now, province=province, commune=commune)
    applied: list[Moved] = []
    refused: dict[str, str] = dict(report.unreadable)
    for one in report.moved:
        command = {"reason": reason, "calendar": one.bound_after}
        try:
            act(
                later,
                one.dossier,
                Action.APPLY_CALENDAR,
                command,
                actor=actor,
                now=now,
                expected_revision=one.revision,
            )
        except (DossierError, ProcedureError) as error:
            refused[one.dossier] = f"{type(error).__name__}: {error}"
        else:
            applied.append(one)
    return ApplyReport(tuple(applied), refused)


def keep_installed(office: Office, *, now: datetime) -> tuple[list[str], dict[str, str]]:
    """Keep the installed calendars that open dossiers are bound to and nobody kept yet.

    Gives the versions kept, and the dossiers whose calendar is neither installed nor kept, with that version. For
    databases from before calendars were kept.
    """
    kept: list[str] = []
    lost: dict[str, str] = {}
    with writing(office.engine) as session:
        for scanned in open_dossiers(office, session, now=now):
            state = scanned.state
            version, newest = state.calendar_version, office.calendar(state.province, state.commune)
            if version is None or is_kept(session, version):
                continue
            if version == newest.version:
                keep(session, newest, place=state.commune, now=now)
                kept.append(version)
            else:
                lost[scanned.row.code] = version
    return kept, lost
