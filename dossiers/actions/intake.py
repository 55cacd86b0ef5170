"""Taking a dossier in: register, forward to and receive at the competent body, accept, refuse."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from dossiers.actions.base import Command, Context, action
from dossiers.clock import ClockHistory, read_clock
from dossiers.errors import MissingDocuments, NoAuthority, UnknownDocument, WrongBody
from dossiers.events import EventType, FreeText, NewEvent, instant
from dossiers.permitted import Action
from dossiers.routing import open_steps
from dossiers.states import BEFORE_ACCEPTANCE, DossierState
from procedures.limits import AreaClass
from procedures.schema import Definition
from procedures.steps import Act

DocumentForm = Literal["original", "copy", "electronic", "from_database"]
Channel = Literal["direct", "online", "postal"]
COMMUNE_CODE = r"^[0-9]{5}$"  # not \d, which takes digits of every script
OFFICIAL_CODE = r"^[A-Z][0-9]{2}(\.[0-9]{1,3})*-[0-9]{6}-[0-9]{4,7}$"


class Applicant(Command):
    """The person or organisation that applies. Stored beside the ledger, erasable."""

    name: str = Field(min_length=1, max_length=300)
    phone: str | None = Field(default=None, max_length=40, pattern=r"^[0-9+ .()-]{6,40}$")
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    address: str | None = Field(default=None, max_length=500)
    personal_id_number: str | None = Field(default=None, pattern=r"^[0-9]{9}([0-9]{3})?$")
    representative: str | None = Field(default=None, max_length=300)


class RegisterSubmission(Command):
    """A submission comes in. No clock runs until it is accepted as complete."""

    procedure: str = Field(max_length=12)
    commune: str = Field(pattern=COMMUNE_CODE, description="The commune whose body decides.")
    intake_commune: str | None = Field(
        default=None, pattern=COMMUNE_CODE, description="Where it came in, if not there."
    )
    channel: Channel = "direct"
    applicant: Applicant
    case: str | None = Field(default=None, max_length=60)
    form: dict[str, str | int | bool | None] = Field(default_factory=dict)
    documents: dict[str, DocumentForm] = Field(default_factory=dict)
    official_code: str | None = Field(default=None, max_length=60, pattern=OFFICIAL_CODE)


class Forward(Command):
    """Send the dossier to the competent body of another commune of the same province."""

    note: str | None = Field(default=None, max_length=1000)


class Receive(Command):
    """The competent body has the dossier: its clock starts here (NĐ 118/2025 art. 17.3)."""


class Accept(Command):
    """The dossier is complete and correct; the limit and the version are bound now."""

    case: str | None = Field(default=None, max_length=60)
    area: Literal["normal", "difficult"] | None = None
    additions: tuple[str, ...] = ()
    documents: dict[str, DocumentForm] = Field(default_factory=dict)


class Refuse(Command):
    """Refuse the dossier, with the reason and its ground in law."""

    reason: str = Field(min_length=3, max_length=4000)
    legal_ground: str | None = Field(default=None, max_length=500)
    occurrence: int | None = None


def submission(
    command: RegisterSubmission, *, code: str, province: str, case: str | None, form: str, applicant: dict[str, Any]
) -> NewEvent:
    """The first event of a dossier. `form` is the validated form as canonical JSON text."""
    payload: dict[str, Any] = {
        "code": code,
        "procedure": command.procedure,
        "province": province,
        "commune": command.commune,
        "intake_commune": command.intake_commune or command.commune,
        "channel": command.channel,
        "applicant": applicant,
        "documents": dict(command.documents),
        "form": FreeText(form),
    }
    if case:
        payload["case"] = case
    if command.official_code:
        payload["official_code"] = command.official_code
    return NewEvent(EventType.SUBMISSION_REGISTERED, payload)


@action(Action.FORWARD, Forward)
def forward(ctx: Context, command: Forward) -> list[NewEvent]:
    """Hand over to the competent body.

    Raises:
        WrongBody: the dossier already is where it belongs.
    """
    state = ctx.state
    if state.commune == state.intake_commune or state.received_at_competent_body:
        raise WrongBody(dossier=state.code, commune=state.commune)
    payload: dict[str, Any] = {"from": state.intake_commune, "to": state.commune}
    if command.note:
        payload["note"] = FreeText(command.note)
    return [NewEvent(EventType.DOSSIER_FORWARDED, payload)]


@action(Action.RECEIVE_AT_COMPETENT_BODY, Receive)
def receive(ctx: Context, _command: Receive) -> list[NewEvent]:
    """Take over at the competent body."""
    return [NewEvent(EventType.RECEIVED_AT_COMPETENT_BODY, {"commune": ctx.state.commune})]


@action(Action.ACCEPT, Accept)
def accept(ctx: Context, command: Accept) -> list[NewEvent]:
    """Bind version, case and limit, fix the original due date, open the first steps.

    Raises:
        WrongBody: the dossier still has to be forwarded.
        MissingDocuments: a required document of the case is not ticked.
        AreaClassNeeded: the limit depends on the area class and nobody chose it.
    """
    state, definition = ctx.state, ctx.definition
    if state.commune != state.intake_commune and state.received_at_competent_body is None:
        raise WrongBody(dossier=state.code, commune=state.commune)
    case = definition.case(command.case or state.case_id)
    documents = {**state.documents, **command.documents}
    _check_documents(definition, case.id, documents)
    chosen = AreaClass(command.area) if command.area else AreaClass(ctx.facts.get("area", "unknown"))
    limit = case.time_limit.resolve(chosen, command.additions)
    starts_at = clock_start(state, definition, ctx.at)
    reading = read_clock(limit, ClockHistory(starts_at=starts_at), ctx.calendar, now=ctx.at)
    payload: dict[str, Any] = {
        "version": definition.version,
        "case": case.id,
        "area": chosen.value,
        "area_chosen_by": ctx.actor.id if command.area else "data",
        "additions": list(command.additions),
        "limit": limit.as_payload(),
        "calendar": ctx.calendar.version,
        "clock_starts_at": instant(starts_at),
        "original_due_at": instant(reading.due_at),
        "original_due_on": reading.due_on.isoformat(),
    }
    if command.documents:
        payload["documents"] = dict(command.documents)
    first = definition.step(case.start_step or definition.start)
    payload.update(open_steps(definition, [first], state, at=ctx.at, add_limit=ctx.add_limit))
    return [NewEvent(EventType.DOSSIER_ACCEPTED, payload)]


def clock_start(state: DossierState, definition: Definition, accepted_at: datetime) -> datetime:
    """The instant from which time is counted.

    Complete receipt, as the receipt slip shows it; for intake away from the boundary, and for procedures that say so,
    the receipt by the competent body, unless the dossier was completed only later.

    Source: NĐ 118/2025/NĐ-CP art. 17.3, as restated by NĐ 309/2026/NĐ-CP.
    """
    received = state.received_at_competent_body
    if received is None and definition.clock_starts == "competent_body_receipt":
        return accepted_at
    if received is None:
        return accepted_at
    completed = [s.received_at for s in state.supplements if s.received_at and s.stage == "intake"]
    return max([received, *completed])


def _check_documents(definition: Definition, case: str, documents: dict[str, str]) -> None:
    known = {d.id for d in definition.documents}
    for name in documents:
        if name not in known:
            raise UnknownDocument(document=name, known=sorted(known))
    missing = [
        d.id for d in definition.documents if d.required and (not d.cases or case in d.cases) and d.id not in documents
    ]
    if missing:
        raise MissingDocuments(missing=missing)


@action(Action.REFUSE, Refuse)
def refuse(ctx: Context, command: Refuse) -> list[NewEvent]:
    """Refuse. Once accepted, only who may sign (or a supervisor) refuses.

    Raises:
        NoAuthority: a receiving officer refuses a dossier that was already accepted.
    """
    step = next(
        (o for o in ctx.state.open_steps.values() if ctx.definition.step(o.step).does is Act.REFUSE),
        None,
    )
    if ctx.state.status not in BEFORE_ACCEPTANCE and not ctx.actor.is_system:
        allowed = {"signatory", "supervisor"} | ({str(step.role)} if step else set())
        if not ctx.roles & allowed:
            raise NoAuthority(action="refuse", role="signatory", actor=ctx.actor.id)
    payload: dict[str, Any] = {"stage": "intake" if ctx.state.status in BEFORE_ACCEPTANCE else "processing"}
    payload["reason"] = FreeText(command.reason)
    if command.legal_ground:
        payload["legal_ground"] = FreeText(command.legal_ground)
    return [NewEvent(EventType.DOSSIER_REFUSED, payload)]
