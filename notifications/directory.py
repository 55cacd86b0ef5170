"""Who stands behind "the holder", "the supervisor", a role or a body, on a day. Read once per place and routing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlmodel import Session, col

from dossiers.authority import SYSTEM, Grant, StaffRole
from dossiers.cover import away
from dossiers.delegation import grant_of, held_on
from dossiers.desk_tables import ConsultationRow, ConsultedBodyRow
from dossiers.personal_tables import GrantRow, StaffRow
from dossiers.states import Status
from dossiers.substitution import stand_ins
from dossiers.tables import DossierRow, EventRow, OpenStepRow
from notifications.recipients import Recipient, of_body, of_staff
from procedures.communes import commune as commune_of
from procedures.communes import province as province_of


@dataclass(frozen=True, slots=True)
class _Colleague:
    recipient: Recipient
    grants: tuple[Grant, ...]


class Directory:
    """Looks up recipients inside one transaction; what it has read once it keeps."""

    def __init__(self, session: Session, *, on: date) -> None:
        """Roles, delegations and absences count as of that date in Vietnam."""
        self.session, self.on = session, on
        self._staff: dict[tuple[str, str], dict[str, _Colleague]] = {}
        self._bodies: dict[str, dict[str, Recipient]] = {}
        self._steps: dict[int, list[OpenStepRow]] = {}
        self._away: dict[str, str | None] | None = None

    def load_steps(self, dossier_ids: Iterable[int]) -> None:
        """Read the open steps of many dossiers at once."""
        ids = list(dict.fromkeys(dossier_ids))
        self._steps = {i: [] for i in ids}
        query = select(OpenStepRow).where(col(OpenStepRow.dossier_id).in_(ids)).order_by(col(OpenStepRow.occurrence))
        for row in self.session.scalars(query):
            self._steps[row.dossier_id].append(row)

    def holders(self, dossier: DossierRow, *, occurrences: Iterable[int] = ()) -> list[Recipient]:
        """Who holds the open steps named, or all of them: the assignee, else everybody there with the step's role.

        Before acceptance the desk that has it; after the end whoever acted last. Where nobody is found, the
        supervisors, so that nothing is told to nobody.
        """
        if dossier.closed_at is not None:
            found = self._last_actor(dossier)
        elif dossier.accepted_at is None:
            found = self._desk(dossier)
        else:
            wanted = set(occurrences)
            steps = [s for s in self._open(dossier) if s.role]
            named = [s for s in steps if s.occurrence in wanted] or steps
            found = [r for s in named for r in self._of_step(dossier, s)]
        return unique(found) or self.supervisors(dossier)

    def person(self, dossier: DossierRow, staff_id: str) -> list[Recipient]:
        """Somebody, or whoever stands in while they are away."""
        return self._present([staff_id], dossier.province, dossier.commune)

    def with_role(self, role: str, dossier: DossierRow) -> list[Recipient]:
        """Everybody with a role in the dossier's commune and field; those away by whoever stands in."""
        return self._holding(role, dossier.province, dossier.commune, dossier.field)

    def supervisors(self, dossier: DossierRow) -> list[Recipient]:
        """The supervisors of the commune that has the dossier; all of them where none is there and nobody stands in."""
        commune = dossier.commune if dossier.accepted_at else dossier.intake_commune
        place = _province(commune), commune
        there = self._holding(StaffRole.SUPERVISOR, *place, dossier.field)
        return there or [one.recipient for one in self._who_hold(StaffRole.SUPERVISOR, *place, dossier.field).values()]

    def auditors(self, dossier: DossierRow) -> list[Recipient]:
        """The auditors of the province, and the province's own system where it is entered among the bodies."""
        people = self._holding(StaffRole.PROVINCE_AUDITOR, dossier.province, dossier.commune, dossier.field)
        system = self._body(dossier.province, province_of(dossier.province).name)
        return [*people, *([system] if system else [])]

    def body(self, dossier: DossierRow, number: int) -> list[Recipient]:
        """The body asked under that number, where its contact is known."""
        asked = self.session.get(ConsultationRow, (dossier.id, number))
        found = self._body(dossier.province, asked.body) if asked else None
        return [found] if found else []

    def bodies(self, province: str, names: Iterable[str]) -> list[Recipient]:
        """The bodies of those names whose contacts are known in a province."""
        return unique(found for name in names if (found := self._body(province, name)))

    def _open(self, dossier: DossierRow) -> list[OpenStepRow]:
        if dossier.id not in self._steps:
            query = select(OpenStepRow).where(col(OpenStepRow.dossier_id) == dossier.id)
            self._steps[dossier.id or 0] = list(self.session.scalars(query.order_by(col(OpenStepRow.occurrence))))
        return self._steps[dossier.id or 0]

    def _of_step(self, dossier: DossierRow, step: OpenStepRow) -> list[Recipient]:
        if step.assignee:
            found = self.person(dossier, step.assignee)
            if found:
                return found
        return self.with_role(step.role or "", dossier)

    def _desk(self, dossier: DossierRow) -> list[Recipient]:
        away_from_intake = dossier.status == Status.FORWARDED.value
        commune = dossier.commune if away_from_intake else dossier.intake_commune
        return self._holding(StaffRole.RECEIVING_OFFICER, _province(commune), commune, dossier.field)

    def _last_actor(self, dossier: DossierRow) -> list[Recipient]:
        query = (
            select(col(EventRow.actor))
            .where(col(EventRow.dossier_id) == dossier.id, col(EventRow.actor) != SYSTEM.id)
            .order_by(col(EventRow.revision).desc())
            .limit(1)
        )
        actor = self.session.scalar(query)
        return self.person(dossier, actor) if actor else []

    def _holding(self, role: str, province: str, commune: str, field: str) -> list[Recipient]:
        return self._present(self._who_hold(role, province, commune, field), province, commune)

    def _who_hold(self, role: str, province: str, commune: str, field: str) -> dict[str, _Colleague]:
        def holds(one: _Colleague) -> bool:
            return any(g.role == role and g.reaches(province, commune, field) for g in one.grants)

        return {i: one for i, one in self._colleagues(province, commune).items() if holds(one)}

    def _present(self, ids: Iterable[str], province: str, commune: str) -> list[Recipient]:
        gone = self._absences()
        found = []
        for one in ids:
            stands = [one] if one not in gone else [s for s in stand_ins(one, gone) if s not in gone][:1]
            found += [r for s in stands if (r := self._active(s, province, commune))]
        return unique(found)

    def _active(self, staff_id: str, province: str, commune: str) -> Recipient | None:
        known = self._colleagues(province, commune).get(staff_id)
        if known is not None:
            return known.recipient
        row = self.session.get(StaffRow, staff_id)
        return of_staff(row) if row is not None and row.active else None

    def _absences(self) -> dict[str, str | None]:
        if self._away is None:
            self._away = {a.staff_id: a.substitute for a in away(self.session, self.on)}
        return self._away

    def _colleagues(self, province: str, commune: str) -> dict[str, _Colleague]:
        if (province, commune) not in self._staff:
            query = (
                select(StaffRow, GrantRow)
                .join(GrantRow, col(GrantRow.staff_id) == col(StaffRow.id))
                .where(
                    col(StaffRow.active),
                    col(GrantRow.province) == province,
                    or_(col(GrantRow.commune) == "", col(GrantRow.commune) == commune),
                    held_on(self.on),
                )
                .order_by(col(StaffRow.id), col(GrantRow.id))
            )
            found: dict[str, tuple[Recipient, list[Grant]]] = {}
            for staff, grant in self.session.execute(query):
                found.setdefault(staff.id, (of_staff(staff), []))[1].append(grant_of(grant))
            self._staff[province, commune] = {i: _Colleague(r, tuple(gs)) for i, (r, gs) in found.items()}
        return self._staff[province, commune]

    def _body(self, province: str, name: str) -> Recipient | None:
        if province not in self._bodies:
            query = select(ConsultedBodyRow).where(col(ConsultedBodyRow.province) == province)
            self._bodies[province] = {spelled(row.name): of_body(row) for row in self.session.scalars(query)}
        return self._bodies[province].get(spelled(name))


def unique(found: Iterable[Recipient]) -> list[Recipient]:
    """Each recipient once, in order."""
    return list({r.key: r for r in found}.values())


def spelled(name: str) -> str:
    """A name as names are compared: blanks single, case ignored."""
    return " ".join(name.split()).casefold()


def _province(commune: str) -> str:
    return commune_of(commune).province_code
