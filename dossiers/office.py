"""What an installation consists of: its database, the law as it knows it, its calendars and keys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from dossiers.calendar_archive import bound_calendar
from dossiers.definition_authority import require_authority
from dossiers.desk_rules import DeskRules
from dossiers.document_store import DocumentStore
from dossiers.installation_key import vault_of
from dossiers.ladder import Ladder, Ladders, built_in_ladders, read_ladders
from dossiers.personal import Vault
from dossiers.session import engine_for
from dossiers.settings import Settings
from dossiers.states import DossierState
from dossiers.working_time import local_date
from procedures.calendars import Calendar, Extra, load_calendar
from procedures.catalogue import Catalogue, load_catalogue


def _allowed(catalogue: Catalogue, own: Path | None) -> Catalogue:
    require_authority(catalogue.definitions, own)
    return catalogue


@dataclass(frozen=True)
class Office:
    """Everything that the gate needs, put together once per process."""

    engine: Engine
    catalogue: Catalogue
    vault: Vault
    calendars: Extra = None
    due_soon_fraction: float = 0.75
    ladders: Ladders = field(default_factory=built_in_ladders)
    documents: DocumentStore = field(default_factory=lambda: DocumentStore(Path(".motcua") / "documents"))

    @classmethod
    def open(cls, settings: Settings) -> Office:
        """The office of an installation. Reads the definitions, and checks that the key is the database's own.

        Raises:
            KeyMissing, KeyIsAnother, BrokenKey: it is not.
        """
        engine = engine_for(settings.url)
        return cls(
            engine=engine,
            catalogue=_allowed(load_catalogue(settings.definitions), settings.definitions),
            vault=vault_of(engine, settings.secret_key_file),
            calendars=settings.calendars,
            due_soon_fraction=settings.due_soon_fraction,
            ladders=read_ladders(*([settings.ladder] if settings.ladder else [])),
            documents=DocumentStore(settings.documents_folder, settings.max_document_bytes),
        )

    def calendar(self, province: str | None, commune: str | None) -> Calendar:
        """The newest working-time calendar of a place: what dossiers accepted now are bound to."""
        return load_calendar(province=province, commune=commune, extra=self.calendars)

    def calendar_of(self, state: DossierState, session: Session) -> Calendar:
        """The calendar that a dossier is counted by: the one it is bound to; before acceptance the newest.

        Raises:
            CalendarNotKept: the dossier is bound to a version that is neither installed nor kept.
        """
        newest = self.calendar(state.province, state.commune)
        return bound_calendar(session, state.calendar_version, newest)

    def desk_rules(self, state: DossierState, field: str) -> DeskRules:
        """The version and the ladder that a dossier goes by; no version before it was accepted."""
        definition = self.catalogue.version(state.procedure, state.version) if state.version else None
        return DeskRules(definition, self.ladder_of(state, field), self.due_soon_fraction)

    def ladder_of(self, state: DossierState, field: str) -> Ladder:
        """The warning ladder of a dossier: that of the day on which it was accepted, before that registered."""
        since = state.accepted_at or state.registered_at
        if since is None:
            return Ladder()
        return self.ladders.ladder_for(
            procedure=state.procedure,
            field=field,
            province=state.province,
            commune=state.commune,
            on=local_date(since),
        )

    def with_calendars(self, *files: Path) -> Office:
        """The same office as if further calendar files (or folders) were installed."""
        given = (self.calendars,) if isinstance(self.calendars, Path) else self.calendars or ()
        return replace(self, calendars=(*given, *files))
