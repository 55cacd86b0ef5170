"""Writing what another system says: a new dossier, a correction, or nothing; our own work is never overwritten."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from dossiers.actions.base import Context
from dossiers.actions.intake import Applicant
from dossiers.authority import Actor
from dossiers.events import BESIDE_THE_WORK, EventType, NewEvent, canonical
from dossiers.import_tables import ImportedRowRow
from dossiers.importing.cells import BadCell
from dossiers.importing.facts import Told
from dossiers.importing.mapping import Mapping
from dossiers.office import Office
from dossiers.registration import new_applicant
from dossiers.routing import open_steps
from dossiers.states import DossierState
from dossiers.store import next_code
from dossiers.tables import DossierRow, EventRow
from dossiers.work import VIETNAM, Work, take
from procedures.schema import Definition

ADDED, CHANGED, UNCHANGED, BOTH_MOVED = "added", "changed", "unchanged", "both_moved"
_FROM_ELSEWHERE = (EventType.DOSSIER_TAKEN_OVER.value, EventType.IMPORT_UPDATED.value)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: which fields differ from what was known, as [before, now]."""

    what: str
    key: str
    code: str
    line: int
    changes: dict[str, list[Any]]

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return {"line": self.line, "key": self.key, "dossier": self.code, "changes": self.changes}


@dataclass(frozen=True, slots=True)
class Applying:
    """One import under way, in one transaction."""

    office: Office
    session: Session
    mapping: Mapping
    import_id: int
    actor: Actor
    now: datetime

    def apply(self, told: Told) -> Outcome:
        """Record a dossier that is new, or what has changed about it.

        Raises:
            BadCell: its official code belongs to another dossier.
        """
        key, digest = told.said.key, fingerprint(told.facts)
        known = self.session.get(ImportedRowRow, (self.mapping.source, key))
        if known is not None:
            known.import_id = self.import_id
            if known.hash == digest:
                return Outcome(UNCHANGED, key, known.code, told.said.line, {})
            outcome = self._update(told, known)
            known.hash = digest
            return outcome
        self._require_free(told, None)
        row = self._open(told)
        self.session.add(
            ImportedRowRow(
                source=self.mapping.source,
                key=key,
                dossier_id=row.id or 0,
                code=row.code,
                hash=digest,
                applied=told.facts,
                import_id=self.import_id,
            )
        )
        return Outcome(ADDED, key, row.code, told.said.line, {})

    def _open(self, told: Told) -> DossierRow:
        live, facts = self.mapping.kind == "take_over", told.facts
        registered = datetime.fromisoformat(facts["registered_at"])
        code = next_code(self.session, facts["commune"], registered.astimezone(VIETNAM).strftime("%y%m%d"))
        payload: dict[str, Any] = {"code": code, "source": self.mapping.source, "key": told.said.key, "facts": facts}
        if live and told.said.person.get("name"):
            applicant, reference = new_applicant(self.office, Applicant(**told.said.person))
            self.session.add(applicant)
            self.session.flush()
            payload["applicant"] = reference | {"id": applicant.id if applicant else None}
        row = DossierRow(
            code=code,
            procedure=facts["procedure"],
            version=told.definition.version if told.definition else 0,
            field=told.field,
            province=facts["province"],
            commune=facts["commune"],
            intake_commune=facts["commune"],
            channel=facts["channel"],
            status="submitted",
            revision=0,
            head_hash="",
            registered_at=registered,
            silent=not live,
        )
        self.session.add(row)
        self.session.flush()
        work = Work(self.office, self.session, row, DossierState(), self.now, quiet=True)
        if live:
            payload |= self._bound(told) | self._opens(told, work.state)
        self._record(work, EventType.DOSSIER_TAKEN_OVER if live else EventType.DOSSIER_IMPORTED, payload)
        return row

    def _record(self, work: Work, kind: EventType, payload: dict[str, Any]) -> None:
        work.record([NewEvent(kind, payload)], at=self.now, actor=self.actor)
        work.write()

    def _bound(self, told: Told) -> dict[str, Any]:
        """The version that an accepted dossier goes on by."""
        if told.definition is None or "accepted_at" not in told.facts:
            return {}
        return {"version": told.definition.version, "area": told.area}

    def _opens(self, told: Told, state: DossierState) -> dict[str, Any]:
        step, definition = told.facts.get("step"), told.definition
        if step is None or definition is None or told.said.end:
            return {}
        add_limit = self._context(told, state, definition).add_limit
        return open_steps(definition, [definition.step(step)], state, at=self.now, add_limit=add_limit)

    def _context(self, told: Told, state: DossierState, definition: Definition) -> Context:
        calendar = self.office.calendar(told.facts["province"], told.facts["commune"])
        return Context(
            state=state,
            definition=definition,
            calendar=calendar,
            now=self.now,
            at=self.now,
            actor=self.actor,
            roles=frozenset(),
            newest=calendar,
        )

    def _update(self, told: Told, known: ImportedRowRow) -> Outcome:
        changes = differences(known.applied, told.facts)
        if self._went_on(known) and (told.said.end or set(changes) & {"step", "end_kind", "due", "counted"}):
            return Outcome(BOTH_MOVED, told.said.key, known.code, told.said.line, changes)
        self._require_free(told, known.dossier_id)
        work = take(self.office, self.session, known.code, now=self.now)
        work.quiet = True
        payload: dict[str, Any] = {"facts": told.facts, "changed": sorted(changes)}
        if self.mapping.kind == "take_over":
            work.elapse(self.now)
            payload |= self._bound(told)
            if "step" in changes or told.said.end:
                payload["closes"] = [[o, "moved_elsewhere"] for o in work.state.open_steps]
                payload |= self._opens(told, work.state)
        self._record(work, EventType.IMPORT_UPDATED, payload)
        known.applied = told.facts
        return Outcome(CHANGED, told.said.key, known.code, told.said.line, changes)

    def _went_on(self, known: ImportedRowRow) -> bool:
        """Whether somebody here has worked on the dossier since the other system was heard last."""
        last = select(func.max(EventRow.revision)).where(
            col(EventRow.dossier_id) == known.dossier_id, col(EventRow.type).in_(_FROM_ELSEWHERE)
        )
        ours = (
            select(col(EventRow.id))
            .where(
                col(EventRow.dossier_id) == known.dossier_id,
                col(EventRow.revision) > last.scalar_subquery(),
                col(EventRow.type).notin_([one.value for one in BESIDE_THE_WORK]),
            )
            .limit(1)
        )
        return self.mapping.kind == "take_over" and self.session.execute(ours).first() is not None

    def _require_free(self, told: Told, own: int | None) -> None:
        code = told.facts.get("official_code")
        if code is None:
            return
        others = select(col(DossierRow.id)).where(
            col(DossierRow.official_code) == code, col(DossierRow.id) != (own or 0)
        )
        if self.session.execute(others.limit(1)).first() is not None:
            source = self.mapping.fields.official_code
            raise BadCell("code_taken", source.column if source else None)


def differences(before: dict[str, Any], now: dict[str, Any]) -> dict[str, list[Any]]:
    """Which facts differ, as [before, now]."""
    names = sorted({*before, *now})
    return {n: [before.get(n), now.get(n)] for n in names if before.get(n) != now.get(n)}


def fingerprint(facts: dict[str, Any]) -> str:
    """SHA-256 (hex) of the facts."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()
