"""Who may do what: one table of roles, and the one place where it is enforced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from dossiers.errors import NoAuthority
from dossiers.permitted import Action


class StaffRole(StrEnum):
    """Roles of staff. One person may hold several, in several communes and fields."""

    RECEIVING_OFFICER = "receiving_officer"
    CASE_OFFICER = "case_officer"
    HEAD_OF_DIVISION = "head_of_division"
    SIGNATORY = "signatory"
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    PROVINCE_AUDITOR = "province_auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What can be asked for besides the actions on a dossier."""

    VIEW_DOSSIERS = "view_dossiers"
    VIEW_PERSONAL_DATA = "view_personal_data"
    VIEW_FIGURES = "view_figures"
    VIEW_QUEUES = "view_queues"
    VIEW_IMPACT = "view_impact"
    MANAGE_STAFF = "manage_staff"
    MANAGE_TOKENS = "manage_tokens"
    PLAN_ABSENCE = "plan_absence"
    DECIDE_ABSENCE = "decide_absence"
    VIEW_COVERAGE = "view_coverage"
    MANAGE_EXEMPTIONS = "manage_exemptions"
    MANAGE_CONTACTS = "manage_contacts"
    DECIDE_NOTICES = "decide_notices"
    PUBLISH_FIGURES = "publish_figures"
    DRAW_AUDIT_SAMPLE = "draw_audit_sample"
    IMPORT_DATA = "import_data"


R = StaffRole
_DESK = frozenset({R.RECEIVING_OFFICER, R.SUPERVISOR})
_CASE = frozenset({R.CASE_OFFICER, R.HEAD_OF_DIVISION, R.SIGNATORY, R.SUPERVISOR})
_STEP = frozenset({R.RECEIVING_OFFICER, R.CASE_OFFICER, R.HEAD_OF_DIVISION, R.SIGNATORY, R.CLERK})
_OFFICE = _STEP | {R.SUPERVISOR}

