"""What if: past dossiers of a procedure counted again under another version, beside what really happened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from fractions import Fraction

from sqlmodel import Session

from dossiers.actions.moving import limit_under
from dossiers.clock import ClockHistory, ClockReading, Pause, Verdict, add_limit, read_clock, verdict
from dossiers.errors import DossierError, MalformedCommand
from dossiers.office import Office
from dossiers.reading import clock_history
from dossiers.scanning import Scanned, finished_dossiers
from dossiers.session import reading
from dossiers.states import DossierState, PauseInterval
from dossiers.working_time import LOCAL_ZONE
from procedures.base import Names
from procedures.calendars import Calendar
from procedures.errors import ProcedureError
from procedures.limits import Unit
from procedures.schema import Definition

ASSUMPTIONS = (
    Names(
        vi="Kết quả được ban hành đúng vào lúc đã ban hành: không đoán cán bộ sẽ làm nhanh hay chậm hơn.",
        en="Each result is issued when it really was: nobody is assumed to work faster or slower.",
    ),
    Names(
        vi="Thời hạn bắt đầu như đã ghi; hồ sơ giữ lịch làm việc, trường hợp, loại địa bàn và phần cộng thêm của mình.",
        en="Clocks start as recorded; each dossier keeps its calendar, case, area class and additions.",
    ),
    Names(
        vi="Khoảng tạm dừng chỉ được trừ khi phiên bản mới có cùng lý do, và không quá mức tối đa của phiên bản mới.",
        en="A pause is taken off only if the new version names its ground, and no longer than its maximum there.",
    ),
    Names(
        vi="Không tính gia hạn: đúng hạn hay trễ hạn được so với hạn theo quy định.",
        en="Extensions are left out: on time or late is judged against the legal due date.",
    ),
    Names(
        vi="Bước mà phiên bản mới không có được liệt kê; thời gian của chúng không được trừ; bước mới không thêm gì.",
        en="Steps that the new version lacks are listed; their time is not taken off, and new steps add none.",
    ),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Verdicts counted. The rate is exact; of no dossiers it is None, never 100 %."""

    early: int = 0
    on_time: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        """How many dossiers were counted."""
        return self.early + self.on_time + self.late

    @property
    def rate(self) -> Fraction | None:
        """The part that was early or on time."""
        return Fraction(self.early + self.on_time, self.total) if self.total else None

    @classmethod
    def of(cls, verdicts: list[Verdict]) -> Tally:
        """The tally of some verdicts."""
        found = Counter(verdicts)
        return cls(found[Verdict.EARLY], found[Verdict.ON_TIME], found[Verdict.LATE])


@dataclass(frozen=True, slots=True)
class Compared:
    """One past dossier under both versions. The due times are the legal ones, without extensions."""

    dossier: str
    version: int
    finished_at: datetime
    due_before: datetime
    due_after: datetime
    verdict_before: Verdict
    verdict_after: Verdict


@dataclass(slots=True)
class ReplayReport:
    """What really happened beside what would have, over the dossiers that could be compared."""

    procedure: str
    version: int
    period: str
    compared: list[Compared] = field(default_factory=list)
    not_compared: dict[str, str] = field(default_factory=dict)
    steps_gone: dict[str, int] = field(default_factory=dict)
    """Steps that were done and that the new version has not: in how many compared dossiers."""
    pauses_not_recognised: dict[str, int] = field(default_factory=dict)
    """Grounds of pauses that the new version does not know: in how many compared dossiers their time counted."""

    @property
    def real(self) -> Tally:
        """What happened."""
        return Tally.of([one.verdict_before for one in self.compared])

    @property
    def would_be(self) -> Tally:
        """What would have resulted."""
        return Tally.of([one.verdict_after for one in self.compared])

    @property
    def changed(self) -> list[Compared]:
        """Dossiers whose verdict differs."""
        return [one for one in self.compared if one.verdict_before is not one.verdict_after]


def replay(
    office: Office, definition: Definition, *, procedure: str, period: str, province: str | None = None
) -> ReplayReport:
    """Dossiers of the procedure whose result was issued in the period, counted again under the version given.

    `period` is a month (2026-07) or months from the first to the last, both included (2026-07..2026-09).

    Raises:
        MalformedCommand: the period is none, or the definition is of another procedure.
    """
    start, end = months(period)
    if definition.code != procedure:
        raise MalformedCommand(problem=f"the file declares {definition.code}, not {procedure}")
    report = ReplayReport(procedure, definition.version, period)
    gone: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    with reading(office.engine) as session:
        for scanned in finished_dossiers(office, session, procedure=procedure, start=start, end=end, province=province):
            try:
                report.compared.append(_compare(office, session, scanned, definition))
            except (DossierError, ProcedureError) as error:
                report.not_compared[scanned.row.code] = str(error)
            else:
                gone.update(_steps_gone(scanned.state, definition))
                unknown.update({p.reason for p in scanned.state.pauses if not _recognised(p, definition)})
    report.steps_gone, report.pauses_not_recognised = dict(sorted(gone.items())), dict(sorted(unknown.items()))
    return report


