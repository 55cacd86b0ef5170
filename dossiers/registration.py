"""A submission comes in: the one action that makes a dossier."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from dossiers.actions.intake import Applicant, RegisterSubmission, submission
from dossiers.authority import Actor, authorise
from dossiers.checking import legal_moment
from dossiers.errors import MalformedCommand, UnknownDocument, WrongBody
from dossiers.events import FreeText, canonical
from dossiers.failpoints import failpoint
from dossiers.gate import VIETNAM, Work, answer_of
from dossiers.idempotency import IdempotencyKey, first_answer, remember
from dossiers.office import Office
from dossiers.permitted import Action
from dossiers.personal import salted_hmac, sealed_form
from dossiers.personal_tables import ApplicantRow
from dossiers.session import writing
from dossiers.states import DossierState
from dossiers.store import next_code
from dossiers.tables import DossierRow
from procedures.catalogue import choose_case, validate_form
from procedures.communes import commune as commune_of
from procedures.schema import Definition


def parse_submission(command: RegisterSubmission | Mapping[str, Any]) -> RegisterSubmission:
    """The validated command.

    Raises:
        MalformedCommand: it has not the shape that it needs.
    """
    from pydantic import ValidationError

    if isinstance(command, RegisterSubmission):
        return command
    try:
        return RegisterSubmission.model_validate(command)
    except ValidationError as error:
        problems = [{"field": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        raise MalformedCommand(problems=problems) from None


def register(
    office: Office,
    command: RegisterSubmission | Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    idempotency: IdempotencyKey | None = None,
    silent: bool = False,
) -> dict[str, Any]:
    """Register a submission; gives the new dossier's code, revision and state. Of a `silent` one nobody is ever told.

    Raises:
        UnknownProcedure, NotInForce, OutsideScope: the procedure cannot be used there on that day.
        UnknownCommune: there is no such commune.
        FormRefused: form fields are wrong.
        UnknownDocument: a document that the procedure does not know.
        NoAuthority: the actor may not take in there.
    """
    parsed = parse_submission(command)
    with writing(office.engine) as session:
        if idempotency and (answer := first_answer(session, idempotency)) is not None:
            return answer
        work = open_dossier(office, session, parsed, actor=actor, now=now, silent=silent)
        work.write()
        answer = answer_of(work)
        if idempotency:
            remember(session, idempotency, answer, now)
        failpoint("register.before_commit")
    failpoint("register.after_commit")
    return answer


class NewRows(Protocol):
    """Where a new dossier and its applicant get their numbers."""

    def next_code(self, commune: str, day: str) -> str:
        """The next own dossier code of a commune and day (yymmdd)."""

    def add(self, row: ApplicantRow | DossierRow) -> None:
        """Take a row in; it has its id afterwards."""

    def in_hand(self, office: Office, row: DossierRow, now: datetime) -> Work:
        """The new dossier, without any event yet."""


@dataclass(frozen=True, slots=True)
class _InSession:
    session: Session

    def next_code(self, commune: str, day: str) -> str:
        return next_code(self.session, commune, day)

    def add(self, row: ApplicantRow | DossierRow) -> None:
        self.session.add(row)
        self.session.flush()

    def in_hand(self, office: Office, row: DossierRow, now: datetime) -> Work:
        return Work(office, self.session, row, DossierState(), now)


def open_dossier(
    office: Office,
    session: Session,
    command: RegisterSubmission,
    *,
    actor: Actor,
    now: datetime,
    parent: DossierRow | None = None,
    body: str | None = None,
    at: datetime | None = None,
    silent: bool = False,
    rows: NewRows | None = None,
) -> Work:
    """A new dossier in hand, its first event decided but not written yet.

    `parent` and `body`: the linked group that it is a part of, and the body whose part it is. `silent`: nobody is ever
    told of it. `rows`: where the new rows get their numbers; by default in the session.
    """
    rows = rows or _InSession(session)
    commune = commune_of(command.commune)
    intake = commune_of(command.intake_commune) if command.intake_commune else commune
    if intake.province_code != commune.province_code:
        raise WrongBody(commune=commune.code, intake_commune=intake.code)
    at = at or legal_moment(command, DossierState(), now)
    day = at.astimezone(VIETNAM).date()
    definition = office.catalogue.in_force(command.procedure, day, commune.province_code)
    where = {"province": intake.province_code, "commune": intake.code, "field": definition.field}
    authorise(actor.on(day), Action.REGISTER_SUBMISSION, **where)
    form = validate_form(definition, dict(command.form)) if not parent else dict(command.form)
    known = {d.id for d in definition.documents}
    for name in command.documents:
        if name not in known:
            raise UnknownDocument(document=name, known=sorted(known))
    case = choose_case(definition, form, command.case).id if command.case or form else None
    code = rows.next_code(command.commune, day.strftime("%y%m%d"))
    applicant, reference = new_applicant(office, command.applicant, parent)
    if applicant is not None:
        rows.add(applicant)
        reference["id"] = applicant.id
    row = _row(command, code, commune.province_code, definition.version, definition.field, at)
    row.silent = parent.silent if parent else silent
    rows.add(row)
    work = rows.in_hand(office, row, now)
    event = submission(
        command,
        code=code,
        province=commune.province_code,
        case=case,
        form=canonical(sealed_form(office.vault, form, _secret(definition))),
        applicant=reference,
    )
    if parent:
        event.payload["parent"] = parent.code
        if body:
            event.payload["body"] = body
    if command.backdating_reason and at < now:
        event.payload["backdated"] = FreeText(command.backdating_reason)
    work.record([event], at=at, actor=actor)
    return work


def _secret(definition: Definition) -> set[str]:
    return {f.id for f in definition.form if f.type == "personal_id_number"}


def _row(command: RegisterSubmission, code: str, province: str, version: int, field: str, at: datetime) -> DossierRow:
    return DossierRow(
        code=code,
        procedure=command.procedure,
        version=version,
        field=field,
        province=province,
        commune=command.commune,
        intake_commune=command.intake_commune or command.commune,
        channel=command.channel,
        status="submitted",
        revision=0,
        head_hash="",
        registered_at=at,
    )


def new_applicant(
    office: Office, given: Applicant, parent: DossierRow | None = None
) -> tuple[ApplicantRow | None, dict[str, Any]]:
    """The row to store and what the ledger holds of it; a linked dossier shares its parent's applicant."""
    if parent is not None:
        return None, {"id": parent.applicant_id, "of": parent.code}
    salt = secrets.token_bytes(16)
    number = given.personal_id_number
    facts = given.model_dump(include={"name", "phone", "email", "address", "representative", "personal_id_number"})
    row = ApplicantRow(
        name=given.name,
        phone=given.phone,
        email=given.email,
        address=given.address,
        representative=given.representative,
        personal_id_sealed=office.vault.seal(number) if number else None,
        personal_id_index=office.vault.blind_index(number) if number else None,
        salt=salt,
    )
    return row, {"hmac": salted_hmac(salt, canonical(facts))}
