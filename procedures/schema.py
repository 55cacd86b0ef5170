"""One procedure version as the law declares it: the shape of a definition file.

Every model refuses unknown keys. `procedures.checks` holds what spans several parts (reachability, references).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from procedures.base import Day, Flag, Frozen, Names, NotAFlag, Sourced, Whole, refuse
from procedures.errors import UnknownCase
from procedures.limits import TimeLimit
from procedures.steps import Step

CODE = r"^\d\.\d{6}$"
"""A national procedure code, e.g. 1.001193."""
IDENTIFIER = r"^[a-z][a-z0-9_]*$"


class Authority(StrEnum):
    """The body that decides."""

    COMMUNE_PEOPLES_COMMITTEE = "commune_peoples_committee"
    COMMUNE_CHAIR = "commune_chair"
    COMMUNE_LAND_AGENCY = "commune_land_agency"
    LAND_REGISTRATION_BRANCH = "land_registration_branch"
    OTHER = "other"


class LegalBasis(Frozen):
    """A document (and article) that rules rest on."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    document: str
    article: str | None = None
    in_force_from: Day | None = None
    note: str | None = None


class Review(Frozen):
    """Who checked the definition against the law, and when. `unverified` until somebody has."""

    status: Literal["verified", "unverified"]
    checked_by: str | None = None
    on: Day | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _verified_names_its_checker(self) -> Self:
        if self.status == "verified" and not (self.checked_by and self.on):
            raise refuse("verified_needs_checker")
        return self


class Scope(Frozen):
    """Where the procedure is in force: nationwide, or in the provinces listed by their two-digit code."""

    provinces: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _two_digit_codes(self) -> Self:
        for code in self.provinces or ():
            if not re.fullmatch(r"[0-9]{2}", code):
                raise refuse("two_digit_province", given=code)
        return self

    def covers(self, province: str) -> bool:
        """Whether a province may use the procedure."""
        return self.provinces is None or province in self.provinces