def months(period: str) -> tuple[datetime, datetime]:
    """The instants [start, end) of a month or of a row of months, in local time.

    Raises:
        MalformedCommand: it is written otherwise, or ends before it starts.
    """
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:\.\.(\d{4})-(0[1-9]|1[0-2]))?", period, re.ASCII)
    if found is None:
        raise MalformedCommand(problem=f"--period {period}: write 2026-07 or 2026-07..2026-09")
    first, last = found[1] + found[2], (found[3] or found[1]) + (found[4] or found[2])
    if last < first or first < "1900" or last > "9998":
        raise MalformedCommand(problem=f"--period {period}: it ends before it starts")
    year, month = int(last[:4]), int(last[4:])
    return _midnight(int(first[:4]), int(first[4:])), _midnight(year + month // 12, month % 12 + 1)


def _midnight(year: int, month: int) -> datetime:
    return datetime.combine(date(year, month, 1), time(), LOCAL_ZONE).astimezone(UTC)


def _compare(office: Office, session: Session, scanned: Scanned, definition: Definition) -> Compared:
    state = scanned.state
    if scanned.problem or state.limit is None or state.finished_at is None:
        raise MalformedCommand(problem=scanned.problem or "the dossier has no clock or no result")
    if not definition.scope.covers(state.province):
        raise MalformedCommand(problem=f"the version is not in force in province {state.province}")
    calendar = office.calendar_of(state, session)
    real = read_clock(state.limit, clock_history(state), calendar, now=state.finished_at)
    limit = limit_under(state, definition)
    history = history_under(state, definition, calendar)
    other: ClockReading = read_clock(limit, history, calendar, now=state.finished_at)
    return Compared(
        dossier=state.code,
        version=state.version,
        finished_at=state.finished_at,
        due_before=real.legal_due_at,
        due_after=other.legal_due_at,
        verdict_before=verdict(state.limit, real, state.finished_at),
        verdict_after=verdict(limit, other, state.finished_at),
    )


def history_under(state: DossierState, definition: Definition, calendar: Calendar) -> ClockHistory:
    """The clock's history as a version would have counted it: pauses by ground, supplements by its own rule.

    Raises:
        MalformedCommand: under that version the end of a pause would have stopped the dossier.
        NoCalendar: the maximum of a pause ends on a day that is not covered.
    """
    pauses = [*_named_pauses(state, definition, calendar), *_supplements(state, definition)]
    restarts = [p.end for p in pauses if p.end is not None and _restarts(p.reason, definition)]
    return ClockHistory(
        starts_at=state.clock_starts_at,
        pauses=tuple(pauses),
        restarts=tuple(sorted(restarts)),
        finished_at=state.finished_at,
    )


def _named_pauses(state: DossierState, definition: Definition, calendar: Calendar) -> Iterator[Pause]:
    for pause in state.pauses:
        if pause.reason == "supplement" or not _recognised(pause, definition):
            continue
        rule, end = definition.pause(pause.reason), pause.ended_at
        if rule is not None and rule.on_resume == "stop" and end is not None:
            raise MalformedCommand(problem=f"under that version the end of {pause.reason} stops the dossier")
        if rule is not None and rule.maximum is not None:
            longest = add_limit(pause.started_at, rule.maximum.amount, Unit(rule.maximum.unit), calendar)
            end = min(end, longest) if end is not None else longest
        yield Pause(pause.started_at, end, pause.reason, pause.whose)


def _supplements(state: DossierState, definition: Definition) -> Iterator[Pause]:
    rule = definition.supplement
    if rule is None or rule.clock == "run":
        return
    for request in state.supplements:
        if request.stage == "processing":
            yield Pause(request.requested_at, request.received_at, "supplement", "applicant")


def _restarts(reason: str, definition: Definition) -> bool:
    if reason == "supplement":
        return definition.supplement is not None and definition.supplement.clock == "restart"
    rule = definition.pause(reason)
    return rule is not None and rule.on_resume == "restart"


def _recognised(pause: PauseInterval, definition: Definition) -> bool:
    if pause.reason == "supplement":
        return definition.supplement is not None and definition.supplement.clock != "run"
    return pause.reason == "closed" or definition.pause(pause.reason) is not None


def _steps_gone(state: DossierState, definition: Definition) -> set[str]:
    known = {step.id for step in definition.steps}
    return {done.step for done in state.done_steps if done.step not in known}
