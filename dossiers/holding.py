"""Who holds a dossier now, by name: what a refused action tells, so that nobody has to ask around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from dossiers.authority import Actor
from dossiers.cover import away
from dossiers.errors import DossierError, HeldBySomeoneElse, NotPermittedNow, StaleRevision, StepNotOpen
from dossiers.states import BEFORE_ACCEPTANCE, ENDED, MACHINE_KINDS, DossierState, Status
from dossiers.views import may_view, staff_names
from dossiers.work import Work
from dossiers.working_time import local_date

ROLE_WORDS: Mapping[str, str] = {
    "receiving_officer": "công chức tiếp nhận",
    "case_officer": "công chức thụ lý",
    "head_of_division": "lãnh đạo phòng",
    "signatory": "lãnh đạo ký",
    "clerk": "văn thư",
    "supervisor": "người giám sát",
}
_TELLS = (StaleRevision, HeldBySomeoneElse, StepNotOpen, NotPermittedNow)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds one open step. `name` None: everybody with the role; `role` None: the machine."""

    step: str
    role: str | None
    name: str | None
    absent_until: date | None = None
    substitute: str | None = None

    def in_words(self) -> str:
        """The holder in Vietnamese: name and role, and who stands in."""
        if self.role is None:
            return "hệ thống (bước tự động)"
        role = ROLE_WORDS.get(self.role, self.role)
        if self.name is None:
            return f"{role} (chưa giao cho ai)"
        gone = f", vắng đến {self.absent_until:%d/%m/%Y}" if self.absent_until else ""
        instead = f", người làm thay: {self.substitute}" if self.substitute else ""
        return f"{self.name} ({role}{gone}{instead})"


def holders(session: Session, state: DossierState, *, on: date) -> tuple[Holder, ...]:
    """Who holds each open step, as of a date in Vietnam."""
    assigned = [o.assignee for o in state.open_steps.values() if o.assignee]
    gone = {a.staff_id: a for a in away(session, on, staff=assigned)} if assigned else {}
    names = staff_names(session, [*assigned, *(a.substitute for a in gone.values() if a.substitute)])
    found = []
    for step in state.open_steps.values():
        role = None if step.kind in MACHINE_KINDS else step.role
        absence = gone.get(step.assignee or "")
        found.append(
            Holder(
                step.step,
                role,
                names.get(step.assignee, step.assignee) if step.assignee else None,
                absence.last_on if absence else None,
                names.get(absence.substitute) if absence and absence.substitute else None,
            )
        )
    return tuple(found)


def held_in_words(session: Session, state: DossierState, *, on: date) -> str:
    """In Vietnamese, who holds the dossier: the people of its open steps, the desk before acceptance, the applicant."""
    if state.status in ENDED:
        return "không ai giữ: hồ sơ đã kết thúc"
    if state.status in (Status.INCOMPLETE, Status.AWAITING_SUPPLEMENT):
        return "người nộp hồ sơ (đang chờ bổ sung)"
    if state.status in BEFORE_ACCEPTANCE:
        return Holder("", "receiving_officer", None).in_words()
    return "; ".join(dict.fromkeys(h.in_words() for h in holders(session, state, on=on)))


@contextmanager
def naming_holders(work: Work, actor: Actor) -> Iterator[None]:
    """Let refusals about who has the dossier name the holders; who may not see the dossier learns nothing of them."""
    try:
        yield
    except _TELLS as error:
        _tell(error, work, actor)
        raise


def _tell(error: DossierError, work: Work, actor: Actor) -> None:
    error.facts.pop("holder", None)
    error.facts.pop("held_by", None)
    if not may_view(actor, work.row):
        return
    on = local_date(work.now)
    error.facts["held_by"] = held_in_words(work.session, work.state, on=on)
    error.facts["holders"] = [
        {
            "step": h.step,
            "role": h.role,
            "name": h.name,
            "absent_until": h.absent_until.isoformat() if h.absent_until else None,
            "substitute": h.substitute,
        }
        for h in holders(work.session, work.state, on=on)
    ]