class Effective(Frozen):
    """Validity of the version, `from` inclusive, `until` exclusive; no `until` means until replaced."""

    from_: Day = Field(alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _until_after_from(self) -> Self:
        if self.until is not None and self.until <= self.from_:
            raise refuse("until_before_from")
        return self

    def covers(self, day: date) -> bool:
        """Whether the version applies to a dossier accepted on a day."""
        return self.from_ <= day and (self.until is None or day < self.until)


class ChosenWhen(Frozen):
    """A case is chosen when every named form field has the value (or one of the values) given."""

    field: str
    equals: str | int | bool | None = None
    any_of: tuple[str, ...] = ()


class Case(Frozen):
    """One case of the procedure with its own limit."""

    id: str
    names: Names
    default: Flag = False
    chosen_when: tuple[ChosenWhen, ...] = ()
    time_limit: TimeLimit
    start_step: str | None = None
    """Where this case enters the steps; absent: the procedure's `start`."""
    note: str | None = None


class PauseReason(Sourced):
    """A named ground on which the clock stands still."""

    id: str = Field(pattern=IDENTIFIER)
    names: Names
    whose_time: Literal["applicant", "other_agency", "public"]
    maximum: MaximumPause | None = None
    on_resume: Literal["continue", "restart", "stop"] = "continue"


class MaximumPause(Frozen):
    """The longest a pause may last; the clock resumes by itself at its end."""

    amount: Annotated[Decimal, NotAFlag] = Field(gt=0)
    unit: Literal["working_days", "calendar_days", "working_hours", "hours"]


class SupplementRule(Sourced):
    """Asking the applicant for what is missing after acceptance."""

    maximum_requests: Whole = Field(default=1, ge=0)
    applicant_deadline: MaximumPause | None = None
    when_deadline_passes: Literal["refuse", "stop", "nothing"] = "nothing"
    clock: Literal["pause", "restart", "run"] = "pause"


class ExtensionRule(Sourced):
    """Moving the appointment: how often, how far (in the limit's own unit), and when the apology is due."""

    maximum_times: Whole = Field(default=1, ge=0)
    maximum_amount: Annotated[Decimal, NotAFlag] | None = Field(default=None, gt=0)
    apology_days_before: Whole = Field(default=1, ge=0)


class RequiredDocument(Frozen):
    """A component of the dossier (thành phần hồ sơ), with help for an officer who is no specialist."""

    id: str = Field(pattern=IDENTIFIER)
    names: Names
    originals: Whole = Field(default=0, ge=0)
    copies: Whole = Field(default=0, ge=0)
    required: Flag = True
    cases: tuple[str, ...] = ()
    """Cases that need it; empty: all."""
    replaced_by_database: str | None = None
    official_code: str | None = None
    guidance: str | None = None
    check_question: str | None = None
    common_faults: tuple[str, ...] = ()


class Fee(Sourced):
    """A charge (lệ phí) or fee (phí); `amount_vnd` absent where a provincial council sets it."""

    id: str = Field(pattern=IDENTIFIER)
    names: Names
    kind: Literal["charge", "fee"]
    amount_vnd: Whole | None = Field(default=None, ge=0)
    per: Literal["dossier", "copy", "page", "case"] = "dossier"
    by_province: dict[str, Whole] = Field(default_factory=dict)
    exemptions: tuple[str, ...] = ()
    note: str | None = None


class FormField(Frozen):
    """One field of the form, typed and validated."""

    id: str = Field(pattern=IDENTIFIER)
    names: Names
    type: Literal[
        "text",
        "number",
        "date",
        "boolean",
        "choice",
        "personal_id_number",
        "phone",
        "email",
    ]
    required: Flag = False
    choices: tuple[Choice, ...] = ()
    pattern: str | None = None
    minimum: Annotated[Decimal, NotAFlag] | None = None
    maximum: Annotated[Decimal, NotAFlag] | None = None
    max_length: Whole = Field(default=500, ge=1, le=5000)
    personal: Flag = False
    guidance: str | None = None

    @model_validator(mode="after")
    def _choices_belong_to_choice(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise refuse("choices_with_choice")
        return self

    @model_validator(mode="after")
    def _bounds_make_sense(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise refuse("minimum_above_maximum")
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise refuse("broken_pattern", given=self.pattern or "") from error
        return self


class Choice(Frozen):
    """One value of a choice field."""

    id: str
    names: Names


class Result(Frozen):
    """What the applicant gets."""

    id: str = Field(pattern=IDENTIFIER)
    names: Names


class Definition(Frozen):
    """One version of a procedure, complete."""

    code: str = Field(pattern=CODE)
    version: Whole = Field(ge=1)
    effective: Effective
    scope: Scope = Scope()
    field: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    names: Names
    competent_authority: Authority
    clock_starts: Literal["complete_receipt", "competent_body_receipt"] = "complete_receipt"
    """Where intake is away from the boundary the clock always starts at the competent body (NĐ 118/2025 art. 17.3)."""
    legal_basis: tuple[LegalBasis, ...] = Field(min_length=1)
    review: Review
    cases: tuple[Case, ...] = Field(min_length=1)
    pauses: tuple[PauseReason, ...] = ()
    supplement: SupplementRule | None = None
    extension: ExtensionRule | None = None
    documents: tuple[RequiredDocument, ...] = ()
    fees: tuple[Fee, ...] = ()
    form: tuple[FormField, ...] = ()
    results: tuple[Result, ...] = Field(min_length=1)
    start: str
    steps: tuple[Step, ...] = Field(min_length=1)
    signer_differs_from_case_officer: Flag = True
    transition: str | None = None
    """What happens to dossiers accepted under the version before, in words; nothing moves without an explicit act."""
    guidance: str | None = None

    def step(self, step_id: str) -> Step:
        """The step of that id; KeyError when there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def case(self, case_id: str | None) -> Case:
        """The case of that id, or the default case for None.

        Raises:
            UnknownCase: the procedure has no such case.
        """
        for case in self.cases:
            if case.id == case_id or (case_id is None and case.default):
                return case
        raise UnknownCase(
            procedure=self.code,
            case=case_id or "",
            known=tuple(c.id for c in self.cases),
        )

    def pause(self, reason: str) -> PauseReason | None:
        """The named pause reason, or None."""
        return next((p for p in self.pauses if p.id == reason), None)


PauseReason.model_rebuild()
FormField.model_rebuild()
