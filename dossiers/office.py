"""What an installation consists of: its database, the law as it knows it, its calendars and keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from dossiers.personal import Vault
from dossiers.session import engine_for
from dossiers.settings import Settings
from procedures.calendars import Calendar, load_calendar
from procedures.catalogue import Catalogue, load_catalogue


@dataclass(frozen=True)
class Office:
    """Everything that the gate needs, put together once per process."""

    engine: Engine
    catalogue: Catalogue
    vault: Vault
    calendars: Path | None = None
    due_soon_fraction: float = 0.75

    @classmethod
    def open(cls, settings: Settings) -> Office:
        """The office of an installation. Reads the definitions; does not touch the database yet."""
        return cls(
            engine=engine_for(settings.url),
            catalogue=load_catalogue(settings.definitions),
            vault=Vault.from_file(settings.secret_key_file),
            calendars=settings.calendars,
            due_soon_fraction=settings.due_soon_fraction,
        )

    def calendar(self, province: str, commune: str) -> Calendar:
        """The working-time calendar of a commune."""
        return load_calendar(province=province, commune=commune, extra=self.calendars)