AUTHORITY: dict[Action | Permission, frozenset[StaffRole]] = {
    Action.REGISTER_SUBMISSION: _DESK,
    Action.FORWARD: _DESK,
    Action.RECEIVE_AT_COMPETENT_BODY: _DESK | {R.CASE_OFFICER},
    Action.ACCEPT: _DESK,
    Action.REFUSE: frozenset({R.RECEIVING_OFFICER, R.SIGNATORY, R.SUPERVISOR}),
    Action.ASSIGN: frozenset({R.SUPERVISOR, R.HEAD_OF_DIVISION, R.SIGNATORY}),
    Action.COMPLETE_STEP: _STEP,
    Action.RETURN_TO_STEP: frozenset({R.CASE_OFFICER, R.HEAD_OF_DIVISION, R.SIGNATORY, R.CLERK, R.SUPERVISOR}),
    Action.REQUEST_SUPPLEMENT: _DESK | {R.CASE_OFFICER},
    Action.RECEIVE_SUPPLEMENT: _DESK | {R.CASE_OFFICER},
    Action.PAUSE: _CASE,
    Action.RESUME: _CASE | {R.RECEIVING_OFFICER},
    Action.EXTEND: frozenset({R.SIGNATORY, R.SUPERVISOR, R.CASE_OFFICER}),
    Action.APOLOGISE: frozenset({R.SIGNATORY, R.SUPERVISOR, R.CASE_OFFICER}),
    Action.CONSULT: _CASE,
    Action.ANSWER_CONSULTATION: _CASE | {R.RECEIVING_OFFICER, R.CLERK},
    Action.RECORD_PAYMENT: _DESK | {R.CASE_OFFICER, R.CLERK},
    Action.RECORD_EXEMPTION: _DESK | {R.CASE_OFFICER, R.CLERK},
    Action.ISSUE_RESULT: frozenset({R.CLERK, R.SIGNATORY, R.CASE_OFFICER}),
    Action.HAND_OVER: _DESK | {R.CLERK},
    Action.WITHDRAW: _DESK,
    Action.PROPOSE_STOP: _OFFICE,
    Action.DECLINE_STOP: frozenset({R.SIGNATORY, R.SUPERVISOR}),
    Action.STOP: frozenset({R.SIGNATORY, R.SUPERVISOR}),
    Action.REOPEN: frozenset({R.SIGNATORY, R.SUPERVISOR}),
    Action.CORRECT: _DESK | {R.CASE_OFFICER},
    Action.APPLY_CALENDAR: frozenset({R.SUPERVISOR, R.ADMINISTRATOR}),
    Action.MOVE_TO_VERSION: frozenset({R.SUPERVISOR, R.ADMINISTRATOR}),
    Action.APPLY_ELAPSED: _OFFICE,
    Action.STORE_DOCUMENT: _OFFICE,
    Action.REMOVE_DOCUMENT: _DESK | {R.CASE_OFFICER},
    Action.ISSUE_SLIP: _OFFICE,
    Action.RATE: _DESK | {R.CLERK},
    Permission.VIEW_DOSSIERS: _OFFICE | {R.PROVINCE_AUDITOR},
    Permission.VIEW_PERSONAL_DATA: _OFFICE,
    Permission.VIEW_FIGURES: _OFFICE | {R.PROVINCE_AUDITOR, R.ADMINISTRATOR},
    Permission.VIEW_QUEUES: frozenset({R.SUPERVISOR, R.PROVINCE_AUDITOR, R.ADMINISTRATOR}),
    Permission.VIEW_IMPACT: frozenset({R.SUPERVISOR, R.PROVINCE_AUDITOR, R.ADMINISTRATOR}),
    Permission.MANAGE_STAFF: frozenset({R.ADMINISTRATOR}),
    Permission.MANAGE_TOKENS: _OFFICE | {R.PROVINCE_AUDITOR, R.ADMINISTRATOR},
    Permission.PLAN_ABSENCE: _OFFICE,
    Permission.DECIDE_ABSENCE: frozenset({R.SUPERVISOR}),
    Permission.DECIDE_NOTICES: _OFFICE,
    Permission.PUBLISH_FIGURES: frozenset({R.PROVINCE_AUDITOR, R.ADMINISTRATOR}),
    Permission.DRAW_AUDIT_SAMPLE: frozenset({R.PROVINCE_AUDITOR}),
    Permission.VIEW_COVERAGE: frozenset({R.SUPERVISOR, R.PROVINCE_AUDITOR, R.ADMINISTRATOR}),
    Permission.IMPORT_DATA: frozenset({R.ADMINISTRATOR}),
    Permission.MANAGE_EXEMPTIONS: frozenset({R.ADMINISTRATOR}),
    Permission.MANAGE_CONTACTS: frozenset({R.SUPERVISOR, R.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in one commune (or, with no commune, in a whole province), in one field or in all.

    A dated delegation is held from `first_on` to `last_on`, both inclusive, dates in Vietnam.
    """

    role: StaffRole
    province: str
    commune: str = ""
    field: str = ""
    first_on: date | None = None
    last_on: date | None = None

    def held_on(self, day: date) -> bool:
        """Whether the role is held on that day."""
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)

    def held_between(self, first_on: date, last_on: date) -> bool:
        """Whether the role is held on at least one of the days, both inclusive."""
        begins, ends = self.first_on or date.min, self.last_on or date.max
        return begins <= last_on and first_on <= ends

    def reaches(self, province: str, commune: str | None, field: str | None) -> bool:
        """Whether the grant is good for that place and field."""
        if self.province != province or (self.commune and self.commune != commune):
            return False
        return not self.field or field is None or self.field == field


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `id` goes into the ledger; the machine itself is `SYSTEM`."""

    id: str
    name: str = ""
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[str] | None = None
    """None: a person; otherwise the scopes of an API token."""

    @property
    def is_system(self) -> bool:
        """Whether the machine acts by itself."""
        return self.id == "system"

    def roles_in(self, province: str, commune: str | None, field: str | None = None) -> frozenset[StaffRole]:
        """The roles that the actor holds there."""
        return frozenset(g.role for g in self.grants if g.reaches(province, commune, field))

    def on(self, day: date) -> Actor:
        """The same actor with only the roles held on that day in Vietnam."""
        if all(g.held_on(day) for g in self.grants):
            return self
        return replace(self, grants=tuple(g for g in self.grants if g.held_on(day)))


SYSTEM = Actor(id="system", name="motcua")


def may(
    actor: Actor, permission: Action | Permission, *, province: str, commune: str | None, field: str | None = None
) -> bool:
    """Whether the actor may do that there. The machine may do everything that it was told to."""
    if actor.is_system:
        return True
    if actor.scopes is not None and _scope_of(permission) not in actor.scopes:
        return False
    return bool(AUTHORITY[permission] & actor.roles_in(province, commune, field))


def authorise(
    actor: Actor, permission: Action | Permission, *, province: str, commune: str | None, field: str | None = None
) -> None:
    """Nothing, when the actor may do that there.

    Raises:
        NoAuthority: no role of the actor allows it in that commune and field.
    """
    if not may(actor, permission, province=province, commune=commune, field=field):
        raise NoAuthority(action=permission.value, commune=commune or province, actor=actor.id)


def grants_for(actor: Actor, permission: Action | Permission) -> tuple[Grant, ...]:
    """The grants by which the actor may do that, wherever it is; what lists are limited to."""
    if actor.scopes is not None and _scope_of(permission) not in actor.scopes:
        return ()
    return tuple(g for g in actor.grants if g.role in AUTHORITY[permission])


_PEOPLE_ONLY = frozenset(
    {
        Permission.MANAGE_STAFF,
        Permission.MANAGE_TOKENS,
        Permission.DECIDE_ABSENCE,
        Permission.MANAGE_EXEMPTIONS,
        Permission.MANAGE_CONTACTS,
        Permission.PUBLISH_FIGURES,
    }
)
"""No API token may do these: a token that makes tokens or accounts would outgrow its own scopes."""


_ACTING = frozenset({Permission.PLAN_ABSENCE, Permission.DECIDE_NOTICES})
"""Permissions that a token for acting covers."""


def _scope_of(permission: Action | Permission) -> str:
    if isinstance(permission, Action) or permission in _ACTING:
        return "act"
    if permission in _PEOPLE_ONLY:
        return "no token"
    return "figures" if permission is Permission.VIEW_FIGURES else "read"
